"""Late answers about several requests promised anew at once, as intake does its own verbs for many."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.escalations.actions.raising import acknowledge_breach
from tracker.intake.actions import Together
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Refused
from tracker.people.access import Power, Viewer, require
from tracker.promises.actions import check_acknowledging
from tracker.promises.models import Promise


@transaction.atomic
def acknowledge_late(
    *, actor: Viewer, at: datetime, ask: WorkRequest, until: datetime, expected: int | None = None
) -> Promise:
    """Says when the late answer about the request comes that the actor owes. Raises as acknowledge_breach does, and
    Refused (`not_broken`)."""
    late = owed_late(actor, [ask]).get(ask.pk)
    if late is None:
        raise _nothing_late()
    return acknowledge_breach(actor=actor, at=at, ask=ask, promise=late, until=until, expected=expected)


def owed_late(actor: Viewer, asks: Sequence[WorkRequest]) -> dict[int, Promise]:
    """By the id of the request the late answer about it that the actor owes: the oldest that was not put off yet, else
    the oldest (one statement)."""
    matters = {f"request:{ask.pk}": ask.pk for ask in asks}
    late = Promise.objects.owed_by(actor).broken().filter(matter__in=matters).select_related("calendar")
    found: dict[int, Promise] = {}
    for promise in sorted(late, key=lambda one: (one.acknowledged_at is not None, one.due_at)):
        found.setdefault(matters[promise.matter], promise)
    return found


def _nothing_late() -> Refused:
    return Refused(_("You owe no late answer about it."), code="not_broken")


def _refusals(actor: Viewer, asks: Sequence[WorkRequest]) -> dict[int, Refused]:
    late, found = owed_late(actor, asks), {}
    for ask in asks:
        try:
            require(actor, Power.COMMENT, ask.ties)
            if ask.pk not in late:
                raise _nothing_late()
            check_acknowledging(late[ask.pk])
        except Refused as refused:
            found[ask.pk] = refused
    return found


ACKNOWLEDGING = Together(acknowledge_late, _refusals, (Power.COMMENT,))
