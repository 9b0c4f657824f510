"""One step of a request through the table of states, and what every verb here checks."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import change_row, stale
from tracker.intake.events import Moved, RequestsMoved
from tracker.intake.models import WorkRequest
from tracker.intake.states import REQUEST, State
from tracker.kernel.errors import Invalid, Refused, Stale, WrongState
from tracker.kernel.events import publish
from tracker.people.access import Viewer
from tracker.people.models import User


def take_step(
    ask: WorkRequest,
    verb: str,
    *,
    actor: Viewer,
    at: datetime,
    changes: Mapping[str, Any],
    expected: int | None,
    reason: str = "",
) -> None:
    """One step of the table of states; who comes second is told who was first."""
    if expected is not None and expected != ask.version:
        raise refuse_latecomer(ask, actor, Stale, seen=expected, version=ask.version)
    try:
        state = REQUEST.next(ask.state, verb)
    except WrongState as wrong:
        raise refuse_latecomer(ask, actor, WrongState, **wrong.facts) from None
    told = {"state": state, "updated_at": at, **changes}
    try:
        change_row(ask, actor=actor.key, at=at, verb=f"{verb}_request", changes=told, reason=reason)
    except Stale:
        seen = ask.version
        ask.refresh_from_db(fields=["state", "version", "decided_by"])
        raise refuse_latecomer(ask, actor, Stale, seen=seen, version=ask.version) from None
    tell_step(ask, at=at, actor=actor.key, verb=verb, reason=reason)


UNCONTESTED: Mapping[str, Any] = {"contested_at": None, "contest_reason": "", "contest_answered_at": None}
"""Each decision may be contested once."""


def decide(
    ask: WorkRequest,
    verb: str,
    *,
    actor: Viewer,
    at: datetime,
    changes: Mapping[str, Any],
    expected: int | None,
    reason: str = "",
) -> None:
    told = {**changes, **UNCONTESTED, "decided_at": at, "decided_by_id": actor.id}
    take_step(ask, verb, actor=actor, at=at, changes=told, expected=expected, reason=reason)


def refuse_latecomer(
    ask: WorkRequest, actor: Viewer, kind: type[Refused], *, seen: int | None = None, **facts: Any
) -> Refused:
    """The refusal of who came too late; `seen` is the version that they looked at."""
    state = State(ask.state).label
    if ask.decided_by_id is None or ask.decided_by_id == actor.id:
        if kind is Stale:
            return stale(ask.version, ask, seen)
        return kind(_("That cannot be done now: it is %(state)s.") % {"state": state}, **facts)
    name = User.objects.values_list("name", flat=True).get(pk=ask.decided_by_id)
    text = _("%(name)s was first: it is %(state)s now.") % {"name": name, "state": state}
    return kind(text, decided_by=name, **{"state": ask.state, **facts})


def tell_step(
    ask: WorkRequest,
    *,
    at: datetime,
    actor: str,
    verb: str,
    reason: str = "",
    above: int | None = None,
    mediated: bool = False,
) -> None:
    people = (ask.requester_id, ask.team_id)
    moved = Moved(ask.pk, ask.key, ask.title, ask.state, *people, reason, ask.deadline_on, above, mediated)
    publish(RequestsMoved(at=at, actor=actor, verb=verb, moved=(moved,)))


def need_text(name: str, text: str, message: str | Promise) -> str:
    """The text without the space around it; raises Invalid where nothing is left."""
    if not text.strip():
        raise Invalid(message, fields={name: message})
    return text.strip()


def need_future(review_on: date, at: datetime) -> None:
    if review_on <= at.astimezone(UTC).date():
        text = _("Choose a date that is still to come.")
        raise Invalid(text, fields={"review_on": text})


def read_weeks(weeks: Decimal) -> Decimal:
    if not weeks.is_finite() or not 0 <= weeks < Decimal(100_000):
        text = _("Effort is a number of person-weeks, 0 or more.")
        raise Invalid(text, fields={"effort_weeks": text})
    return weeks.quantize(Decimal("0.01"))
