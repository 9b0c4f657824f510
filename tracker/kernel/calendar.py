"""Working time: how much of it lies between two instants, and when so much of it will have passed.

An instant is working time if the wall clock of the calendar's zone shows, on that date, a minute within the hours of
the day. So an hour that a change of clocks skips is never worked, and one that it repeats is worked twice, if the hours
say so.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Hours = tuple[tuple[int, int], ...]
"""Spans of one day in minutes after midnight, in order and apart: ((540, 780), (840, 1080)) is 9–13 and 14–18."""

OFFICE: Hours = ((9 * 60, 18 * 60),)
FREE: Hours = ()
DAY = 24 * 60
FARTHEST = 800
"""Days looked ahead for working time; a calendar that has none in two years has none."""
WIDEST_OFFSET = timedelta(hours=15)


class NoWorkingTimeError(ValueError):
    """The calendar has no working time where some was looked for."""


@dataclass(frozen=True)
class Calendar:
    """`week` holds the hours from Monday to Sunday; `days` the dates that differ: holidays, shortened and extra days."""

    zone: str
    week: tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
    days: Mapping[date, Hours] = field(default_factory=dict)

    def hours_of(self, day: date) -> Hours:
        return self.days.get(day, self.week[day.weekday()])

    @property
    def length_of_day(self) -> timedelta:
        """What "a working day" means as an amount: the hours that most days of the week have, the longer of equals."""
        lengths = [sum(end - start for start, end in hours) for hours in self.week if hours]
        if not lengths:
            raise NoWorkingTimeError
        return timedelta(minutes=max(lengths, key=lambda length: (lengths.count(length), length)))


def working_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The working time from one instant to another; nothing if the second is not later."""
    worked = timedelta(0)
    if end <= start:
        return worked
    for opens, closes in _windows(calendar, start):
        if opens >= end:
            break
        worked += min(closes, end) - max(opens, start)
    return worked


def after_working_time(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """The first instant by which so much working time has passed since `start`; raises NoWorkingTimeError.

    Nothing to pass has passed at once. Time that starts outside the hours begins with the next ones.
    """
    left = amount
    if left <= timedelta(0):
        return start.astimezone(UTC)
    for opens, closes in _windows(calendar, start):
        begins = max(opens, start)
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    raise NoWorkingTimeError


def _windows(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of working time that end after `start`, in order, as instants in UTC; ends after FARTHEST idle days."""
    first = start.astimezone(UTC).date() - timedelta(days=1)
    idle, number = 0, 0
    while idle < FARTHEST:
        day = first + timedelta(days=number)
        number, idle = number + 1, idle + 1
        hours = calendar.hours_of(day)
        for window in _instants(calendar.zone, day, hours) if hours else ():
            if window[1] > start:
                idle = 0
                yield window


@lru_cache(maxsize=20_000)
def _instants(zone: str, day: date, hours: Hours) -> tuple[tuple[datetime, datetime], ...]:
    """The instants at which the wall clock of the zone shows this date and a minute within these hours."""
    midnight = datetime.combine(day, time(), UTC)
    found = []
    for since, until, offset in _stretches(zone, day):
        for start, end in hours:
            opens = max(since, midnight + timedelta(minutes=start) - offset)
            closes = min(until, midnight + timedelta(minutes=end) - offset)
            if opens < closes:
                found.append((opens, closes))
    return tuple(sorted(found))


@lru_cache(maxsize=20_000)
def _stretches(zone: str, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Around one date the stretches of one offset from UTC: from, until, offset. A zone changes at most once a day."""
    place = ZoneInfo(zone)
    midnight = datetime.combine(day, time(), UTC)
    since, until = midnight - WIDEST_OFFSET, midnight + timedelta(days=1) + WIDEST_OFFSET
    seconds = range(int((until - since).total_seconds()) + 1)
    found: list[tuple[datetime, datetime, timedelta]] = []
    while True:
        offset = _offset_at(place, since)
        if _offset_at(place, until) == offset:
            return (*found, (since, until, offset))
        change = since + timedelta(
            seconds=bisect_left(
                seconds, True, key=lambda passed: _offset_at(place, since + timedelta(seconds=passed)) != offset
            )
        )
        found.append((since, change, offset))
        since = change


def _offset_at(place: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(place).utcoffset() or timedelta(0)
