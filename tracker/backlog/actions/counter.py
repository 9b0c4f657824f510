"""The counter-proposal: the host's owner offers something else, and whoever proposed it answers.

Between a yes and a no there is usually something smaller that is possible: a block in the CMS instead of code, another
project that has the time. It is offered once a proposal, so that nobody is bargained to the deadline.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.backlog.actions.embed import (
    UNDECIDED,
    checked_weeks,
    owner_of_host,
    refuse_closed,
    refuse_undeliverable,
    settle_in,
    team_for,
)
from tracker.backlog.actions.placing import move_to_host, running_period, tell_facts
from tracker.backlog.events import ItemsChanged
from tracker.backlog.models import BacklogItem, CounterAnswer
from tracker.backlog.states import ITEM
from tracker.history.actions import change_row, check_version
from tracker.intake.actions import accept_request, involve, need_text
from tracker.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from tracker.kernel.events import publish
from tracker.people.access import Power, Viewer, may, require
from tracker.projects.actions import take_on
from tracker.projects.models import Project

MOST_CHECKS = 20


@transaction.atomic
def counter_embed(
    *,
    actor: Viewer,
    at: datetime,
    item: BacklogItem,
    offer: str,
    added_weeks: Decimal,
    checks: Sequence[str] = (),
    ready_on: date | None = None,
    host: Project | None = None,
    expected: int | None = None,
) -> None:
    """Offers something else than what was proposed: other words of scope, effort, checks, a day, or another host that the
    actor answers for as well. Then it is the turn of who proposed it; once a proposal.

    Raises NotAllowed, WrongState, Stale, Invalid, Refused (`countered`, `host_closed`, `no_team`).
    """
    require(actor, Power.ANSWER_EMBED, item.project.ties)
    state = ITEM.next(item.state, "counter")
    check_version(item, expected)
    if item.countered_at is not None:
        raise Refused(_("Something else was offered before: accept the proposal or refuse it."), code="countered")
    other = host if host is not None and host.pk != item.project_id else None
    if other is not None:
        require(actor, Power.ANSWER_EMBED, other.ties)
        team_for(item.ask, other)
    refuse_closed(other or item.project)
    offer = need_text("offer", offer, _("Say what you offer instead."))
    if ready_on is not None and ready_on < at.astimezone(UTC).date():
        text = _("Choose a date that is still to come.")
        raise Invalid(text, fields={"ready_on": text})
    weeks = checked_weeks(added_weeks)
    wanted = [text.strip() for text in checks if text.strip()][:MOST_CHECKS]
    changes = {
        "state": state,
        "countered_at": at,
        "countered_by_id": actor.id,
        "counter_weeks": weeks,
        "counter_offer": offer,
        "counter_checks": wanted if wanted != item.ask.acceptance_tests else [],
        "counter_ready_on": ready_on,
        "counter_project": other,
        "counter_answer": CounterAnswer.NONE,
        "updated_at": at,
    }
    change_row(item, actor=actor.key, at=at, verb="counter", changes=changes, expected=expected, reason=offer)
    involve(actor_key=actor.key, at=at, ask=item.ask, people=[other.owner_id] if other and other.owner_id else [])
    _tell(item, actor, at, "countered", weeks=f"{weeks.normalize():f}", offer=offer)


@transaction.atomic
def accept_counter(*, actor: Viewer, at: datetime, item: BacklogItem, expected: int | None = None) -> None:
    """Agreed on what the host offered; an undecided request is accepted by the word that its owner gave with the offer.

    Needs `countered_by` and `counter_project` loaded. Raises as `answer_embed` does, and Refused (`offer_lapsed`) where
    whoever offered it answers for the host no more.
    """
    _check_answering(actor, item)
    state = ITEM.next(item.state, "accept_counter")
    check_version(item, expected)
    refuse_undeliverable(item.ask)
    host = item.counter_project or item.project
    refuse_closed(host)
    _refuse_lapsed(item, host)
    team, period = item.team, item.period
    if item.counter_project is not None:
        team_for(item.ask, host)
        team, period = host.team or item.ask.team or item.team, running_period(at, host=host)
    weeks = item.counter_weeks or item.added_weeks
    drawn, overflow = take_on(actor_key=actor.key, at=at, project=host, team=team, period=period, added=weeks)
    if item.ask.state in UNDECIDED and item.countered_by is not None:
        accept_request(actor=item.countered_by.viewer(), at=at, ask=item.ask, by_host=True)
    changes = {
        "team": team,
        "period": period,
        "state": state,
        "counter_answer": CounterAnswer.ACCEPTED,
        "added_weeks": weeks,
        "drawn": drawn,
        "overflow": overflow,
        "conditions": item.counter_offer,
        "delivery_owner": owner_of_host(host),
        "answered_at": at,
        "updated_at": at,
    }
    if item.counter_project is None:
        change_row(item, actor=actor.key, at=at, verb="accept_counter", changes=changes, expected=expected)
    else:
        move_to_host(item, host, actor=actor, at=at, verb="accept_counter", changes=changes, expected=expected)
    settle_in(item, actor, at)
    _tell(item, actor, at, "agreed", weeks=f"{weeks.normalize():f}", conditions=item.conditions)


@transaction.atomic
def decline_counter(
    *, actor: Viewer, at: datetime, item: BacklogItem, reason: str, expected: int | None = None
) -> None:
    """The proposal stands as it was made: the host's owner accepts or refuses it, in what was left of their time."""
    _check_answering(actor, item)
    state = ITEM.next(item.state, "decline_counter")
    reason = need_text("reason", reason, _("Say why: the other side has to live with it."))
    changes = {"state": state, "counter_answer": CounterAnswer.DECLINED, "updated_at": at}
    change_row(item, actor=actor.key, at=at, verb="decline_counter", changes=changes, expected=expected, reason=reason)
    _tell(item, actor, at, "counter_declined", reason=reason)


def may_answer_counter(actor: Viewer, item: BacklogItem) -> bool:
    """Who asks, and who proposed it; never who made the offer. Needs `ask` loaded."""
    asks = may(actor, Power.SPEAK_FOR, item.ask.ties)
    proposed = actor.id == item.proposed_by_id and may(actor, Power.PROPOSE_EMBED, item.ask.ties)
    return (asks or proposed) and actor.id != item.countered_by_id


def _check_answering(actor: Viewer, item: BacklogItem) -> None:
    if not may_answer_counter(actor, item):
        text = _("Whoever asks for it, or proposed it, answers what the host offers.")
        raise NotAllowed(text, power=str(Power.SPEAK_FOR))
    if not item.counter_open:
        state = item.get_state_display()
        text = _("No counter-proposal waits for an answer: it is %(state)s.")
        raise WrongState(text % {"state": state}, state=item.state, verb="answer_counter")


def _refuse_lapsed(item: BacklogItem, host: Project) -> None:
    """An offer binds the host while whoever made it answers for the host; nobody's yes outlives their say."""
    by = item.countered_by
    if by is None or not by.is_active or not may(by.viewer(), Power.ANSWER_EMBED, host.ties):
        words = {"name": by.name if by else "", "project": host.key}
        text = _("%(name)s no longer answers for %(project)s: decline the offer, then who does answers the proposal.")
        raise Refused(text % words, code="offer_lapsed", project=host.key)


def _tell(item: BacklogItem, actor: Viewer, at: datetime, what: str, **facts: str) -> None:
    publish(ItemsChanged(at=at, actor_key=actor.key, what=what, items=(tell_facts(item),), facts=facts))
