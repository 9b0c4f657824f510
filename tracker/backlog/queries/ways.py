"""What each of the two ways up would do to the line, computed by the rules that draw it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from tracker.intake.models import WorkRequest
from tracker.projects.rules import (
    CONFIDENCE_PERCENT,
    ZERO,
    Claim,
    available_weeks,
    cd3_score,
    draw_list,
    hypothetical_place,
    lowest_place_above,
    pushed_below,
    split_added_effort,
    weeks_below,
)

LISTS = """
WITH running AS (
    SELECT id FROM tracker_period WHERE starts_on <= %(today)s AND ends_on >= %(today)s ORDER BY starts_on DESC LIMIT 1
)
SELECT t.id, t.name, coalesce(c.gross, 0), coalesce(c.reserve_percent, 0), coalesce(c.allowance, 0),
       coalesce(c.drawn, 0), p.id, p.key, p.title, coalesce(u.name, ''), p.above,
       p.pinned OR p.stage = 'launched', e.weeks + e.embedded, p.value_per_week, p.confidence,
       (SELECT sum(o.weeks + o.embedded) FROM tracker_effort o
        WHERE o.project_id = p.id AND o.period_id = running.id)
FROM running CROSS JOIN tracker_team t
LEFT JOIN tracker_capacity c ON c.team_id = t.id AND c.period_id = running.id
LEFT JOIN (tracker_effort e JOIN tracker_project p ON p.id = e.project_id AND p.stage <> 'dropped')
     ON e.team_id = t.id AND e.period_id = running.id
LEFT JOIN tracker_user u ON u.id = p.owner_id
WHERE t.id = ANY(%(teams)s) ORDER BY t.id, p.stage <> 'launched', p.rank
"""


class Row(NamedTuple):
    """One project of a team's list; `fixed` ones are pinned or launched and let nothing stand above them."""

    id: int
    key: str
    title: str
    owner: str
    above: bool
    fixed: bool
    weeks: Decimal
    value_per_week: Decimal | None
    confidence: str
    all_weeks: Decimal

    @property
    def score(self) -> Decimal | None:
        return _score(self.value_per_week, self.confidence, self.all_weeks)


@dataclass(frozen=True)
class TeamList:
    """A team's list of the running period, in rank order, with what it has."""

    team: int
    name: str
    available: Decimal
    allowance: Decimal
    drawn: Decimal
    rows: Sequence[Row]

    @property
    def claims(self) -> list[Claim]:
        return [Claim(row.id, row.weeks) for row in self.rows]

    @property
    def fitting(self) -> int:
        """How many projects fit, from the top of the list: where its line is."""
        return sum(standing.fits for standing in draw_list(self.claims, self.available))

    def rank_of(self, project: int) -> int | None:
        """Its place in this list, which is what people call its rank; None where the team does not work on it."""
        return next((rank for rank, row in enumerate(self.rows, start=1) if row.id == project), None)

    def weeks_of(self, project: int) -> Decimal | None:
        """What it claims of this team."""
        return next((row.weeks for row in self.rows if row.id == project), None)

    @property
    def above(self) -> int:
        return sum(row.above for row in self.rows)

    def named(self, projects: Iterable[int]) -> list[Row]:
        """Those of them that are above now, in rank order."""
        wanted = set(projects)
        return [row for row in self.rows if row.id in wanted and row.above]


@dataclass(frozen=True)
class Effect:
    """What added effort does to a host and to the line: `pushed` fall below it."""

    from_allowance: Decimal
    overflow: Decimal
    before: Decimal
    after: Decimal
    above: int
    pushed: list[Row]

    @property
    def above_after(self) -> int:
        return self.above - len(self.pushed)


@dataclass(frozen=True)
class Outrank:
    """The lowest place where a project of this effort is above the line, behind `after` (None: first)."""

    place: int
    after: Row | None
    pushed: list[Row]


@dataclass(frozen=True)
class Standing:
    """Where the request's score would insert it: so many places and weeks below the line, 0 where it is above."""

    place: int
    places_below: int
    weeks_below: Decimal


def lists_of(teams: Iterable[int], today: date) -> dict[int, TeamList]:
    """Team → its list in the running period (one statement); nothing where no period runs."""
    with connection.cursor() as cursor:
        cursor.execute(LISTS, {"teams": sorted(set(teams)), "today": today})
        found = cursor.fetchall()
    grouped: dict[int, list[tuple[Any, ...]]] = {}
    for row in found:
        grouped.setdefault(row[0], []).append(row)
    return {team: _read_list(rows) for team, rows in grouped.items()}


def _read_list(rows: Sequence[tuple[Any, ...]]) -> TeamList:
    team, name, gross, reserve, allowance, drawn = rows[0][:6]
    available = available_weeks(gross, ZERO, reserve, allowance)
    projects = [Row(*row[6:]) for row in rows if row[6] is not None]
    return TeamList(team, name, available, allowance, drawn, projects)


def add_to_host(listed: TeamList, host: int, added: Decimal) -> Effect:
    """The allowance is drawn first; what exceeds it lies on the host and may push others, or the host itself, down."""
    split = split_added_effort(added, listed.allowance, listed.drawn)
    before = next((row.weeks for row in listed.rows if row.id == host), ZERO)
    grown = [Claim(c.project, c.weeks + split.overflow) if c.project == host else c for c in listed.claims]
    fitted = {row.project for row in draw_list(listed.claims, listed.available) if row.fits}
    still = {row.project for row in draw_list(grown, listed.available) if row.fits}
    return Effect(
        from_allowance=split.from_allowance,
        overflow=split.overflow,
        before=before,
        after=before + split.overflow,
        above=listed.above,
        pushed=listed.named(fitted - still),
    )


def outrank_at(listed: TeamList, weeks: Decimal) -> Outrank | None:
    """Where a project of its own would just be above the line; None where it cannot be, also not at the top."""
    place = lowest_place_above(listed.claims, weeks, listed.available)
    head = sum(row.fixed for row in listed.rows)
    if place is None or place <= head:
        return None
    pushed = listed.named(pushed_below(listed.claims, place, weeks, listed.available))
    return Outrank(place, listed.rows[place - 2] if place > 1 else None, pushed)


def place_by_score(listed: TeamList, ask: WorkRequest) -> Standing | None:
    """The hypothetical place of an accepted request: where its score would insert it. None without effort or score."""
    score = _score(ask.value_per_week, ask.confidence, ask.effort_weeks)
    if score is None or ask.effort_weeks is None:
        return None
    place = hypothetical_place(score, [row.score for row in listed.rows])
    short = weeks_below(listed.claims, place, ask.effort_weeks, listed.available)
    if short <= ZERO:
        return Standing(place, 0, ZERO)
    return Standing(place, max(place - listed.fitting, 1), short)


def _score(value: Decimal | None, confidence: str, weeks: Decimal | None) -> Decimal | None:
    if value is None or confidence not in CONFIDENCE_PERCENT or weeks is None or weeks <= ZERO:
        return None
    return cd3_score(value, confidence, weeks)
