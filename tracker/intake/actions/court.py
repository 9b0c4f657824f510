"""Whose turn a request is: the promises that its steps open, hand over, and keep."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time

from tracker.intake.events import ExpediteMoved, Moved, RequestsMoved
from tracker.promises.actions import Owed, settle_promises
from tracker.promises.models import Kind
from tracker.promises.states import PromiseState

KEPT, HANDED, LIFTED = PromiseState.KEPT, PromiseState.HANDED, PromiseState.LIFTED
ENDS: dict[str, dict[str, PromiseState]] = {
    "ask": {Kind.TRIAGE: KEPT, Kind.DECISION: HANDED},
    "answer": {Kind.REPLY: KEPT},
    "accept": {Kind.TRIAGE: KEPT, Kind.DECISION: KEPT, Kind.REPLY: LIFTED},
    "decline": {Kind.TRIAGE: KEPT, Kind.DECISION: KEPT, Kind.REPLY: LIFTED},
    "park": {Kind.TRIAGE: KEPT, Kind.DECISION: KEPT, Kind.REPLY: LIFTED},
    "withdraw": {Kind.TRIAGE: LIFTED, Kind.DECISION: LIFTED, Kind.REPLY: LIFTED, Kind.CONTEST: LIFTED},
    "merge": {Kind.TRIAGE: KEPT, Kind.DECISION: KEPT, Kind.REPLY: LIFTED},
    "return": {Kind.CONTEST: LIFTED},
    "uphold": {Kind.CONTEST: KEPT},
    "reopen": {Kind.CONTEST: KEPT},
    "unmerge": {Kind.CONTEST: KEPT},
}
BEGINS: dict[str, tuple[Kind, ...]] = {
    "file": (Kind.TRIAGE, Kind.DECISION),
    "return": (Kind.TRIAGE, Kind.DECISION),
    "ask": (Kind.REPLY,),
    "answer": (Kind.DECISION,),
    "contest": (Kind.CONTEST,),
    "reopen": (Kind.TRIAGE, Kind.DECISION),
    "unmerge": (Kind.TRIAGE, Kind.DECISION),
}
HOLDERS: Mapping[str, Callable[[Moved], int | None]] = {
    Kind.REPLY: lambda ask: ask.requester_id,
    Kind.CONTEST: lambda ask: ask.above,
}
"""Who owes it; everything else is the lead's."""


def follow_court(event: RequestsMoved) -> None:
    """A question is a first answer and hands the decision over; the reply gives it back with what was left."""
    ended = {f"{ask.key}:{kind}": state for ask in event.moved for kind, state in ENDS.get(event.verb, {}).items()}
    owed = [_owed(ask, kind, event.verb) for ask in event.moved for kind in BEGINS.get(event.verb, ()) if ask.team_id]
    if ended or owed:
        settle_promises(actor_key=event.actor, at=event.at, ended=ended, owed=owed)


def _owed(ask: Moved, kind: Kind, verb: str) -> Owed:
    return Owed(
        kind=kind,
        source=f"{ask.key}:{kind}",
        matter=f"request:{ask.ask_id}",
        facts={"key": ask.key, "title": ask.title, "url": f"/requests/{ask.key}/"},
        holder=HOLDERS[kind](ask) if kind in HOLDERS else None,
        team=ask.team_id,
        until=datetime.combine(ask.deadline_on, time(), UTC) if ask.deadline_on else None,
        resumes=verb == "answer",
    )


ALL_LIFTED: dict[str, PromiseState] = {Kind.CONFIRM: LIFTED, Kind.EXPEDITE: LIFTED, Kind.FIX: LIFTED}
EXPEDITE_ENDS: Mapping[str, Mapping[str, PromiseState]] = {
    "confirmed": {Kind.CONFIRM: KEPT},
    "refused": {**ALL_LIFTED, Kind.CONFIRM: KEPT},
    "lapsed": ALL_LIFTED,
    "withdrawn": ALL_LIFTED,
    "answered": {Kind.EXPEDITE: KEPT},
    "fixed": {Kind.EXPEDITE: KEPT, Kind.FIX: KEPT},
}


def follow_expedite(event: ExpediteMoved) -> None:
    """The owner owes an answer and a fix by the clock from the start on, the other side its word."""
    sources = {kind: f"{event.key}:{kind}:{event.expedite_id}" for kind in ALL_LIFTED}
    ended = {sources[kind]: state for kind, state in EXPEDITE_ENDS.get(event.what, {}).items()}
    owed = []
    if event.what == "started":
        owed = [
            Owed(
                kind=kind,
                source=source,
                matter=f"request:{event.ask_id}",
                facts={"key": event.key, "title": event.title, "url": f"/requests/{event.key}/"},
                holder=event.second if kind == Kind.CONFIRM else event.owner,
                until=event.confirm_by if kind == Kind.CONFIRM else None,
            )
            for kind, source in sources.items()
        ]
    if ended or owed:
        settle_promises(actor_key=event.actor, at=event.at, ended=ended, owed=owed)
