"""What a mediator is offered: three rulings out of what is known, and the one that both sides could live with.

The mediator is short of time, not of judgement. So the page does the arithmetic: a project that could carry the request,
what that takes, whom it would push. What is left is to choose, to say why in a sentence, and to name a day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tracker.kernel.calendar import Calendar, working_time

GRANT, COMPROMISE, DENY = "grant", "compromise", "deny"
MARKETING, TECHNOLOGY = "marketing", "technology"
NOTHING = Decimal(0)
UNDECIDED_TOO_LONG = timedelta(days=90)
"""After so long a request that nobody decided becomes a case by itself."""


class Effect(StrEnum):
    """What a ruling may do; everything else it says in words."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EMBED = "embed"
    RESERVE = "reserve_capacity"
    MOVE = "move_project"
    PIN = "pin_project"


@dataclass(frozen=True)
class Act:
    """One named effect, with the keys of what it acts on."""

    effect: Effect
    project: str = ""
    after: str = ""
    team: str = ""
    weeks: Decimal | None = None


@dataclass(frozen=True)
class Known:
    """What is known of the request: `undecided`, its `host` (the best one with an owner, none where evidence lacks), what
    it `weeks` adds there and how much of it `overflow`s the allowance of `team`; `alone` what it takes by itself;
    `declined` where somebody said no before; `carrier` the project that carries it below the line and `lift` the one behind which it would just be above."""

    undecided: bool
    declined: bool = False
    host: str = ""
    weeks: Decimal | None = None
    overflow: Decimal = NOTHING
    team: str = ""
    alone: Decimal | None = None
    carrier: str = ""
    lift: str | None = None


@dataclass(frozen=True)
class Prefilled:
    """One ruling to choose; `sides` are those that said they could live with it."""

    kind: str
    acts: tuple[Act, ...]
    sides: frozenset[str]

    @property
    def both(self) -> bool:
        return self.sides >= {MARKETING, TECHNOLOGY}


def prefill_rulings(known: Known, accepted: Mapping[str, Collection[str]]) -> list[Prefilled]:
    """Grant, compromise and deny, the one that both sides would accept in the middle.

    Where several would do for both, the compromise stays in the middle; where none does, it does as well.
    """
    acts = {GRANT: _grant(known), COMPROMISE: _compromise(known), DENY: _deny(known)}
    options = [
        Prefilled(kind, done, frozenset(side for side, kinds in accepted.items() if kind in kinds))
        for kind, done in acts.items()
    ]
    middle = next((one for one in (options[1], options[0], options[2]) if one.both), options[1])
    outer = [one for one in options if one is not middle]
    return [outer[0], middle, outer[1]]


def _grant(known: Known) -> tuple[Act, ...]:
    """All of it, and others make room: its carrier is pinned, or capacity is reserved for what it takes."""
    if known.carrier:
        return (Act(Effect.PIN, project=known.carrier),)
    if known.host and known.weeks is not None:
        room = (Act(Effect.RESERVE, team=known.team, weeks=known.overflow),) if known.overflow > 0 else ()
        return (*room, Act(Effect.EMBED, project=known.host, weeks=known.weeks))
    reserve = known.alone is not None and known.alone > 0 and known.team
    room = (Act(Effect.RESERVE, team=known.team, weeks=known.alone),) if reserve else ()
    return (*_accept(known), *room)


def _compromise(known: Known) -> tuple[Act, ...]:
    """As much as can be had without new capacity: inside a host, or just above the line."""
    if known.carrier:
        return (Act(Effect.MOVE, project=known.carrier, after=known.lift),) if known.lift is not None else ()
    if known.host and known.weeks is not None:
        return (Act(Effect.EMBED, project=known.host, weeks=known.weeks),)
    return _accept(known)


def _deny(known: Known) -> tuple[Act, ...]:
    """The plan stays as it is; a request that nobody decided on is declined, so that its clock stops."""
    return (Act(Effect.DECLINE),) if known.undecided else ()


def _accept(known: Known) -> tuple[Act, ...]:
    return (Act(Effect.ACCEPT),) if known.undecided or known.declined else ()


def due_first(due_at: datetime | None, since: datetime, number: int) -> tuple[bool, datetime, int]:
    """The order in which a mediator takes cases, wherever they are listed: what is due first in front, then what nobody
    has promised to rule on, the oldest first."""
    return (due_at is None, due_at or since, number)


@dataclass(frozen=True)
class Segment:
    """A stretch in which one side owed an answer; `end` None while it still does."""

    side: str
    start: datetime
    end: datetime | None
    calendar: Calendar


def fill_gaps(owed: Sequence[Segment], desks: Sequence[Segment], now: datetime) -> list[Segment]:
    """What is owed, and the desks on which the matter lay while nobody owed an answer about it.

    A promise says best who lets whom wait: it is handed over with the question, and it belongs to a person. Where none
    runs (the choice of a way up, a firm that keeps no clocks yet) the state of the matter says whose move it is.
    """
    spans = sorted((one.start, one.end or now) for one in owed)
    filled = list(owed)
    for desk in desks:
        start, stop = desk.start, desk.end or now
        for begins, ends in spans:
            if start < min(begins, stop):
                filled.append(replace(desk, start=start, end=min(begins, stop)))
            start = max(start, ends)
        if start < stop:
            filled.append(replace(desk, start=start, end=stop))
    return filled


@dataclass(frozen=True)
class Stretch:
    """So many working `days` in which one side let the other wait; `end` None while it still does."""

    side: str
    start: datetime
    end: datetime | None
    days: Decimal


def stretches_of(segments: Sequence[Segment], now: datetime) -> list[Stretch]:
    """In the order of their beginning; what follows at once on the same side is one.

    Answers that the same side owes at the same time count once: a first answer and a decision run side by side, and
    the other side waits one day a day.
    """
    found: list[Stretch] = []
    until: dict[str, datetime] = {}
    for one in sorted(segments, key=lambda segment: segment.start):
        end = one.end or now
        start = max(one.start, until.get(one.side, one.start))
        if one.side not in (MARKETING, TECHNOLOGY) or end <= start:
            continue
        days = Decimal(working_time(one.calendar, start, end) / one.calendar.length_of_day)
        if found and found[-1].side == one.side and found[-1].end == start:
            last = found.pop()
            start, days = last.start, last.days + days
        found.append(Stretch(one.side, start, one.end, days))
        until[one.side] = end
    return found


def waited_by_side(segments: Sequence[Segment], now: datetime) -> dict[str, Decimal]:
    """Working days that each side let the other wait, to a tenth."""
    days = dict.fromkeys((MARKETING, TECHNOLOGY), NOTHING)
    for one in stretches_of(segments, now):
        days[one.side] += one.days
    return {side: round(amount, 1) for side, amount in days.items()}


def stall_cost(per_week: Decimal, percent: Decimal, waited: timedelta) -> tuple[Decimal, Decimal]:
    """From what the confidence leaves of it to all of it: the value per week over the weeks since filing."""
    weeks = Decimal(waited / timedelta(weeks=1))
    return round(per_week * weeks * percent / 100, -1), round(per_week * weeks, -1)
