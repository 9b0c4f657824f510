"""Tickets of an old tracker: issues of a GitHub list, or rows of a Jira export, as the same few values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from tracker.integrations.findings.grouping import Group, Place, group_title
from tracker.integrations.jira_csv.dates import DateOrder, read_date
from tracker.integrations.jira_csv.errors import Unreadable
from tracker.integrations.jira_csv.issues import MAX_KEY, MAX_TITLE, Doubt
from tracker.integrations.jira_csv.reader import MAX_BYTES, MAX_ROWS, Row, Table
from tracker.integrations.jira_csv.vocabulary import STATUS_WORDS, plain

MAX_TEXT: Final = 4_000
MAX_URL: Final = 500
MAX_STATUS: Final = 200
CLOSED: Final = ("launched", "dropped")
DESCRIPTIONS: Final = frozenset(
    map(plain, ("Description", "Descripción", "Beschreibung", "Описание", "Descrição", "Descrizione"))
)
BOM: Final = b"\xef\xbb\xbf"
NO_GROUP: Final = Group("", "")
UNSAID: Final = DateOrder("day_first", "none")
_OPENERS: Final = (b"[", b"{")


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket. `reason` says why it is none of ours.

    skipped: empty_row, pull_request, duplicate_key, closed; unclear: key_missing, key_too_long, row_cut, not_an_issue
    """

    number: int
    external_id: str
    title: str
    text: str = ""
    status: str = ""
    url: str = ""
    opened_on: date | None = None
    group: Group = NO_GROUP
    outcome: str = ""
    reason: str = ""
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Taking:
    """What of a file is taken: with or without what is closed there; which number of a date is the day."""

    closed: bool = True
    order: DateOrder = UNSAID
    places: Sequence[Place] = ()


def is_json(content: bytes) -> bool:
    """Whether the bytes are a JSON document by how they begin."""
    return content[:4096].removeprefix(BOM).lstrip()[:1] in _OPENERS


def read_list(content: bytes) -> list[Any]:
    """The issues of a GitHub list, or of a search answer that holds one; raises Unreadable."""
    if len(content) > MAX_BYTES:
        raise Unreadable("too_large", limit=MAX_BYTES, size=len(content))
    try:
        found = orjson.loads(content.removeprefix(BOM))
    except orjson.JSONDecodeError:
        raise Unreadable("json_broken") from None
    issues = found.get("items", [found]) if isinstance(found, dict) else found
    if not isinstance(issues, list) or not any(_is_issue(one) for one in issues[:1000]):
        raise Unreadable("no_issues" if issues else "no_rows")
    if len(issues) > MAX_ROWS:
        raise Unreadable("too_many_rows", limit=MAX_ROWS)
    return issues


def tickets_of_list(issues: Sequence[Any], taking: Taking) -> Iterator[Ticket]:
    """Each entry of a GitHub list, numbered from 1; a pull request stands in it like an issue and is none."""
    seen: dict[str, int] = {}
    for number, issue in enumerate(issues, start=1):
        yield _once(_of_entry(number, issue, taking), seen)


def tickets_of_table(table: Table, taking: Taking) -> Iterator[Ticket]:
    """Each row of a Jira export."""
    seen: dict[str, int] = {}
    described = tuple(index for index, name in table.columns.unknown if plain(name) in DESCRIPTIONS)
    for row in table.rows():
        cut = table.cut and row.number == table.last_row
        yield _once(_of_row(row, table, described, taking, cut=cut), seen)


def _once(ticket: Ticket, seen: dict[str, int]) -> Ticket:
    if ticket.outcome:
        return ticket
    first = seen.setdefault(ticket.external_id, ticket.number)
    if first == ticket.number:
        return ticket
    doubt = Doubt("first_stands_in", str(first))
    return _left_out(ticket, "skipped", "duplicate_key", (doubt,))


def _left_out(ticket: Ticket, outcome: str, reason: str, doubts: tuple[Doubt, ...] = ()) -> Ticket:
    return Ticket(
        ticket.number,
        ticket.external_id,
        ticket.title,
        status=ticket.status,
        outcome=outcome,
        reason=reason,
        doubts=doubts,
    )


def _is_issue(one: object) -> bool:
    return isinstance(one, Mapping) and isinstance(one.get("number"), int) and isinstance(one.get("title"), str)


def _of_entry(number: int, issue: Any, taking: Taking) -> Ticket:
    if not _is_issue(issue):
        return Ticket(number, "", "", outcome="unclear", reason="not_an_issue")
    status = _text(issue.get("state_reason")) or _text(issue.get("state"))
    bare = Ticket(number, _key_of(issue), _title(_text(issue["title"])), status=status[:MAX_STATUS])
    if issue.get("pull_request") is not None:
        return _left_out(bare, "skipped", "pull_request")
    if not taking.closed and issue.get("state") == "closed":
        return _left_out(bare, "skipped", "closed")
    labels = [_text(one.get("name")) if isinstance(one, Mapping) else _text(one) for one in issue.get("labels") or ()]
    opened = read_date(_text(issue.get("created_at")), taking.order)
    address = _text(issue.get("html_url"))
    return Ticket(
        number=number,
        external_id=bare.external_id,
        title=bare.title,
        text=_text(issue.get("body")).replace("\r\n", "\n")[:MAX_TEXT],
        status=bare.status,
        url=address[:MAX_URL] if address.startswith(("https://", "http://")) else "",
        opened_on=opened.value,
        group=group_title(bare.title, taking.places, labels),
    )


def _key_of(issue: Mapping[str, Any]) -> str:
    """owner/name#number where the address tells it: the same number stands in every repository."""
    address = _text(issue.get("repository_url")) or _text(issue.get("html_url")).partition("/issues/")[0]
    parts = [part for part in address.split("/") if part]
    repository = "/".join(parts[-2:]) if len(parts) > 3 else ""
    return f"{repository}#{issue['number']}"[-MAX_KEY:]


def _of_row(row: Row, table: Table, described: tuple[int, ...], taking: Taking, *, cut: bool) -> Ticket:
    cells, columns = row.cells, table.columns
    status = columns.first(cells, "status")
    key = columns.first(cells, "key")
    bare = Ticket(row.number, key[:MAX_KEY], _title(columns.first(cells, "summary")), status=status[:MAX_STATUS])
    if not any(cell.strip() for cell in cells):
        return _left_out(bare, "skipped", "empty_row")
    wrong = "row_cut" if cut else "key_missing" if not key else "key_too_long" if len(key) > MAX_KEY else ""
    if wrong:
        return _left_out(bare, "unclear", wrong)
    if not taking.closed and _is_closed(status, columns.first(cells, "status_category")):
        return _left_out(bare, "skipped", "closed")
    doubts: list[Doubt] = [] if bare.title else [Doubt("title_missing")]
    labels = (*columns.every(cells, "labels"), *columns.every(cells, "components"))
    text = next((cells[index] for index in described if index < len(cells) and cells[index].strip()), "")
    title = bare.title or key[:MAX_TITLE]
    return Ticket(
        number=row.number,
        external_id=key,
        title=title,
        text=text[:MAX_TEXT],
        status=bare.status,
        opened_on=_opened(columns.first(cells, "created"), taking.order, doubts),
        group=group_title(title, taking.places, labels),
        doubts=tuple(doubts),
    )


def _is_closed(status: str, category: str) -> bool:
    return STATUS_WORDS.get(plain(category)) in CLOSED or STATUS_WORDS.get(plain(status)) in CLOSED


def _opened(text: str, order: DateOrder, doubts: list[Doubt]) -> date | None:
    if not text:
        return None
    found = read_date(text, order)
    if found.value is None:
        doubts.append(Doubt("date_unreadable", text[:MAX_TITLE]))
    elif found.unclear:
        doubts.append(Doubt("date_unclear", text[:MAX_TITLE], found.value.isoformat()))
    return found.value


def _title(text: str) -> str:
    return " ".join(text.split())[:MAX_TITLE]


def _text(value: object) -> str:
    """The database keeps no NUL, and half a surrogate is no character."""
    return value.replace("\x00", "") if isinstance(value, str) else ""
