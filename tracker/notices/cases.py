"""Word of cases: their parties hear what happened, never what a sealed position says. One statement an event,
one more where it says by whom."""

from collections.abc import Iterator, Mapping

from tracker.escalations.events import CaseFacts, CasesMoved
from tracker.notices.actions import Telling, person_in, tell
from tracker.people.access import Role
from tracker.people.models import User

TO_PEOPLE: Mapping[str, str] = {
    "raised": "case_raised",
    "aged": "case_aged",
    "taken": "case_taken",
    "position": "case_position",
    "opened": "case_opened",
    "proposed": "case_proposed",
    "settled": "case_settled",
    "decided": "case_decided",
    "ruled": "case_ruled",
    "sent_back": "case_sent_back",
    "withdrawn": "case_withdrawn",
    "condition_broken": "case_condition_broken",
    "condition_met": "case_condition_met",
}
"""What happened → what the parties read."""
TO_OWNERS: Mapping[str, str] = {
    "raised": "case_position_due",
    "aged": "case_position_due",
    "taken": "case_position_due",
    "condition": "case_condition_owed",
}
"""Who owes something by it reads this instead."""
WITHOUT_MEDIATOR: Mapping[str, str] = {
    "settled": "case_settled_without",
    "decided": "case_decided_without",
    "withdrawn": "case_withdrawn_without",
}
"""How a case ended before there was a ruling → what whoever would have ruled reads of it: by whom, and how."""
TO_MEDIATOR = ("raised", "aged", "opened", *WITHOUT_MEDIATOR, "condition_broken", "condition_met")


def tell_of_cases(event: CasesMoved) -> None:
    mediators: list[int] = []
    actor, name = person_in(event.actor_key), ""
    if event.what in TO_MEDIATOR:
        mediators = list(User.objects.active().holding(Role.COO).values_list("pk", flat=True))
    if event.what in WITHOUT_MEDIATOR:
        name = User.objects.filter(pk=actor).values_list("name", flat=True).first() or "Tandem"
    tellings = [telling for case in event.cases for telling in _tellings(event, case, mediators, name)]
    tell(at=event.at, tellings=tellings, actor=actor)


def _tellings(event: CasesMoved, case: CaseFacts, mediators: list[int], name: str) -> Iterator[Telling]:
    facts = {"case": case.key, "request": case.request, "title": case.title, **event.facts}
    number = event.facts.get("number", case.version)
    source, url = f"{case.key}:{event.what}:{number}:{case.version}", f"/cases/{case.key}/"
    owners = set(case.owners) if event.what in TO_OWNERS else set()
    for person in sorted(owners):
        yield Telling(TO_OWNERS[event.what], facts, url, source, user=person)
    if event.what in TO_PEOPLE:
        people = {*case.people, *case.owners}
        for person in sorted((people | set(mediators)) - owners):
            without = event.what in WITHOUT_MEDIATOR and person not in people
            kind = WITHOUT_MEDIATOR[event.what] if without else TO_PEOPLE[event.what]
            yield Telling(kind, {**facts, "person": name} if without else facts, url, source, user=person)
