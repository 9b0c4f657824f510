"""The line: of one team or of the whole portfolio, in two statements."""

from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from tracker.api.doorway import tag_of
from tracker.api.resource import Resource
from tracker.history.queries import STAMP
from tracker.kernel.errors import Invalid, NotFound
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Power, require
from tracker.projects.rules import ZERO, available_weeks

SUBJECTS = "project.capacity.period.team.user"
TEAMS = """
WITH chosen AS (
    SELECT id, key FROM tracker_period
    WHERE CASE WHEN %(period)s::text <> '' THEN key = %(period)s ELSE ends_on >= %(today)s::date END
    ORDER BY starts_on LIMIT 1
)
SELECT chosen.id, chosen.key, t.id, t.key, t.name, coalesce(c.gross, 0), coalesce(c.reserve_percent, 0),
       coalesce(c.allowance, 0), coalesce(c.drawn, 0)
FROM chosen LEFT JOIN tracker_team t ON (%(team)s::text = '' OR t.key = %(team)s) AND (
    %(team)s::text <> '' OR EXISTS (SELECT FROM tracker_capacity k WHERE k.team_id = t.id AND k.period_id = chosen.id)
    OR EXISTS (SELECT FROM tracker_effort e WHERE e.team_id = t.id AND e.period_id = chosen.id))
LEFT JOIN tracker_capacity c ON c.team_id = t.id AND c.period_id = chosen.id
ORDER BY t.name
"""
ROWS = f"""
WITH capacity AS (
    SELECT * FROM unnest(%(teams)s::bigint[], %(keys)s::text[], %(available)s::numeric[]) c (team_id, team, available)
), rows AS (
    SELECT c.team, c.available, e.period_id, e.team_id, e.fits, e.weeks + e.embedded AS weeks, p.id, p.key, p.title,
           p.stage, p.pinned, p.above, p.version, p.owner_id, p.stage <> 'launched' AS open, p.rank,
           sum(e.weeks + e.embedded) OVER claimed AS cumulated, row_number() OVER claimed AS place
    FROM capacity c JOIN tracker_effort e ON e.team_id = c.team_id AND e.period_id = %(period)s
    JOIN tracker_project p ON p.id = e.project_id
    WHERE p.stage <> 'dropped'
    WINDOW claimed AS (PARTITION BY e.team_id ORDER BY p.stage <> 'launched', p.rank)
), elsewhere AS (
    SELECT o.project_id, o.team_id, t.key AS team, o.fits, o.weeks + o.embedded AS weeks
    FROM tracker_effort o JOIN tracker_team t ON t.id = o.team_id
    WHERE o.period_id = %(period)s AND o.project_id IN (SELECT id FROM rows WHERE NOT above)
), behind AS (
    SELECT project_id, json_agg(team ORDER BY team) FILTER (WHERE NOT fits) AS bottlenecks,
           json_agg(json_build_object('team', team, 'weeks', weeks) ORDER BY team) FILTER (WHERE fits) AS reserved
    FROM elsewhere GROUP BY project_id
)
SELECT coalesce(json_agg(json_build_object(
           'rank', r.place, 'key', r.key, 'title', r.title, 'owner', u.name, 'team', r.team, 'stage', r.stage,
           'pinned', r.pinned, 'weeks', r.weeks, 'cumulated', r.cumulated, 'fits', r.fits, 'above', r.above,
           'short', CASE WHEN r.fits THEN 0 ELSE r.cumulated - r.available END,
           'bottlenecks', coalesce(b.bottlenecks, '[]'), 'reserved', coalesce(b.reserved, '[]'), 'version', r.version
       ) ORDER BY r.team, r.open, r.rank), '[]')::text,
       (SELECT coalesce(json_object_agg(s.team, s.totals), '{{}}')::text FROM (
           SELECT team, json_build_object('projects', count(*), 'above', count(*) FILTER (WHERE above),
               'claimed', coalesce(sum(weeks) FILTER (WHERE fits AND above), 0),
               'reserved', coalesce(sum(weeks) FILTER (WHERE fits AND NOT above), 0),
               'beyond', coalesce(sum(weeks) FILTER (WHERE NOT fits), 0)) AS totals
           FROM rows GROUP BY team) s),
       ({STAMP.replace("%s", "%(subjects)s")})
FROM rows r LEFT JOIN tracker_user u ON u.id = r.owner_id LEFT JOIN behind b ON b.project_id = r.id
"""  # noqa: S608  the only thing filled in is a constant
NOTHING = {"projects": 0, "above": 0, "claimed": 0, "reserved": 0, "beyond": 0}


class Weeks(serializers.DecimalField):
    def __init__(self) -> None:
        super().__init__(max_digits=9, decimal_places=2, coerce_to_string=False)


class Reserved(serializers.Serializer[Any]):
    team = serializers.CharField()
    weeks = Weeks()


class StandingOut(serializers.Serializer[Any]):
    """One project in one team's list; `short` is what this team lacks for it, `bottlenecks` are all teams where it
    does not fit, `reserved` is what it holds in other teams meanwhile."""

    rank = serializers.IntegerField()
    key = serializers.CharField()
    title = serializers.CharField()
    owner = serializers.CharField(allow_null=True)
    team = serializers.CharField()
    stage = serializers.CharField()
    pinned = serializers.BooleanField()
    weeks = Weeks()
    cumulated = Weeks()
    fits = serializers.BooleanField()
    above = serializers.BooleanField()
    short = Weeks()
    bottlenecks = serializers.ListField(child=serializers.CharField())
    reserved = Reserved(many=True)
    version = serializers.IntegerField()


class TeamTotals(serializers.Serializer[Any]):
    """Person-weeks of a team: claimed above the line, reserved behind other teams, beyond the line, left."""

    team = serializers.CharField()
    name = serializers.CharField()
    gross = Weeks()
    reserve_percent = Weeks()
    allowance = Weeks()
    drawn = Weeks()
    available = Weeks()
    projects = serializers.IntegerField()
    above = serializers.IntegerField()
    claimed = Weeks()
    reserved = Weeks()
    beyond = Weeks()
    left = Weeks()


class LineOut(serializers.Serializer[Any]):
    period = serializers.CharField()
    teams = TeamTotals(many=True)
    results = StandingOut(many=True)


class LineView(Resource):
    """`team` and `period` are keys; without a team the whole portfolio, without a period the running one."""

    @extend_schema(
        responses=LineOut,
        parameters=[
            OpenApiParameter("team", str, description="Key of a team; without it the whole portfolio."),
            OpenApiParameter("period", str, description="Key of a period; without it the running one."),
        ],
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Lists in rank order: what is above, below and reserved behind other teams."""
        require(self.viewer, Power.VIEW)
        unknown = set(request.GET) - {"team", "period"}
        if unknown:
            text = _("There is no such filter.")
            raise Invalid(text, fields=dict.fromkeys(sorted(unknown), text))
        asked = {name: request.GET.get(name, "").replace("\x00", "") for name in ("team", "period")}
        teams = fetch_named(TEAMS, asked | {"today": self.at.date()})
        if not teams or (asked["team"] and teams[0][2] is None):
            raise NotFound(_("There is no such record."))
        found = [team for team in teams if team[2] is not None]
        available = [available_weeks(gross, ZERO, reserve, allowance) for *_k, gross, reserve, allowance, _d in found]
        rows, totals, stamp = fetch_named(
            ROWS,
            {
                "teams": [team[2] for team in found],
                "keys": [team[3] for team in found],
                "available": available,
                "period": teams[0][0],
                "subjects": SUBJECTS,
            },
        )[0]
        told = tell_teams(found, available, orjson.loads(totals))
        period = orjson.dumps(teams[0][1]).decode()
        body = f'{{"period":{period},"teams":{orjson.dumps(told, default=float).decode()},"results":{rows}}}'
        etag = tag_of(self.viewer, request.get_full_path(), SUBJECTS, stamp)
        return HttpResponse(body, content_type="application/json", headers={"ETag": etag})


def fetch_named(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """fetch_rows with named parameters."""
    return fetch_rows(sql, values)


def tell_teams(
    teams: list[tuple[Any, ...]], available: list[Decimal], totals: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    told = []
    for (_p, _k, _id, key, name, gross, reserve, allowance, drawn), weeks in zip(teams, available, strict=True):
        sums = totals.get(key, NOTHING)
        left = float(weeks) - sums["claimed"] - sums["reserved"]
        told.append(
            {
                "team": key,
                "name": name,
                "gross": gross,
                "reserve_percent": reserve,
                "allowance": allowance,
                "drawn": drawn,
                "available": weeks,
                **sums,
                "left": round(max(left, 0), 2),
            }
        )
    return told
