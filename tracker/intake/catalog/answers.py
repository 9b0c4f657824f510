"""How the answers to a type's own fields are read: JSON values of the kind of their field."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.intake.rules import is_web_address

LONGEST_ANSWER, LONGEST_KPI = 2_000, 120
MOST_LINES = 100
MOST_URLS = 50
LARGEST_ID = 2**63


class OutOfRange(ValueError):
    """A number that can be read but cannot be meant."""


def read_answers(
    fields: Sequence[Mapping[str, Any]], given: Mapping[str, Any], held: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, str | Promise]]:
    """The answers as they are stored (JSON values; blank ones left out), and what is wrong by the key of the field.

    What is `held` already stays as it is. Whether a person or an area exists is for the caller to ask.
    """
    known = {field["key"]: field for field in fields}
    answers: dict[str, Any] = {}
    wrong: dict[str, str | Promise] = {key: _("There is no such field.") for key in given if key not in known}
    for key, field in known.items():
        value = given.get(key)
        if value is None or value in ("", []):
            continue
        if held is not None and held.get(key) == value:
            answers[key] = value
            continue
        try:
            answers[key] = _read_answer(field, value)
        except OutOfRange:
            wrong[key] = say_range(*range_of(field))
        except ValueError:
            wrong[key] = _say_unread(field)
    return {key: value for key, value in answers.items() if value not in ("", [])}, wrong


def range_of(field: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The least and the most that a number of this field may be; None where there is no such end."""
    return field.get("least", 0 if field["kind"] == "money" else None), field.get("most")


def say_range(least: int | None, most: int | None) -> str:
    if most is None:
        return _("At least %(least)s.") % {"least": least}
    if least is None:
        return _("At most %(most)s.") % {"most": most}
    return _("Between %(least)s and %(most)s.") % {"least": least, "most": most}


def _say_unread(field: Mapping[str, Any]) -> str | Promise:
    if field["kind"] == "urls":
        return _("Web addresses begin with http:// or https://, one on each line.")
    return _("This value cannot be read.")


def _read_answer(field: Mapping[str, Any], value: Any) -> Any:
    """Raises ValueError for what the kind of the field does not allow."""
    match field["kind"]:
        case "number" | "money":
            return _read_number(value, *range_of(field))
        case "date":
            return date.fromisoformat(_read_text(value)).isoformat()
        case "lines":
            return _read_lines(value, MOST_LINES)
        case "urls":
            return _read_urls(value)
        case "person":
            return _read_id(value)
        case "choices":
            return _read_choices(field, value)
    text = _read_text(value)
    if field["kind"] == "kpi" and len(text) > LONGEST_KPI:
        raise ValueError(text)
    if field["kind"] == "choice" and text not in _values_of(field):
        raise ValueError(text)
    return text


def _values_of(field: Mapping[str, Any]) -> list[str]:
    return [choice for choice, _words in field.get("choices", [])]


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value or len(value) > LONGEST_ANSWER:
        raise ValueError(value)
    return value.strip()


def _read_lines(value: Any, most: int) -> list[str]:
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list) or len(lines) > most:
        raise ValueError(value)
    return [line for line in map(_read_text, lines) if line]


def _read_urls(value: Any) -> list[str]:
    urls = _read_lines(value, MOST_URLS)
    if not all(map(is_web_address, urls)):
        raise ValueError(value)
    return urls


def _read_choices(field: Mapping[str, Any], value: Any) -> list[str]:
    """Several, each once, in the order of the form."""
    chosen = set(_read_lines(value, len(_values_of(field))))
    if not chosen <= set(_values_of(field)):
        raise ValueError(value)
    return [one for one in _values_of(field) if one in chosen]


def _read_id(value: Any) -> int:
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or not 0 < int(text) < LARGEST_ID:
        raise ValueError(value)
    return int(text)


def _read_number(value: Any, least: int | None, most: int | None) -> float | int:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError(value)
    try:
        number = float(Decimal(str(value).strip().replace(",", ".")))
    except InvalidOperation:
        raise ValueError(value) from None
    if not math.isfinite(number) or abs(number) > 1e12:
        raise ValueError(value)
    if (least is not None and number < least) or (most is not None and number > most):
        raise OutOfRange(value)
    return int(number) if number.is_integer() else number
