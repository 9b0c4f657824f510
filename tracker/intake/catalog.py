"""The request types that Tandem brings along, and how the answers to a type's own fields are read."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NotRequired, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str]
LONGEST_ANSWER = 2_000
MOST_LINES = 100


class FieldOfType(TypedDict):
    """`kind`: text, lines, number, money, date or choice; `choices` pairs a value with its words; a number may lie
    between `least` and `most`, both included."""

    key: str
    kind: str
    stage: str
    label: Words
    help: NotRequired[Words]
    choices: NotRequired[Sequence[tuple[str, Words]]]
    least: NotRequired[int]
    most: NotRequired[int]


class OutOfRange(ValueError):
    """A number that can be read but cannot be meant."""


class TypeOfRequest(TypedDict):
    key: str
    name: Words
    fields: Sequence[FieldOfType]


TYPES: Sequence[TypeOfRequest] = (
    {
        "key": "structured-data",
        "name": {"en": "Structured data", "ru": "Микроразметка"},
        "fields": (
            {
                "key": "schema_type",
                "kind": "choice",
                "stage": "filing",
                "label": {"en": "Kind of markup", "ru": "Вид разметки"},
                "choices": [
                    ("Product", {"en": "Product", "ru": "Product (товар)"}),
                    ("BreadcrumbList", {"en": "BreadcrumbList", "ru": "BreadcrumbList (хлебные крошки)"}),
                    ("FAQPage", {"en": "FAQPage", "ru": "FAQPage (вопросы и ответы)"}),
                    ("Article", {"en": "Article", "ru": "Article (статья)"}),
                    ("Organization", {"en": "Organization", "ru": "Organization (организация)"}),
                    ("other", {"en": "another", "ru": "другой"}),
                ],
            },
            {
                "key": "current_validity",
                "kind": "number",
                "least": 0,
                "most": 100,
                "stage": "acceptance",
                "label": {"en": "Valid items today, %", "ru": "Корректных элементов сейчас, %"},
                "help": {
                    "en": "From the rich results report; 0 where there is no markup yet.",
                    "ru": "Из отчёта о расширенных результатах; 0, если разметки ещё нет.",
                },
            },
            {
                "key": "template",
                "kind": "text",
                "stage": "acceptance",
                "label": {"en": "Page template", "ru": "Шаблон страницы"},
                "help": {
                    "en": "Which template prints it, as the engineers call it.",
                    "ru": "Какой шаблон её выводит, в терминах разработчиков.",
                },
            },
            {
                "key": "example_markup",
                "kind": "lines",
                "stage": "embedding",
                "label": {"en": "Properties wanted", "ru": "Нужные свойства"},
                "help": {
                    "en": "One per line: price, availability, brand…",
                    "ru": "По одному на строке: price, availability, brand…",
                },
            },
        ),
    },
    {
        "key": "landing-page",
        "name": {"en": "Landing page", "ru": "Посадочная страница"},
        "fields": (
            {
                "key": "campaign",
                "kind": "text",
                "stage": "filing",
                "label": {"en": "Campaign", "ru": "Кампания"},
            },
            {
                "key": "live_on",
                "kind": "date",
                "stage": "acceptance",
                "label": {"en": "Live on", "ru": "Дата публикации"},
            },
            {
                "key": "campaign_budget",
                "kind": "money",
                "stage": "acceptance",
                "label": {"en": "Campaign budget", "ru": "Бюджет кампании"},
                "help": {"en": "0 where none is booked.", "ru": "0, если бюджет не выделен."},
            },
            {
                "key": "content_owner",
                "kind": "text",
                "stage": "embedding",
                "label": {"en": "Who delivers the content", "ru": "Кто готовит контент"},
            },
        ),
    },
    {
        "key": "performance",
        "name": {"en": "Performance", "ru": "Скорость"},
        "fields": (
            {
                "key": "metric",
                "kind": "choice",
                "stage": "filing",
                "label": {"en": "Metric", "ru": "Метрика"},
                "choices": [
                    ("LCP", {"en": "LCP · largest paint", "ru": "LCP · отрисовка основного контента"}),
                    ("INP", {"en": "INP · response to input", "ru": "INP · отклик на действие"}),
                    ("CLS", {"en": "CLS · layout shift", "ru": "CLS · сдвиг макета"}),
                ],
            },
            {
                "key": "form_factor",
                "kind": "choice",
                "stage": "acceptance",
                "label": {"en": "Devices", "ru": "Устройства"},
                "choices": [
                    ("mobile", {"en": "phones", "ru": "телефоны"}),
                    ("desktop", {"en": "desktop", "ru": "компьютеры"}),
                    ("both", {"en": "both", "ru": "и те и другие"}),
                ],
            },
            {
                "key": "current_p75",
                "kind": "number",
                "least": 0,
                "stage": "acceptance",
                "label": {"en": "75th percentile today", "ru": "75-й процентиль сейчас"},
                "help": {
                    "en": "Field data: milliseconds for LCP and INP, a bare number for CLS.",
                    "ru": "Полевые данные: миллисекунды для LCP и INP, просто число для CLS.",
                },
            },
            {
                "key": "measured_with",
                "kind": "text",
                "stage": "embedding",
                "label": {"en": "Measured with", "ru": "Чем измеряется"},
            },
        ),
    },
)


def read_answers(
    fields: Sequence[Mapping[str, Any]], given: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str | Promise]]:
    """The answers as they are stored (JSON values; blank ones left out), and what is wrong by the key of the field."""
    known = {field["key"]: field for field in fields}
    answers: dict[str, Any] = {}
    wrong: dict[str, str | Promise] = {key: _("There is no such field.") for key in given if key not in known}
    for key, field in known.items():
        value = given.get(key)
        if value is None or value in ("", []):
            continue
        try:
            answers[key] = _read_answer(field, value)
        except OutOfRange:
            wrong[key] = say_range(*range_of(field))
        except ValueError:
            wrong[key] = _("This value cannot be read.")
    return answers, wrong


def range_of(field: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The least and the most that a number of this field may be; None where there is no such end."""
    return field.get("least", 0 if field["kind"] == "money" else None), field.get("most")


def say_range(least: int | None, most: int | None) -> str:
    if most is None:
        return _("At least %(least)s.") % {"least": least}
    if least is None:
        return _("At most %(most)s.") % {"most": most}
    return _("Between %(least)s and %(most)s.") % {"least": least, "most": most}


def _read_answer(field: Mapping[str, Any], value: Any) -> Any:
    """Raises ValueError for what the kind of the field does not allow."""
    kind = field["kind"]
    if kind in ("number", "money"):
        return _read_number(value, *range_of(field))
    if kind == "date":
        return date.fromisoformat(_read_text(value)).isoformat()
    if kind == "lines":
        return _read_lines(value)
    text = _read_text(value)
    if kind == "choice" and text not in [choice for choice, _words in field.get("choices", [])]:
        raise ValueError(text)
    return text


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value or len(value) > LONGEST_ANSWER:
        raise ValueError(value)
    return value.strip()


def _read_lines(value: Any) -> list[str]:
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list) or len(lines) > MOST_LINES:
        raise ValueError(value)
    return [line for line in map(_read_text, lines) if line]


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
