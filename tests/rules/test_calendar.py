"""Working time against an oracle that walks minute by minute."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.kernel.calendar import (
    FREE,
    OFFICE,
    Calendar,
    Hours,
    NoWorkingTimeError,
    after_working_time,
    working_time,
)

MINUTE = timedelta(minutes=1)
LENGTH = 9 * 24 * 60
PLACES = (
    ("UTC", date(2026, 5, 4)),
    ("Europe/Berlin", date(2026, 3, 25)),
    ("Europe/Berlin", date(2026, 10, 21)),
    ("America/New_York", date(2026, 3, 4)),
    ("America/New_York", date(2026, 10, 28)),
    ("Australia/Lord_Howe", date(2026, 4, 1)),
    ("Australia/Lord_Howe", date(2026, 9, 30)),
    ("Africa/Casablanca", date(2026, 2, 11)),
    ("Pacific/Apia", date(2011, 12, 26)),
    ("Asia/Kathmandu", date(2026, 1, 1)),
    ("Pacific/Kiritimati", date(2026, 7, 1)),
    ("America/St_Johns", date(2026, 10, 28)),
)
"""Zones with the days before a change of clocks, of half an hour in one, of a whole day in another."""


@dataclass
class Walk:
    """Every minute of some days: the instant it begins, and what the wall shows then."""

    first: datetime
    wall: list[tuple[date, int]]


@cache
def walk(zone: str, day: date) -> Walk:
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    shown = [(first + number * MINUTE).astimezone(ZoneInfo(zone)) for number in range(LENGTH)]
    return Walk(first, [(moment.date(), moment.hour * 60 + moment.minute) for moment in shown])


def worked_minutes(calendar: Calendar, walked: Walk) -> list[int]:
    """For each minute whether it is worked."""
    worked: dict[date, bytearray] = {}
    for day in {day for day, _minute in walked.wall}:
        minutes = worked[day] = bytearray(24 * 60)
        for start, end in calendar.hours_of(day):
            minutes[start:end] = b"\x01" * (end - start)
    return [worked[day][minute] for day, minute in walked.wall]


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Up to three spans of a day, in order and apart."""
    ends = sorted(draw(st.lists(st.integers(0, 24 * 60), min_size=0, max_size=6, unique=True)))
    return tuple(zip(ends[0 : len(ends) // 2 * 2 : 2], ends[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, Walk]:
    zone, day = draw(st.sampled_from(PLACES))
    usual = draw(st.sampled_from([OFFICE, ((0, 24 * 60),), ((0, 300), (1200, 1440))]) | hours())
    week = draw(st.sampled_from([(usual,) * 5 + (FREE,) * 2, (usual,) * 7]) | st.tuples(*[hours()] * 7))
    known = [day + timedelta(days=number) for number in range(9)]
    days = draw(st.dictionaries(st.sampled_from(known), hours(), max_size=4))
    return Calendar(zone, week, days), walk(zone, day)


@settings(max_examples=5 * settings().max_examples)
@given(drawn=calendars(), chance=st.randoms(use_true_random=False))
def test_working_time_is_what_a_walk_by_the_minute_counts(drawn: tuple[Calendar, Walk], chance: Random) -> None:
    """Ten stretches in each calendar."""
    calendar, walked = drawn
    worked = worked_minutes(calendar, walked)
    passed = [0, *accumulate(worked)]
    for _stretch in range(10):
        start = chance.randrange(2 * 24 * 60, LENGTH - 2 * 24 * 60)
        end = chance.randrange(start, min(LENGTH - 2 * 24 * 60, start + 4 * 24 * 60) + 1)
        since, until = walked.first + start * MINUTE, walked.first + end * MINUTE
        amount = (passed[end] - passed[start]) * MINUTE
        assert working_time(calendar, since, until) == amount
        if amount:
            last = max(number for number in range(start, end) if worked[number])
            assert after_working_time(calendar, since, amount) == walked.first + (last + 1) * MINUTE


BERLIN = Calendar("Europe/Berlin", (OFFICE,) * 5 + (FREE,) * 2)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def test_three_working_days_from_monday_noon_end_on_thursday_noon() -> None:
    assert after_working_time(BERLIN, at("2026-11-23 12:00"), 3 * BERLIN.length_of_day) == at("2026-11-26 12:00")


def test_what_is_asked_on_a_friday_evening_begins_on_monday_morning() -> None:
    assert after_working_time(BERLIN, at("2026-11-20 20:00"), timedelta(hours=2)) == at("2026-11-23 11:00")


def test_a_holiday_and_a_shortened_day_move_the_end() -> None:
    shortened = Calendar("Europe/Berlin", BERLIN.week, {date(2026, 11, 24): FREE, date(2026, 11, 25): ((540, 720),)})
    assert after_working_time(shortened, at("2026-11-23 17:00"), timedelta(hours=5)) == at("2026-11-26 10:00")


def test_the_end_of_a_day_is_its_end_and_not_the_morning_after() -> None:
    assert after_working_time(BERLIN, at("2026-11-23 09:00"), BERLIN.length_of_day) == at("2026-11-23 18:00")


def test_a_second_counts() -> None:
    assert working_time(BERLIN, at("2026-11-23 17:59:30"), at("2026-11-24 09:00:15")) == timedelta(seconds=45)


def test_nothing_passes_backwards() -> None:
    assert working_time(BERLIN, at("2026-11-24 12:00"), at("2026-11-23 12:00")) == timedelta(0)


@pytest.mark.parametrize("amount", [timedelta(hours=1), timedelta(days=400)])
def test_a_calendar_without_hours_says_so(amount: timedelta) -> None:
    with pytest.raises(NoWorkingTimeError):
        after_working_time(Calendar("UTC", (FREE,) * 7), at("2026-11-23 12:00"), amount)


def test_a_year_of_work_is_found() -> None:
    assert after_working_time(BERLIN, at("2026-11-23 09:00"), 260 * BERLIN.length_of_day) == at("2027-11-19 18:00")
