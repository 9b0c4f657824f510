"""Rows of an audit as findings: what each is about, how much of the site it touches, and every doubt about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tracker.integrations.findings.cells import Priority, read_count, read_priority, read_share, split_urls
from tracker.integrations.findings.columns import FindingColumns
from tracker.integrations.findings.issues import find_issue
from tracker.integrations.jira_csv.issues import Doubt
from tracker.integrations.jira_csv.reader import Row, Table
from tracker.integrations.jira_csv.vocabulary import plain

MAX_TITLE: Final = 200
MAX_ID: Final = 300
MAX_TEXT: Final = 4_000


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One row. `external_id` is the same for the same template and issue, `issue` the name of a known one and `kind`
    the work that it is; `reason` says why it can be no request.

    skipped: empty_row, duplicate_finding (what: the row that holds it); unclear: issue_missing, row_cut
    """

    number: int
    external_id: str
    title: str
    template: str
    issue: str
    kind: str
    urls: int | None
    share: Decimal | None
    priority: Priority | None
    examples: tuple[str, ...]
    description: str
    outcome: str = ""
    reason: str = ""
    doubts: tuple[Doubt, ...] = ()


def read_findings(table: Table, columns: FindingColumns) -> Iterator[FoundRow]:
    """Every row, in the order of the file."""
    seen: dict[str, int] = {}
    for row in table.rows():
        found = _read_row(row, columns, cut=table.cut and row.number == table.last_row)
        if not found.outcome and found.external_id in seen:
            doubt = Doubt("first_stands_in", str(seen[found.external_id]))
            yield _left_out(row.number, found.title, "skipped", "duplicate_finding", (doubt,))
            continue
        seen.setdefault(found.external_id, row.number)
        yield found


def _read_row(row: Row, columns: FindingColumns, *, cut: bool) -> FoundRow:
    cells = row.cells
    if not any(cell.strip() for cell in cells):
        return _left_out(row.number, "", "skipped", "empty_row")
    issue = " ".join(columns.first(cells, "issue").split())
    title = " ".join(columns.first(cells, "title").split()) or issue
    if cut:
        return _left_out(row.number, title, "unclear", "row_cut")
    if not title:
        return _left_out(row.number, "", "unclear", "issue_missing")
    doubts: list[Doubt] = []
    if len(title) > MAX_TITLE:
        doubts.append(Doubt("title_cut", str(len(title)), str(MAX_TITLE)))
    template = " ".join(columns.first(cells, "template").split())
    said = issue or title
    known, kind = find_issue(said)
    if not known:
        known, kind = find_issue(title)
    return FoundRow(
        number=row.number,
        external_id=f"{plain(template)}|{plain(said)}"[:MAX_ID],
        title=title[:MAX_TITLE],
        template=template[:MAX_TITLE],
        issue=known,
        kind=kind,
        urls=_number(columns.first(cells, "urls"), "urls_unreadable", doubts),
        share=_share(columns.first(cells, "share"), doubts),
        priority=_priority(columns.first(cells, "priority"), doubts),
        examples=split_urls(columns.every(cells, "examples")),
        description="\n\n".join(columns.every(cells, "description"))[:MAX_TEXT],
        doubts=tuple(doubts),
    )


def _left_out(number: int, title: str, outcome: str, reason: str, doubts: tuple[Doubt, ...] = ()) -> FoundRow:
    return FoundRow(
        number,
        "",
        title[:MAX_TITLE],
        "",
        "",
        "",
        None,
        None,
        None,
        (),
        "",
        outcome=outcome,
        reason=reason,
        doubts=doubts,
    )


def _number(text: str, code: str, doubts: list[Doubt]) -> int | None:
    count = read_count(text) if text else None
    if text and count is None:
        doubts.append(Doubt(code, text[:MAX_TITLE]))
    return count


def _share(text: str, doubts: list[Doubt]) -> Decimal | None:
    share = read_share(text) if text else None
    if text and share is None:
        doubts.append(Doubt("share_unreadable", text[:MAX_TITLE]))
    return share


def _priority(text: str, doubts: list[Doubt]) -> Priority | None:
    priority = read_priority(text) if text else None
    if text and priority is None:
        doubts.append(Doubt("priority_unknown", text[:MAX_TITLE]))
    return priority
