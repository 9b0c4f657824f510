"""Word of emergencies: both sides hear of each step at once, whatever they chose to get by mail."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from tracker.intake.events import ExpediteMoved
from tracker.intake.expedites import Expedite
from tracker.notices.actions import Telling, Turn, person_in, tell
from tracker.people.access import Role
from tracker.people.models import User

TO_WATCHERS = ("started", "fixed")


def tell_of_expedite(event: ExpediteMoved) -> None:
    """The owner that it is theirs, the other side that its word is asked for, and everybody else of both sides: who
    asks, the leads of both teams, the two chiefs (three statements)."""
    row = Expedite.objects.select_related("ask", "owner").get(pk=event.expedite_id)
    people = _circle(row)
    actor = person_in(event.actor)
    facts: dict[str, Any] = {"request": event.key, "title": event.title, "reason": event.reason}
    facts |= {
        "owner": row.owner.name,
        "until": _iso(event.confirm_by),
        "person": people[actor].name if actor in people else "",
    }
    url, source = f"/requests/{event.key}/", f"expedite:{row.pk}:{event.what}:{row.version}"
    tellings = [Telling(_kind(event, row, person), facts, url, source, user=person.pk) for person in people.values()]
    turns = [Turn(event.ask_id, f"expedite_{event.what}", facts, url, source)] if event.what in TO_WATCHERS else []
    tell(at=event.at, tellings=tellings, turns=turns, actor=actor)


def _circle(row: Expedite) -> dict[int, User]:
    """Of a restricted request those alone who see it anyway."""
    ask = row.ask
    parts = {ask.requester_id, row.owner_id, row.started_by_id, row.confirmed_by_id} - {None}
    leading = [ask.team_id] if ask.restricted else [ask.team_id, ask.requester_team_id]
    leads = Q(roles__contains=[Role.LEAD], team__in=[team for team in leading if team is not None])
    chiefs = Q(roles__overlap=[Role.CMO, Role.CTO])
    found = User.objects.active().filter(Q(pk__in=parts) | leads | chiefs).select_related("team")
    return {person.pk: person for person in found}


def _kind(event: ExpediteMoved, row: Expedite, person: User) -> str:
    if event.what != "started":
        return f"expedite_{event.what}"
    if person.pk == row.owner_id:
        return "expedite_owned"
    leads = {Role.LEAD, Role.CMO, Role.CTO} & set(person.roles)
    return "expedite_asked" if person.pk == event.second or (leads and person.side != row.side) else "expedite_started"


def _iso(at: datetime) -> str:
    return at.isoformat()
