"""Verbs of imports. An import walks from the file to the mapping, the dry run and the run; each step is a verb."""

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.integrations.drafting import note_known, plan_findings, write_findings
from tracker.integrations.events import ImportAwaits
from tracker.integrations.jira_csv.errors import Unreadable
from tracker.integrations.jira_csv.mapping import Mapping
from tracker.integrations.jira_csv.reader import MAX_BYTES, read_table
from tracker.integrations.models import ImportFile, ImportRun, PlannedProject, RunState, What
from tracker.integrations.planned import count_planned
from tracker.integrations.planning import count_projects, plan_run, survey_file
from tracker.integrations.states import IMPORT
from tracker.integrations.ticketing import plan_tickets, write_tickets
from tracker.integrations.words import say_unreadable
from tracker.integrations.writing import unlink_moved_issues, write_projects
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, Refused
from tracker.kernel.events import publish
from tracker.people.access import Power, Ties, Viewer, may, require
from tracker.people.models import Team, User

PLANNED_AT_ONCE = 5_000
"""Rows that are checked while the person waits; more than that is a worker's job."""
BATCH_PROJECTS = 100
BATCH_ROWS = 5_000
IDLE_SECONDS = 15
"""An import that nobody has carried on for so long has lost its worker."""


@transaction.atomic
def upload_import(*, actor: Viewer, at: datetime, source: str, filename: str, content: bytes) -> ImportRun:
    """Reads the file and proposes the mapping and the team of the last import of this source that was carried out,
    else what the file suggests. Raises Invalid (`unreadable`) with what to do about the file."""
    require(actor, Power.IMPORT_PROJECTS, Ties(team=actor.team))
    survey = _survey(content, {})
    last = _last_import(actor, source)
    own = actor.team if actor.side == "technology" else None
    run = ImportRun(
        source=source,
        filename=filename[-200:],
        team_id=last.team_id if last else own,
        started_by_id=actor.id,
        mapping=_propose_mapping(survey, last),
        rows_total=survey["rows"],
        created_at=at,
        updated_at=at,
    )
    add_row(run, actor=actor.key, at=at, verb="upload_import")
    ImportFile.objects.create(run=run, content=content, survey=survey)
    return run


def _last_import(actor: Viewer, source: str) -> ImportRun | None:
    done = ImportRun.objects.visible_to(actor).filter(what=What.PROJECTS, source=source, state=RunState.DONE)
    last = done.order_by("-pk").first()
    return last if last and may(actor, Power.IMPORT_PROJECTS, last.ties) else None


def _propose_mapping(survey: dict[str, Any], last: ImportRun | None) -> dict[str, Any]:
    """What the file suggests, overruled by what was said last about types, labels and statuses that it holds."""
    suggested: dict[str, Any] = survey.get("suggested", {})
    if last is None or not last.mapping or not suggested:
        return suggested
    said = last.mapping
    held = {name: [one for one in said.get(name, ()) if one in survey[name]] for name in ("types", "labels")}
    stages = {**suggested.get("stages", {}), **said.get("stages", {})}
    return {**suggested, **said, **held, "stages": stages}


@transaction.atomic
def choose_import_columns(
    *, actor: Viewer, at: datetime, run: ImportRun, expected: int | None, columns: dict[str, int]
) -> None:
    """Puts fields on columns (by index, from 0) whose names nobody knew. Raises Invalid (`unreadable`)."""
    require(actor, Power.IMPORT_PROJECTS, Ties(team=actor.team))
    state = IMPORT.next(run.state, "map")
    survey = _survey(bytes(run.file.content), columns)
    mapping = _propose_mapping(survey, _last_import(actor, run.source))
    changes = {"columns": columns, "mapping": mapping, "state": state, "updated_at": at}
    change_row(run, actor=actor.key, at=at, verb="choose_columns", changes=changes, expected=expected)
    ImportFile.objects.filter(run=run).update(survey=survey)


@transaction.atomic
def map_import(
    *,
    actor: Viewer,
    at: datetime,
    run: ImportRun,
    expected: int | None,
    mapping: Mapping,
    team: Team,
    date_order: str = "",
) -> None:
    """Says what counts as a project and whose the projects are. `date_order` is day_first, month_first or ""."""
    require(actor, Power.IMPORT_PROJECTS, Ties(team=team.pk))
    changes = {
        "mapping": mapping.as_values() | {"date_order": date_order},
        "team": team,
        "state": IMPORT.next(run.state, "map"),
        "updated_at": at,
    }
    change_row(run, actor=actor.key, at=at, verb="map_import", changes=changes, expected=expected)


@transaction.atomic
def plan_import(*, actor: Viewer, at: datetime, run: ImportRun, expected: int | None = None) -> None:
    """The dry run: what would become of every row. A large file is left to a worker."""
    require_run(actor, run)
    changes = {"state": IMPORT.next(run.state, "plan"), "error": "", "error_facts": {}, "updated_at": at}
    change_row(run, actor=actor.key, at=at, verb="plan_import", changes=changes, expected=expected)
    if run.rows_total <= PLANNED_AT_ONCE:
        _plan(run, actor, at)
    else:
        publish(ImportAwaits(run.pk))


@transaction.atomic
def run_import(*, actor: Viewer, at: datetime, run: ImportRun, expected: int | None = None, ring: bool = True) -> None:
    """Hands the run to the workers. Raises WrongState or Stale where somebody else started it first."""
    require_run(actor, run)
    changes: dict[str, Any] = {
        "state": IMPORT.next(run.state, "run"),
        "started_by_id": actor.id,
        "rows_total": run.counts.get("to_write", 0),
        "rows_done": 0,
        "updated_at": at,
    }
    change_row(run, actor=actor.key, at=at, verb="run_import", changes=changes, expected=expected)
    if ring:
        publish(ImportAwaits(run.pk))


def carry_import(*, run: int) -> None:
    """Carries a run on to its end, batch by batch; may be called twice, and again after a worker died."""
    while carry_batch(run=run, at=clock.now()):
        pass


def carry_imports(*, at: datetime, idle_seconds: int = IDLE_SECONDS) -> None:
    """Carries on every run that nobody has touched for so long: its worker died, or nobody rang."""
    for run in ImportRun.objects.active().order_by("pk").values_list("pk", "updated_at"):
        if (at - run[1]).total_seconds() >= idle_seconds:
            carry_import(run=run[0])


@transaction.atomic
def carry_batch(*, run: int, at: datetime) -> bool:
    """One step of a run under its lock; False when there is none left, or when another worker is at it."""
    found = ImportRun.objects.active().select_for_update(skip_locked=True, of=("self",)).filter(pk=run).first()
    if found is None:
        return False
    starter = User.objects.get(pk=found.started_by_id)
    viewer = starter.viewer()
    try:
        if not starter.is_active:
            raise NotAllowed(_("Whoever started it may no longer sign in."))
        require_run(viewer, found)
        if found.state == RunState.PLANNING:
            _plan(found, viewer, at)
            return False
        return _write_batch(found, viewer, at)
    except Refused as refused:
        _fail(found, viewer, at, refused.code, {"message": str(refused.message)})
        return False


def require_run(actor: Viewer, run: ImportRun) -> None:
    """Findings become drafts of who imports them: nobody else carries them on."""
    require(actor, run.power, run.ties)
    if run.what == What.FINDINGS and run.started_by_id != actor.id:
        raise NotAllowed(_("Findings are imported by who chose the file: they become that person's drafts."))


def _write_batch(run: ImportRun, viewer: Viewer, at: datetime) -> bool:
    carrier = CARRIERS[What(run.what)]
    if run.state == RunState.QUEUED:
        change_row(
            run, actor=viewer.key, at=at, verb="begin_import", changes={"state": IMPORT.next(run.state, "begin")}
        )
        carrier.begin(run, viewer)
    written = carrier.write(run, viewer=viewer, at=at)
    if not written:
        changes = {
            "state": IMPORT.next(run.state, "finish"),
            "counts": run.counts | carrier.finish(run),
            "rows_done": run.rows_total,
            "updated_at": at,
        }
        change_row(run, actor=viewer.key, at=at, verb="finish_import", changes=changes)
        return False
    ImportRun.objects.filter(pk=run.pk).update(rows_done=run.rows_done + written, updated_at=at)
    return True


def _write_projects(run: ImportRun, *, viewer: Viewer, at: datetime) -> int:
    batch = _next_batch(run)
    write_projects(run, batch, viewer=viewer, at=at)
    return sum(1 + len(one.members) for one in batch)


def _finish_projects(run: ImportRun) -> dict[str, Any]:
    unlink_moved_issues(run)
    return count_projects(run)


def _begin_plainly(run: ImportRun, viewer: Viewer) -> None:
    """Nothing has to be looked at once more."""


@dataclass(frozen=True)
class Carrier:
    """How one kind of import is planned and written: `plan` gives the counts of its dry run, `write` says how many rows
    it took (0 when none is left), `finish` gives the counts of its report."""

    plan: Callable[..., dict[str, Any]]
    write: Callable[..., int]
    finish: Callable[[ImportRun], dict[str, Any]]
    begin: Callable[[ImportRun, Viewer], None] = _begin_plainly


CARRIERS: ReadOnly[What, Carrier] = {
    What.PROJECTS: Carrier(plan_run, _write_projects, _finish_projects),
    What.FINDINGS: Carrier(plan_findings, write_findings, count_planned, note_known),
    What.TICKETS: Carrier(plan_tickets, write_tickets, count_planned),
}


def _next_batch(run: ImportRun) -> list[PlannedProject]:
    """In the tracker's order, up to so many projects and rows, at least one."""
    batch: list[PlannedProject] = []
    rows = 0
    for one in PlannedProject.objects.filter(run=run, written=False).order_by("place")[:BATCH_PROJECTS]:
        rows += len(one.members)
        if batch and rows > BATCH_ROWS:
            break
        batch.append(one)
    return batch


def _plan(run: ImportRun, viewer: Viewer, at: datetime) -> None:
    try:
        with transaction.atomic():
            counts = CARRIERS[What(run.what)].plan(run, bytes(run.file.content), viewer=viewer, at=at)
    except Unreadable as cause:
        _fail(run, viewer, at, cause.code, dict(cause.params))
        return
    changes = {
        "state": IMPORT.next(run.state, "finish_plan"),
        "counts": counts,
        "rows_done": 0,
        "updated_at": at,
    }
    change_row(run, actor=viewer.key, at=at, verb="finish_plan", changes=changes)


def _fail(run: ImportRun, viewer: Viewer, at: datetime, code: str, facts: dict[str, Any]) -> None:
    changes = {"state": IMPORT.next(run.state, "fail"), "error": code, "error_facts": facts, "updated_at": at}
    change_row(run, actor=viewer.key, at=at, verb="fail_import", changes=changes)


def _survey(content: bytes, columns: ReadOnly[str, int]) -> dict[str, Any]:
    # The size is checked before anything is read.
    if len(content) > MAX_BYTES:
        raise refuse_file(Unreadable("too_large", limit=MAX_BYTES, size=len(content)))
    try:
        return survey_file(read_table(content, chosen=columns))
    except Unreadable as cause:
        raise refuse_file(cause) from None


def refuse_file(cause: Unreadable) -> Invalid:
    text = say_unreadable(cause.code, cause.params)
    return Invalid(text, code="unreadable", fields={"file": text}, reason=cause.code, **cause.params)
