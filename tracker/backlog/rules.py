"""The embed finder's judgement: which project that already exists could carry a request, and until when.

A host is worth showing only if it is above the line (below it, nothing happens this quarter), works on what the request
is about, and still has time for it. Among those, what is nearest to the request comes first, because the nearer the
host, the smaller the added effort, and the saving is the argument for embedding.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import NamedTuple

from tracker.intake.rules import matches, split_pattern

WORKING_DAYS_A_WEEK = 5
TEST_DAYS = 5
"""Working days kept before a host's end for the tests of what was added."""


class Reason(StrEnum):
    """Why a host is suggested, or what to mind about it; the page has the words."""

    SAME_AREA = "same_area"
    PATTERN_OVERLAP = "pattern_overlap"
    SAME_COMPONENT = "same_component"
    SAME_TEAM = "same_team"
    TIME_LEFT = "time_left"
    NO_END_DATE = "no_end_date"


class Host(NamedTuple):
    """What is known of one project as a host for one request."""

    project: int
    place: int
    """Place in the portfolio's order, counted from 1."""
    above: bool
    same_area: bool
    pattern_overlap: bool
    same_component: bool
    same_team: bool
    starts_on: date | None
    ends_on: date | None


class Suggestion(NamedTuple):
    """One host worth asking."""

    host: Host
    last_day: date | None
    """Last day to join; None where the host has no end date."""
    reasons: tuple[Reason, ...]
    """In the order of their weight; the last one says whether the time is known."""


def rank_hosts(hosts: Iterable[Host], weeks: Decimal, today: date, wanted_by: date | None = None) -> list[Suggestion]:
    """The hosts worth asking for `weeks` pw of added effort, the best first.

    Order: whoever does not end after the day that the request is wanted by, the nearest kinship (the same area, then overlapping URL patterns, then the same component), the same team,
    the most time left to join (no end date counts as least, since nobody has promised any), the higher place. Left out:
    hosts below the line, without any kinship, and those whose last day to join is over or never was.
    Raises ValueError as `last_day_to_join` does.
    """
    found = [suggestion for host in hosts if (suggestion := _suggest(host, weeks, today)) is not None]
    return sorted(found, key=lambda one: (ends_late(one.host.ends_on, wanted_by), *_weigh(one)))


def ends_late(ends_on: date | None, wanted_by: date | None) -> bool:
    """Whether what joins would be there only after it is wanted; of a host without an end nobody knows."""
    return ends_on is not None and wanted_by is not None and ends_on > wanted_by


def _suggest(host: Host, weeks: Decimal, today: date) -> Suggestion | None:
    kinship = _list_kinship(host)
    if not host.above or not kinship:
        return None
    team = (Reason.SAME_TEAM,) if host.same_team else ()
    if host.ends_on is None:
        return Suggestion(host, None, (*kinship, *team, Reason.NO_END_DATE))
    last_day = last_day_to_join(host.starts_on, host.ends_on, weeks)
    if last_day is None or last_day < today:
        return None
    return Suggestion(host, last_day, (*kinship, *team, Reason.TIME_LEFT))


def _list_kinship(host: Host) -> tuple[Reason, ...]:
    facts = (
        (Reason.SAME_AREA, host.same_area),
        (Reason.PATTERN_OVERLAP, host.pattern_overlap),
        (Reason.SAME_COMPONENT, host.same_component),
    )
    return tuple(reason for reason, holds in facts if holds)


def _weigh(suggestion: Suggestion) -> tuple[int, bool, int, int]:
    host, last_day, reasons = suggestion
    nearest = list(Reason).index(reasons[0])
    return nearest, not host.same_team, -(last_day or date.min).toordinal(), host.place


def last_day_to_join(starts_on: date | None, ends_on: date, weeks: Decimal) -> date | None:
    """The last working day on which `weeks` pw can still join a host that runs from starts_on to ends_on, both inside.

    One person works on what was added, five days a week, a begun day counting whole, and then five working days remain
    for its tests: from the answer up to and with ends_on there must be as many working days as both need. Working days
    are Monday to Friday; holidays and freeze windows are not known here, which makes the day the latest imaginable.
    None where even the first day of the host leaves too little time. Raises ValueError for effort below 0.
    """
    if weeks < 0:
        raise ValueError("added effort is not below 0")
    needed = int((weeks * WORKING_DAYS_A_WEEK).to_integral_value(ROUND_CEILING)) + TEST_DAYS
    last_day = _count_back(ends_on, needed)
    return None if starts_on is not None and last_day < starts_on else last_day


def _count_back(end: date, working_days: int) -> date:
    """The day that begins the last so many working days (at least 1) up to and with `end`."""
    # A weekend belongs to the Friday before it; from there whole weeks go at once.
    friday_or_before = end - timedelta(days=max(end.weekday() - 4, 0))
    weeks, days = divmod(working_days - 1, WORKING_DAYS_A_WEEK)
    crosses_weekend = days > friday_or_before.weekday()
    return friday_or_before - timedelta(weeks=weeks, days=days + (2 if crosses_weekend else 0))


def overlapping(one: str, other: str) -> bool:
    """Whether any URL meets both patterns, such as `/p/*` and `/p/shoes/*`; two areas of one site are compared.

    `*` stands for any characters, also none and also `/`. A pattern without a host is met on every host; a closing slash
    makes no difference to a pattern without a star. An empty pattern overlaps nothing.
    """
    if not one.strip() or not other.strip():
        return False
    first, second = split_pattern(one), split_pattern(other)
    if first.host and second.host and not _can_meet(first.host, second.host):
        return False
    return any(
        _can_meet(path, wanted) for path in _list_spellings(first.path) for wanted in _list_spellings(second.path)
    )


def _list_spellings(path: str) -> tuple[str, ...]:
    return (path,) if "*" in path else (path.rstrip("/"), f"{path.rstrip('/')}/")


def _can_meet(one: str, other: str) -> bool:
    """Two masks that both have stars meet if neither their beginnings nor their ends contradict each other.

    A text that meets both: the longer beginning, then the middles of the one, then those of the other, then the longer
    end; the stars of each swallow what belongs to the other alone.
    """
    if "*" not in one:
        return matches(one, other)
    if "*" not in other:
        return matches(other, one)
    start, begin = one.partition("*")[0], other.partition("*")[0]
    tail, end = one.rpartition("*")[2], other.rpartition("*")[2]
    return (start.startswith(begin) or begin.startswith(start)) and (tail.endswith(end) or end.endswith(tail))
