"""Draws the line again: the lists that a change touched and no others, under the one lock of the portfolio.

A change of rank, effort, capacity or stage takes the lock with its first statement. What it reads afterwards is what
everybody before it has committed, so the stored line always equals the line drawn from the stored numbers.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from tracker.kernel.errors import Refused
from tracker.kernel.events import publish
from tracker.projects.events import LineCrossed
from tracker.projects.models import Blocker, Project
from tracker.projects.rules import ZERO, Claim, available_weeks, crossings, draw_list

PORTFOLIO = 7_301_001
"""The advisory lock of rank and line."""

LISTS = """
WITH touched AS (
    SELECT s.team_id, s.period_id FROM (
        SELECT team_id, period_id FROM tracker_effort WHERE project_id = ANY(%(projects)s::bigint[])
        UNION SELECT * FROM unnest(%(teams)s::bigint[], %(periods)s::bigint[])
    ) s (team_id, period_id) JOIN tracker_period d ON d.id = s.period_id AND d.ends_on >= %(today)s
), claims AS (
    SELECT e.id, e.team_id, e.period_id, e.project_id, e.weeks + e.embedded AS weeks, e.fits, p.above,
           p.stage <> 'launched' AS open, p.rank
    FROM touched JOIN tracker_effort e USING (team_id, period_id) JOIN tracker_project p ON p.id = e.project_id
    WHERE p.stage <> 'dropped'
), rest AS (
    SELECT o.project_id, o.period_id, bool_and(o.fits) AS fits FROM tracker_effort o
    WHERE (o.project_id, o.period_id) IN (SELECT project_id, period_id FROM claims)
      AND (o.team_id, o.period_id) NOT IN (SELECT team_id, period_id FROM touched)
    GROUP BY o.project_id, o.period_id
), carriers AS (
    SELECT DISTINCT project_id FROM tracker_blocker WHERE source LIKE 'I-%%'
), current AS (SELECT id FROM tracker_period WHERE ends_on >= %(today)s ORDER BY starts_on LIMIT 1),
lists AS (
    SELECT t.team_id, t.period_id, t.period_id = (SELECT id FROM current) AS current, coalesce(c.gross, 0) AS gross,
           coalesce(c.reserve_percent, 0) AS reserve, coalesce(c.allowance, 0) AS allowance,
           array_agg(k.id ORDER BY k.open, k.rank) AS efforts,
           array_agg(k.project_id ORDER BY k.open, k.rank) AS projects,
           array_agg(k.weeks ORDER BY k.open, k.rank) AS weeks,
           array_agg(CASE WHEN k.open THEN k.rank ELSE '' END ORDER BY k.open, k.rank) AS ranks,
           array_agg(k.fits ORDER BY k.open, k.rank) AS fits, array_agg(k.above ORDER BY k.open, k.rank) AS above,
           array_agg(coalesce(r.fits, true) ORDER BY k.open, k.rank) AS rest,
           array_agg(h.project_id) FILTER (WHERE h.project_id IS NOT NULL) AS carriers
    FROM touched t JOIN claims k USING (team_id, period_id)
    LEFT JOIN rest r USING (project_id, period_id)
    LEFT JOIN carriers h ON h.project_id = k.project_id
    LEFT JOIN tracker_capacity c ON c.team_id = t.team_id AND c.period_id = t.period_id
    GROUP BY t.team_id, t.period_id, c.gross, c.reserve_percent, c.allowance
)
"""
COLUMNS = (
    "team_id, period_id, current, gross, reserve, allowance, efforts, projects, weeks, ranks, fits, above, rest,"
    " carriers"
)
WRITE = """
WITH efforts AS (
    UPDATE tracker_effort e SET fits = n.fits
    FROM unnest(%(efforts)s::bigint[], %(fits)s::bool[]) n (id, fits) WHERE e.id = n.id
), projects AS (
    UPDATE tracker_project p SET above = coalesce(n.above, p.above), rank = coalesce(n.rank, p.rank),
           version = p.version + n.bump, updated_at = CASE n.bump WHEN 0 THEN p.updated_at ELSE %(at)s END
    FROM unnest(%(projects)s::bigint[], %(above)s::bool[], %(ranks)s::text[], %(bumps)s::int[]) n (id, above, rank, bump)
    WHERE p.id = n.id
)
INSERT INTO tracker_crossing (project_id, period_id, rose, at, cause, cause_project_id, cause_team_id, weeks)
SELECT n.project, n.period, n.rose, %(at)s, %(cause)s, %(cause_project)s::bigint, %(cause_team)s::bigint,
       %(weeks)s::numeric
FROM unnest(%(crossed)s::bigint[], %(crossed_in)s::bigint[], %(rose)s::bool[]) n (project, period, rose)
"""


@dataclass(frozen=True)
class Cause:
    """Why the line was drawn again: moved, pinned, unpinned, effort, embedded, capacity, started, launched, dropped,
    added; of which project or team, and by how many person-weeks it grew."""

    name: str
    project: int | None = None
    team: int | None = None
    weeks: Decimal | None = None


class List(NamedTuple):
    """One team's list as it is stored: arrays in rank order. Launched projects come first, with an empty rank: what
    was spent on them is spent. `rest` says whether a project fits in all lists that are not touched."""

    team: int
    period: int
    current: bool
    gross: Decimal
    reserve: Decimal
    allowance: Decimal
    efforts: list[int]
    projects: list[int]
    weeks: list[Decimal]
    ranks: list[str]
    fits: list[bool]
    above: list[bool]
    rest: list[bool]
    carriers: list[int] | None
    """Projects with blocking embedded items, in no order."""

    @property
    def available(self) -> Decimal:
        return available_weeks(self.gross, ZERO, self.reserve, self.allowance)


@dataclass
class Drawing:
    """What has to be written: stored values that differ from the ones just drawn."""

    fits: dict[int, bool] = field(default_factory=dict)
    above: dict[int, bool] = field(default_factory=dict)
    ranks: dict[int, str] = field(default_factory=dict)
    bumped: set[int] = field(default_factory=set)
    fell: dict[int, list[int]] = field(default_factory=dict)
    rose: dict[int, list[int]] = field(default_factory=dict)
    carriers: set[int] = field(default_factory=set)

    @property
    def empty(self) -> bool:
        return not (self.fits or self.above or self.ranks or self.bumped)


def run_locked(sql: str, params: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """Takes the portfolio's lock until the transaction ends, then runs the statement, in one round trip.

    They are two statements on purpose: the second one sees what was committed while the first one waited.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({PORTFOLIO}); {sql}", params)
        cursor.nextset()
        return cursor.fetchall() if cursor.description else []


def redraw_line(
    *,
    actor_key: str,
    at: datetime,
    cause: Cause,
    projects: Iterable[int] = (),
    lists: Collection[tuple[int, int]] = (),
    newcomers: Collection[int] = (),
    orphans_accepted: bool = False,
) -> Drawing:
    """Draws the lists of these projects and these (team, period) again and writes what changed (two statements).

    Needs the lock. Newcomers had no place before, so they cross nothing. Raises Refused (`would_orphan`) where a
    project with embedded items would fall and nobody accepted that.
    """
    drawing = draw_again(read_lists(reach_of(at, projects=projects, lists=lists)), newcomers=newcomers)
    write_drawing(drawing, actor_key=actor_key, at=at, cause=cause, orphans_accepted=orphans_accepted)
    return drawing


def reach_of(at: datetime, *, projects: Iterable[int] = (), lists: Collection[tuple[int, int]] = ()) -> dict[str, Any]:
    """The parameters of LISTS. Periods that are over keep their line."""
    return {
        "projects": list(projects),
        "teams": [team for team, _period in lists],
        "periods": [period for _team, period in lists],
        "today": at.date(),
    }


def read_lists(reach: Mapping[str, Any]) -> list[List]:
    """The lists within this reach as they are stored (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(f"{LISTS} SELECT {COLUMNS} FROM lists", reach)  # noqa: S608  constants only
        return [List(*row) for row in cursor.fetchall()]


def draw_again(lists: Sequence[List], *, newcomers: Collection[int] = ()) -> Drawing:
    """Compares the stored lists with the drawn ones."""
    drawing = Drawing()
    before: dict[int, dict[int, bool]] = {}
    after: dict[int, dict[int, bool]] = {}
    stored: dict[int, bool] = {}
    silent = set(newcomers)
    for one in lists:
        was, now = before.setdefault(one.period, {}), after.setdefault(one.period, {})
        drawn = draw_list([Claim(*pair) for pair in zip(one.projects, one.weeks, strict=True)], one.available)
        for effort, fitted, rest, row in zip(one.efforts, one.fits, one.rest, drawn, strict=True):
            was[row.project] = was.get(row.project, rest) and fitted
            now[row.project] = now.get(row.project, rest) and row.fits
            if fitted != row.fits:
                drawing.fits[effort] = row.fits
        if one.current:
            stored |= zip(one.projects, one.above, strict=True)
        drawing.carriers.update(one.carriers or ())
        silent.update(project for project, rank in zip(one.projects, one.ranks, strict=True) if not rank)
    for period, now in after.items():
        crossed = crossings({p: was for p, was in before[period].items() if p not in silent}, now)
        drawing.fell[period], drawing.rose[period] = crossed.fell, crossed.rose
    current = next((one.period for one in lists if one.current), None)
    drawn_now = after.get(current, {}) if current is not None else {}
    drawing.above = {project: drawn_now[project] for project, kept in stored.items() if kept != drawn_now[project]}
    return drawing


def put_in_place(one: List, project: int, rank: str) -> List:
    """The same list with the project standing where its new rank puts it."""
    here = one.projects.index(project)
    ranks = [*one.ranks[:here], *one.ranks[here + 1 :]]
    place = bisect_right(ranks, rank)

    def moved(column: list[Any], value: Any) -> list[Any]:
        rest = [*column[:here], *column[here + 1 :]]
        return [*rest[:place], value, *rest[place:]]

    return one._replace(
        efforts=moved(one.efforts, one.efforts[here]),
        projects=moved(one.projects, project),
        weeks=moved(one.weeks, one.weeks[here]),
        ranks=moved(one.ranks, rank),
        fits=moved(one.fits, one.fits[here]),
        above=moved(one.above, one.above[here]),
        rest=moved(one.rest, one.rest[here]),
    )


def write_drawing(
    drawing: Drawing, *, actor_key: str, at: datetime, cause: Cause, orphans_accepted: bool = False
) -> None:
    """Writes a drawing in one statement and tells who reacts to crossings."""
    if drawing.empty:
        return
    falling = [project for fallen in drawing.fell.values() for project in fallen]
    if not orphans_accepted and not drawing.carriers.isdisjoint(falling):
        refuse_orphans(falling)
    crossed = [(p, period, False) for period, ps in drawing.fell.items() for p in ps]
    crossed += [(p, period, True) for period, ps in drawing.rose.items() for p in ps]
    projects = sorted({*drawing.above, *drawing.ranks, *drawing.bumped})
    params: dict[str, Any] = {
        "at": at,
        "efforts": list(drawing.fits),
        "fits": list(drawing.fits.values()),
        "projects": projects,
        "above": [drawing.above.get(project) for project in projects],
        "ranks": [drawing.ranks.get(project) for project in projects],
        "bumps": [int(project in drawing.bumped) for project in projects],
        "crossed": [row[0] for row in crossed],
        "crossed_in": [row[1] for row in crossed],
        "rose": [row[2] for row in crossed],
        "cause": cause.name,
        "cause_project": cause.project,
        "cause_team": cause.team,
        "weeks": cause.weeks,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, params)
    for period in drawing.fell:
        fell, rose = tuple(drawing.fell[period]), tuple(drawing.rose[period])
        if fell or rose:
            carrying = tuple(sorted(drawing.carriers.intersection(fell + rose)))
            publish(LineCrossed(at, actor_key, period, fell, rose, carrying))


def refuse_orphans(fell: Sequence[int]) -> None:
    """Raises Refused where a falling project carries embedded items: both owners are named before it happens.

    `projects` are those that carry some, `falling` the keys of all that would fall, in rank order.
    """
    found = list(
        Blocker.objects.filter(project__in=fell, source__startswith="I-")
        .values_list("source", "text", "project__key", "project__title", "project__owner__name")
        .order_by("project__rank", "source")
    )
    if not found:
        return
    falling = list(Project.objects.filter(pk__in=fell).order_by("rank").values_list("key", flat=True))
    raise Refused(
        _("This would push projects below the line that carry embedded items: %(projects)s.")
        % {"projects": ", ".join(dict.fromkeys(row[2] for row in found))},
        code="would_orphan",
        items=[{"item": source, "text": text, "project": key} for source, text, key, _title, _owner in found],
        projects=list({key: {"key": key, "title": t, "owner": owner} for _s, _t, key, t, owner in found}.values()),
        falling=falling,
    )
