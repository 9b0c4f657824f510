"""The requests of a person that are on their way, and in whose court each of them is."""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, Subquery

from tracker.backlog.models import COUNTERED, BacklogItem
from tracker.backlog.states import ENDED, ItemState
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.states import State
from tracker.people.access import Power, Role, Viewer, may
from tracker.people.models import User

MOST = 60


@dataclass(frozen=True)
class InMotion:
    """`court` is whose turn it is: answer (the question is the viewer's), way (so is the choice of a way), counter (so is
    the answer to what a host offers), triage (with
    `who`, the lead), host (with `who`, who owns the host that was asked) or rank (with `who`, who ranks)."""

    ask: WorkRequest
    court: str
    who: str
    host: str


def own_in_motion(viewer: Viewer) -> list[InMotion]:
    """The viewer's own requests that somebody has to move, the oldest first (one statement)."""
    undecided = Q(state__in=[State.FILED, State.NEEDS_INFORMATION])
    below = Q(state=State.ACCEPTED, delivery=Delivery.WAITING)
    live = BacklogItem.objects.filter(ask=OuterRef("pk")).exclude(state__in=ENDED)
    leads = User.objects.filter(is_active=True, team=OuterRef("team"), roles__contains=[str(Role.LEAD)])
    chiefs = User.objects.filter(is_active=True, roles__contains=[str(Role.CTO)])
    rows = WorkRequest.objects.visible_to(viewer).filter(undecided | below, requester=viewer.id)
    rows = rows.annotate(
        item_state=Subquery(live.values("state")[:1]),
        countered=Exists(live.filter(COUNTERED)),
        host_key=Subquery(live.values("project__key")[:1]),
        host_owner=Subquery(live.values("project__owner__name")[:1]),
        lead=Subquery(leads.order_by("id").values("name")[:1]),
        ranker=Subquery(chiefs.order_by("id").values("name")[:1]),
    ).exclude(Q(item_state__isnull=False) & ~Q(item_state=ItemState.PROPOSED))
    found = rows.select_related("type", "form", "area", "team", "asked_by").order_by(F("filed_at").asc(), "id")
    return [_read(ask) for ask in found[:MOST]]


def _read(ask: WorkRequest) -> InMotion:
    facts = vars(ask)
    if facts["countered"]:
        return InMotion(ask, "counter", "", facts["host_key"])
    if facts["item_state"] == ItemState.PROPOSED:
        return InMotion(ask, "host", facts["host_owner"] or "", facts["host_key"])
    if ask.state == State.NEEDS_INFORMATION:
        return InMotion(ask, "answer", ask.asked_by.name if ask.asked_by else "", "")
    if ask.state == State.ACCEPTED and ask.rank_asked_at:
        return InMotion(ask, "rank", facts["ranker"] or "", "")
    if ask.state == State.ACCEPTED:
        return InMotion(ask, "way", "", "")
    return InMotion(ask, "triage", facts["lead"] or "", "")


def to_decide_by(viewer: Viewer, limit: int) -> list[WorkRequest]:
    """Requests that wait for the viewer's triage, and before them those that ask whoever ranks for a rank of their own
    (one statement)."""
    rows = WorkRequest.objects.visible_to(viewer).select_related("requester", "area")
    waiting = rows.to_triage_by(viewer)
    if may(viewer, Power.RANK_PROJECTS):
        live = BacklogItem.objects.live().filter(ask=OuterRef("pk"))
        deliverable = Q(state__in=[State.FILED, State.NEEDS_INFORMATION, State.ACCEPTED])
        waiting |= rows.filter(deliverable & ~Exists(live), rank_asked_at__isnull=False)
    return list(waiting.order_by(F("rank_asked_at").asc(nulls_last=True), "filed_at", "id")[:limit])
