"""How long each side let the other wait, out of the promises of a request."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from tracker.escalations.rules import Segment, waited_by_side
from tracker.promises.calendars import calendar_of
from tracker.promises.models import Promise


def waits_of(asks: Iterable[int], now: datetime) -> dict[int, dict[str, Decimal]]:
    """By request, then by side, in working days of whoever owed the answer (one statement)."""
    matters = {f"request:{ask}": ask for ask in asks}
    grouped: dict[int, list[Promise]] = {ask: [] for ask in matters.values()}
    rows = Promise.objects.filter(matter__in=list(matters)).exclude(side="").select_related("calendar")
    for one in rows.order_by("started_at", "id"):
        grouped[matters[one.matter]].append(one)
    return {ask: waited_in(promises, now) for ask, promises in grouped.items()}


def waited_in(promises: Sequence[Promise], now: datetime) -> dict[str, Decimal]:
    """The same of promises that are loaded with their calendars."""
    segments = [
        Segment(one.side, one.started_at, one.ended_at, calendar_of(one.calendar, now.year)) for one in promises
    ]
    return waited_by_side(segments, now)
