"""Verbs that bring a matter before the mediator: raised by whoever is involved, or taken up by the mediator."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.dateformat import format as date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from tracker.backlog.queries import item_of
from tracker.escalations.actions.beginning import (
    concerned_by,
    end_promises,
    first_values,
    load_case,
    owed_in,
    owed_positions,
    refuse_own_case,
    tell_case,
)
from tracker.escalations.models import Escalation, Origin, Position, Reason
from tracker.escalations.states import CASE, CaseState
from tracker.history.actions import add_row, change_row, check_version
from tracker.intake.actions import need_text
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from tracker.people.access import Power, Ties, Viewer, require
from tracker.promises.actions import acknowledge_promise, settle_promises
from tracker.promises.models import Kind, Promise
from tracker.promises.queries import due_when

UNTOUCHABLE = (State.DRAFT, State.WITHDRAWN)
MOST_OPTIONS = 10


def ties_to_escalate(ask: WorkRequest) -> Ties:
    """Those of the request, and whoever delivers it or owns what carries it (one statement)."""
    item = item_of(ask.pk)
    owners = {item.delivery_owner_id, item.project.owner_id} if item and item.live else set()
    delivering = frozenset(owner for owner in owners if owner is not None)
    ties = ask.ties
    return Ties(ties.requester, ties.requester_team, ties.delivery | delivering, ties.team, ties.parties)


@transaction.atomic
def raise_case(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    reason: str,
    wanted: str,
    options: Iterable[str] = (),
    tried: str = "",
) -> Escalation:
    """Asks the mediator for a decision; a line that is on the docket already becomes the case.

    Raises NotAllowed, WrongState, Invalid, Refused (`case_is_open`, facts name it).
    """
    require(actor, Power.ESCALATE, ties_to_escalate(ask))
    _refuse_untouchable(ask)
    if reason not in Reason.values:
        text = _("Choose among: %(choices)s.") % {"choices": ", ".join(Reason.values)}
        raise Invalid(text, fields={"reason": text})
    listed = [option.strip() for option in options if option.strip()]
    if len(listed) > MOST_OPTIONS:
        text = _("At most %(count)s.") % {"count": MOST_OPTIONS}
        raise Invalid(text, fields={"options": text})
    words = {
        "reason": reason,
        "wanted": need_text("wanted", wanted, _("Say which decision you want.")),
        "options": listed,
        "tried": tried.strip(),
        "origin": Origin.RAISED,
        "raised_by_id": actor.id,
    }
    case = load_case(ask)
    if case is not None and case.state == CaseState.OPEN:
        raise _already_open(case)
    return _begin(case or Escalation(ask=ask, created_at=at), ask, actor, at, "raise", words)


@transaction.atomic
def take_up_case(
    *, actor: Viewer, at: datetime, case: Escalation, until: datetime | None = None, expected: int | None = None
) -> None:
    """The mediator takes a line of the docket as a case, or a case that waits: the ruling is owed from now on, until
    the usual time, or `until` then, which is no later day.

    Needs `ask` loaded. Raises NotAllowed, WrongState, Stale, Invalid (a time that has passed, or too late), Refused (`taken_already`).
    """
    require(actor, Power.RULE)
    check_version(case, expected)
    if until is not None:
        _check_until(actor, at, until)
    state = CASE.next(case.state, "take_up")
    if case.state == CaseState.DOCKETED:
        _begin(case, case.ask, actor, at, "take_up", _taken(actor, at), until)
        return
    refuse_own_case(actor, case.ask, case.parties, case)
    if case.taken_by_id is not None:
        raise Refused(_("It is taken already."), code="taken_already")
    change_row(case, actor=actor.key, at=at, verb="take_up_case", changes={"state": state, **_taken(actor, at)})
    _owe_ruling(case, actor, at, until)
    tell_case(case, "taken", actor_key=actor.key, at=at)


@transaction.atomic
def take_up_request(
    *, actor: Viewer, at: datetime, ask: WorkRequest, wanted: str = "", expected: int | None = None
) -> Escalation:
    """The mediator's own act: any request becomes a case. Raises NotAllowed, WrongState, Refused (`case_is_open`)."""
    require(actor, Power.RULE)
    check_version(ask, expected)
    _refuse_untouchable(ask)
    case = load_case(ask)
    if case is not None and case.state == CaseState.OPEN:
        raise _already_open(case)
    words = {"wanted": wanted.strip(), **_taken(actor, at)}
    if case is None:
        words |= {"origin": Origin.OWN_ACT, "reason": Reason.NO_ANSWER}
    return _begin(case or Escalation(ask=ask, created_at=at), ask, actor, at, "take_up", words)


@transaction.atomic
def withdraw_case(
    *, actor: Viewer, at: datetime, case: Escalation, reason: str = "", expected: int | None = None
) -> None:
    """Whoever raised it takes it back; needs `ask` loaded. Raises NotAllowed, WrongState, Stale."""
    if case.raised_by_id != actor.id:
        raise NotAllowed(_("Whoever raised it takes it back."))
    require(actor, Power.ESCALATE, ties_to_escalate(case.ask))
    check_version(case, expected)
    changes = {"state": CASE.next(case.state, "withdraw"), "ended_at": at}
    change_row(case, actor=actor.key, at=at, verb="withdraw_case", changes=changes, reason=reason.strip())
    end_promises([case.key], actor_key=actor.key, at=at)
    tell_case(case, "withdrawn", actor_key=actor.key, at=at, reason=reason.strip())


@transaction.atomic
def acknowledge_breach(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    promise: Promise,
    until: datetime,
    expected: int | None = None,
) -> Promise:
    """Whoever owes a broken promise says when the answer comes: the climb stops until then, also on the docket.

    `promise` belongs to the request. It takes the power to say a word about it: a token may lack that. Raises as
    acknowledge_promise does.
    """
    require(actor, Power.COMMENT, ask.ties)
    check_version(ask, expected)
    again = acknowledge_promise(actor=actor, at=at, promise=promise, until=until)
    line = Escalation.objects.select_for_update().filter(ask=ask, state=CaseState.DOCKETED).first()
    if line is not None:
        change_row(line, actor=actor.key, at=at, verb="acknowledge_case", changes={"acknowledged_until": until})
    return again


def _begin(
    case: Escalation,
    ask: WorkRequest,
    actor: Viewer,
    at: datetime,
    verb: str,
    words: dict[str, Any],
    until: datetime | None = None,
) -> Escalation:
    """A line, or nothing yet, becomes a case: the sides owe their positions, and who took it owes the ruling."""
    concerned = concerned_by([ask.pk])[ask.pk]
    taken = "taken_by_id" in words
    if taken:
        refuse_own_case(actor, ask, concerned.parties, case)
    values = {
        "state": CaseState.OPEN,
        "acknowledged_until": None,
        **first_values(concerned, at, more=() if taken else (actor.id,)),
        **words,
    }
    if case.pk is None:
        for name, value in values.items():
            setattr(case, name, value)
        try:
            with transaction.atomic():
                add_row(case, actor=actor.key, at=at, verb=f"{verb}_case")
        except IntegrityError:
            raise _already_open(None) from None
    else:
        values["state"] = CASE.next(case.state, verb)
        if case.opened_at is not None:
            values["opened_at"] = case.opened_at
        change_row(case, actor=actor.key, at=at, verb=f"{verb}_case", changes=values)
        case.ask = ask
    said = Position.objects.filter(escalation=case).values_list("side", flat=True)
    owed = owed_positions(case, concerned, but=list(said))
    if taken:
        owed.append(owed_in(case, Kind.RULING, Kind.RULING, actor.id, until))
    settle_promises(actor_key=actor.key, at=at, owed=owed)
    what = "taken" if taken else "raised"
    tell_case(case, what, actor_key=actor.key, at=at, owners=concerned.holders.values(), wanted=case.wanted)
    return case


def _taken(actor: Viewer, at: datetime) -> dict[str, Any]:
    return {"taken_by_id": actor.id, "taken_at": at}


def _check_until(actor: Viewer, at: datetime, until: datetime) -> None:
    """Raises Invalid for a day that has passed, and for one behind the day on which a ruling is owed anyhow."""
    usual = due_when(Kind.RULING, team=actor.team, at=at)
    if until <= at:
        raise Invalid(_("This day has passed."), fields={"until": _("This day has passed.")})
    if usual is not None and localtime(until).date() > localtime(usual).date():
        latest = _("At the latest on %(day)s, the usual day.") % {"day": date_format(localtime(usual), "j E Y")}
        raise Invalid(latest, fields={"until": latest})


def _owe_ruling(case: Escalation, actor: Viewer, at: datetime, until: datetime | None) -> None:
    owed = owed_in(case, Kind.RULING, Kind.RULING, actor.id, until)
    settle_promises(actor_key=actor.key, at=at, owed=[owed])


def _refuse_untouchable(ask: WorkRequest) -> None:
    if ask.state in UNTOUCHABLE:
        raise WrongState(
            _("%(request)s is %(state)s: there is nothing to rule on.")
            % {"request": ask.key, "state": ask.get_state_display()},
            state=ask.state,
        )


def _already_open(case: Escalation | None) -> Refused:
    text = _("It is a case already: %(case)s.") % {"case": case.key if case else ""}
    return Refused(text, code="case_is_open", case=case.key if case else None)
