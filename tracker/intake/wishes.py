"""Requests narrowed by what was answered to a type's own fields: read from an address, asked of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.fields.json import KeyTransform

from tracker.intake.catalog import find_field, read_answers

PREFIX = "f."
LEAST, MOST = ".least", ".most"
ENDED = ("number", "money", "date")
CHOSEN = ("choice", "choices", "person", "area")
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Wish:
    """What is wanted of the answer under `key`: exactly this, one of several (`among`), or an end that is included."""

    key: str
    value: Any
    among: bool = False
    end: str = ""


def names_of(field: Mapping[str, Any]) -> list[str]:
    """The parameters that narrow a list by this field: `f.metric`, and `f.duration.least`, `f.duration.most`."""
    name = f"{PREFIX}{field['key']}"
    if field["kind"] in ENDED:
        return [f"{name}{LEAST}", f"{name}{MOST}"]
    return [name] if field["kind"] in CHOSEN else []


def read_wish(fields: Sequence[Mapping[str, Any]], name: str, text: str) -> Wish:
    """What `f.metric=LCP` asks for. Raises ValueError for a field or a value that is not there."""
    key, end = name.removeprefix(PREFIX), ""
    for suffix, lookup in ((LEAST, "gte"), (MOST, "lte")):
        if key.endswith(suffix):
            key, end = key.removesuffix(suffix), lookup
    field = find_field(fields, key)
    if field is None or name not in names_of(field):
        raise ValueError(name)
    among = field["kind"] == "choices"
    answers, wrong = read_answers([{**field, "kind": "choice"} if among else _unbounded(field)], {key: text})
    if wrong or key not in answers:
        raise ValueError(text)
    return Wish(key, answers[key], among, end)


def _unbounded(field: Mapping[str, Any]) -> dict[str, Any]:
    """One may look for more than may be answered."""
    ends = {"least": None, "most": None} if field["kind"] in ENDED else {}
    return {**field, **ends}


def narrow_answers(rows: QuerySet[Row], wishes: Sequence[Wish]) -> QuerySet[Row]:
    """Those whose answers are as wished; JSON numbers and days compare as they should."""
    for wish in wishes:
        if wish.end:
            name = f"answer_{wish.key}_{wish.end}"
            held = {name: KeyTransform(wish.key, "answers")}
            rows = rows.alias(**held).filter(**{f"{name}__{wish.end}": wish.value})
        else:
            rows = rows.filter(answers__contains={wish.key: [wish.value] if wish.among else wish.value})
    return rows
