"""What happened to requests; the rooms above react through wiring, in the same transaction."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Moved:
    """One request after its step; `reason` is the question, the reason of the decision, the key of what it was merged
    with, or empty. `above` is who answers a contest, `mediated` where that is the mediator."""

    ask_id: int
    key: str
    title: str
    state: str
    requester_id: int
    team_id: int | None
    reason: str = ""
    deadline_on: date | None = None
    above: int | None = None
    mediated: bool = False


@dataclass(frozen=True)
class RequestsMoved:
    """`verb` is the verb of the table of states (file, ask, answer, accept, decline, park, merge, unmerge, reopen, return,
    withdraw), or take_in (another one was merged into it), contest, uphold."""

    at: datetime
    actor: str
    verb: str
    moved: tuple[Moved, ...]


@dataclass(frozen=True)
class CommentAdded:
    """`internal_to` is the side that alone reads it, empty for all."""

    at: datetime
    actor: str
    ask_id: int
    comment_id: int
    internal_to: str


@dataclass(frozen=True)
class CommentEdited:
    """`before` is what it said until now, `version` that of the comment as it is."""

    at: datetime
    actor: str
    comment_id: int
    version: int
    before: str


@dataclass(frozen=True)
class RequestBacked:
    """Somebody stands behind it."""

    at: datetime
    actor: str
    ask_id: int
    backing_id: int
