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


@dataclass(frozen=True)
class ExpediteMoved:
    """`what` is started, confirmed, refused, lapsed, answered, fixed, withdrawn or explained; `second` who is asked to
    confirm it, `reason` why, or what was said with it."""

    at: datetime
    actor: str
    what: str
    expedite_id: int
    ask_id: int
    key: str
    title: str
    owner: int
    confirm_by: datetime
    second: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class RequestAssigned:
    """`to` takes its triage on; `by` is the name of who assigned it, `version` that of the request since."""

    at: datetime
    actor: str
    by: str
    ask_id: int
    key: str
    title: str
    version: int
    to: int


@dataclass(frozen=True)
class MarkupAwaits:
    """Sample pages wait to be looked at by a worker."""

    check_id: int
