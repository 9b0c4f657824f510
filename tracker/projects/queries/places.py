"""Hypothetical places: where a project of so many weeks would stand, and whom it would push below."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from tracker.projects.rules import ZERO, Claim, available_weeks, lowest_place_above, pushed_below, weeks_below

CLAIMS = """
SELECT p.id, e.weeks + e.embedded, p.key, p.title, coalesce(u.name, ''), p.above, p.pinned OR p.stage = 'launched'
FROM tracker_effort e JOIN tracker_project p ON p.id = e.project_id LEFT JOIN tracker_user u ON u.id = p.owner_id
WHERE e.team_id = %s AND e.period_id = %s AND p.stage <> 'dropped' ORDER BY p.stage <> 'launched', p.rank
"""


@dataclass(frozen=True)
class Displaced:
    key: str
    title: str
    owner: str


@dataclass(frozen=True)
class Place:
    """Where a project of so many weeks would stand in a team's list: `short` above 0 means below the line."""

    place: int
    of: int
    short: Decimal
    after: str
    lowest_above: int | None
    displaced: list[Displaced] = field(default_factory=list)


END = "end"
"""Where a place is asked for: behind everybody."""


def places_for(team: int, period: int, weeks: Decimal, *, after: Sequence[str | None]) -> list[Place]:
    """The hypothetical places behind each of these projects (keys; None is the first one may have, END the last).

    Two statements. Projects that another team holds back already are not named: they are below as it is.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIMS, [team, period])
        found = cursor.fetchall()
        cursor.execute(
            "SELECT gross, reserve_percent, allowance FROM tracker_capacity WHERE team_id = %s AND period_id = %s",
            [team, period],
        )
        gross, reserve, allowance = cursor.fetchone() or (ZERO, ZERO, ZERO)
    available = available_weeks(gross, ZERO, reserve, allowance)
    claims = [Claim(row[0], row[1]) for row in found]
    known = {row[0]: Displaced(*row[2:5]) for row in found if row[5]}
    keys = [row[2] for row in found]
    head = sum(row[6] for row in found)
    lowest = lowest_place_above(claims, weeks, available)
    places = []
    for key in after:
        place = head + 1 if key is None else keys.index(key) + 2 if key in keys else len(keys) + 1
        fallen = [known[p] for p in pushed_below(claims, place, weeks, available) if p in known]
        short = weeks_below(claims, place, weeks, available)
        places.append(Place(place, len(keys) + 1, short, keys[place - 2] if place > 1 else "", lowest, fallen))
    return places
