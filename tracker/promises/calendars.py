"""The hours of a team with the holidays of its country."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
import orjson

from tracker.kernel.calendar import FREE, OFFICE, Calendar, Hours
from tracker.promises.models import WorkCalendar

YEARS_AHEAD = 3
A_YEAR = timedelta(days=365)
OFFICE_WEEK = [[list(span) for span in OFFICE]] * 5 + [[]] * 2


def calendar_of(row: WorkCalendar, year: int) -> Calendar:
    """What a stored calendar means from the year before `year` on; its own days override holidays."""
    return read_calendar(
        row.zone, row.country, row.region, orjson.dumps(row.week).decode(), orjson.dumps(row.days).decode(), year
    )


@lru_cache(maxsize=500)
def read_calendar(zone: str, country: str, region: str, week: str, days: str, year: int) -> Calendar:
    """The same from the values of a row, `week` and `days` as JSON."""
    own = {date.fromisoformat(day): _hours(spans) for day, spans in orjson.loads(days).items()}
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = map(_hours, orjson.loads(week))
    hours = (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
    usual = next((day for day in hours if day), FREE)
    off, on = _holidays(country, region, year)
    return Calendar(zone, hours, {**dict.fromkeys(off, FREE), **dict.fromkeys(on, usual), **own})


@dataclass(frozen=True)
class SpecialDay:
    """A day that the country sets: a holiday with its name, or a day of the weekend that is worked."""

    on: date
    name: str
    worked: bool = False


def coming_days(row: WorkCalendar, today: date, language: str) -> list[SpecialDay]:
    """Holidays, and days of the weekend that are worked instead, of the coming twelve months."""
    if not row.country:
        return []
    off, on = _named_holidays(row.country, row.region, today.year, language)
    found = [*(SpecialDay(day, name) for day, name in off.items()), *(SpecialDay(day, "", worked=True) for day in on)]
    return sorted((day for day in found if today <= day.on < today + A_YEAR), key=lambda day: day.on)


@lru_cache(maxsize=500)
def _holidays(country: str, region: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Holidays, and days of the weekend that are worked because another day was moved there."""
    off, on = _named_holidays(country, region, year, "en") if country else ({}, frozenset())
    return frozenset(off), on


@lru_cache(maxsize=500)
def _named_holidays(country: str, region: str, year: int, language: str) -> tuple[Mapping[date, str], frozenset[date]]:
    """The same with the names of holidays: in the language, or else in English, or else in the country's own."""
    years = range(year - 1, year + YEARS_AHEAD)
    known = holidays.country_holidays(country, subdiv=region or None)
    spoken = next((one for wish in (language, "en") for one in known.supported_languages if one[:2] == wish), None)
    found = holidays.country_holidays(country, subdiv=region or None, years=years, language=spoken)
    moved = getattr(found, "weekend_workdays", None) or ()
    return dict(found), frozenset(day for day in moved if day.year in years and day not in found)


def _hours(spans: Iterable[tuple[int, int]]) -> Hours:
    return tuple((start, end) for start, end in spans)
