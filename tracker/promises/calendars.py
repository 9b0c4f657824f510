"""The hours of a team with the holidays of its country."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays
import orjson

from tracker.kernel.calendar import FREE, OFFICE, Calendar, Hours
from tracker.promises.models import WorkCalendar

YEARS_AHEAD = 3
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
    return Calendar(zone, hours, {**dict.fromkeys(_holidays(country, region, year), FREE), **own})


@lru_cache(maxsize=500)
def _holidays(country: str, region: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    years = range(year - 1, year + YEARS_AHEAD)
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=years))


def _hours(spans: Iterable[tuple[int, int]]) -> Hours:
    return tuple((start, end) for start, end in spans)
