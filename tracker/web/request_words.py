"""Where a request stands, in words and in a tone."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tracker.backlog.models import BacklogItem, Way
from tracker.backlog.states import ItemState
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.queries import Need
from tracker.intake.rules import Stage
from tracker.intake.states import State
from tracker.people.models import User
from tracker.projects.words import say_weeks
from tracker.templatetags.times import say_day

STATE_TONES = {
    State.FILED: "accent",
    State.NEEDS_INFORMATION: "warn",
    State.DECLINED: "bad",
    State.PARKED: "neutral",
}
DELIVERY_TONES = {
    Delivery.WAITING: "bad",
    Delivery.SCHEDULED: "good",
    Delivery.IN_PROGRESS: "good",
    Delivery.SHIPPED: "good",
    Delivery.MET: "good",
    Delivery.PARTLY_MET: "warn",
    Delivery.NOT_MET: "bad",
}


def state_words_of(ask: WorkRequest) -> str | Promise:
    if ask.state == State.ACCEPTED and ask.delivery:
        return Delivery(ask.delivery).label
    return State(ask.state).label


def tone_of(ask: WorkRequest) -> str:
    if ask.state == State.ACCEPTED:
        return DELIVERY_TONES.get(Delivery(ask.delivery), "neutral")
    return STATE_TONES.get(State(ask.state), "neutral")


def say_where(
    ask: WorkRequest, item: BacklogItem | None, triagers: Sequence[User], needs: dict[Stage, Need], now: datetime
) -> str:
    """Where it stands, in one sentence."""
    names = {
        "team": ask.team.name if ask.team else "",
        "who": triagers[0].name if triagers else "",
        "by": ask.decided_by.name if ask.decided_by else "",
        "asked": ask.asked_by.name if ask.asked_by else "",
        "reason": ask.decision_reason,
        "question": ask.question,
        "day": say_day(ask.review_on, timezone.localtime(now).date()) if ask.review_on else "",
    }
    match ask.state:
        case State.DRAFT if needs[Stage.FILING].complete:
            return _("A draft that only you see; nothing is missing to file it.")
        case State.DRAFT:
            return _("A draft that only you see; to file it, it needs: %(fields)s.") % {
                "fields": ", ".join(needs[Stage.FILING].lacking)
            }
        case State.FILED:
            return _("Filed with %(team)s; %(who)s decides on it.") % names
        case State.NEEDS_INFORMATION:
            return _("%(asked)s asked: %(question)s") % names
        case State.DECLINED:
            return _("%(by)s declined it: %(reason)s") % names
        case State.PARKED if ask.decision_reason:
            return _("Parked until %(day)s: %(reason)s") % names
        case State.PARKED:
            return _("Parked until %(day)s; then it comes back by itself.") % names
        case State.ACCEPTED:
            return _say_delivery(ask, item)
        case State.MERGED:
            return _("%(by)s merged it: it goes on in another request.") % names
    return _("Withdrawn by its requester.")


def _say_delivery(ask: WorkRequest, item: BacklogItem | None) -> str:
    values = {
        "team": ask.team.name if ask.team else "",
        "weeks": say_weeks(ask.effort_weeks),
        "project": str(item.project) if item else "",
        "added": say_weeks(item.added_weeks) if item else "",
        "claim": say_weeks(vars(item).get("claim")) if item else "",
    }
    if item is not None and item.live:
        match item.state:
            case ItemState.PROPOSED:
                return _("%(project)s is asked to carry it for %(added)s.") % values
            case ItemState.AGREED | ItemState.IN_PROGRESS if item.orphaned_at:
                return _("It lost its place: %(project)s fell below the line.") % values
            case ItemState.AGREED if item.way == Way.OUTRANK:
                return _("It is a project of its own: %(project)s, with %(claim)s of %(team)s.") % values
            case ItemState.AGREED:
                return _("%(project)s carries it for %(added)s.") % values
            case ItemState.IN_PROGRESS:
                return _("%(project)s works on it.") % values
            case ItemState.SHIPPED:
                return _("%(project)s shipped it; the outcome is still to be measured.") % values
        return _("%(project)s shipped it and the outcome is measured.") % values
    if ask.effort_weeks is None:
        return _("Accepted and below the line: %(team)s has not said yet what it takes alone.") % values
    return _("Below the line: alone it takes %(weeks)s of %(team)s, and that is given away.") % values
