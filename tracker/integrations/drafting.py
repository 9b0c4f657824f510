"""Findings of an audit become drafts of who imports them. The dry run and the run ask the same statements.

A finding is known by its source, template and issue; the same one never makes a second request, and neither does one
whose title an open request of the same area says already.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tracker.intake.actions.batches import NewDraft, draft_requests
from tracker.intake.catalog import read_answers
from tracker.intake.models import RequestType
from tracker.intake.states import State
from tracker.integrations.findings.columns import FindingColumns, recognise_findings
from tracker.integrations.findings.issues import OTHERWISE, TYPES, suggest_answers
from tracker.integrations.findings.rows import FoundRow, read_findings
from tracker.integrations.findings.threshold import Threshold, threshold_from_values
from tracker.integrations.jira_csv.errors import Unreadable
from tracker.integrations.jira_csv.reader import Table, read_table
from tracker.integrations.models import ImportRun, PlannedRequest
from tracker.integrations.places import Places, read_places
from tracker.integrations.planned import PlannedLine, count_planned, next_planned, write_plan
from tracker.integrations.words import say_priority
from tracker.kernel.errors import Refused
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Viewer

BATCH_FINDINGS = 5_000
SAMPLE = 50
OVER = [State.DECLINED, State.WITHDRAWN, State.MERGED]

IMPORTED = """
UPDATE tracker_plannedrequest p SET outcome = 'exists', reason = 'imported', ask_id = f.ask_id
FROM tracker_finding f
WHERE p.run_id = %(run)s AND NOT p.written AND p.outcome IN ('new', 'below')
  AND f.source = %(source)s AND f.external_id = p.external_id
"""
SAID = """
WITH planned AS MATERIALIZED (
    SELECT id, (values->>'area')::bigint AS area,
           strip(to_tsvector('russian', replace(lower(title), 'ё', 'е')))::text AS stems
    FROM tracker_plannedrequest WHERE run_id = %(run)s AND NOT written AND outcome IN ('new', 'below')
), said AS MATERIALIZED (
    SELECT id, area_id, strip(words)::text AS stems FROM tracker_workrequest
    WHERE state <> ALL(%(over)s) AND (requester_id = %(person)s OR state <> 'draft' AND NOT restricted)
), known AS (
    SELECT DISTINCT ON (planned.id) planned.id, said.id AS ask FROM planned
    JOIN said ON said.stems = planned.stems AND (planned.area IS NULL OR said.area_id = planned.area)
    WHERE planned.stems <> '' ORDER BY planned.id, said.id
)
UPDATE tracker_plannedrequest p SET outcome = 'exists', reason = 'same_title', ask_id = known.ask
FROM known WHERE p.id = known.id
"""
CLAIM = """
INSERT INTO tracker_finding (source, external_id, run_id)
SELECT %s, n.external_id, %s FROM unnest(%s::text[]) n (external_id) ORDER BY n.external_id
ON CONFLICT (source, external_id) DO NOTHING RETURNING external_id
"""
NOTE = """
WITH drafted AS (
    SELECT * FROM unnest(%(planned)s::bigint[], %(ids)s::text[], %(asks)s::bigint[]) n (id, external_id, ask)
), found AS (
    UPDATE tracker_finding f SET ask_id = drafted.ask FROM drafted
    WHERE f.source = %(source)s AND f.external_id = drafted.external_id
)
UPDATE tracker_plannedrequest p SET ask_id = drafted.ask, written = true FROM drafted WHERE p.id = drafted.id
"""


def plan_findings(run: ImportRun, content: bytes, *, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """Writes the planned rows of the run anew; the counts of the report. Raises Unreadable."""
    table = read_table(content)
    columns = find_columns(table, run.columns)
    if not columns.known:
        raise Unreadable("issue_column_missing")
    write_plan(run, _plan_rows(run, read_findings(table, columns), read_places(), read_types()))
    note_known(run, viewer)
    return count_planned(run)


def find_columns(table: Table, chosen: dict[str, int]) -> FindingColumns:
    sample = [row.cells for _place, row in zip(range(SAMPLE), table.rows(), strict=False)]
    return recognise_findings(table.header, sample, chosen)


def note_known(run: ImportRun, viewer: Viewer) -> None:
    """Takes out what was imported before and what an open request says already (two statements)."""
    told: dict[str, Any] = {
        "run": run.pk,
        "source": run.source,
        "over": [str(state) for state in OVER],
        "person": viewer.id,
    }
    with connection.cursor() as cursor:
        cursor.execute(IMPORTED, told)
        cursor.execute(SAID, told)


def _plan_rows(
    run: ImportRun, rows: Iterable[FoundRow], places: Places, types: dict[str, RequestType]
) -> Iterator[PlannedLine]:
    threshold = threshold_from_values(run.mapping)
    otherwise: int | None = run.mapping.get("area")
    for row in rows:
        if row.outcome:
            yield PlannedLine(row.number, "", "", row.title, row.outcome, row.reason, {}, row.doubts)
            continue
        values = _values_of(row, places, types, otherwise)
        yield _weigh(row, threshold, values)


def _weigh(row: FoundRow, threshold: Threshold, values: dict[str, Any]) -> PlannedLine:
    reason = threshold.misses(row.urls, row.share, row.priority)
    outcome = PlannedRequest.Outcome.BELOW if reason else PlannedRequest.Outcome.NEW
    return PlannedLine(row.number, row.external_id, row.template, row.title, outcome, reason, values, row.doubts)


def _values_of(row: FoundRow, places: Places, types: dict[str, RequestType], otherwise: int | None) -> dict[str, Any]:
    area = places.find_area(row.template, row.examples) or otherwise
    kind = pick_type(types, row.kind)
    asked = {field["key"] for field in kind.fields}
    offered = {key: value for key, value in suggest_answers(row.issue, row.urls).items() if key in asked}
    answers, _wrong = read_answers(kind.fields, offered)
    return {
        "type": kind.pk,
        "area": area,
        "urls": row.urls,
        "share": None if row.share is None else format(row.share.normalize(), "f"),
        "priority": row.priority,
        "examples": list(row.examples),
        "description": row.description,
        "answers": answers,
    }


def read_types() -> dict[str, RequestType]:
    """Those that are still offered, by key, in their order."""
    return {kind.key: kind for kind in RequestType.objects.filter(retired_at=None).order_by("position", "key")}


def pick_type(types: dict[str, RequestType], kind: str) -> RequestType:
    """The request type that suits this kind of work; the first of all where the firm has put that one away."""
    if not types:
        raise Refused(_("There is no request type to draft with."), code="no_type")
    return types.get(TYPES.get(kind, OTHERWISE)) or types.get(OTHERWISE) or next(iter(types.values()))


def write_findings(run: ImportRun, *, viewer: Viewer, at: datetime) -> int:
    """Writes the next batch as drafts; how many rows it took, 0 when none is left."""
    batch = next_planned(run, BATCH_FINDINGS)
    if batch:
        with translation.override(viewer.language):
            _write_halved(run, batch, read_places(), viewer, at)
    return len(batch)


def _write_halved(
    run: ImportRun, batch: Sequence[PlannedRequest], places: Places, viewer: Viewer, at: datetime
) -> None:
    """All of them in one go; what raises is found by halving, so that only the poisoned row stays out."""
    try:
        _write_set(run, batch, places, viewer, at)
    except (Refused, IntegrityError, DataError):
        if len(batch) == 1:
            unclear = PlannedRequest.Outcome.UNCLEAR
            PlannedRequest.objects.filter(pk=batch[0].pk).update(outcome=unclear, reason="not_written", written=True)
            return
        half = len(batch) // 2
        _write_halved(run, batch[:half], places, viewer, at)
        _write_halved(run, batch[half:], places, viewer, at)


@transaction.atomic
def _write_set(run: ImportRun, batch: Sequence[PlannedRequest], places: Places, viewer: Viewer, at: datetime) -> None:
    # Whoever claims a finding drafts it: a second import of the same file waits here, then finds it taken.
    claimed = {row[0] for row in fetch_rows(CLAIM, [run.source, run.pk, [one.external_id for one in batch]])}
    ours = [one for one in batch if one.external_id in claimed]
    asks = draft_requests(actor=viewer, at=at, rows=[_draft_of(run, one, places) for one in ours])
    fetch_rows(
        NOTE,
        {
            "planned": [one.pk for one in ours],
            "ids": [one.external_id for one in ours],
            "asks": asks,
            "source": run.source,
        },
    )
    if len(ours) < len(batch):
        with connection.cursor() as cursor:
            cursor.execute(IMPORTED, {"run": run.pk, "source": run.source})


def _draft_of(run: ImportRun, one: PlannedRequest, places: Places) -> NewDraft:
    values = one.values
    area = values["area"] if values["area"] in places.teams else None
    return NewDraft(
        type=values["type"],
        title=one.title,
        why=_say_why(run, one),
        area=area,
        team=places.teams.get(area) if area else None,
        example_urls=values["examples"],
        answers=values["answers"],
    )


def _say_why(run: ImportRun, one: PlannedRequest) -> str:
    """What the audit says of it, as a list, with the explanation of the tool below."""
    values = one.values
    facts = []
    if values["urls"] is not None:
        facts.append(_("URLs: %(count)s") % {"count": values["urls"]})
    if values["share"] is not None:
        facts.append(_("Share of all URLs: %(share)s %%") % {"share": values["share"]})
    if values["priority"] is not None:
        facts.append(_("Priority: %(priority)s") % {"priority": say_priority(values["priority"])})
    if one.group:
        facts.append(_("Template: %(template)s") % {"template": one.group})
    facts.append(_("Found in %(file)s, row %(row)s") % {"file": run.filename, "row": one.number})
    told = "\n".join(f"- {fact}" for fact in facts)
    return f"{told}\n\n{values['description']}" if values["description"] else told
