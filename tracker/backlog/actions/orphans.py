"""A host falls, and what it carried hangs in the air; it rises, and all is as it was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from tracker.backlog.events import ItemFacts, ItemsChanged
from tracker.backlog.models import BacklogItem
from tracker.backlog.states import BLOCKING, ItemState
from tracker.history.actions import Fact, record
from tracker.intake.actions import follow_delivery
from tracker.intake.models import Delivery
from tracker.kernel.events import publish
from tracker.projects.events import LineCrossed

MARK = """
UPDATE tracker_backlogitem item SET orphaned_at = %s, orphan_cause = %s, version = item.version + 1, updated_at = %s
FROM tracker_workrequest ask, tracker_project host
WHERE ask.id = item.ask_id AND host.id = item.project_id AND item.project_id = ANY(%s) AND item.state = ANY(%s)
  AND item.period_id = %s AND (item.orphaned_at IS NULL) = %s
RETURNING item.id, item.ask_id, item.state, item.key, item.version, ask.id, ask.key, ask.title, host.key,
          host.title, item.business_owner_id, item.delivery_owner_id, host.owner_id,
          coalesce(host.team_id, item.team_id), item.proposed_by_id
"""
Row = tuple[Any, ...]


def mark_orphans(event: LineCrossed) -> None:
    """Flags the blocking items of fallen hosts and clears those whose host rose again; both owners hear it once.

    None where nothing is touched.
    """
    if event.carrying == ():
        return
    if event.fell:
        fallen = _mark(event, event.fell, orphaned_at=event.at, cause="below")
        _follow(event, fallen, "orphan", "orphaned", {row[1]: Delivery.WAITING for row in fallen})
    if event.rose:
        risen = _mark(event, event.rose, orphaned_at=None, cause="")
        _follow(event, risen, "carry", "carried", {row[1]: _delivery_above(row[2]) for row in risen})
        _lift_waiting(event)


def _mark(event: LineCrossed, projects: Sequence[int], *, orphaned_at: datetime | None, cause: str) -> list[Row]:
    states = [str(state) for state in BLOCKING]
    with connection.cursor() as cursor:
        cursor.execute(
            MARK,
            [orphaned_at, cause, event.at, list(projects), states, event.period, orphaned_at is not None],
        )
        return list(cursor.fetchall())


def _follow(event: LineCrossed, rows: list[Row], verb: str, what: str, deliveries: dict[int, Delivery]) -> None:
    if not rows:
        return
    facts = [Fact(BacklogItem.subject, row[0], row[4], verb) for row in rows]
    record(actor=event.actor_key, at=event.at, facts=facts)
    follow_delivery(actor_key=event.actor_key, at=event.at, deliveries=deliveries)
    items = tuple(ItemFacts(*row[3:]) for row in rows)
    publish(ItemsChanged(at=event.at, actor_key=event.actor_key, what=what, items=items))


def _delivery_above(state: str) -> Delivery:
    return Delivery.IN_PROGRESS if state == ItemState.IN_PROGRESS else Delivery.SCHEDULED


def _lift_waiting(event: LineCrossed) -> None:
    """Items that were agreed while their host was below were never orphans, but they waited all the same."""
    waiting = BacklogItem.objects.blocking().filter(project_id__in=event.rose, ask__delivery=Delivery.WAITING)
    deliveries = {ask: _delivery_above(state) for ask, state in waiting.values_list("ask_id", "state")}
    if deliveries:
        follow_delivery(actor_key=event.actor_key, at=event.at, deliveries=deliveries)
