"""Writes one batch of planned projects with the links to their issues. The batch is one transaction: all of it or none.

What raises inside is found by halving, so that only the poisoned project stays out and says why.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db import DataError, IntegrityError, connection, transaction

from tracker.integrations.models import ImportRun, PlannedProject
from tracker.integrations.weighing import Judged, Outcome, period_at, weigh_projects
from tracker.kernel.errors import Refused
from tracker.people.access import Viewer
from tracker.projects.actions import NewProject, add_projects
from tracker.projects.actions.imported import ImportedEdit, edit_imported_projects
from tracker.projects.actions.line import run_locked

LINK_PROJECTS = """
INSERT INTO tracker_link (source, external_id, project_id, issue, title, done, raw)
SELECT %s, n.external_id, n.project, false, n.title, n.done, n.raw
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bool[], %s::jsonb[]) n (external_id, project, title, done, raw)
ON CONFLICT (source, external_id) WHERE NOT issue
DO UPDATE SET title = excluded.title, done = excluded.done, raw = excluded.raw
WHERE (tracker_link.title, tracker_link.done, tracker_link.raw) IS DISTINCT FROM
      (excluded.title, excluded.done, excluded.raw)
"""
NOTE_PLANNED = """
UPDATE tracker_plannedproject p
SET outcome = n.outcome, reason = n.reason, project_id = n.project, changes = n.changes, kept = n.kept, written = true,
    links_changed = 0
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::jsonb[], %s::jsonb[])
     n (id, outcome, reason, project, changes, kept)
WHERE p.id = n.id
"""
LINK_ISSUES = """
WITH member AS (
    SELECT p.id, p.project_id, r.external_id, r.title, r.done,
           jsonb_build_object('status', r.status, 'row', r.number) AS raw
    FROM tracker_plannedproject p, unnest(p.members) m (number)
    JOIN tracker_plannedrow r ON r.run_id = %(run)s AND r.number = m.number
    WHERE p.id = ANY(%(planned)s)
), linked AS (
    INSERT INTO tracker_link (source, external_id, project_id, issue, title, done, raw)
    SELECT %(source)s, external_id, project_id, true, title, done, raw FROM member
    ON CONFLICT (source, external_id, project_id) WHERE issue
    DO UPDATE SET title = excluded.title, done = excluded.done, raw = excluded.raw
    WHERE (tracker_link.title, tracker_link.done) IS DISTINCT FROM (excluded.title, excluded.done)
    RETURNING project_id
)
UPDATE tracker_plannedproject p SET links_changed = n.count
FROM (SELECT project_id, count(*) FROM linked GROUP BY project_id) n
WHERE p.id = ANY(%(planned)s) AND p.project_id = n.project_id
"""
UNLINK_MOVED = """
WITH member AS MATERIALIZED (
    SELECT p.project_id, r.external_id FROM tracker_plannedproject p, unnest(p.members) m (number)
    JOIN tracker_plannedrow r ON r.run_id = %(run)s AND r.number = m.number
    WHERE p.run_id = %(run)s
)
DELETE FROM tracker_link l USING tracker_plannedrow r
WHERE l.source = %(source)s AND l.issue AND r.run_id = %(run)s AND r.outcome = 'link' AND r.external_id = l.external_id
  AND l.project_id IN (
      SELECT project_id FROM tracker_plannedproject WHERE run_id = %(run)s AND written AND outcome <> 'refused'
  )
  AND NOT EXISTS (SELECT FROM member m WHERE m.project_id = l.project_id AND m.external_id = l.external_id)
"""


def unlink_moved_issues(run: ImportRun) -> None:
    """Issues of this file leave the projects that they no longer belong to; what the file does not hold stays."""
    with connection.cursor() as cursor:
        cursor.execute(UNLINK_MOVED, {"run": run.pk, "source": run.source})


def write_projects(run: ImportRun, planned: Sequence[PlannedProject], *, viewer: Viewer, at: datetime) -> None:
    """Halves the set where it cannot be written whole."""
    if not planned:
        return
    try:
        _write_set(run, planned, viewer, at)
    except (Refused, IntegrityError, DataError) as cause:
        if len(planned) == 1:
            _leave_out(run, planned[0], cause)
            return
        half = len(planned) // 2
        write_projects(run, planned[:half], viewer=viewer, at=at)
        write_projects(run, planned[half:], viewer=viewer, at=at)


@transaction.atomic
def _write_set(run: ImportRun, planned: Sequence[PlannedProject], viewer: Viewer, at: datetime) -> None:
    # The portfolio's lock comes before the locks of rows, as in every other verb.
    run_locked("SELECT 1", [])
    judged = weigh_projects(run, planned, viewer=viewer, at=at, lock=True)
    period = period_at(at)
    new = [one for one in judged if one.outcome == Outcome.NEW]
    rows = [_new_project(one, run.team_id, period.pk if period else None) for one in new]
    added = add_projects(actor_key=viewer.key, at=at, rows=rows)
    projects = {one.planned.pk: project.pk for one, project in zip(new, added, strict=True)}
    edits = [
        ImportedEdit(one.project, one.values(), one.weighed.changes)
        for one in judged
        if one.outcome == Outcome.CHANGED and one.project and one.weighed
    ]
    edit_imported_projects(
        actor=viewer,
        at=at,
        team=run.team_id or 0,
        period=period.pk if period else None,
        edits=edits,
        run=run.pk,
    )
    projects |= {one.planned.pk: one.project.pk for one in judged if one.project}
    _write_links(run, judged, projects, estimates=period is not None)


def _new_project(one: Judged, team: int | None, period: int | None) -> NewProject:
    values = one.values()
    efforts: tuple[tuple[int, int, str, Decimal], ...] = ()
    if team is not None and period is not None and values.weeks is not None:
        efforts = ((team, period, "", values.weeks),)
    return NewProject(
        title=values.title,
        team=team,
        owner=values.owner,
        stage=values.stage,
        starts_on=values.starts_on,
        ends_on=values.ends_on,
        areas=values.areas,
        issues_total=values.issues_total,
        issues_done=values.issues_done,
        efforts=efforts,
    )


def _write_links(run: ImportRun, judged: Sequence[Judged], projects: dict[int, int], *, estimates: bool) -> None:
    for one in judged:
        one.note()
    linked = [one for one in judged if one.outcome != Outcome.REFUSED]
    with connection.cursor() as cursor:
        cursor.execute(
            LINK_PROJECTS,
            [
                run.source,
                [one.planned.external_id for one in linked],
                [projects[one.planned.pk] for one in linked],
                [one.planned.values["title"] for one in linked],
                [one.planned.values["stage"] == "launched" for one in linked],
                [_raw_of(one, estimates) for one in linked],
            ],
        )
        cursor.execute(
            NOTE_PLANNED,
            [
                [one.planned.pk for one in judged],
                [str(one.outcome) for one in judged],
                [one.reason for one in judged],
                [projects[one.planned.pk] for one in judged],
                [_json(one.planned.changes) for one in judged],
                [_json(one.planned.kept) for one in judged],
            ],
        )
        planned = [one.planned.pk for one in linked if one.planned.members]
        if planned:
            cursor.execute(LINK_ISSUES, {"run": run.pk, "source": run.source, "planned": planned})


def _raw_of(one: Judged, estimates: bool) -> str:
    """Where no quarter could take the estimate, the next import shall find it to be news."""
    values = dict(one.seen)
    if not estimates and one.outcome == Outcome.NEW:
        values["weeks"] = None
    return _json({"values": values, "row": one.planned.raw})


def _leave_out(run: ImportRun, planned: PlannedProject, cause: Exception) -> None:
    planned.outcome = Outcome.REFUSED
    planned.reason = cause.code if isinstance(cause, Refused) else "not_written"
    planned.written = True
    planned.save(update_fields=["outcome", "reason", "written"])


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
