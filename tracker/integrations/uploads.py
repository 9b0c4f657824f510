"""Verbs before the run of findings and old tickets: the file, the columns nobody knew, what is taken of it.

The dry run and the run itself are those of every import (see actions).
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.integrations.actions import refuse_file, require_run
from tracker.integrations.drafting import find_columns
from tracker.integrations.findings.columns import FIELDS, fingerprint_header
from tracker.integrations.findings.threshold import Threshold, threshold_from_values
from tracker.integrations.findings.tickets import is_json, read_list
from tracker.integrations.jira_csv.errors import Unreadable
from tracker.integrations.jira_csv.reader import MAX_BYTES, Table, read_table
from tracker.integrations.models import ColumnMemory, ImportFile, ImportRun, What
from tracker.integrations.states import IMPORT
from tracker.kernel.errors import Invalid
from tracker.people.access import Power, Viewer, require
from tracker.sites.models import Area

DEFAULT = Threshold(urls=1)
"""What touches no page at all is no finding."""


@transaction.atomic
def upload_findings(*, actor: Viewer, at: datetime, source: str, filename: str, content: bytes) -> ImportRun:
    """Reads the file; columns and threshold are those that this person used last for such a file. Raises Invalid
    (`unreadable`) with what to do about the file."""
    require(actor, Power.FILE_REQUEST)
    table = _read(content)
    known = ColumnMemory.objects.filter(what=What.FINDINGS, headers=fingerprint_header(table.header)).first()
    columns: dict[str, int] = dict(known.columns) if known else {}
    last = ImportRun.objects.filter(what=What.FINDINGS, started_by=actor.id, source=source).order_by("-pk").first()
    mapping = last.mapping if last else DEFAULT.as_values()
    survey = _survey_findings(table, columns)
    return _add_run(actor, at, What.FINDINGS, source, filename, content, survey, columns=columns, mapping=mapping)


def _survey_findings(table: Table, columns: Mapping[str, int]) -> dict[str, Any]:
    try:
        found = find_columns(table, dict(columns))
    except Unreadable as cause:
        raise refuse_file(cause) from None
    return {
        "rows": table.rows_total,
        "header": list(table.header),
        "shape": found.shape,
        "known": found.known,
        "places": {field: places[0] for field, places in found.places.items()},
        "encoding": table.encoding.name,
        "encoding_guessed": table.encoding.guessed or table.encoding.broken,
        "cut": table.cut,
    }


@transaction.atomic
def choose_finding_columns(
    *, actor: Viewer, at: datetime, run: ImportRun, expected: int | None, columns: dict[str, int]
) -> None:
    """Puts fields on columns (by index, from 0); the next file with these headers is read in the same way."""
    require_run(actor, run)
    wrong = {name: _("There is no such field.") for name in columns if name not in FIELDS}
    if not {"issue", "title"} & columns.keys():
        wrong["issue"] = _("Choose the column that says what is wrong.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    table = _read(bytes(run.file.content))
    survey = _survey_findings(table, columns)
    changes = {"columns": columns, "state": IMPORT.next(run.state, "map"), "updated_at": at}
    change_row(run, actor=actor.key, at=at, verb="choose_columns", changes=changes, expected=expected)
    ImportFile.objects.filter(run=run).update(survey=survey)
    ColumnMemory.objects.update_or_create(
        what=What.FINDINGS,
        headers=fingerprint_header(table.header),
        defaults={"columns": columns, "by_id": actor.id, "at": at},
    )


@transaction.atomic
def set_threshold(
    *, actor: Viewer, at: datetime, run: ImportRun, expected: int | None, threshold: Threshold, area: Area | None
) -> None:
    """What is too small to ask for, and the area of rows that name none."""
    require_run(actor, run)
    if threshold.urls < 0 or not Decimal(0) <= threshold.share <= Decimal(100):
        text = _("A share lies between 0 and 100.")
        raise Invalid(text, fields={"share": text})
    mapping = threshold_from_values(threshold.as_values()).as_values() | {"area": area.pk if area else None}
    changes = {"mapping": mapping, "state": IMPORT.next(run.state, "map"), "updated_at": at}
    change_row(run, actor=actor.key, at=at, verb="set_threshold", changes=changes, expected=expected)


@transaction.atomic
def upload_tickets(*, actor: Viewer, at: datetime, source: str, filename: str, content: bytes) -> ImportRun:
    """A Jira export or a GitHub list of issues. Raises Invalid (`unreadable`) with what to do about the file."""
    require(actor, Power.IMPORT_TICKETS)
    survey = _survey_tickets(content, {})
    return _add_run(actor, at, What.TICKETS, source, filename, content, survey, columns={}, mapping={"closed": True})


def _survey_tickets(content: bytes, columns: Mapping[str, int]) -> dict[str, Any]:
    _check_size(content)
    try:
        if is_json(content):
            return {"rows": len(read_list(content)), "shape": "github", "missing": [], "guessed": {}, "header": []}
        table = read_table(content, chosen=columns)
    except Unreadable as cause:
        raise refuse_file(cause) from None
    return {
        "rows": table.rows_total,
        "shape": "jira",
        "header": list(table.header),
        "missing": list(table.columns.missing),
        "guessed": {field: table.columns.places[field][0] for field in table.columns.guessed},
        "encoding": table.encoding.name,
        "encoding_guessed": table.encoding.guessed or table.encoding.broken,
        "cut": table.cut,
    }


@transaction.atomic
def choose_ticket_columns(
    *, actor: Viewer, at: datetime, run: ImportRun, expected: int | None, columns: dict[str, int]
) -> None:
    """Puts fields on columns (by index, from 0) whose names nobody knew. Raises Invalid (`unreadable`)."""
    require_run(actor, run)
    survey = _survey_tickets(bytes(run.file.content), columns)
    changes = {"columns": columns, "state": IMPORT.next(run.state, "map"), "updated_at": at}
    change_row(run, actor=actor.key, at=at, verb="choose_columns", changes=changes, expected=expected)
    ImportFile.objects.filter(run=run).update(survey=survey)


@transaction.atomic
def choose_tickets(
    *, actor: Viewer, at: datetime, run: ImportRun, expected: int | None, closed: bool, date_order: str = ""
) -> None:
    """Whether tickets that are closed there are taken as well; `date_order` is day_first, month_first or ""."""
    require_run(actor, run)
    mapping = {"closed": closed, "date_order": date_order}
    changes = {"mapping": mapping, "state": IMPORT.next(run.state, "map"), "updated_at": at}
    change_row(run, actor=actor.key, at=at, verb="choose_tickets", changes=changes, expected=expected)


def _add_run(
    actor: Viewer,
    at: datetime,
    what: What,
    source: str,
    filename: str,
    content: bytes,
    survey: dict[str, Any],
    *,
    columns: dict[str, int],
    mapping: dict[str, Any],
) -> ImportRun:
    run = ImportRun(
        source=source,
        what=what,
        filename=filename[-200:],
        started_by_id=actor.id,
        columns=columns,
        mapping=mapping,
        rows_total=survey["rows"],
        created_at=at,
        updated_at=at,
    )
    add_row(run, actor=actor.key, at=at, verb="upload_import")
    ImportFile.objects.create(run=run, content=content, survey=survey)
    return run


def _read(content: bytes) -> Table:
    _check_size(content)
    try:
        return read_table(content)
    except Unreadable as cause:
        raise refuse_file(cause) from None


def _check_size(content: bytes) -> None:
    # The size is checked before anything is read.
    if len(content) > MAX_BYTES:
        raise refuse_file(Unreadable("too_large", limit=MAX_BYTES, size=len(content)))
