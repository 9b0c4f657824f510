"""How long each side let the other wait: the one place that knows, for the request, its case, and the docket."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject

from tracker.backlog.models import BacklogItem
from tracker.escalations.rules import Segment, Stretch, fill_gaps, stretches_of, waited_by_side
from tracker.history.models import Entry
from tracker.history.queries import Moment
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.states import State
from tracker.kernel.calendar import FREE, OFFICE, Calendar
from tracker.people.models import Side
from tracker.promises.calendars import calendar_of
from tracker.promises.models import Kind, Promise

OFFICE_HOURS = Calendar("UTC", (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, FREE, FREE))
"""For desks of whose hours nothing is known."""
STEPPED = ("state", "delivery", "taken")
CARRIED = (Delivery.SCHEDULED, Delivery.IN_PROGRESS)


@dataclass(frozen=True)
class Way:
    """The steps of a request: `steps` are instants with what changed, oldest first; from `taken_at` on a project, or
    whoever ranks, has been asked to take it."""

    ask: WorkRequest
    steps: Sequence[tuple[datetime, Mapping[str, Any]]]
    taken_at: datetime | None


def waits_of(asks: Iterable[int], now: datetime) -> dict[int, dict[str, Decimal]]:
    """By request, then by side, in working days of whoever owed the answer (two statements)."""
    ways = ways_of(asks)
    matters = {f"request:{ask}": ask for ask in ways}
    grouped: dict[int, list[Promise]] = {ask: [] for ask in ways}
    rows = Promise.objects.filter(matter__in=list(matters)).select_related("calendar")
    for one in rows.order_by("started_at", "id"):
        grouped[matters[one.matter]].append(one)
    return {ask: waited_on(way, grouped[ask], now) for ask, way in ways.items()}


def way_of(ask: WorkRequest, story: Sequence[Moment], item: BacklogItem | None) -> Way:
    """Out of a story that is loaded, latest first, and the item that carries the request; needs both teams loaded."""
    steps = [(moment.at, moment.changes) for moment in reversed(story)]
    return Way(ask, steps, item.created_at if item and item.live else ask.rank_asked_at)


def ways_of(asks: Iterable[int]) -> dict[int, Way]:
    """By request (one statement)."""
    stepped = Q(changes__has_key="state") | Q(changes__has_key="delivery")
    steps = Entry.objects.filter(stepped, subject="request", subject_id=OuterRef("pk")).order_by("version")
    live = BacklogItem.objects.live().filter(ask=OuterRef("pk"))
    rows = WorkRequest.objects.filter(pk__in=list(asks)).select_related("team", "requester_team")
    rows = rows.annotate(
        steps=ArraySubquery(steps.values_list(JSONObject(at="at", changes="changes"))),
        taken_at=Coalesce(Subquery(live.values("created_at")[:1]), "rank_asked_at"),
    )
    return {ask.pk: _read(ask) for ask in rows}


def _read(ask: WorkRequest) -> Way:
    facts = vars(ask)
    steps = [(datetime.fromisoformat(step["at"]), step["changes"]) for step in facts["steps"]]
    return Way(ask, steps, facts["taken_at"])


def waited_on(way: Way, promises: Sequence[Promise], now: datetime) -> dict[str, Decimal]:
    """The same of one request, from all its promises, loaded with their calendars. Needs both teams loaded."""
    return waited_by_side(_waits(way, promises, now), now)


def stretches_on(way: Way, promises: Sequence[Promise], now: datetime) -> list[Stretch]:
    """The same, stretch by stretch."""
    return stretches_of(_waits(way, promises, now), now)


def _waits(way: Way, promises: Sequence[Promise], now: datetime) -> list[Segment]:
    """What is owed, and on whose desk it lay meanwhile; a condition is nobody's turn before its day."""
    owed = [
        Segment(
            one.side,
            one.due_at if one.kind == Kind.CONDITION else one.started_at,
            one.ended_at,
            calendar_of(one.calendar, now.year),
        )
        for one in promises
    ]
    owed = [one for one in owed if one.start < (one.end or now)]
    hours = {one.side: one.calendar for one in owed}
    return fill_gaps(owed, _desks(way, hours), now)


def _desks(way: Way, hours: Mapping[str, Calendar]) -> list[Segment]:
    """On which side's desk it lay, step by step."""
    steps = list(way.steps)
    if way.taken_at is not None:
        steps = sorted([*steps, (way.taken_at, {"taken": [None, True]})], key=lambda step: step[0])
    known: dict[str, Any] = {}
    desks = []
    for place, (since, changes) in enumerate(steps):
        known |= {name: changes[name][1] for name in STEPPED if name in changes}
        side = _side_of(way.ask, known)
        until = steps[place + 1][0] if place + 1 < len(steps) else None
        if side:
            desks.append(Segment(side, since, until, hours.get(side, OFFICE_HOURS)))
    return desks


def _side_of(ask: WorkRequest, known: Mapping[str, Any]) -> str:
    """Triage is the team's, a question and the choice of a way the requester's; what was taken is technology's."""
    requester = ask.requester_team.side if ask.requester_team else Side.MARKETING
    match known.get("state"):
        case State.FILED:
            return ask.team.side if ask.team else Side.TECHNOLOGY
        case State.NEEDS_INFORMATION:
            return requester
        case State.ACCEPTED if known.get("delivery") in CARRIED:
            return Side.TECHNOLOGY
        case State.ACCEPTED if known.get("delivery") in (None, Delivery.NONE, Delivery.WAITING):
            return Side.TECHNOLOGY if known.get("taken") else requester
    return ""
