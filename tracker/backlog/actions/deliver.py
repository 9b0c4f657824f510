"""From work to outcome: start, ship, measure, or drop by the requester's leave; and the order inside a project."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tracker.backlog.actions.embed import leave_host
from tracker.backlog.actions.placing import tell_facts
from tracker.backlog.events import ItemsChanged
from tracker.backlog.models import BacklogItem
from tracker.backlog.states import BLOCKING, ITEM, ItemState
from tracker.history.actions import Fact, change_row, record
from tracker.intake.actions import follow_delivery
from tracker.intake.events import RequestsMoved
from tracker.intake.models import Delivery
from tracker.kernel.errors import Invalid, Refused
from tracker.kernel.events import publish
from tracker.kernel.ranks import balanced_keys, key_between, needs_rebalance
from tracker.launches.models import Check, CheckState
from tracker.people.access import Power, Viewer, may, require
from tracker.projects.actions import unblock_project

CLOSING = ("decline", "park", "merge", "withdraw")
HOME_AGAIN: Mapping[str, Any] = {"orphaned_at": None, "orphan_cause": ""}


@transaction.atomic
def start_item(*, actor: Viewer, at: datetime, item: BacklogItem, expected: int | None = None) -> None:
    """Work has begun. Raises NotAllowed, WrongState, Stale."""
    require(actor, Power.DELIVER, item.ties)
    changes = {"state": ITEM.next(item.state, "start"), "updated_at": at}
    change_row(item, actor=actor.key, at=at, verb="start", changes=changes, expected=expected)
    if item.orphaned_at is None:
        follow_delivery(actor_key=actor.key, at=at, deliveries={item.ask_id: Delivery.IN_PROGRESS})


@transaction.atomic
def ship_item(*, actor: Viewer, at: datetime, item: BacklogItem, expected: int | None = None) -> None:
    """It is live and blocks its host no longer. Raises Refused (`checks_open`, facts name them), NotAllowed, Stale."""
    require(actor, Power.DELIVER, item.ties)
    state = ITEM.next(item.state, "ship")
    waiting = list(
        Check.objects.filter(source=item.key).exclude(state=CheckState.PASSED).values_list("text", flat=True)
    )
    if waiting:
        raise Refused(_("It ships when every check has passed."), code="checks_open", checks=waiting)
    changes = {"state": state, "shipped_at": at, "updated_at": at, **HOME_AGAIN}
    change_row(item, actor=actor.key, at=at, verb="ship", changes=changes, expected=expected)
    unblock_project(source=item.key)
    follow_delivery(actor_key=actor.key, at=at, deliveries={item.ask_id: Delivery.SHIPPED})
    _tell(item, actor.key, at, "shipped", measure_on=str(item.measure_on or ""))


@transaction.atomic
def measure_item(
    *,
    actor: Viewer,
    at: datetime,
    item: BacklogItem,
    outcome: str,
    value: Decimal | None = None,
    note: str = "",
    expected: int | None = None,
) -> None:
    """Says what came of it: met, partly_met or not_met. Shipped is not the end. Raises NotAllowed, WrongState, Stale."""
    require(actor, Power.MEASURE, item.ties)
    if outcome not in (ItemState.MET, ItemState.PARTLY_MET, ItemState.NOT_MET):
        text = _("Choose met, partly met or not met.")
        raise Invalid(text, fields={"outcome": text})
    changes = {
        "state": ITEM.next(item.state, outcome),
        "measured_value": value,
        "measured_note": note.strip(),
        "updated_at": at,
    }
    change_row(item, actor=actor.key, at=at, verb="measure", changes=changes, expected=expected)
    follow_delivery(actor_key=actor.key, at=at, deliveries={item.ask_id: Delivery(outcome)})
    _tell(item, actor.key, at, "measured", outcome=outcome)


@transaction.atomic
def drop_item(
    *,
    actor: Viewer,
    at: datetime,
    item: BacklogItem,
    reason: str = "",
    expected: int | None = None,
    by_ruling: bool = False,
) -> None:
    """Takes it out of its host: the requester agrees, or the CMO; a proposal may also be taken back by who made it.

    What it drew goes back to the allowance and to the host. `by_ruling`: the mediator decided it; that verb has asked
    for the power. Raises NotAllowed, WrongState, Stale.
    """
    if not by_ruling and not may_drop(actor, item):
        require(actor, Power.AGREE_TO_DROP, item.ties)
    agreed = item.state in BLOCKING
    _let_go(item, actor_key=actor.key, at=at, reason=reason.strip(), expected=expected)
    if agreed:
        follow_delivery(actor_key=actor.key, at=at, deliveries={item.ask_id: Delivery.WAITING})


def close_items(event: RequestsMoved) -> None:
    """A request that is declined, parked or withdrawn leaves its host: nobody works on what nobody wants."""
    if event.verb not in CLOSING:
        return
    asks = [moved.ask_id for moved in event.moved]
    live = BacklogItem.objects.filter(ask__in=asks, state__in=[ItemState.PROPOSED, *BLOCKING])
    for item in live.select_related("ask", "project", "team", "period"):
        _let_go(item, actor_key=event.actor, at=event.at, verb=f"drop_on_{event.verb}")


def _let_go(
    item: BacklogItem,
    *,
    actor_key: str,
    at: datetime,
    verb: str = "drop",
    reason: str = "",
    expected: int | None = None,
) -> None:
    state = ITEM.next(item.state, "drop")
    if item.state in BLOCKING:
        leave_host(item, actor_key, at)
    changes = {"state": state, "drawn": Decimal(0), "overflow": Decimal(0), "updated_at": at, **HOME_AGAIN}
    change_row(item, actor=actor_key, at=at, verb=verb, changes=changes, expected=expected, reason=reason)
    _tell(item, actor_key, at, "dropped", reason=reason)


def may_drop(viewer: Viewer, item: BacklogItem) -> bool:
    """Whether the viewer may drop it; needs `ask` and `project` loaded."""
    own = item.state == ItemState.PROPOSED and item.proposed_by_id == viewer.id
    return may(viewer, Power.AGREE_TO_DROP, item.ties) or (own and may(viewer, Power.PROPOSE_EMBED, item.ask.ties))


@transaction.atomic
def set_tracker_key(
    *, actor: Viewer, at: datetime, item: BacklogItem, tracker_key: str, expected: int | None = None
) -> None:
    """The key that the piece has in the tracker where engineers work."""
    require(actor, Power.DELIVER, item.ties)
    changes = {"tracker_key": tracker_key.strip(), "updated_at": at}
    change_row(item, actor=actor.key, at=at, verb="set_tracker_key", changes=changes, expected=expected)


@transaction.atomic
def move_item(
    *, actor: Viewer, at: datetime, item: BacklogItem, after: BacklogItem | None, expected: int | None = None
) -> str | None:
    """Puts the item behind another one of its project (None: first). Raises NotAllowed, Stale, Invalid.

    The key of the one that it followed before, "" for none, is what moving it back takes; None where all were dealt
    anew and the order before is gone.
    """
    require(actor, Power.RANK_INSIDE, item.project.ties)
    if after is not None and after.project_id != item.project_id:
        text = _("It is in another project.")
        raise Invalid(text, fields={"after": text})
    rows = BacklogItem.objects.select_for_update().filter(project_id=item.project_id).order_by("rank")
    found = list(rows.values_list("pk", "rank", "key"))
    ranks = {pk: rank for pk, rank, _key in found if pk != item.pk}
    before = next((key for pk, rank, key in reversed(found) if pk != item.pk and rank < item.rank), "")
    order = list(ranks)
    place = 0 if after is None or after.pk == item.pk else order.index(after.pk) + 1
    low = ranks[order[place - 1]] if place else None
    high = ranks[order[place]] if place < len(order) else None
    rank = key_between(low, high)
    if needs_rebalance(rank):
        change_row(item, actor=actor.key, at=at, verb="move", changes={"updated_at": at}, expected=expected)
        _deal_anew([*order[:place], item.pk, *order[place:]], at)
        return None
    change_row(item, actor=actor.key, at=at, verb="move", changes={"rank": rank, "updated_at": at}, expected=expected)
    return before


DEAL = """
UPDATE tracker_backlogitem item SET rank = dealt.rank, version = version + 1
FROM unnest(%s::bigint[], %s::text[]) AS dealt (id, rank) WHERE item.id = dealt.id
RETURNING item.id, item.version
"""


def _deal_anew(order: list[int], at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DEAL, [order, balanced_keys(len(order))])
        dealt = cursor.fetchall()
    facts = [Fact(BacklogItem.subject, pk, version, "deal_ranks") for pk, version in dealt]
    record(actor="system", at=at, facts=facts)


def _tell(item: BacklogItem, actor_key: str, at: datetime, what: str, **facts: str) -> None:
    publish(ItemsChanged(at=at, actor_key=actor_key, what=what, items=(tell_facts(item),), facts=facts))
