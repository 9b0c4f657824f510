"""How a promise runs out: its plan, drawn up at the start and never edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from tracker.kernel.calendar import DAY, Calendar, after_working_time, working_time

REMIND, BREACH, CHIEFS, DOCKET = "remind", "breach", "chiefs", "docket"
MINUTE = timedelta(minutes=1)
SHORTEST = 60
"""Minutes of working time that anybody has at least, however little was left when the answer came back to them."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MALFORMED, OUTSIDE, BACKWARDS, OVERLAPPING = "malformed", "outside", "backwards", "overlapping"


@dataclass(frozen=True)
class Terms:
    """What a policy says: working days, reminders in percent of them, and the waits of the chain in working days."""

    days: Decimal
    reminders: tuple[int, ...] = (50, 75)
    chiefs_after: Decimal = Decimal(1)
    docket_after: Decimal = Decimal(2)


DEFAULTS = {
    "triage": Terms(Decimal(3)),
    "decision": Terms(Decimal(10)),
    "reply": Terms(Decimal(5)),
    "embed_answer": Terms(Decimal(3)),
    "position": Terms(Decimal(3)),
    "ruling": Terms(Decimal(5)),
    "condition": Terms(Decimal(0)),
    "contest": Terms(Decimal(5)),
    "confirm": Terms(Decimal(1)),
    "expedite": Terms(Decimal(0)),
    "fix": Terms(Decimal(0)),
}
"""Section 7 of the domain; a condition has its own date, an emergency goes by the wall clock."""
WALL = {"expedite": timedelta(minutes=30), "fix": timedelta(hours=4)}
OWN_DATE = ("condition", *WALL)
"""What is due on a date that it is given, not after so many working days."""


@dataclass(frozen=True)
class Plan:
    """`instants[n]` is None where step n waits `waits[n]` minutes of working time after the step before was done."""

    minutes: int
    due_at: datetime
    deeds: tuple[str, ...]
    instants: tuple[datetime | None, ...]
    waits: tuple[int, ...]


def minutes_of(days: Decimal, calendar: Calendar) -> int:
    """Working days as minutes of the calendar's usual day."""
    return int(days * Decimal(calendar.length_of_day / MINUTE))


def draw_plan(
    terms: Terms,
    calendar: Calendar,
    start: datetime,
    *,
    minutes: int | None = None,
    until: datetime | None = None,
    wall: timedelta | None = None,
) -> Plan:
    """The plan of a promise that starts now. `minutes` is what is left of an earlier one; `until` a date of its own.

    Where a date of its own, such as a deadline, comes before the end of the usual time, the promise shrinks to it.
    `wall` is so long by the clock, nights and holidays included: due and reminders; the chain after it is in working
    time as ever.
    """
    if wall is not None:
        instants = [start + wall * percent / 100 for percent in terms.reminders]
        return _plan(terms, calendar, int(wall / MINUTE), start + wall, instants)
    amount = minutes_of(terms.days, calendar) if minutes is None else max(minutes, SHORTEST)
    due = after_working_time(calendar, start, amount * MINUTE) if amount else start
    if until is not None and (not amount or until < due):
        due = max(until, start)
        amount = int(working_time(calendar, start, due) / MINUTE)
    reminded = [after_working_time(calendar, start, amount * MINUTE * percent / 100) for percent in terms.reminders]
    return _plan(terms, calendar, amount, due, [instant for instant in reminded if start < instant < due])


def _plan(terms: Terms, calendar: Calendar, minutes: int, due: datetime, reminded: Sequence[datetime]) -> Plan:
    chain = [minutes_of(terms.chiefs_after, calendar), minutes_of(terms.docket_after, calendar)]
    return Plan(
        minutes=minutes,
        due_at=due,
        deeds=(*[REMIND] * len(reminded), BREACH, CHIEFS, DOCKET),
        instants=(*reminded, due, None, None),
        waits=(*[0] * len(reminded), 0, *chain),
    )


def fault_of_hours(hours: Sequence[Sequence[int]]) -> str:
    """What is wrong with the spans of one day, in minutes after midnight; empty where nothing is.

    They lie within the day, run forward, and stand in order and apart: the reckoning of working time adds them up.
    """
    if any(len(span) != 2 for span in hours):
        return MALFORMED
    if any(not 0 <= end <= DAY for span in hours for end in span):
        return OUTSIDE
    if any(start >= end for start, end in hours):
        return BACKWARDS
    if any(before[1] >= after[0] for before, after in pairwise(hours)):
        return OVERLAPPING
    return ""
