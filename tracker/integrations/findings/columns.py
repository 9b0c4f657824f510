"""Which column of an audit holds what: the reports of crawlers by their shape, every other file by names or by choice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from tracker.integrations.findings.cells import read_count, read_priority, read_share
from tracker.integrations.jira_csv.errors import Unreadable
from tracker.integrations.jira_csv.vocabulary import plain

Field = Literal["issue", "title", "template", "urls", "share", "priority", "examples", "description"]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
Shape = Literal["issues_overview", "hints", "table"]
"""issues_overview: Screaming Frog; hints: Sitebulb; table: any other file."""
LISTS: Final = frozenset({"examples", "description"})
BESIDE: Final = frozenset({"template", "examples"})
"""What somebody may have put beside the columns of the report."""
MOSTLY: Final = 0.8
OVERVIEW_WIDTH: Final = 8

WORDS: Final[Mapping[Field, str]] = {
    "issue": "issue name|issue|hint|problem|check|error|rule|audit|finding|проблема|ошибка|замечание|находка"
    "|nombre del problema|problema|nom du probleme|probleme|nome del problema",
    "title": "title|summary|name|заголовок|название|titulo|titre|titel|titolo",
    "template": "template|page template|area|section|url pattern|pattern|page type|шаблон|шаблон страниц|раздел|область"
    "|тип страницы|маска url|plantilla|modele|vorlage|seitentyp",
    "urls": "urls|url count|urls count|number of urls|pages|affected urls|affected pages|count|количество url|число url"
    "|страниц|количество страниц|url-адреса|anzahl urls|nombre d'urls",
    "share": "% of total|share|coverage|% of urls|percent|percentage|доля|% от общего|доля, %|охват|процент|anteil"
    "|% du total|% del total",
    "priority": "issue priority|priority|importance|severity|приоритет|важность|критичность|prioridad|priorite|prioritat"
    "|priorita|prioridade",
    "examples": "example urls|example url|examples|example|sample urls|sample url|url|address|примеры|примеры url"
    "|пример|адрес|adresse|ejemplo",
    "description": "description|how to fix|recommendation|details|описание|как исправить|рекомендация|beschreibung"
    "|descripcion|descrizione",
}
_FIELD_OF: Final[dict[str, Field]] = {plain(word): field for field, words in WORDS.items() for word in words.split("|")}
OVERVIEW: Final = ("issue name", "issue type", "issue priority", "urls", "% of total", "description", "how to fix")


@dataclass(frozen=True, slots=True)
class FindingColumns:
    """Where each field stands, from 0. A repeated name is a list: all its columns, in the order of the file."""

    shape: Shape
    places: Mapping[Field, tuple[int, ...]]

    @property
    def known(self) -> bool:
        """Whether it is clear what each row is about."""
        return "issue" in self.places or "title" in self.places

    def first(self, cells: Sequence[str], field: Field) -> str:
        for place in self.places.get(field, ()):
            if place < len(cells) and (text := cells[place].strip()):
                return text
        return ""

    def every(self, cells: Sequence[str], field: Field) -> tuple[str, ...]:
        places = self.places.get(field, ())
        return tuple(text for place in places if place < len(cells) and (text := cells[place].strip()))


def recognise_findings(
    header: Sequence[str], sample: Sequence[Sequence[str]], chosen: Mapping[str, int]
) -> FindingColumns:
    """What a person chose wins; else the shape of a known report, else names. Raises Unreadable (column_unknown)."""
    names = [plain(name) for name in header]
    if chosen:
        return FindingColumns("table", dict(_take_chosen(names, chosen)))
    if _is_overview(names, sample):
        more = {field: places for field, places in _take_by_name(names).items() if field in BESIDE}
        return FindingColumns("issues_overview", {**more, **_overview_places(len(names))})
    shape: Shape = "hints" if names[0:1] == ["hint"] and "importance" in names else "table"
    return FindingColumns(shape, _take_by_name(names))


def fingerprint_header(header: Sequence[str]) -> str:
    """What a header is remembered by: the names in their order, whatever their case and spacing."""
    return hashlib.sha256("\x1f".join(map(plain, header)).encode()).hexdigest()


def _take_chosen(names: Sequence[str], chosen: Mapping[str, int]) -> list[tuple[Field, tuple[int, ...]]]:
    taken = []
    for name, index in chosen.items():
        field = next((field for field in FIELDS if field == name), None)
        if field is None or not 0 <= index < len(names):
            raise Unreadable("column_unknown", field=name[:40], column=index)
        taken.append((field, _alike(names, index) if field in LISTS else (index,)))
    return taken


def _alike(names: Sequence[str], index: int) -> tuple[int, ...]:
    if not names[index]:
        return (index,)
    return tuple(place for place, name in enumerate(names) if name == names[index])


def _is_overview(names: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
    """By its English names, or in another language by what its eight columns hold."""
    if tuple(names[: len(OVERVIEW)]) == OVERVIEW:
        return True
    if len(names) != OVERVIEW_WIDTH or not sample:
        return False
    fits = sum(
        len(cells) == OVERVIEW_WIDTH
        and read_priority(cells[2]) is not None
        and read_count(cells[3]) is not None
        and read_share(cells[4]) is not None
        and (not cells[7] or cells[7].startswith("http"))
        for cells in sample
    )
    return fits >= MOSTLY * len(sample)


def _overview_places(width: int) -> dict[Field, tuple[int, ...]]:
    places: dict[Field, tuple[int, ...]] = {"issue": (0,), "priority": (2,), "urls": (3,), "share": (4,)}
    return {**places, "description": tuple(place for place in (5, 6) if place < width)}


def _take_by_name(names: Sequence[str]) -> dict[Field, tuple[int, ...]]:
    places: dict[Field, tuple[int, ...]] = {}
    for index, name in enumerate(names):
        field = _FIELD_OF.get(name)
        if field is None:
            continue
        if field in LISTS:
            places[field] = (*places.get(field, ()), index)
        else:
            places.setdefault(field, (index,))
    return places
