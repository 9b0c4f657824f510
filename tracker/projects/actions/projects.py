"""Verbs of projects: add, edit, estimate, start, launch, drop, block."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import Fact, add_row, change_row, check_version, record, stale
from tracker.kernel.errors import Invalid, Refused, Stale, WrongState
from tracker.kernel.events import publish
from tracker.kernel.ranks import key_between
from tracker.people.access import Power, Ties, Viewer, require
from tracker.people.models import Team, User
from tracker.projects.actions.line import Cause, redraw_line, run_locked
from tracker.projects.actions.rows import change_locked
from tracker.projects.events import OwnersChanged
from tracker.projects.models import Blocker, Period, Project, Stage
from tracker.projects.rules import SIZES
from tracker.projects.states import PROJECT
from tracker.sites.models import Area

EDITABLE = {
    "title",
    "summary",
    "owner",
    "team",
    "starts_on",
    "ends_on",
    "value_per_week",
    "confidence",
    "issues_total",
    "issues_done",
}
LAST_RANK = "SELECT max(rank) FROM tracker_project"
ESTIMATE = """
WITH bumped AS (
    UPDATE tracker_project SET version = version + 1, updated_at = %(at)s
    WHERE id = %(project)s AND version = %(version)s RETURNING id
), old AS (
    SELECT size, weeks, embedded FROM tracker_effort
    WHERE project_id = %(project)s AND team_id = %(team)s AND period_id = %(period)s
), before AS (
    SELECT (SELECT size FROM old) AS size, (SELECT weeks FROM old) AS weeks, (SELECT embedded FROM old) AS embedded,
           EXISTS (SELECT FROM tracker_effort WHERE project_id = %(project)s AND period_id = %(period)s) AS estimated
), {change}
SELECT size, weeks, embedded, estimated FROM before, bumped
"""
SET = """changed AS (
    INSERT INTO tracker_effort (project_id, team_id, period_id, size, weeks, embedded, fits)
    SELECT id, %(team)s, %(period)s, %(size)s, %(weeks)s, 0, true FROM bumped
    ON CONFLICT (project_id, team_id, period_id) DO UPDATE SET size = excluded.size, weeks = excluded.weeks
)"""
UNSET = """changed AS (
    DELETE FROM tracker_effort e USING bumped
    WHERE e.project_id = bumped.id AND e.team_id = %(team)s AND e.period_id = %(period)s AND e.embedded = 0
)"""
BLOCK = """
WITH host AS (
    SELECT id FROM tracker_project WHERE id = %s AND stage NOT IN ('launched', 'dropped') FOR NO KEY UPDATE
)
INSERT INTO tracker_blocker (project_id, source, text) SELECT id, %s, %s FROM host
ON CONFLICT (source) DO UPDATE SET project_id = excluded.project_id, text = excluded.text RETURNING id
"""
SET_AREAS = """
WITH gone AS (
    DELETE FROM tracker_project_areas WHERE project_id = %(project)s AND area_id <> ALL(%(areas)s::bigint[])
)
INSERT INTO tracker_project_areas (project_id, area_id)
SELECT %(project)s, area FROM unnest(%(areas)s::bigint[]) area ON CONFLICT DO NOTHING
"""
UNBLOCKED = "NOT EXISTS (SELECT FROM tracker_blocker b WHERE b.project_id = tracker_project.id)"


@transaction.atomic
def add_project(
    *,
    actor: Viewer,
    at: datetime,
    title: str,
    team: Team | None,
    owner: User | None = None,
    stage: str = Stage.PLANNED,
    areas: Iterable[Area] = (),
    **more: Any,
) -> Project:
    """Appended at the end of the ranking; `more` holds other editable fields."""
    owners = frozenset({owner.pk}) if owner else frozenset()
    require(actor, Power.EDIT_PROJECT, Ties(delivery=owners, team=team.pk if team else None))
    _check_words(title, more)
    rank = key_between(run_locked(LAST_RANK, [])[0][0], None)
    project = Project(
        title=title.strip(), team=team, owner=owner, stage=stage, rank=rank, created_at=at, updated_at=at, **more
    )
    add_row(project, actor=actor.key, at=at, verb="add_project")
    chosen = list(areas)
    if chosen:
        link = Project.areas.through
        link.objects.bulk_create(link(project_id=project.pk, area_id=area.pk) for area in chosen)
    return project


@transaction.atomic
def edit_project(
    *, actor: Viewer, at: datetime, project: Project, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds editable fields and `areas`; giving a project to another team needs power over both."""
    require(actor, Power.EDIT_PROJECT, project.ties)
    if changes.get("team") is not None:
        owners = frozenset({project.owner_id}) if project.owner_id else frozenset()
        require(actor, Power.EDIT_PROJECT, Ties(delivery=owners, team=changes["team"].pk))
    unknown = set(changes) - EDITABLE - {"areas"}
    if unknown:
        raise Invalid(_("There is no such field."), fields=dict.fromkeys(unknown, _("There is no such field.")))
    _check_words(
        changes.get("title", project.title), {"starts_on": project.starts_on, "ends_on": project.ends_on} | {**changes}
    )
    values = {name: value for name, value in changes.items() if name in EDITABLE}
    before = project.owner_id
    change_row(
        project,
        actor=actor.key,
        at=at,
        verb="edit_project",
        changes=values | {"updated_at": at},
        expected=expected,
    )
    if project.owner_id and project.owner_id != before:
        publish(OwnersChanged(at=at, actor_key=actor.key, owners={project.pk: project.owner_id}))
    if "areas" in changes:
        chosen = [area.pk for area in changes["areas"]]
        with connection.cursor() as cursor:
            cursor.execute(SET_AREAS, {"project": project.pk, "areas": chosen})


def _check_words(title: str, dates: Mapping[str, Any]) -> None:
    if not title.strip():
        raise Invalid(_("A project needs a title."), fields={"title": _("A project needs a title.")})
    starts, ends = dates.get("starts_on"), dates.get("ends_on")
    if starts and ends and ends < starts:
        text = _("It ends before it starts.")
        raise Invalid(text, fields={"ends_on": text})


@transaction.atomic
def set_effort(
    *,
    actor: Viewer,
    at: datetime,
    project: Project,
    team: Team,
    period: Period,
    expected: int | None = None,
    size: str = "",
    weeks: Decimal | None = None,
    orphans_accepted: bool = False,
) -> None:
    """What the project asks of a team in a period: a size or person-weeks; neither takes the estimate back.

    Raises Invalid, Stale, Refused (`would_orphan`).
    """
    require(actor, Power.EDIT_TECHNICAL, Ties(delivery=project.ties.delivery, team=team.pk))
    if project.stage == Stage.DROPPED:
        raise WrongState(_("A dropped project claims nothing."), state=project.stage)
    check_version(project, expected)
    asked = _read_weeks(size, weeks)
    found = run_locked(
        ESTIMATE.format(change=UNSET if asked is None else SET),
        {
            "at": at,
            "project": project.pk,
            "version": project.version,
            "team": team.pk,
            "period": period.pk,
            "size": size,
            "weeks": asked,
        },
    )
    if not found:
        raise stale(Project.objects.filter(pk=project.pk).values_list("version", flat=True).first())
    old_size, old_weeks, embedded, estimated = found[0]
    if asked is None and embedded:
        text = _("Embedded work lies on this estimate: it cannot be taken back.")
        raise Invalid(text, fields={"weeks": text})
    project.version += 1
    told = {"effort": [_say_effort(team, period, old_size, old_weeks), _say_effort(team, period, size, asked)]}
    record(actor=actor.key, at=at, facts=[Fact("project", project.pk, project.version, "set_effort", "", told)])
    grown = (asked or Decimal(0)) - (old_weeks or Decimal(0))
    redraw_line(
        actor_key=actor.key,
        at=at,
        cause=Cause("effort", project=project.pk, team=team.pk, weeks=grown),
        projects=[project.pk],
        lists=[(team.pk, period.pk)],
        newcomers=[] if estimated else [project.pk],
        orphans_accepted=orphans_accepted,
    )
    if asked is None:
        _lower_unestimated(project, at)


def _read_weeks(size: str, weeks: Decimal | None) -> Decimal | None:
    if not size:
        if weeks is not None and not 0 <= weeks < 10_000:
            text = _("Weeks are between 0 and 9,999.")
            raise Invalid(text, fields={"weeks": text})
        return weeks
    if size not in SIZES:
        choices = _("Choose among: %(choices)s.") % {"choices": ", ".join(SIZES)}
        raise Invalid(choices, fields={"size": choices})
    return SIZES[size]


def _say_effort(team: Team, period: Period, size: str | None, weeks: Decimal | None) -> dict[str, str] | None:
    if weeks is None:
        return None
    return {"team": team.name, "period": period.key, "size": size or "", "weeks": f"{weeks:.2f}"}


def _lower_unestimated(project: Project, at: datetime) -> None:
    """Without an estimate in the running period a project is neither above nor below: shown apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracker_project SET above = false WHERE id = %s AND above AND NOT EXISTS ("
            " SELECT FROM tracker_effort WHERE project_id = %s AND period_id ="
            " (SELECT id FROM tracker_period WHERE ends_on >= %s ORDER BY starts_on LIMIT 1))",
            [project.pk, project.pk, at.date()],
        )


@transaction.atomic
def start_project(*, actor: Viewer, at: datetime, project: Project, expected: int | None = None) -> None:
    """Starting changes no claim, so nothing is drawn again."""
    _step(project, actor, at, "start", expected)


@transaction.atomic
def launch_project(*, actor: Viewer, at: datetime, project: Project, expected: int | None = None) -> None:
    """Refused (`blocked`) while anything blocks it. What was spent on it stays claimed in its quarter."""
    _step(project, actor, at, "launch", expected)
    _redraw_after(project, actor, at, "launched")


@transaction.atomic
def drop_project(
    *, actor: Viewer, at: datetime, project: Project, reason: str = "", expected: int | None = None
) -> None:
    """Refused (`blocked`) while anything blocks it; its claims are free at once."""
    _step(project, actor, at, "drop", expected, {"above": False, "pinned": False, "pin_reason": ""}, reason)
    _redraw_after(project, actor, at, "dropped")


def _step(
    project: Project,
    actor: Viewer,
    at: datetime,
    verb: str,
    expected: int | None,
    more: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    require(actor, Power.EDIT_PROJECT, project.ties)
    stage = PROJECT.next(project.stage, verb)
    try:
        change_locked(
            project,
            actor=actor.key,
            at=at,
            verb=f"{verb}_project",
            changes={"stage": str(stage)} | {**(more or {})},
            expected=expected,
            reason=reason,
            only_if="true" if verb == "start" else UNBLOCKED,
        )
    except Stale:
        refuse_blocked(project)
        raise


def refuse_blocked(project: Project) -> None:
    """Raises Refused (`blocked`), naming what stands in the way."""
    found = list(Blocker.objects.filter(project=project).order_by("source").values("source", "text"))
    if found:
        names = ", ".join(blocker["source"] for blocker in found)
        raise Refused(_("%(blockers)s stand in the way.") % {"blockers": names}, code="blocked", blockers=found)


def _redraw_after(project: Project, actor: Viewer, at: datetime, cause: str) -> None:
    redraw_line(
        actor_key=actor.key,
        at=at,
        cause=Cause(cause, project=project.pk),
        projects=[project.pk],
        orphans_accepted=True,
    )


@transaction.atomic
def block_project(*, project: Project, source: str, text: str) -> None:
    """For verbs of the rooms above (no power check): while the row stands, neither launch nor drop go through."""
    if not run_locked(BLOCK, [project.pk, source, text[:300]]):
        raise WrongState(_("The project is launched or dropped."), project=project.key)


def unblock_project(*, source: str) -> None:
    Blocker.objects.filter(source=source).delete()
