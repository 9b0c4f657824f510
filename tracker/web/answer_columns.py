"""The own fields of types in the list of requests: as columns of the page and of its file, and as filters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models.fields.json import KeyTransform

from tracker.intake.catalog import find_field
from tracker.intake.models import RequestType, WorkRequest
from tracker.intake.wishes import PREFIX
from tracker.people.models import User
from tracker.web.answer_words import Field, label_of, names_in, say_answer
from tracker.web.exports import Column

ANSWER = "answers."
NUMERIC = ("number", "money")


@dataclass(frozen=True)
class Cell:
    text: str
    numeric: bool


def fields_by_name(kinds: Mapping[str, RequestType], chosen: str = "") -> dict[str, Field]:
    """Every own field by the name of its column; where types share a key, that of the chosen type."""
    first = [kinds[chosen]] if chosen in kinds else []
    found: dict[str, Field] = {}
    for kind in [*first, *kinds.values()]:
        for one in kind.fields:
            found.setdefault(f"{ANSWER}{one['key']}", one)
    return found


def offered_answers(kinds: Mapping[str, RequestType], chosen: str, asked: Sequence[str], language: str) -> list[Column]:
    """The fields of the chosen type, and what the address asks for by name."""
    own = {f"{ANSWER}{one['key']}" for one in kinds[chosen].fields} if chosen in kinds else set()
    fields = fields_by_name(kinds, chosen)
    return [answer_column(name, one, language) for name, one in fields.items() if name in own or name in asked]


def answer_column(name: str, one: Field, language: str) -> Column:
    """The database hands its JSON value on; the CSV shows choices by their words."""
    choices = [(value, words.get(language) or words["en"]) for value, words in one.get("choices") or ()]
    return Column(name, label_of(one, language), KeyTransform(one["key"], "answers"), choices)


def name_people(columns: Sequence[Column], fields: Mapping[str, Field]) -> list[Column]:
    """The same with names for the numbers of people (one statement where a column holds people)."""
    holding = {column.name for column in columns if fields.get(column.name, {}).get("kind") == "person"}
    if not holding:
        return list(columns)
    people = list(User.objects.values_list("pk", "name"))
    return [
        Column(column.name, column.label, column.path, people) if column.name in holding else column
        for column in columns
    ]


def answer_cells(
    asks: Sequence[WorkRequest], names: Sequence[str], kinds: Mapping[str, RequestType], language: str, today: date
) -> list[list[Cell]]:
    """What stands in these columns, row by row; at most two statements for all of them."""

    def field_of(ask: WorkRequest, name: str) -> Field:
        key = name.removeprefix(ANSWER)
        return find_field(kinds[ask.type.key].fields, key) or {"key": key, "kind": "text"}

    keys = [name for name in names if name.startswith(ANSWER)]
    found = [[(field_of(ask, name), ask.answers.get(name.removeprefix(ANSWER))) for name in keys] for ask in asks]
    known = names_in(pair for row in found for pair in row)
    return [
        [Cell(say_answer(one, value, known, language, today), one["kind"] in NUMERIC) for one, value in row]
        for row in found
    ]


def lost_wishes(query: Mapping[str, Any], offered: Callable[[str], bool]) -> list[tuple[str, str]]:
    """Filters by a field that the chosen type does not have."""
    return [(name, query[name]) for name in query if name.startswith(PREFIX) and query[name] and not offered(name)]
