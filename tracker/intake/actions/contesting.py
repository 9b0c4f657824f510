"""A decision may be contested once: by who asked, with a reason, before the next above who decided.

Lead → CTO → the mediator's docket. The second answer stands unless it is escalated.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import change_row
from tracker.intake.actions.merging import part_request
from tracker.intake.actions.steps import need_text, take_step, tell_step
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel.calendar import after_working_time
from tracker.kernel.errors import NotAllowed, Refused, WrongState
from tracker.people.access import Power, Role, Viewer, require
from tracker.people.models import User
from tracker.promises.calendars import calendar_of
from tracker.promises.models import Kind, Policy
from tracker.promises.rules import DEFAULTS, MINUTE, minutes_of
from tracker.promises.words import hours_of_team

CONTESTABLE = (State.DECLINED, State.PARKED, State.MERGED)
FROM_PARKING = 2
"""The first parking comes back by itself; from the second on it is a way of saying no."""


@dataclass(frozen=True)
class Above:
    """Who answers a contest; `mediated` where it is the mediator's."""

    user: User
    mediated: bool


def next_above(ask: WorkRequest) -> Above | None:
    """The next above who decided, and not the requester: the CTO above a lead, the COO above the CTO; None where nobody is
    (one statement, one more where `decided_by` is not loaded)."""
    decider = ask.decided_by
    if decider is None or Role.COO in decider.roles:
        return None
    chiefs = User.objects.filter(is_active=True, roles__overlap=[Role.CTO, Role.COO])
    chiefs = chiefs.exclude(pk__in=[decider.pk, ask.requester_id])
    found = list(chiefs.select_related("team").order_by("id"))
    if Role.CTO not in decider.roles:
        cto = next((user for user in found if Role.CTO in user.roles), None)
        if cto is not None:
            return Above(cto, mediated=False)
    coo = next((user for user in found if Role.COO in user.roles), None)
    return Above(coo, mediated=True) if coo is not None else None


def objection_ends(ask: WorkRequest) -> datetime:
    """Until when a merge may be objected to, in the working time of who asked (two statements)."""
    merged_at = ask.decided_at or ask.updated_at
    days = Policy.objects.filter(kind=Kind.CONTEST).values_list("days", flat=True).first()
    calendar = calendar_of(hours_of_team(ask.requester_team_id), merged_at.year)
    wait: timedelta = minutes_of(DEFAULTS["contest"].days if days is None else days, calendar) * MINUTE
    return after_working_time(calendar, merged_at, wait)


def check_contestable(ask: WorkRequest, at: datetime) -> None:
    """Raises why the decision cannot be contested (no statement, but for a merge)."""
    if ask.state not in CONTESTABLE:
        decided = _("Nothing was decided against it: it is %(state)s.") % {"state": State(ask.state).label}
        raise WrongState(decided, state=ask.state, verb="contest")
    if ask.contested_at is not None:
        raise Refused(_("It was contested before, and a decision is contested once."), code="contested")
    if ask.state == State.PARKED and ask.times_parked < FROM_PARKING:
        text = _("It comes back by itself on its day; a second parking may be contested.")
        raise Refused(text, code="first_parking")
    if ask.decided_by is not None and Role.COO in ask.decided_by.roles:
        raise Refused(_("The COO decided it: a ruling is not contested."), code="ruled")
    # Whoever was merged into what its own requester took back has nothing left: they may object at any time.
    lives_on = ask.merged_into is not None and ask.merged_into.state != State.WITHDRAWN
    if lives_on and at > (ends := objection_ends(ask)):
        day = format_date(timezone.localtime(ends), "j E Y")
        raise Refused(_("The time to object ended on %(day)s.") % {"day": day}, code="too_late")


@transaction.atomic
def contest_decision(
    *, actor: Viewer, at: datetime, ask: WorkRequest, reason: str, expected: int | None = None
) -> None:
    """The requester says why a decline, a second parking or a merge is wrong; the next above answers."""
    require(actor, Power.SPEAK_FOR, ask.ties)
    need_text("reason", reason, _("A decision is contested with a reason."))
    check_contestable(ask, at)
    above = next_above(ask)
    if above is None:
        text = _("Nobody stands above who decided: an administrator names a CTO or a COO.")
        raise Refused(text, code="nobody_above")
    changes = {"contested_at": at, "contest_reason": reason, "contest_answered_at": None, "updated_at": at}
    change_row(ask, actor=actor.key, at=at, verb="contest_request", changes=changes, expected=expected, reason=reason)
    tell_step(ask, at=at, actor=actor.key, verb="contest", reason=reason, above=above.user.pk, mediated=above.mediated)


@transaction.atomic
def answer_contest(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    upholds: bool,
    reason: str,
    expected: int | None = None,
    by_ruling: bool = False,
) -> None:
    """The decision stands, or the request is back in triage with its clocks anew. `by_ruling`: the mediator decided it;
    that verb has asked for the power."""
    if not by_ruling:
        require(actor, Power.ANSWER_CONTEST)
    if not ask.contest_open:
        state = State(ask.state).label
        raise WrongState(
            _("No contest waits for an answer: it is %(state)s.") % {"state": state}, state=ask.state, verb="answer"
        )
    if not by_ruling:
        check_answering(actor, ask)
    need_text("reason", reason, _("Give a reason: the requester reads it as it is."))
    answered = {"contest_answered_at": at, "updated_at": at}
    if upholds:
        change_row(
            ask, actor=actor.key, at=at, verb="uphold_request", changes=answered, expected=expected, reason=reason
        )
        tell_step(ask, at=at, actor=actor.key, verb="uphold", reason=reason)
    elif ask.state == State.MERGED:
        part_request(actor=actor, at=at, ask=ask, expected=expected, reason=reason, changes=answered)
    else:
        undone = {"decision_reason": "", "review_on": None, "decided_at": None, "decided_by_id": None}
        take_step(ask, "reopen", actor=actor, at=at, expected=expected, changes={**undone, **answered}, reason=reason)


def check_answering(actor: Viewer, ask: WorkRequest) -> None:
    """Nobody answers a contest of their own decision; where the CTO decided, or there is none, the COO does."""
    above = next_above(ask)
    if above is None:
        return
    needed = Role.COO if above.mediated else Role.CTO
    if actor.id == ask.decided_by_id or needed not in actor.roles:
        text = _("%(name)s answers it: the next above who decided.") % {"name": above.user.name}
        raise NotAllowed(text, power=str(Power.ANSWER_CONTEST))
