"""The answers to a type's own fields, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.intake.models import WorkRequest
from tracker.intake.queries import words_in
from tracker.people.models import User
from tracker.sites.models import Area
from tracker.templatetags.times import number, say_day

Field = Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    """Of the people and areas that answers name."""

    people: Mapping[int, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What was answered in words; web addresses stand by themselves."""

    label: str
    text: str
    urls: list[str]


def names_in(answered: Iterable[tuple[Field, Any]]) -> Names:
    """Needs one statement where a person is named, and one where an area is."""
    named: dict[str, set[Any]] = {"person": set(), "area": set()}
    for one, value in answered:
        if isinstance(value, int | str) and one["kind"] in named:
            named[one["kind"]].add(value)
    people = {pk for pk in named["person"] if isinstance(pk, int)}
    areas = {str(key) for key in named["area"]}
    return Names(
        dict(User.objects.filter(pk__in=people).values_list("pk", "name")) if people else {},
        dict(Area.objects.filter(key__in=areas).values_list("key", "name")) if areas else {},
    )


def names_on(ask: WorkRequest) -> Names:
    return names_in((one, ask.answers.get(one["key"])) for one in ask.fields)


def label_of(one: Field, language: str) -> str:
    """With its unit: “Duration, weeks”."""
    label, unit = words_in(one["label"], language), words_in(one.get("unit") or {}, language)
    return f"{label}, {unit}" if unit else label


def say_answers(ask: WorkRequest, names: Names, language: str, today: date) -> list[Answer]:
    """In the order of its form; what is not answered is left out."""
    said = []
    for one in ask.fields:
        value = ask.answers.get(one["key"])
        if value is None:
            continue
        urls = value if one["kind"] == "urls" and isinstance(value, list) else []
        text = "" if urls else say_answer(one, value, names, language, today)
        said.append(Answer(words_in(one["label"], language), text, urls))
    return said


def say_answer(one: Field, value: Any, names: Names, language: str, today: date) -> str:
    """A value that does not fit its field, as one of an earlier form may not, is shown as it is."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(say_answer(one, part, names, language, today) for part in value)
    if isinstance(value, str):
        return _say_text(one, value, names, language, today)
    if isinstance(value, int) and one["kind"] == "person":
        return names.people.get(value, str(value))
    unit = words_in(one.get("unit") or {}, language)
    return f"{number(value, 4)} {unit}".strip() if isinstance(value, int | float) else str(value)


def _say_text(one: Field, value: str, names: Names, language: str, today: date) -> str:
    match one["kind"]:
        case "choice" | "choices":
            words = dict(one.get("choices") or ())
            return words_in(words[value], language) if value in words else value
        case "date":
            return say_day(date.fromisoformat(value), today)
        case "area":
            return names.areas.get(value, value)
    return value
