"""Whose turn a proposal is: its host's owner owes the answer."""

from collections.abc import Mapping

from tracker.backlog.events import ItemsChanged
from tracker.promises.actions import Owed, settle_promises
from tracker.promises.models import Kind
from tracker.promises.states import PromiseState

KEPT, HANDED, LIFTED = PromiseState.KEPT, PromiseState.HANDED, PromiseState.LIFTED
ENDS: Mapping[str, Mapping[str, PromiseState]] = {
    "agreed": {Kind.EMBED_ANSWER: KEPT, Kind.REPLY: KEPT},
    "refused": {Kind.EMBED_ANSWER: KEPT, Kind.REPLY: LIFTED},
    "dropped": {Kind.EMBED_ANSWER: LIFTED, Kind.REPLY: LIFTED},
    "countered": {Kind.EMBED_ANSWER: HANDED},
    "counter_declined": {Kind.REPLY: KEPT},
}
OWED: Mapping[str, Kind] = {
    "proposed": Kind.EMBED_ANSWER,
    "countered": Kind.REPLY,
    "counter_declined": Kind.EMBED_ANSWER,
}
"""Who proposed it owes the reply to a counter-proposal; everything else is the host's owner's."""


def follow_answers(event: ItemsChanged) -> None:
    """A proposal opens the promise of an answer; the answer keeps it, and what is dropped is owed no more. A
    counter-proposal hands it over, and a no to that gives it back with what was left."""
    ends = ENDS.get(event.what, {})
    ended = {f"{item.key}:{kind}": state for item in event.items for kind, state in ends.items()}
    kind = OWED.get(event.what)
    owed = [
        Owed(
            kind=kind,
            source=f"{item.key}:{kind}",
            matter=f"request:{item.request_id}",
            facts={
                "key": item.request,
                "title": item.title,
                "project": item.project,
                "project_title": item.project_title,
                "url": f"/backlog/{item.key}/",
            },
            holder=item.proposed_by if kind == Kind.REPLY else item.host_owner,
            team=None if kind == Kind.REPLY else item.host_team,
            resumes=event.what == "counter_declined",
        )
        for item in event.items
        if kind is not None
    ]
    if ended or owed:
        settle_promises(actor_key=event.actor_key, at=event.at, ended=ended, owed=owed)
