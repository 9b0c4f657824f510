"""Dates as a person's tracker wrote them: which of two numbers is the day is read off the whole file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from tracker.integrations.jira_csv.vocabulary import MONTHS, plain

Order = Literal["day_first", "month_first"]
Because = Literal["shown", "none", "conflict"]
"""shown: a number above 12 decided; none: nothing decided; conflict: both orders occur."""

_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMBERS: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_DAY_WORD: Final = re.compile(r"(\d{1,2})[.\s/-]*(?:de\s+)?([^\W\d_]+)\.?[\s/,.-]*(?:de\s+)?(\d{4}|\d{2})(?!\d)")
_WORD_DAY: Final = re.compile(r"(?:[^\W\d_]{2,4}\s+)?([^\W\d_]+)\.?\s+(\d{1,2}),?\s+(\d{4})(?!\d)")
CENTURY_TURN: Final = 70


@dataclass(frozen=True, slots=True)
class DateOrder:
    order: Order
    because: Because

    @property
    def unclear(self) -> bool:
        return self.because != "shown"


@dataclass(frozen=True, slots=True)
class ReadDate:
    """`value` None with a text means unreadable; `unclear` means that another reading is as likely."""

    value: date | None
    unclear: bool = False


def guess_order(texts: Iterable[str]) -> DateOrder:
    """Looks at every date of a file: the look is one person's setting, so one clear date speaks for all."""
    day_first = month_first = 0
    for text in texts:
        found = _NUMBERS.match(text)
        if found and found[2] != ".":
            day_first += int(found[1]) > 12
            month_first += int(found[3]) > 12
    if day_first and month_first:
        return DateOrder("day_first" if day_first >= month_first else "month_first", "conflict")
    if month_first:
        return DateOrder("month_first", "shown")
    return DateOrder("day_first", "shown" if day_first else "none")


def read_date(text: str, order: DateOrder) -> ReadDate:
    """The day in it; the time of day is left out, for projects are planned in days."""
    text = text.strip()
    if found := _YEAR_FIRST.match(text):
        return ReadDate(_day(found[1], found[2], found[3]))
    if found := _NUMBERS.match(text):
        return _read_numbers(found, order)
    words = plain(text)
    if (found := _DAY_WORD.match(words)) and found[2] in MONTHS:
        return ReadDate(_day(found[3], str(MONTHS[found[2]]), found[1]))
    if (found := _WORD_DAY.match(words)) and found[1] in MONTHS:
        return ReadDate(_day(found[3], str(MONTHS[found[1]]), found[2]))
    return ReadDate(None)


def _read_numbers(found: re.Match[str], order: DateOrder) -> ReadDate:
    as_day_first = _day(found[4], found[3], found[1])
    as_month_first = _day(found[4], found[1], found[3])
    if as_day_first is None or as_month_first is None or as_day_first == as_month_first:
        return ReadDate(as_day_first or as_month_first)
    if found[2] == ".":
        # Nobody writes the month first with dots.
        return ReadDate(as_day_first)
    value = as_day_first if order.order == "day_first" else as_month_first
    return ReadDate(value, unclear=order.unclear)


def _day(year: str, month: str, day: str) -> date | None:
    full = int(year)
    if len(year) == 2:
        full += 2000 if full < CENTURY_TURN else 1900
    try:
        return date(full, int(month), int(day))
    except ValueError:
        return None
