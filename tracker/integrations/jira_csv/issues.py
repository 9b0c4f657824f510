"""Rows as issues: the few values planning needs, each doubt about them noted beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from tracker.integrations.jira_csv.dates import DateOrder, guess_order, read_date
from tracker.integrations.jira_csv.mapping import Mapping, Treatment
from tracker.integrations.jira_csv.reader import Row, Table
from tracker.integrations.jira_csv.vocabulary import STATUS_WORDS, Field, Stage, plain

MAX_TITLE: Final = 200
MAX_KEY: Final = 200
DATE_FIELDS: Final[tuple[Field, ...]] = ("created", "updated", "start", "due", "resolved")
SECONDS: Final = {"w": 144_000, "d": 28_800, "h": 3_600, "m": 60}
"""A week of five days of eight hours, the tracker's own default."""

_WHOLE_SECONDS: Final = re.compile(r"(\d{1,12})(?:\.0+)?", re.ASCII)
_DURATION: Final = re.compile(r"(?:\d{1,6}\s*[wdhm]\s*)+", re.ASCII)
_DURATION_PART: Final = re.compile(r"(\d+)\s*([wdhm])", re.ASCII)


class Doubt(NamedTuple):
    """Something read with a guess: `what` stands in the file, `read` is what was made of it.

    Codes: status_unknown, status_missing, date_unclear, date_unreadable, dates_reversed, estimate_unreadable,
    title_missing, title_cut, short_row, long_row.
    """

    code: str
    what: str = ""
    read: str = ""


class Period(NamedTuple):
    starts_on: date | None
    ends_on: date | None
    doubts: tuple[Doubt, ...]


@dataclass(slots=True)
class Issue:
    """One row. `seconds` is the work still to do, None when nobody estimated it; `treatment` what its status means."""

    row: int
    key: str
    issue_id: str
    title: str
    issue_type: str
    status: str
    treatment: Treatment
    done: bool
    parent: str
    parent_title: str
    project_key: str
    project_name: str
    project_lead: str
    owner: str
    rank: str
    labels: tuple[str, ...]
    components: tuple[str, ...]
    versions: tuple[str, ...]
    start_text: str
    due_text: str
    seconds: int | None
    total_seconds: int | None
    doubts: tuple[Doubt, ...]

    @property
    def dropped(self) -> bool:
        return self.treatment == "dropped"


class IssueReader:
    """Reads issues out of rows by one table's columns and one mapping."""

    def __init__(self, table: Table, mapping: Mapping) -> None:
        self._table = table
        self._columns = table.columns
        self._width = len(table.header)
        self._default: Stage = mapping.default_stage
        self._stages = {plain(status): treatment for status, treatment in mapping.stages.items()}
        self._plain: dict[str, str] = {}
        self._kept: dict[str, str] = {}

    def read_issue(self, row: Row) -> Issue:
        cells = row.cells
        doubts: list[Doubt] = []
        status = self._keep(cells, "status")
        treatment = self._treat(status, self._keep(cells, "resolution"), doubts)
        self._note_width(cells, doubts)
        title = self._title(cells, doubts)
        seconds = self._seconds(cells, ("remaining", "original_estimate"), doubts)
        return Issue(
            row=row.number,
            key=self._first(cells, "key"),
            issue_id=self._first(cells, "issue_id"),
            title=title,
            issue_type=self._keep(cells, "issue_type"),
            status=status,
            treatment=treatment,
            done=self._is_done(cells, status, treatment),
            parent=self._parent(cells),
            parent_title=self._keep(cells, "parent_summary"),
            project_key=self._project_key(cells),
            project_name=self._keep(cells, "project_name"),
            project_lead=self._keep(cells, "project_lead"),
            owner=self._keep(cells, "assignee"),
            rank=self._first(cells, "rank"),
            labels=self._columns.every(cells, "labels"),
            components=self._columns.every(cells, "components"),
            versions=self._columns.every(cells, "fix_versions"),
            start_text=self._first(cells, "start"),
            due_text=self._first(cells, "due"),
            seconds=seconds,
            total_seconds=self._seconds(cells, ("total_remaining", "total_estimate"), doubts),
            doubts=tuple(doubts),
        )

    def _first(self, cells: list[str], field: Field) -> str:
        return self._columns.first(cells, field)

    def _keep(self, cells: list[str], field: Field) -> str:
        """One string object for a text that many rows repeat."""
        text = self._columns.first(cells, field)
        return self._kept.setdefault(text, text)

    def _plainly(self, text: str) -> str:
        if text not in self._plain:
            self._plain[text] = plain(text)
        return self._plain[text]

    def _treat(self, status: str, resolution: str, doubts: list[Doubt]) -> Treatment:
        if not status:
            doubts.append(Doubt("status_missing", read=self._default))
            return self._default
        treatment = self._stages.get(self._plainly(status))
        if treatment is None:
            doubts.append(Doubt("status_unknown", status, self._default))
            return self._default
        # Trackers close what nobody will do with the same status as what was done; the resolution tells them apart.
        if treatment == "launched" and STATUS_WORDS.get(self._plainly(resolution)) == "dropped":
            return "dropped"
        return treatment

    def _is_done(self, cells: list[str], status: str, treatment: Treatment) -> bool:
        if self._plainly(status) in self._stages:
            return treatment == "launched"
        category = self._keep(cells, "status_category")
        if category:
            return STATUS_WORDS.get(self._plainly(category)) == "launched"
        return bool(self._first(cells, "resolved"))

    def _note_width(self, cells: list[str], doubts: list[Doubt]) -> None:
        if len(cells) < self._width:
            doubts.append(Doubt("short_row", str(len(cells)), str(self._width)))
        elif any(cells[self._width :]):
            doubts.append(Doubt("long_row", str(len(cells)), str(self._width)))

    def _title(self, cells: list[str], doubts: list[Doubt]) -> str:
        title = " ".join(self._first(cells, "summary").split())
        if not title:
            doubts.append(Doubt("title_missing"))
            return self._first(cells, "epic_name")[:MAX_TITLE] or self._first(cells, "key")[:MAX_TITLE]
        if len(title) > MAX_TITLE:
            doubts.append(Doubt("title_cut", str(len(title)), str(MAX_TITLE)))
        return title[:MAX_TITLE]

    def _parent(self, cells: list[str]) -> str:
        return self._first(cells, "parent_key") or self._first(cells, "epic_link") or self._first(cells, "parent")

    def _project_key(self, cells: list[str]) -> str:
        key = self._keep(cells, "project_key") or self._first(cells, "key").rpartition("-")[0]
        return self._kept.setdefault(key, key)

    def _seconds(self, cells: list[str], fields: tuple[Field, ...], doubts: list[Doubt]) -> int | None:
        for field in fields:
            text = self._first(cells, field)
            if not text:
                continue
            seconds = read_seconds(text)
            if seconds is None:
                doubts.append(Doubt("estimate_unreadable", text[:MAX_TITLE]))
            if seconds:
                return seconds
        return None


def read_seconds(text: str) -> int | None:
    """Whole seconds as exports write them, or "1w 2d 3h"; None for anything else."""
    if found := _WHOLE_SECONDS.fullmatch(text):
        return int(found[1])
    if _DURATION.fullmatch(text):
        return sum(int(amount) * SECONDS[unit] for amount, unit in _DURATION_PART.findall(text))
    return None


def read_order(table: Table) -> DateOrder:
    """Which of two numbers is the day, told by every date of the file."""
    return guess_order(_date_texts(table))


def _date_texts(table: Table) -> Iterator[str]:
    columns = table.columns
    fields = [field for field in DATE_FIELDS if field in columns.places]
    for _number, cells in table.rows():
        for field in fields:
            yield columns.first(cells, field)


def read_period(start_text: str, due_text: str, order: DateOrder) -> Period:
    """Start and end of a project. A start after the end is left out: the end is what others plan by."""
    doubts: list[Doubt] = []
    starts_on, ends_on = _read(start_text, order, doubts), _read(due_text, order, doubts)
    if starts_on and ends_on and starts_on > ends_on:
        doubts.append(Doubt("dates_reversed", start_text[:MAX_TITLE], due_text[:MAX_TITLE]))
        starts_on = None
    return Period(starts_on, ends_on, tuple(doubts))


def _read(text: str, order: DateOrder, doubts: list[Doubt]) -> date | None:
    if not text:
        return None
    found = read_date(text, order)
    if found.value is None:
        doubts.append(Doubt("date_unreadable", text[:MAX_TITLE]))
    elif found.unclear:
        doubts.append(Doubt("date_unclear", text[:MAX_TITLE], found.value.isoformat()))
    return found.value
