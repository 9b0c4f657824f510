"""Which column means what: by name first, by the shape of its cells where the name says nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tracker.integrations.jira_csv.errors import Unreadable
from tracker.integrations.jira_csv.vocabulary import (
    COLUMN_WORDS,
    CUSTOM_COLUMN,
    CUSTOM_FIELDS,
    EPIC_TYPES,
    FIELDS,
    OTHER_TYPES,
    STATUS_WORDS,
    Field,
    plain,
)

How = Literal["chosen", "name", "custom", "content"]
REQUIRED: Final[tuple[Field, ...]] = ("key", "summary")
KEY_SHAPE: Final = re.compile(r"[A-Z][A-Z0-9_]{1,30}-\d{1,12}")
RANK_SHAPE: Final = re.compile(r"\d\|[0-9a-z]+:[0-9a-z]*")
DATE_SHAPE: Final = re.compile(r"\d{1,4}[./-]\w+[./-]\d{1,4}\b.*")
MOSTLY: Final = 0.8
TYPE_WORDS: Final = EPIC_TYPES | OTHER_TYPES


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands. A repeated name is a list: all its columns, in the order of the file."""

    places: Mapping[Field, tuple[int, ...]]
    how: Mapping[Field, How]
    unknown: tuple[tuple[int, str], ...]
    """Columns that nobody reads; they stay in the raw row."""

    @property
    def missing(self) -> tuple[Field, ...]:
        """Fields without which no row can be told from another."""
        return tuple(field for field in REQUIRED if field not in self.places)

    @property
    def guessed(self) -> tuple[Field, ...]:
        """Fields found by content only: to be shown and confirmed."""
        return tuple(field for field, how in self.how.items() if how == "content")

    def first(self, cells: Sequence[str], field: Field) -> str:
        for place in self.places.get(field, ()):
            if place < len(cells) and (text := cells[place].strip()):
                return text
        return ""

    def every(self, cells: Sequence[str], field: Field) -> tuple[str, ...]:
        """All values of a list column, each once, in order."""
        found = (cells[place].strip() for place in self.places.get(field, ()) if place < len(cells))
        return tuple(dict.fromkeys(text for text in found if text))


def recognise_columns(header: Sequence[str], sample: Sequence[Sequence[str]], chosen: Mapping[str, int]) -> Columns:
    """Chosen columns win, then system columns by name, then custom fields by name, then content.

    Raises Unreadable for a choice that names no field or no column.
    """
    names = [plain(name) for name in header]
    places: dict[Field, tuple[int, ...]] = {}
    how: dict[Field, How] = {}
    for name, index in chosen.items():
        field = _known_field(name)
        if field is None or not 0 <= index < len(names):
            raise Unreadable("column_unknown", field=name[:40], column=index)
        places[field], how[field] = _alike(names, index), "chosen"
    taken = {place for columns in places.values() for place in columns}
    _take_by_name(names, taken, places, how)
    _take_by_content(names, sample, taken, places, how)
    unknown = tuple((index, name) for index, name in enumerate(header) if index not in taken)
    return Columns(places, how, unknown)


def _known_field(name: str) -> Field | None:
    return next((field for field in FIELDS if field == name), None)


def _alike(names: Sequence[str], index: int) -> tuple[int, ...]:
    if not names[index]:
        return (index,)
    return tuple(place for place, name in enumerate(names) if name == names[index])


def _take_by_name(
    names: Sequence[str], taken: set[int], places: dict[Field, tuple[int, ...]], how: dict[Field, How]
) -> None:
    readings: tuple[tuple[How, Callable[[str], Field | None]], ...] = (
        ("name", COLUMN_WORDS.get),
        ("custom", _custom_field),
    )
    for kind, reading in readings:
        for index, name in enumerate(names):
            field = reading(name)
            if field is None or index in taken or field in places:
                continue
            same = _alike(names, index) if kind == "name" else _custom_alike(names, field)
            places[field], how[field] = tuple(place for place in same if place not in taken), kind
            taken.update(places[field])


def _custom_field(name: str) -> Field | None:
    found = CUSTOM_COLUMN.match(name)
    field = COLUMN_WORDS.get(found[1].strip()) if found else None
    return field if field in CUSTOM_FIELDS else None


def _custom_alike(names: Sequence[str], field: Field) -> tuple[int, ...]:
    """Teams name one thing in several custom fields («Planned start», «Start date» ×3): the first filled one counts."""
    return tuple(place for place, name in enumerate(names) if _custom_field(name) == field)


def _take_by_content(
    names: Sequence[str],
    sample: Sequence[Sequence[str]],
    taken: set[int],
    places: dict[Field, tuple[int, ...]],
    how: dict[Field, How],
) -> None:
    """Each shape may claim one column nobody named; the order matters, a key that repeats points at a parent."""
    shapes: tuple[tuple[Field, Callable[[list[str]], bool]], ...] = (
        ("key", lambda cells: _match(cells, KEY_SHAPE) and len(set(cells)) >= 0.9 * len(cells)),
        ("parent_key", lambda cells: _match(cells, KEY_SHAPE)),
        ("rank", lambda cells: _match(cells, RANK_SHAPE)),
        ("issue_type", lambda cells: _words(cells, TYPE_WORDS)),
        ("status", lambda cells: _words(cells, STATUS_WORDS)),
        ("status_category", lambda cells: _words(cells, STATUS_WORDS) and len(set(cells)) <= 3),
        ("summary", _looks_like_titles),
    )
    wanted = [shape for shape in shapes if shape[0] not in places]
    if not wanted or not sample:
        return
    free = {index: _filled(sample, index) for index in range(len(names)) if index not in taken}
    for field, fits in wanted:
        # In a header whose names were understood a further column of keys is a link of another kind.
        if field == "parent_key" and how.get("key") != "content":
            continue
        index = next((index for index, cells in free.items() if cells and fits(cells)), None)
        if index is not None:
            places[field], how[field] = (index,), "content"
            taken.add(index)
            del free[index]


def _filled(sample: Sequence[Sequence[str]], index: int) -> list[str]:
    return [text for cells in sample if index < len(cells) and (text := cells[index].strip())]


def _match(cells: list[str], shape: re.Pattern[str]) -> bool:
    return sum(shape.fullmatch(cell) is not None for cell in cells) >= MOSTLY * len(cells)


def _words(cells: list[str], words: frozenset[str] | Mapping[str, object]) -> bool:
    return sum(plain(cell) in words for cell in cells) >= MOSTLY * len(cells)


def _looks_like_titles(cells: list[str]) -> bool:
    differing = len(set(cells)) >= 0.7 * len(cells)
    worded = sum(" " in cell and not DATE_SHAPE.fullmatch(cell) for cell in cells) >= 0.6 * len(cells)
    return differing and worded and sum(map(len, cells)) / len(cells) < 300
