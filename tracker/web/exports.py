"""A list as a file: every row that its filters show, and what its columns show, as CSV or JSON."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import orjson
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise

CHUNK = 2_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
"""Without it spreadsheets read Cyrillic as Latin."""


@dataclass(frozen=True)
class Column:
    """`name` is that of JSON, `label` the head of the CSV, which shows `choices` by their labels."""

    name: str
    label: str | Promise
    path: str | Combinable
    choices: Sequence[tuple[str | int, str | Promise]] = ()


def send_list(
    request: HttpRequest, rows: QuerySet[Any], columns: Sequence[Column], name: str
) -> StreamingHttpResponse | None:
    """The file that `as` in the address asks for; None where it asks for none.

    Rows are read as they are sent: by then the language and the zone of the reader are put away, so that all that
    depends on them is made ready here.
    """
    kind = request.GET.get("as", "")
    if kind not in ("csv", "json"):
        return None
    found = rows.values_list(*[column.path for column in columns]).iterator(chunk_size=CHUNK)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{timezone.localdate().isoformat()}.{kind}"',
        "Cache-Control": "no-store",
    }
    if kind == "json":
        written = _json([column.name for column in columns], found)
        return StreamingHttpResponse(written, content_type="application/json", headers=headers)
    head = [neutral(str(column.label)) for column in columns]
    known = [{value: str(label) for value, label in column.choices} for column in columns]
    lines = _csv(head, known, timezone.get_current_timezone(), found)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


class _Line:
    """What csv writes into: hands each line on instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def _csv(
    head: Sequence[str], known: Sequence[Mapping[Any, str]], zone: tzinfo, rows: Iterable[Sequence[Any]]
) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BOM + writer.writerow(head)
    for row in rows:
        yield writer.writerow([_cell(value, labels, zone) for value, labels in zip(row, known, strict=True)])


def _cell(value: Any, labels: Mapping[Any, str], zone: tzinfo) -> object:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(sep=" ", timespec="minutes")
    if isinstance(value, list):
        return neutral("; ".join(str(labels.get(one, one)) for one in value))
    known = labels.get(value, value) if labels else value
    return neutral(known) if isinstance(known, str) else known


def neutral(text: str) -> str:
    """A spreadsheet would run what looks like a formula: an apostrophe makes it text again."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _json(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    between = b"["
    for row in rows:
        yield between + orjson.dumps(dict(zip(names, row, strict=True)), default=float)
        between = b",\n"
    yield b"[]" if between == b"[" else b"]"
