"""Whose turn a proposal is: its host's owner owes the answer."""

from tracker.backlog.events import ItemsChanged
from tracker.promises.actions import Owed, settle_promises
from tracker.promises.models import Kind
from tracker.promises.states import PromiseState

ENDS = {"agreed": PromiseState.KEPT, "refused": PromiseState.KEPT, "dropped": PromiseState.LIFTED}


def follow_answers(event: ItemsChanged) -> None:
    """A proposal opens the promise of an answer; the answer keeps it, and what is dropped is owed no more."""
    ended = {f"{item.key}:{Kind.EMBED_ANSWER}": ENDS[event.what] for item in event.items if event.what in ENDS}
    owed = [
        Owed(
            kind=Kind.EMBED_ANSWER,
            source=f"{item.key}:{Kind.EMBED_ANSWER}",
            matter=f"request:{item.request_id}",
            facts={
                "key": item.request,
                "title": item.title,
                "project": item.project,
                "project_title": item.project_title,
                "url": f"/backlog/{item.key}/",
            },
            holder=item.host_owner,
            team=item.host_team,
        )
        for item in event.items
        if event.what == "proposed"
    ]
    if ended or owed:
        settle_promises(actor_key=event.actor_key, at=event.at, ended=ended, owed=owed)
