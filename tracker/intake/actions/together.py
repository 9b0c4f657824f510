"""One verb for many requests: each through the single verb, in a savepoint of its own, with the version that was seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from tracker.intake.actions.filing import check_moving, check_not_scheduled, move_request, withdraw_request
from tracker.intake.actions.triage import accept_request, decline_request, park_request, unpark_request
from tracker.intake.models import WorkRequest
from tracker.intake.states import REQUEST
from tracker.kernel.errors import Refused
from tracker.people.access import Power, Ties, Viewer, may, require

MOST_TOGETHER = 100


@dataclass(frozen=True)
class Together:
    """`check` raises, without a statement, what the verb would refuse this request for; `powers` are those of which
    one is needed at all."""

    act: Callable[..., None]
    check: Callable[[Viewer, WorkRequest], None]
    powers: tuple[Power, ...]

    def offered_to(self, viewer: Viewer) -> bool:
        """Whether there can be requests for which the viewer holds the power."""
        own = Ties(requester=viewer.id, requester_team=viewer.team, team=viewer.team)
        return any(may(viewer, power, own) for power in self.powers)


def _triaging(verb: str) -> Callable[[Viewer, WorkRequest], None]:
    def check(actor: Viewer, ask: WorkRequest) -> None:
        require(actor, Power.TRIAGE, ask.ties)
        REQUEST.next(ask.state, verb)

    return check


def _withdrawing(actor: Viewer, ask: WorkRequest) -> None:
    require(actor, Power.SPEAK_FOR, ask.ties)
    check_not_scheduled(ask)
    REQUEST.next(ask.state, "withdraw")


TRIAGING = (Power.TRIAGE,)
TOGETHER: Mapping[str, Together] = {
    "accept": Together(accept_request, _triaging("accept"), TRIAGING),
    "decline": Together(decline_request, _triaging("decline"), TRIAGING),
    "park": Together(park_request, _triaging("park"), TRIAGING),
    "return": Together(unpark_request, _triaging("return"), TRIAGING),
    "move": Together(move_request, check_moving, (Power.SPEAK_FOR, Power.EDIT_BUSINESS)),
    "withdraw": Together(withdraw_request, _withdrawing, (Power.SPEAK_FOR,)),
}


@dataclass(frozen=True)
class Order:
    """One request, the version of it that was seen, and what the verb is given for it."""

    ask: WorkRequest
    seen: int
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """`refused` is None where it was done."""

    order: Order
    refused: Refused | None = None


def why_refused_together(verb: str, *, actor: Viewer, ask: WorkRequest) -> str:
    """Why the verb would refuse this request; empty where it would not. No statement."""
    try:
        TOGETHER[verb].check(actor, ask)
    except Refused as refused:
        return str(refused)
    return ""


@transaction.atomic
def act_together(*, actor: Viewer, at: datetime, verb: str, orders: Sequence[Order]) -> list[Outcome]:
    """Does what can be done and tells what was refused; the requests are taken in the order of their ids.

    Each verb is atomic, so what one request is refused undoes nothing of the others.
    """
    outcomes = []
    for order in sorted(orders, key=lambda one: one.ask.pk):
        try:
            TOGETHER[verb].act(actor=actor, at=at, ask=order.ask, expected=order.seen, **order.given)
        except Refused as refused:
            outcomes.append(Outcome(order, refused))
        else:
            outcomes.append(Outcome(order))
    return outcomes
