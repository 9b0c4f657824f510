"""What wakes what: the one table of reactions."""

from tracker.backlog.actions import close_items, follow_answers, involve_owners, mark_orphans
from tracker.backlog.events import ItemsChanged, RankAsked
from tracker.escalations.actions import close_cases, docket_contests, follow_firings
from tracker.escalations.events import CasesMoved
from tracker.intake.actions import follow_court, follow_expedite
from tracker.intake.events import (
    CommentAdded,
    CommentEdited,
    ExpediteMoved,
    MarkupAwaits,
    RequestAssigned,
    RequestBacked,
    RequestsMoved,
)
from tracker.integrations.events import ImportAwaits
from tracker.kernel.events import Reaction, react
from tracker.management.demo.company import follow_demo
from tracker.notices.cases import tell_of_cases
from tracker.notices.emergencies import tell_of_expedite
from tracker.notices.promised import tell_of_promises
from tracker.notices.reactions import (
    tell_of_assigning,
    tell_of_backing,
    tell_of_comment,
    tell_of_deputy,
    tell_of_edit,
    tell_of_items,
    tell_of_rank,
    tell_of_requests,
)
from tracker.people.events import DemoLoaded, DeputyNamed, LevelSet
from tracker.projects.events import LineCrossed, OwnersChanged
from tracker.promises.actions import follow_level
from tracker.promises.events import PromisesDue, PromisesFired
from tracker.tasks import ring_import, ring_markup, ring_promises

REACTIONS: list[tuple[type, Reaction]] = [
    (LevelSet, follow_level),
    (DemoLoaded, follow_demo),
    (LineCrossed, mark_orphans),
    (OwnersChanged, involve_owners),
    (RequestsMoved, follow_court),
    (RequestsMoved, close_items),
    (RequestsMoved, close_cases),
    (RequestsMoved, docket_contests),
    (RequestsMoved, tell_of_requests),
    (ExpediteMoved, follow_expedite),
    (ExpediteMoved, tell_of_expedite),
    (RequestBacked, tell_of_backing),
    (RequestAssigned, tell_of_assigning),
    (DeputyNamed, tell_of_deputy),
    (CommentAdded, tell_of_comment),
    (CommentEdited, tell_of_edit),
    (ItemsChanged, follow_answers),
    (ItemsChanged, tell_of_items),
    (PromisesFired, follow_firings),
    (PromisesFired, tell_of_promises),
    (CasesMoved, tell_of_cases),
    (RankAsked, tell_of_rank),
    (ImportAwaits, ring_import),
    (MarkupAwaits, ring_markup),
    (PromisesDue, ring_promises),
]


def connect() -> None:
    for event, reaction in REACTIONS:
        react(event, reaction)
