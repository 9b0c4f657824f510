"""What a second import changes in projects that are here: a few statements for a set of any size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from tracker.history.actions import Fact, record, stale
from tracker.kernel.events import publish
from tracker.people.access import Power, Ties, Viewer, require
from tracker.projects.actions.line import Cause, redraw_line
from tracker.projects.events import OwnersChanged
from tracker.projects.models import Effort, Project

UPDATE = """
UPDATE tracker_project p
SET title = n.title, stage = n.stage, owner_id = n.owner_id, starts_on = n.starts_on, ends_on = n.ends_on,
    issues_total = n.issues_total, issues_done = n.issues_done, above = p.above AND n.stage <> 'dropped',
    version = p.version + 1, updated_at = %s
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::bigint[], %s::date[], %s::date[], %s::int[], %s::int[])
     n (id, version, title, stage, owner_id, starts_on, ends_on, issues_total, issues_done)
WHERE p.id = n.id AND p.version = n.version
"""
EFFORTS = """
INSERT INTO tracker_effort (project_id, team_id, period_id, size, weeks, embedded, fits)
SELECT n.project, %s, %s, '', n.weeks, 0, false FROM unnest(%s::bigint[], %s::numeric[]) n (project, weeks)
ON CONFLICT (project_id, team_id, period_id) DO UPDATE SET weeks = excluded.weeks, size = ''
"""


@dataclass(frozen=True)
class ImportedValues:
    """What another tracker says of a project; `weeks` (of the importing team) None where nobody estimated it."""

    title: str
    stage: str
    owner: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    areas: tuple[int, ...] = ()
    weeks: Decimal | None = None
    issues_total: int = 0
    issues_done: int = 0


@dataclass(frozen=True)
class ImportedEdit:
    """`project` as it was read under its lock, the values it gets, and what of them is new: field → [before, after]."""

    project: Project
    values: ImportedValues
    changes: Mapping[str, list[Any]]


@transaction.atomic
def edit_imported_projects(
    *, actor: Viewer, at: datetime, team: int, period: int | None, edits: Sequence[ImportedEdit], run: int
) -> None:
    """`run` is the number of the import, which history names.

    Raises Stale where a project is not what was read, Refused (`would_orphan`) where the line would fall so far."""
    require(actor, Power.IMPORT_PROJECTS, Ties(team=team))
    if not edits:
        return
    _update_rows(edits, at)
    areas = {edit.project.pk: edit.values.areas for edit in edits if "areas" in edit.changes}
    Project.areas.through.objects.filter(project_id__in=areas).delete()
    _put_areas(areas)
    weeks = {e.project.pk: e.values.weeks for e in edits if "weeks" in e.changes and e.values.weeks is not None}
    _put_efforts(team, period, weeks)
    record(
        actor=actor.key,
        at=at,
        facts=[
            Fact(
                "project",
                edit.project.pk,
                edit.project.version + 1,
                "renew_project",
                "",
                {**edit.changes, "import": [None, run]},
            )
            for edit in edits
        ],
    )
    owners = {e.project.pk: e.values.owner for e in edits if "owner" in e.changes and e.values.owner is not None}
    if owners:
        publish(OwnersChanged(at=at, actor_key=actor.key, owners=owners))
    moved = [edit.project.pk for edit in edits if not {"weeks", "stage"}.isdisjoint(edit.changes)]
    if moved:
        reach = [(team, period)] if period is not None else []
        redraw_line(actor_key=actor.key, at=at, cause=Cause("effort", team=team), projects=moved, lists=reach)


def _update_rows(edits: Sequence[ImportedEdit], at: datetime) -> None:
    columns: list[list[Any]] = [
        [edit.project.pk for edit in edits],
        [edit.project.version for edit in edits],
        *(
            [getattr(edit.values, name) for edit in edits]
            for name in ("title", "stage", "owner", "starts_on", "ends_on", "issues_total", "issues_done")
        ),
    ]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, [at, *columns])
        if cursor.rowcount != len(edits):
            raise stale(None)


def _put_areas(areas: Mapping[int, tuple[int, ...]]) -> None:
    through = Project.areas.through
    through.objects.bulk_create(
        through(project_id=project, area_id=area) for project, chosen in areas.items() for area in chosen
    )


def _put_efforts(team: int, period: int | None, weeks: Mapping[int, Decimal | None]) -> None:
    if period is None or not weeks:
        return
    with connection.cursor() as cursor:
        cursor.execute(EFFORTS, [team, period, list(weeks), list(weeks.values())])


def efforts_of(projects: Sequence[int], team: int, period: int | None) -> dict[int, Decimal]:
    """What these projects ask of the team in the period."""
    found = Effort.objects.filter(project__in=projects, team=team, period=period)
    return dict(found.values_list("project", "weeks"))
