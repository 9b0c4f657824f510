"""From bytes to a table: encoding, delimiter, rows, limits.

A table keeps the bytes and reads its rows anew each time it is walked: a hundred thousand rows
of hundreds of mostly empty cells would otherwise take gigabytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tracker.integrations.jira_csv.columns import Columns, recognise_columns
from tracker.integrations.jira_csv.encoding import Encoding, detect_encoding, known_encoding
from tracker.integrations.jira_csv.errors import Code, Unreadable

MAX_BYTES: Final = 32 * 1024 * 1024
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 5_000
MAX_CELL: Final = 1024 * 1024
MAX_LINE: Final = 8 * 1024 * 1024
DELIMITERS: Final = (",", ";", "\t", "|")
SAMPLE_ROWS: Final = 200
TRIED_ROWS: Final = 20
RAGGED_SHOWN: Final = 1_000


class Row(NamedTuple):
    """One row of the file. `number` counts as a spreadsheet does: the header is row 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A readable file, its header understood as far as it could be.

    `cut` says that the file ends inside its last row (`last_row`); `ragged` holds the numbers of rows
    with fewer or more cells than the header, the first thousand of them.
    """

    data: bytes = field(repr=False)
    encoding: Encoding
    delimiter: str
    header_row: int
    header: tuple[str, ...]
    rows_total: int
    last_row: int
    cut: bool
    ragged: tuple[int, ...]
    nul_bytes: bool
    columns: Columns

    def rows(self) -> Iterator[Row]:
        """Every row below the header that has at least one cell, in the order of the file."""
        for row in _records(self.data, self.encoding, self.delimiter, Tail()):
            if row.cells and row.number > self.header_row:
                yield row

    def raw_rows(self, numbers: frozenset[int]) -> Iterator[tuple[int, list[tuple[str, str]]]]:
        """The filled cells of these rows as (column name, text): repeated names stay apart, nothing is lost."""
        for row in self.rows():
            if row.number in numbers:
                names = [*self.header, *("" for _ in row.cells[len(self.header) :])]
                yield row.number, [(name, cell) for name, cell in zip(names, row.cells, strict=False) if cell]


def read_table(
    data: bytes,
    *,
    chosen: Mapping[str, int] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """Reads the whole file once and checks every limit; raises Unreadable and nothing else.

    `chosen` puts a field on a column by its index (from 0) where the header was not understood.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large", limit=MAX_BYTES, size=len(data))
    if not data.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise Unreadable("empty")
    found = detect_encoding(data)
    if encoding:
        found = Encoding(known_encoding(encoding), found.skip)
    _refuse_documents(data, found)
    mark = delimiter if delimiter in DELIMITERS else _detect_delimiter(data, found)
    return _survey(data, found, mark, chosen or {})


def _survey(data: bytes, encoding: Encoding, delimiter: str, chosen: Mapping[str, int]) -> Table:
    tail = Tail()
    rows = _records(data, encoding, delimiter, tail)
    head = next((row for row in rows if any(cell.strip() for cell in row.cells)), None)
    if head is None:
        raise Unreadable("empty")
    width = len(head.cells)
    if width > MAX_COLUMNS:
        raise Unreadable("too_many_columns", limit=MAX_COLUMNS, columns=width)
    if width == 1:
        raise Unreadable("not_a_table")
    sample: list[list[str]] = []
    ragged: list[int] = []
    total, last, last_width, short = 0, 0, width, 0
    for number, cells in rows:
        if not cells:
            continue
        total, last, last_width = total + 1, number, len(cells)
        short += last_width < width
        if last_width > MAX_COLUMNS:
            raise Unreadable("too_many_columns", limit=MAX_COLUMNS, columns=last_width)
        if last_width != width and len(ragged) < RAGGED_SHOWN:
            ragged.append(number)
        if len(sample) < SAMPLE_ROWS:
            sample.append(cells)
    if not total:
        raise Unreadable("no_rows")
    header = tuple(" ".join(name.split()) for name in head.cells)
    return Table(
        data=data,
        encoding=encoding,
        delimiter=delimiter,
        header_row=head.number,
        header=header,
        rows_total=total,
        last_row=last,
        # A lone short row at an end without a line break was cut; where many are short, a tool left out empty cells.
        cut=tail.open_quote or (last_width < width and short == 1 and not tail.ended),
        ragged=tuple(ragged),
        nul_bytes=tail.nul_bytes,
        columns=recognise_columns(header, sample, chosen),
    )


class Tail:
    """What is known about the end of the file once its rows have been walked."""

    def __init__(self) -> None:
        self.open_quote = False
        self.ended = True
        self.nul_bytes = False
        self.record_length = 0


def _lines(data: bytes, encoding: Encoding, tail: Tail) -> Iterator[str]:
    stream = io.BytesIO(data)
    stream.seek(encoding.skip)
    with io.TextIOWrapper(stream, encoding=encoding.name, errors="replace", newline="") as text:
        while line := text.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                raise Unreadable("line_too_long", limit=MAX_LINE)
            if "\0" in line:
                tail.nul_bytes = True
                line = line.replace("\0", "")
            if '"' in line and line.count('"') % 2:
                tail.open_quote = not tail.open_quote
            tail.ended = line.endswith(("\n", "\r"))
            tail.record_length += len(line)
            yield line


def _records(data: bytes, encoding: Encoding, delimiter: str, tail: Tail) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(_lines(data, encoding, tail), delimiter=delimiter)
    number = 0
    while True:
        left_open = tail.open_quote and not tail.ended
        tail.record_length, tail.open_quote = 0, False
        try:
            cells = next(reader)
        except StopIteration:
            tail.open_quote = left_open
            return
        except csv.Error as broken:
            code: Code = "cell_too_large" if "limit" in str(broken) else "broken_quotes"
            raise Unreadable(code, row=number + 1, limit=MAX_CELL) from None
        number += 1
        if number > MAX_ROWS + 1:
            raise Unreadable("too_many_rows", limit=MAX_ROWS)
        if tail.record_length > MAX_CELL and max(map(len, cells), default=0) > MAX_CELL:
            raise Unreadable("cell_too_large", row=number, limit=MAX_CELL)
        if number == 1 and len(cells) <= 2 and cells[0:1] and cells[0].lower().startswith("sep="):
            cells = []
        yield Row(number, cells)


def _refuse_documents(data: bytes, encoding: Encoding) -> None:
    head = data[encoding.skip : encoding.skip + 4096].decode(encoding.name, "replace").lstrip("\ufeff \t\r\n").lower()
    if head.startswith("<?xml"):
        raise Unreadable("xml")
    if head.startswith("<") and ("<html" in head or head.startswith(("<!doctype", "<head", "<body"))):
        raise Unreadable("html")
    if head.startswith(("{", "[{", "[\n", "[]")):
        raise Unreadable("json")


def _detect_delimiter(data: bytes, encoding: Encoding) -> str:
    """The delimiter that cuts the first rows into the most columns, alike from row to row."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = _first_widths(data, encoding, delimiter)
        if not widths or widths[0] == 1:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        score = widths[0] * (0.5 + alike)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _first_widths(data: bytes, encoding: Encoding, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for row in _records(data, encoding, delimiter, Tail()):
            if row.cells:
                widths.append(len(row.cells))
            if len(widths) > TRIED_ROWS:
                break
    except Unreadable:
        # A wrong delimiter may break a limit that the right one keeps; the survey says so if none does.
        return []
    return widths
