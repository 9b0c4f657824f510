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


Refusals = Callable[[Viewer, Sequence[WorkRequest]], Mapping[int, Refused]]


@dataclass(frozen=True)
class Together:
    """`refusals` gives, by the id of the request, what the verb would refuse it for, with one statement at most for all
    of them; `powers` are those of which one is needed at all."""

    act: Callable[..., object]
    refusals: Refusals
    powers: tuple[Power, ...]

    def offered_to(self, viewer: Viewer) -> bool:
        """Whether there can be requests for which the viewer holds the power."""
        teams = {viewer.team, *viewer.stands_in}
        own = [Ties(requester=viewer.id, requester_team=viewer.team, team=team) for team in teams]
        return any(may(viewer, power, ties) for power in self.powers for ties in own)


def one_by_one(check: Callable[[Viewer, WorkRequest], None]) -> Refusals:
    """Out of a check that raises what one request is refused for."""

    def refusals(actor: Viewer, asks: Sequence[WorkRequest]) -> dict[int, Refused]:
        found = {}
        for ask in asks:
            try:
                check(actor, ask)
            except Refused as refused:
                found[ask.pk] = refused
        return found

    return refusals


def _triaging(verb: str) -> Refusals:
    def check(actor: Viewer, ask: WorkRequest) -> None:
        require(actor, Power.TRIAGE, ask.ties)
        REQUEST.next(ask.state, verb)

    return one_by_one(check)


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
    "move": Together(move_request, one_by_one(check_moving), (Power.SPEAK_FOR, Power.EDIT_BUSINESS)),
    "withdraw": Together(withdraw_request, one_by_one(_withdrawing), (Power.SPEAK_FOR,)),
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


@transaction.atomic
def act_together(*, actor: Viewer, at: datetime, together: Together, orders: Sequence[Order]) -> list[Outcome]:
    """Does what can be done and tells what was refused; the requests are taken in the order of their ids.

    Each verb is atomic, so what one request is refused undoes nothing of the others.
    """
    outcomes = []
    for order in sorted(orders, key=lambda one: one.ask.pk):
        try:
            together.act(actor=actor, at=at, ask=order.ask, expected=order.seen, **order.given)
        except Refused as refused:
            outcomes.append(Outcome(order, refused))
        else:
            outcomes.append(Outcome(order))
    return outcomes
