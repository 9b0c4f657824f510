"""What a field of a request type may be, and a type's list of fields with one of them put, moved or taken away."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.intake.rules import CONDITIONAL_FIELDS, CORE_FIELDS, Stage
from tracker.kernel.errors import Invalid
from tracker.kernel.slugs import slug_of

Words = Mapping[str, str]
Field = Mapping[str, Any]
KINDS: Mapping[str, str | Promise] = {
    "text": _("text"),
    "lines": _("several lines"),
    "number": _("number"),
    "money": _("money"),
    "date": _("date"),
    "choice": _("one of several choices"),
    "choices": _("any of several choices"),
    "person": _("person"),
    "area": _("area of a site"),
    "urls": _("web addresses"),
    "kpi": _("KPI"),
    "file": _("file"),
}
RANGED = ("number", "money")
CHOSEN = ("choice", "choices")
LANGUAGES = ("en", "ru")
KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_KEY, LONGEST_LABEL, LONGEST_HELP, LONGEST_UNIT, LONGEST_VALUE = 40, 120, 300, 20, 60
MOST_FIELDS, MOST_CHOICES = 40, 200
LARGEST = 10**12
NO_BREAK = "\u00a0"

TAKEN_KEYS = frozenset(
    {name for names in CORE_FIELDS.values() for name in names}
    | {*CONDITIONAL_FIELDS, "deadline_on", "measure", "similar_to", "value_per_week", "type"}
    | {
        "answers",
        "based_on",
        "check",
        "csrfmiddlewaretoken",
        "draft",
        "field",
        "file",
        "files",
        "idempotency",
        "next",
        "version",
    }
)
"""What every request has, and what its forms send beside the answers."""


class FieldOfType(TypedDict):
    """`kind` is one of KINDS; `choices` pairs a value with its words; a number has a `unit` and may lie between `least`
    and `most`, both included; a field without a stage ("") is never demanded."""

    key: str
    kind: str
    stage: str
    label: Words
    help: NotRequired[Words]
    choices: NotRequired[Sequence[tuple[str, Words]]]
    unit: NotRequired[Words]
    least: NotRequired[int]
    most: NotRequired[int]


def key_of(label: str) -> str:
    """ "Valid items today, %" is "valid_items_today"."""
    key = slug_of(label, LONGEST_KEY, "field").replace("-", "_")
    return key if key[0].isalpha() else f"field_{key}"[:LONGEST_KEY].rstrip("_")


def find_field(fields: Sequence[Field], key: str) -> Field | None:
    return next((field for field in fields if field["key"] == key), None)


def put_field(fields: Sequence[Field], fresh: Field) -> list[Field]:
    """In the place of the one with its key, else at the end."""
    if find_field(fields, fresh["key"]) is None:
        return [*fields, fresh]
    return [fresh if field["key"] == fresh["key"] else field for field in fields]


def move_field(fields: Sequence[Field], key: str, *, up: bool) -> list[Field]:
    """One place up or down; the first does not go up, the last not down."""
    moved = list(fields)
    place = next((number for number, field in enumerate(moved) if field["key"] == key), None)
    if place is None:
        return moved
    other = min(max(place + (-1 if up else 1), 0), len(moved) - 1)
    moved[place], moved[other] = moved[other], moved[place]
    return moved


def remove_field(fields: Sequence[Field], key: str) -> list[Field]:
    return [field for field in fields if field["key"] != key]


def read_choices(text: str) -> list[tuple[str, Words]]:
    """One on each line: `value | English | Russian`; a value alone stands for its words.

    Raises Invalid for a line that cannot be read.
    """
    choices: list[tuple[str, Words]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) > 3 or not parts[0]:
            said = _("“%(line)s” is no choice: write value | English | Russian.") % {"line": line[:LONGEST_VALUE]}
            raise Invalid(said, fields={"choices": said})
        english = parts[1] if len(parts) > 1 and parts[1] else parts[0]
        choices.append((parts[0], {"en": english, "ru": parts[2] if len(parts) > 2 and parts[2] else english}))
    return choices


def check_type_fields(given: Any) -> list[dict[str, Any]]:
    """The fields of a type as they are kept, each with nothing but what its kind has. Raises Invalid."""
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise _invalid(_("Fields are a list of objects."))
    if len(given) > MOST_FIELDS:
        raise _invalid(_("At most %(most)s fields: a form with more is not filled in.") % {"most": MOST_FIELDS})
    fields, keys = [], set()
    for number, one in enumerate(given, start=1):
        wrong = wrong_in_field(one)
        name = one.get("key") if isinstance(one.get("key"), str) else ""
        if not wrong and name in keys:
            wrong = {"key": _("This type has a field with this key already.")}
        if wrong:
            part, said = next(iter(wrong.items()))
            words = {"field": str(name or number)[:LONGEST_KEY], "part": part, "text": said}
            raise _invalid(_("%(field)s, %(part)s: %(text)s") % words)
        keys.add(name)
        fields.append(_kept(one))
    return fields


def _invalid(text: str | Promise) -> Invalid:
    return Invalid(text, fields={"fields": text})


def _kept(one: Field) -> dict[str, Any]:
    """Without what its kind does not have and what is empty."""
    kept = {name: one[name] for name in ("key", "kind", "stage")} | {"label": _words(one["label"])}
    for part in ("help", "unit") if one["kind"] in RANGED else ("help",):
        if any(_words(one.get(part) or {}).values()):
            kept[part] = _words(one[part])
    if one["kind"] in CHOSEN:
        kept["choices"] = [[value, _words(words)] for value, words in one["choices"]]
    if one["kind"] in RANGED:
        kept |= {name: one[name] for name in ("least", "most") if one.get(name) is not None}
    return kept


def _words(words: Words) -> dict[str, str]:
    english = (words.get("en") or "").strip()
    return {"en": english, "ru": (words.get("ru") or "").strip() or english}


def wrong_in_field(one: Field) -> dict[str, str | Promise]:
    """What is wrong with a field, by its part; empty where nothing is."""
    wrong: dict[str, str | Promise] = {}
    for part, said in (("key", _wrong_key(one.get("key"))), ("choices", _wrong_choices(one))):
        if said:
            wrong[part] = said
    if one.get("kind") not in tuple(KINDS):
        wrong["kind"] = _("Choose among: %(choices)s.") % {"choices": ", ".join(KINDS)}
    if one.get("stage") not in ("", *Stage):
        wrong["stage"] = _("Choose among: %(choices)s.") % {"choices": ", ".join(Stage)}
    if not _are_words(one.get("label"), LONGEST_LABEL) or not one["label"]["en"].strip():
        wrong["label"] = _("A label in English, and in Russian where it differs: at most 120 characters.")
    if not _are_words(one.get("help") or {"en": ""}, LONGEST_HELP):
        wrong["help"] = _("Help in English and Russian: at most 300 characters.")
    if not _are_words(one.get("unit") or {"en": ""}, LONGEST_UNIT):
        wrong["unit"] = _("A unit has at most 20 characters.")
    return wrong | _wrong_range(one)


def _wrong_key(key: Any) -> str | Promise:
    if not isinstance(key, str) or len(key) > LONGEST_KEY or not KEY.fullmatch(key):
        return _("A key is made of small Latin letters, digits and single underscores: page_template.")
    if key in TAKEN_KEYS:
        return _("Every request has “%(key)s” already: choose another label or key.") % {"key": key}
    return ""


def _wrong_choices(one: Field) -> str | Promise:
    if one.get("kind") not in CHOSEN:
        return ""
    choices = one.get("choices")
    if not isinstance(choices, list | tuple) or not choices:
        return _("Name what may be chosen.")
    if len(choices) > MOST_CHOICES:
        return _("At most %(most)s choices.") % {"most": MOST_CHOICES}
    values = []
    for choice in choices:
        if not isinstance(choice, list | tuple) or len(choice) != 2 or not _is_choice(*choice):
            return _("A choice is a value and its words in English and Russian, at most 120 characters.")
        values.append(choice[0])
    twice = next((value for value in values if values.count(value) > 1), "")
    return _("“%(value)s” stands there twice.") % {"value": twice} if twice else ""


def _is_choice(value: Any, words: Any) -> bool:
    return _is_text(value, LONGEST_VALUE) and bool(value.strip()) and _are_words(words, LONGEST_LABEL)


def _wrong_range(one: Field) -> dict[str, str | Promise]:
    ends = {name: one.get(name) for name in ("least", "most")}
    wrong: dict[str, str | Promise] = {
        name: _("A whole number.") for name, end in ends.items() if end is not None and not _is_whole(end)
    }
    least, most = ends["least"], ends["most"]
    if not wrong and least is not None and most is not None and least > most:
        wrong["most"] = _("The most is less than the least.")
    return wrong


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and value.replace(NO_BREAK, " ").isprintable()


def _are_words(words: Any, longest: int) -> bool:
    if not isinstance(words, Mapping) or not set(words) <= set(LANGUAGES) or "en" not in words:
        return False
    return all(_is_text(said, longest) for said in words.values())
