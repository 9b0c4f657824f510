"""Reads of projects and of the line, shaped for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from tracker.projects.models import CLOSED, Blocker, Period
from tracker.projects.rules import (
    ZERO,
    available_weeks,
)

TEAM_LINE = """
SELECT p.id, p.key, p.title, p.version, p.stage, p.pinned, p.pin_reason, coalesce(u.name, ''), p.above,
       e.weeks + e.embedded, e.embedded,
       sum(e.weeks + e.embedded) OVER (ORDER BY p.stage <> 'launched', p.rank), e.fits, x.bottlenecks, x.reserved
FROM tracker_effort e JOIN tracker_project p ON p.id = e.project_id LEFT JOIN tracker_user u ON u.id = p.owner_id
LEFT JOIN LATERAL (
    SELECT array_agg(t.name ORDER BY t.name) FILTER (WHERE NOT o.fits) AS bottlenecks,
           json_object_agg(t.name, o.weeks + o.embedded ORDER BY t.name) FILTER (WHERE o.fits) AS reserved
    FROM tracker_effort o JOIN tracker_team t ON t.id = o.team_id
    WHERE NOT p.above AND o.project_id = p.id AND o.period_id = e.period_id AND o.team_id <> e.team_id
) x ON true
WHERE e.team_id = %s AND e.period_id = %s AND p.stage <> 'dropped'
ORDER BY p.stage <> 'launched', p.rank
"""
TEAMS = """
SELECT t.id, t.key, t.name, c.id, c.version, coalesce(c.gross, 0), coalesce(c.reserve_percent, 0),
       coalesce(c.allowance, 0), coalesce(c.drawn, 0)
FROM tracker_team t LEFT JOIN tracker_capacity c ON c.team_id = t.id AND c.period_id = %(period)s
WHERE c.id IS NOT NULL OR (%(all)s AND t.side = 'technology') OR EXISTS (
    SELECT FROM tracker_effort e WHERE e.team_id = t.id AND e.period_id = %(period)s)
ORDER BY (SELECT count(*) FROM tracker_effort e WHERE e.team_id = t.id AND e.period_id = %(period)s) DESC, t.name
"""
BOTTLENECK = """
SELECT t.name, count(DISTINCT b.project_id), coalesce(sum(r.weeks + r.embedded), 0)
FROM tracker_effort b JOIN tracker_project p ON p.id = b.project_id JOIN tracker_team t ON t.id = b.team_id
LEFT JOIN tracker_effort r ON r.project_id = b.project_id AND r.period_id = b.period_id AND r.fits
WHERE b.period_id = %s AND b.team_id <> %s AND NOT b.fits AND p.stage <> 'dropped'
GROUP BY t.id, t.name ORDER BY 2 DESC, 3 DESC, t.name LIMIT 1
"""
CROSSED = """
SELECT c.id, p.key, p.title, c.at, c.rose, c.cause, coalesce(o.key, ''), coalesce(t.name, ''), c.weeks
FROM tracker_crossing c JOIN tracker_project p ON p.id = c.project_id
LEFT JOIN tracker_project o ON o.id = c.cause_project_id LEFT JOIN tracker_team t ON t.id = c.cause_team_id
WHERE ({where}) ORDER BY c.at DESC, c.id DESC LIMIT %(limit)s
"""
UNESTIMATED = """
SELECT p.key, p.title, coalesce(u.name, '') FROM tracker_project p LEFT JOIN tracker_user u ON u.id = p.owner_id
WHERE p.stage NOT IN ('launched', 'dropped') AND (p.team_id = %s OR p.team_id IS NULL)
  AND NOT EXISTS (SELECT FROM tracker_effort e WHERE e.project_id = p.id AND e.period_id = %s)
ORDER BY p.rank LIMIT 101
"""
LATEST_CROSSINGS = 12
"""So many are read with the line of a team."""
DEMANDS = """
SELECT e.team_id, coalesce(sum(e.weeks + e.embedded) FILTER (WHERE e.fits AND p.above), 0),
       coalesce(sum(e.weeks + e.embedded) FILTER (WHERE e.fits AND NOT p.above), 0),
       coalesce(sum(e.weeks + e.embedded) FILTER (WHERE NOT e.fits), 0)
FROM tracker_effort e JOIN tracker_project p ON p.id = e.project_id
WHERE e.period_id = %s AND p.stage <> 'dropped' GROUP BY e.team_id
"""
EFFORTS = """
SELECT e.id, t.id, t.name, t.key, d.key, e.size, e.weeks, e.embedded, e.fits, h.place, h.cumulated,
       coalesce(c.gross, 0), coalesce(c.reserve_percent, 0), coalesce(c.allowance, 0)
FROM tracker_effort e JOIN tracker_project p ON p.id = e.project_id
JOIN tracker_team t ON t.id = e.team_id JOIN tracker_period d ON d.id = e.period_id
LEFT JOIN tracker_capacity c ON c.team_id = e.team_id AND c.period_id = e.period_id
LEFT JOIN LATERAL (
    SELECT count(*) AS place, sum(o.weeks + o.embedded) AS cumulated
    FROM tracker_effort o JOIN tracker_project q ON q.id = o.project_id
    WHERE o.team_id = e.team_id AND o.period_id = e.period_id AND q.stage <> 'dropped'
      AND (q.stage <> 'launched', q.rank) <= (p.stage <> 'launched', p.rank)
) h ON true
WHERE e.project_id = %s ORDER BY d.starts_on, t.name
"""


@dataclass(frozen=True)
class Asked:
    """What one project asks of a team in a period, its place in that list, and what the team lacks for it."""

    id: int
    team_id: int
    team: str
    team_key: str
    period_key: str
    size: str
    weeks: Decimal
    embedded: Decimal
    fits: bool
    place: int
    short: Decimal

    @property
    def claim(self) -> Decimal:
        return self.weeks + self.embedded

    @property
    def period_name(self) -> str:
        return str(Period(key=self.period_key))


def efforts_of(project: int) -> list[Asked]:
    """By period and team (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(EFFORTS, [project])
        found = cursor.fetchall()
    asked = []
    for row in found:
        fits, place, cumulated, gross, reserve, allowance = row[8:]
        available = available_weeks(gross, ZERO, reserve, allowance)
        short = ZERO if fits or cumulated is None else max(cumulated - available, ZERO)
        asked.append(Asked(*(*row[:8], fits, place, short)))
    return asked


@dataclass(frozen=True)
class TeamCapacity:
    """A team in a period; `id` and `version` are None where no capacity is set yet."""

    team_id: int
    key: str
    name: str
    id: int | None
    version: int | None
    gross: Decimal
    reserve_percent: Decimal
    allowance: Decimal
    drawn: Decimal

    @property
    def available(self) -> Decimal:
        return available_weeks(self.gross, ZERO, self.reserve_percent, self.allowance)

    @property
    def reserve(self) -> Decimal:
        return self.gross * self.reserve_percent / 100

    @property
    def overdrawn(self) -> bool:
        """Somebody lowered the allowance under what is drawn."""
        return self.drawn > self.allowance


@dataclass(frozen=True)
class Demand:
    """Weeks that are asked of a team in a period: above the line, reserved behind another team (`held`), below."""

    above: Decimal = ZERO
    held: Decimal = ZERO
    below: Decimal = ZERO

    @property
    def fit(self) -> Decimal:
        return self.above + self.held

    @property
    def asked(self) -> Decimal:
        return self.fit + self.below

    @property
    def parts(self) -> list[tuple[str, Decimal]]:
        named = (("above", self.above), ("held", self.held), ("below", self.below))
        return [(name, weeks) for name, weeks in named if weeks]


@dataclass(frozen=True)
class LineRow:
    """A project in a team's list. `bottlenecks` names the other teams where it does not fit, `reserved` the weeks that
    it holds in other teams while it is below; `past` is the key above which it would fit."""

    place: int
    id: int
    key: str
    title: str
    version: int
    stage: str
    pinned: bool
    pin_reason: str
    owner: str
    above: bool
    weeks: Decimal
    embedded: Decimal
    cumulated: Decimal
    fits: bool
    bottlenecks: list[str]
    reserved: dict[str, Decimal]
    short: Decimal
    past: str = ""


@dataclass(frozen=True)
class Bottleneck:
    team: str
    waiting: int
    reserved: Decimal


@dataclass(frozen=True)
class Crossed:
    """`times` is how often the project crossed lately, where only the latest one is read."""

    id: int
    key: str
    title: str
    at: datetime
    rose: bool
    cause: str
    cause_key: str
    cause_team: str
    weeks: Decimal | None
    times: int = 1


class Unestimated(NamedTuple):
    key: str
    title: str
    owner: str


@dataclass(frozen=True)
class TeamLine:
    """Everything about one team's list in one period."""

    team: TeamCapacity
    rows: list[LineRow]
    elsewhere: Bottleneck | None
    unestimated: list[Unestimated]
    crossings: list[Crossed]

    @property
    def above(self) -> int:
        return sum(row.above for row in self.rows)

    @property
    def claimed(self) -> Decimal:
        """Weeks of what stands before the line: above, or reserved behind another team."""
        return sum((row.weeks for row in self.rows if row.fits), ZERO)

    @property
    def any_below(self) -> bool:
        """Whether something does not fit into this team."""
        return any(not row.fits for row in self.rows)

    @property
    def left(self) -> Decimal:
        return max(self.team.available - self.claimed, ZERO)

    @property
    def reserved(self) -> Decimal:
        return sum((row.weeks for row in self.rows if row.fits and not row.above), ZERO)

    @property
    def largest(self) -> Decimal:
        return max((row.weeks for row in self.rows), default=ZERO)


def period_named(key: str, today: date) -> Period | None:
    """The period with this key; without one the running period, else the latest."""
    if key:
        return Period.objects.filter(key=key).first()
    return (
        Period.objects.filter(ends_on__gte=today).order_by("starts_on").first()
        or Period.objects.order_by("-starts_on").first()
    )


def teams_in(period: Period, *, everybody: bool = False) -> list[TeamCapacity]:
    """Teams with a capacity or a claim in the period, those with the most projects first; everybody: all of technology."""
    with connection.cursor() as cursor:
        cursor.execute(TEAMS, {"period": period.pk, "all": everybody})
        return [TeamCapacity(*row) for row in cursor.fetchall()]


def demands_in(period: Period) -> dict[int, Demand]:
    """By team (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(DEMANDS, [period.pk])
        return {team: Demand(above, held, below) for team, above, held, below in cursor.fetchall()}


def line_of(team: TeamCapacity, period: Period) -> TeamLine:
    """Four statements, whatever the number of rows."""
    with connection.cursor() as cursor:
        cursor.execute(TEAM_LINE, [team.team_id, period.pk])
        rows = _read_rows(cursor.fetchall(), team.available)
        cursor.execute(BOTTLENECK, [period.pk, team.team_id])
        found = cursor.fetchone()
        cursor.execute(UNESTIMATED, [team.team_id, period.pk])
        unestimated = [Unestimated(*row) for row in cursor.fetchall()]
    in_team = (
        "c.period_id = %(period)s AND EXISTS (SELECT FROM tracker_effort e"
        " WHERE e.project_id = c.project_id AND e.team_id = %(team)s AND e.period_id = c.period_id)"
    )
    crossings = _crossings(in_team, team=team.team_id, period=period.pk, limit=LATEST_CROSSINGS)
    return TeamLine(team, rows, Bottleneck(*found) if found else None, unestimated, crossings)


def crossings_of(project: int, limit: int = 10) -> list[Crossed]:
    return _crossings("c.project_id = %(project)s", project=project, limit=limit)


def carried_by(projects: Sequence[int]) -> list[dict[str, str]]:
    """The embedded items that these projects carry: item, text, project (its key), by rank."""
    found = Blocker.objects.filter(project__in=projects, source__startswith="I-").order_by("project__rank", "source")
    names = ("source", "text", "project__key")
    return [{"item": item, "text": text, "project": key} for item, text, key in found.values_list(*names)]


def _crossings(where: str, **params: Any) -> list[Crossed]:
    with connection.cursor() as cursor:
        cursor.execute(CROSSED.format(where=where), params)
        return [Crossed(*row) for row in cursor.fetchall()]


def _read_rows(found: Sequence[tuple[Any, ...]], available: Decimal) -> list[LineRow]:
    rows: list[LineRow] = []
    for place, row in enumerate(found, start=1):
        cumulated, fits, bottlenecks, reserved = row[11:]
        weeks_in = {team: Decimal(str(weeks)) for team, weeks in (reserved or {}).items()}
        short = ZERO if fits else cumulated - available
        past = "" if fits else _place_past(rows, short)
        rows.append(LineRow(*(place, *row[:11], cumulated, fits, bottlenecks or [], weeks_in, short, past)))
    return rows


def _place_past(higher: Sequence[LineRow], short: Decimal) -> str:
    """The project above which this one would fit: the nearest one up that frees what is short."""
    freed = ZERO
    for row in reversed(higher):
        if row.pinned or row.stage in CLOSED:
            return ""
        freed += row.weeks
        if freed >= short:
            return row.key
    return ""


TODAY = """
WITH period AS (SELECT id FROM tracker_period WHERE ends_on >= %(today)s ORDER BY starts_on LIMIT 1), lists AS (
    SELECT t.id, t.key, t.name, count(*) FILTER (WHERE p.above) AS above, count(*) AS total,
           count(*) FILTER (WHERE NOT e.fits) AS waiting
    FROM tracker_effort e JOIN period ON period.id = e.period_id JOIN tracker_project p ON p.id = e.project_id
    JOIN tracker_team t ON t.id = e.team_id WHERE p.stage <> 'dropped' GROUP BY t.id
), shown AS (SELECT * FROM lists ORDER BY id = %(team)s DESC, total DESC, name LIMIT 1)
SELECT shown.key, shown.name, shown.above, shown.total, other.name, other.waiting,
       (SELECT count(*) FROM tracker_project p WHERE p.stage NOT IN ('launched', 'dropped') AND NOT EXISTS (
            SELECT FROM tracker_user u WHERE u.id = p.owner_id AND u.is_active)),
       (SELECT count(*) FROM tracker_project p WHERE p.stage NOT IN ('launched', 'dropped') AND NOT EXISTS (
            SELECT FROM tracker_effort e WHERE e.project_id = p.id AND e.period_id = (SELECT id FROM period))),
       (SELECT json_agg(latest) FROM (
            SELECT c.id, p.key, p.title, c.at, c.rose, c.cause, coalesce(o.key, '') AS cause_key,
                   coalesce(t.name, '') AS cause_team, c.weeks, c.times
            FROM (SELECT *, row_number() OVER (PARTITION BY project_id ORDER BY at DESC, id DESC) AS latest,
                         count(*) OVER (PARTITION BY project_id) AS times
                  FROM (SELECT * FROM tracker_crossing ORDER BY at DESC, id DESC LIMIT 50) lately) c
            JOIN tracker_project p ON p.id = c.project_id
            LEFT JOIN tracker_project o ON o.id = c.cause_project_id LEFT JOIN tracker_team t ON t.id = c.cause_team_id
            WHERE c.latest = 1 ORDER BY c.at DESC, c.id DESC LIMIT 3) latest)
FROM (SELECT) one LEFT JOIN shown ON true
LEFT JOIN LATERAL (
    SELECT name, waiting FROM lists WHERE id <> shown.id AND waiting > 0 ORDER BY waiting DESC, name LIMIT 1
) other ON true
"""


@dataclass(frozen=True)
class LineToday:
    """The line of one team in two numbers, the team of which most projects wait elsewhere, and what nobody has done
    about the portfolio yet; of each project its latest crossing alone. `team` is None where no list is drawn."""

    key: str | None
    team: str | None
    above: int
    total: int
    bottleneck: str | None
    waiting: int | None
    unowned: int
    unestimated: int
    crossings: list[Crossed]


def line_today(team: int | None, today: date) -> LineToday:
    """Of this team, else of the one with the most projects (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(TODAY, {"team": team or 0, "today": today})
        found = cursor.fetchone()
    return LineToday(*(*found[:-1], [_read_crossing(one) for one in found[-1] or []]))


def _read_crossing(told: dict[str, Any]) -> Crossed:
    weeks = None if told["weeks"] is None else Decimal(str(told["weeks"]))
    return Crossed(**told | {"at": datetime.fromisoformat(told["at"]), "weeks": weeks})
