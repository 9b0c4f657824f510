"""Who hears of what: reactions to the events of the rooms below, in the transaction of the change."""

from collections.abc import Mapping

from tracker.backlog.events import ItemsChanged, RankAsked
from tracker.intake.events import RequestsMoved
from tracker.notices.actions import Telling, person_in, tell
from tracker.people.access import Role
from tracker.people.models import User

AUDIENCE: Mapping[str, tuple[str, ...]] = {
    "proposed": ("host_owner",),
    "agreed": ("business_owner", "proposed_by"),
    "outranked": ("business_owner", "delivery_owner"),
    "refused": ("business_owner", "proposed_by"),
    "orphaned": ("business_owner", "delivery_owner"),
    "carried": ("business_owner", "delivery_owner"),
    "shipped": ("business_owner",),
    "measured": ("delivery_owner", "host_owner"),
    "dropped": ("business_owner", "delivery_owner", "host_owner"),
}
"""What happened → who hears of it."""
TO_BOTH = ("orphaned", "carried")
"""Whoever caused it may own it as well, and must hear it all the same."""
TO_REQUESTER: Mapping[str, str] = {
    "ask": "request_asked",
    "accept": "request_accepted",
    "decline": "request_declined",
    "park": "request_parked",
    "return": "request_back",
}
TO_TEAM: Mapping[str, str] = {"file": "request_filed", "answer": "request_answered", "return": "request_returned"}


def tell_of_items(event: ItemsChanged) -> None:
    kind = f"item_{event.what}"
    if event.what == "agreed" and event.facts.get("conditions"):
        kind = "item_agreed_conditions"
    tellings = []
    for item in event.items:
        facts = {
            "item": item.key,
            "request": item.request,
            "title": item.title,
            "project": item.project,
            "project_title": item.project_title,
            **event.facts,
        }
        source = f"{item.key}:{event.what}:{item.version}"
        people = sorted({getattr(item, name) for name in AUDIENCE[event.what]} - {None})
        tellings += [Telling(kind, facts, f"/backlog/{item.key}/", source, user=person) for person in people]
    tell(at=event.at, tellings=tellings, actor=0 if event.what in TO_BOTH else person_in(event.actor_key))


def tell_of_requests(event: RequestsMoved) -> None:
    """The requester hears what is decided or asked; the leads of the team that owns the area, what came to them."""
    tellings = []
    for moved in event.moved:
        facts = {"request": moved.key, "title": moved.title, "reason": moved.reason}
        url = f"/requests/{moved.key}/"
        source = f"{moved.key}:{event.verb}:{event.at.isoformat()}"
        if event.verb in TO_TEAM and moved.team_id:
            tellings.append(Telling(TO_TEAM[event.verb], facts, url, source, leads_of=moved.team_id))
        if event.verb in TO_REQUESTER:
            tellings.append(Telling(TO_REQUESTER[event.verb], facts, url, source, user=moved.requester_id))
    tell(at=event.at, tellings=tellings, actor=person_in(event.actor))


def tell_of_rank(event: RankAsked) -> None:
    """Whoever ranks hears it once a day, however often it is asked."""
    facts = {"request": event.request, "title": event.title}
    source = f"{event.request}:rank_asked:{event.at.date()}"
    chiefs = User.objects.active().holding(Role.CTO).values_list("pk", flat=True)
    url = f"/requests/{event.request}/"
    tellings = [Telling("rank_asked", facts, url, source, user=person) for person in chiefs]
    tell(at=event.at, tellings=tellings, actor=person_in(event.actor_key))
