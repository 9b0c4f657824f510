"""Verbs of rank: one order for the whole portfolio, in which pinned projects come first."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import Fact, record, stale
from tracker.kernel.errors import Invalid, NotFound, Refused, WrongState
from tracker.kernel.ranks import balanced_keys, key_between, needs_rebalance
from tracker.people.access import Power, Viewer, require
from tracker.projects.actions.line import (
    COLUMNS,
    LISTS,
    Cause,
    Drawing,
    List,
    draw_again,
    put_in_place,
    reach_of,
    run_locked,
    write_drawing,
)
from tracker.projects.actions.rows import change_locked
from tracker.projects.models import CLOSED, Project

SPOT = """
, me AS (SELECT id, version, rank, pinned, stage FROM tracker_project WHERE id = %(mover)s),
leader AS (SELECT key, rank, pinned FROM tracker_project WHERE id = %(after)s),
head AS (
    SELECT rank, key FROM tracker_project
    WHERE pinned AND stage NOT IN ('launched', 'dropped') AND id <> %(mover)s ORDER BY rank DESC LIMIT 1
), low AS (
    SELECT CASE WHEN %(after)s::bigint IS NOT NULL THEN (SELECT rank FROM leader)
                WHEN %(among_pinned)s AND (SELECT pinned FROM me) THEN '' ELSE (SELECT rank FROM head) END AS rank
), spot AS (
    SELECT me.version, me.rank AS mine, me.pinned, me.stage, coalesce(low.rank, '') AS low,
           (SELECT min(n.rank) FROM tracker_project n WHERE n.rank > coalesce(low.rank, '') AND n.id <> me.id) AS high,
           (SELECT key FROM leader) AS leader, (SELECT leader.pinned FROM leader) AS leader_pinned,
           (SELECT key FROM head) AS head, coalesce((SELECT rank FROM head), '') AS head_rank,
           (SELECT b.key FROM tracker_project b WHERE b.rank < me.rank ORDER BY b.rank DESC LIMIT 1) AS before
    FROM me, low
)
"""
SPOT_COLUMNS = "spot.version, mine, pinned, stage, low, high, leader, leader_pinned, head, head_rank, before"
LOOK = f"{LISTS} {SPOT} SELECT {SPOT_COLUMNS}, {COLUMNS} FROM spot LEFT JOIN lists ON true"  # noqa: S608  constants only


@dataclass(frozen=True)
class Spot:
    """Where a project stands and where it shall: `low` and `high` are the keys of the new neighbours ("" or None at an
    end), `head` is the last pinned project, `before` the one it follows now."""

    version: int
    mine: str
    pinned: bool
    stage: str
    low: str
    high: str | None
    leader: str | None
    leader_pinned: bool | None
    head: str | None
    head_rank: str
    before: str | None

    @property
    def here_already(self) -> bool:
        return self.low < self.mine and (self.high is None or self.mine < self.high)


@transaction.atomic
def move_project(
    *,
    actor: Viewer,
    at: datetime,
    project: Project,
    after: Project | None,
    expected: int | None = None,
    orphans_accepted: bool = False,
    by_ruling: bool = False,
    newcomer: bool = False,
) -> str | None:
    """Puts the project right behind another one; None is the first place that it may have. The key of the one that it
    followed before, "" for none, is what moving it back takes; None where nothing moved.

    A move that changes nothing is no move; what a newcomer pushes down fell because it was added. `by_ruling`: the
    mediator decided it; that verb has asked for the power. Raises Refused (`would_orphan`, `pinned_first`), Stale.
    """
    if not by_ruling:
        require(actor, Power.RANK_PROJECTS)
    if after is not None and after.pk == project.pk:
        raise Invalid(_("A project cannot follow itself."), fields={"after": _("A project cannot follow itself.")})
    spot, lists = _look_at(project, after, at, among_pinned=True)
    if expected is not None and expected != spot.version:
        raise stale(spot.version)
    _refuse_place(spot)
    project.version, project.rank = spot.version, spot.mine
    if spot.here_already:
        return None
    drawing = place_project(project.pk, spot, lists)
    drawing.bumped.add(project.pk)
    cause = Cause("added" if newcomer else "moved", project=project.pk)
    write_drawing(drawing, actor_key=actor.key, at=at, cause=cause, orphans_accepted=orphans_accepted)
    project.version += 1
    project.rank = drawing.ranks[project.pk]
    told = {"after": [spot.before, spot.leader or (None if spot.pinned else spot.head)]}
    record(actor=actor.key, at=at, facts=[Fact("project", project.pk, project.version, "move_project", "", told)])
    return spot.before or ""


@transaction.atomic
def pin_project(
    *,
    actor: Viewer,
    at: datetime,
    project: Project,
    reason: str,
    expected: int | None = None,
    orphans_accepted: bool = False,
    by_ruling: bool = False,
) -> None:
    """Pinned projects come first (law, security, a ruling); the reason is shown, and who approved it."""
    if not by_ruling:
        require(actor, Power.RANK_PROJECTS)
    if not reason.strip():
        text = _("Say why it is pinned.")
        raise Invalid(text, fields={"reason": text})
    _refuse_closed(project.stage)
    if project.pinned:
        raise WrongState(_("It is pinned already."), state="pinned")
    changes = {"pinned": True, "pin_reason": reason.strip(), "pin_approver_id": actor.id}
    change_locked(project, actor=actor.key, at=at, verb="pin_project", changes=changes, expected=expected)
    _follow_the_pinned(project, actor, at, Cause("pinned", project=project.pk), orphans_accepted)


@transaction.atomic
def unpin_project(
    *,
    actor: Viewer,
    at: datetime,
    project: Project,
    expected: int | None = None,
    reason: str = "",
    orphans_accepted: bool = False,
) -> None:
    """It becomes the first of those that are not pinned."""
    require(actor, Power.RANK_PROJECTS)
    if not project.pinned:
        raise WrongState(_("It is not pinned."), state="unpinned")
    changes = {"pinned": False, "pin_reason": "", "pin_approver_id": None}
    change_locked(
        project, actor=actor.key, at=at, verb="unpin_project", changes=changes, expected=expected, reason=reason
    )
    _follow_the_pinned(project, actor, at, Cause("unpinned", project=project.pk), orphans_accepted)


def _follow_the_pinned(project: Project, actor: Viewer, at: datetime, cause: Cause, orphans_accepted: bool) -> None:
    """The project becomes the next behind the other pinned ones."""
    spot, lists = _look_at(project, None, at, among_pinned=False)
    if spot.here_already:
        return
    drawing = place_project(project.pk, spot, lists)
    write_drawing(drawing, actor_key=actor.key, at=at, cause=cause, orphans_accepted=orphans_accepted)
    project.rank = drawing.ranks[project.pk]


def _look_at(project: Project, after: Project | None, at: datetime, *, among_pinned: bool) -> tuple[Spot, list[List]]:
    """Locks, then reads the spot and the lists of the project's teams in one statement."""
    params = reach_of(at, projects=[project.pk])
    params |= {"mover": project.pk, "after": after.pk if after else None, "among_pinned": among_pinned}
    rows = run_locked(LOOK, params)
    if not rows or (after is not None and rows[0][6] is None):
        raise NotFound(_("There is no such record."))
    width = len(Spot.__dataclass_fields__)
    return Spot(*rows[0][:width]), [List(*row[width:]) for row in rows if row[width] is not None]


def _refuse_closed(stage: str) -> None:
    if stage in CLOSED:
        raise WrongState(_("A launched or dropped project has no rank."), state=stage)


def _refuse_place(spot: Spot) -> None:
    """Pinned projects stay together at the top."""
    _refuse_closed(spot.stage)
    if not spot.pinned and spot.low < spot.head_rank:
        raise Refused(
            _("%(key)s is pinned: nothing that is not pinned stands above it.") % {"key": spot.head},
            code="pinned_first",
            pinned=spot.head,
        )
    if spot.pinned and spot.leader and not spot.leader_pinned:
        raise Refused(
            _("It is pinned and stays above %(key)s. Unpin it first.") % {"key": spot.leader}, code="pinned_first"
        )


def place_project(project: int, spot: Spot, lists: list[List]) -> Drawing:
    """Gives the project a key between its new neighbours and draws its teams' lists."""
    key = key_between(spot.low or None, spot.high)
    drawing = draw_again([put_in_place(one, project, key) if project in one.projects else one for one in lists])
    drawing.ranks = deal_anew(project, spot.low) if needs_rebalance(key) else {project: key}
    return drawing


def deal_anew(project: int, low: str) -> dict[int, str]:
    """New keys for everybody, evenly spread, with the project behind the key `low`; the order stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, rank FROM tracker_project WHERE id <> %s ORDER BY rank", [project])
        others = cursor.fetchall()
    place = sum(rank <= low for _id, rank in others)
    order = [row[0] for row in others]
    order.insert(place, project)
    return dict(zip(order, balanced_keys(len(order)), strict=True))
