"""Expedite: an emergency passes the rank by. One at a time, by two people, one of each side; counted.

Whoever starts it names the owner, who answers and fixes it by the wall clock; the other side confirms it by the next
working day, or it lapses. The clocks run from the start: a fire does not wait for its second signature.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row, check_version, stale
from tracker.intake.actions.following import involve
from tracker.intake.actions.steps import need_text
from tracker.intake.events import ExpediteMoved
from tracker.intake.expedites import Expedite
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.states import EXPEDITE, ExpediteState, State
from tracker.kernel.calendar import after_working_time
from tracker.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from tracker.kernel.events import publish
from tracker.people.access import Power, Role, Viewer, require
from tracker.people.models import Side, User
from tracker.promises.calendars import calendar_of
from tracker.promises.models import Kind, Policy
from tracker.promises.rules import DEFAULTS, MINUTE, minutes_of
from tracker.promises.words import hours_of_team

SYSTEM = "system"
OPEN = (State.FILED, State.ACCEPTED)
ALIVE = (*OPEN, State.NEEDS_INFORMATION)
UNSHIPPED = (Delivery.NONE, Delivery.WAITING, Delivery.SCHEDULED, Delivery.IN_PROGRESS)
OWNING = frozenset({Role.ENGINEER, Role.LEAD, Role.CTO})
CHIEF_OF: Mapping[Side, Role] = {Side.MARKETING: Role.CMO, Side.TECHNOLOGY: Role.CTO}


@transaction.atomic
def start_expedite(
    *, actor: Viewer, at: datetime, ask: WorkRequest, reason: str, owner: User, expected: int | None = None
) -> Expedite:
    """Passes the rank by from now on; somebody of the other side confirms it, or it lapses.

    Raises NotAllowed, Invalid (reason, owner), WrongState (neither filed nor accepted, or live already), Stale, and
    Refused: `expedite_runs` (facts name it where the actor sees it), `no_side`, `no_second`.
    """
    require(actor, Power.START_EXPEDITE, ask.ties)
    side = side_of(actor)
    if not side and Role.COO not in actor.roles:
        text = _("You stand on neither side, so nobody is the other one: it is started by somebody who is in a team.")
        raise Refused(text, code="no_side")
    if ask.state not in OPEN or ask.delivery not in UNSHIPPED:
        state = str(State(ask.state).label if ask.state not in OPEN else Delivery(ask.delivery).label)
        text = _("Only a filed or accepted request that is not live is expedited: it is %(state)s.")
        raise WrongState(text % {"state": state}, state=ask.state, verb="expedite")
    check_version(ask, expected)
    reason = need_text("reason", reason, _("Say what is lost by the hour: the other side reads it."))
    _check_owner(owner)
    second = _find_second(actor, ask, side)
    if second is None:
        raise Refused(_("Nobody of the other side leads or decides, so nobody could confirm it."), code="no_second")
    row = Expedite(
        ask=ask,
        reason=reason,
        owner=owner,
        started_by_id=actor.id,
        started_at=at,
        side=side,
        confirm_by=_confirmed_by(second, at),
    )
    try:
        with transaction.atomic():
            add_row(row, actor=actor.key, at=at, verb="start_expedite", reason=reason)
    except IntegrityError:
        raise refuse_second_expedite(actor) from None
    asked = [second.pk] if ask.restricted else []
    involve(actor_key=actor.key, at=at, ask=ask, people=[owner.pk, *asked])
    _tell(row, at=at, actor=actor.key, what="started", reason=reason, second=second.pk)
    return row


def refuse_second_expedite(actor: Viewer) -> Refused:
    """One at a time: which one runs, whose it is and since when, as far as the actor may know."""
    found = Expedite.objects.running().select_related("ask", "owner").first()
    if found is None:
        return stale(None)
    since = format_date(timezone.localtime(found.started_at), "j E, H:i")
    if not Expedite.objects.visible_to(actor).filter(pk=found.pk).exists():
        text = _("One emergency at a time: another one runs since %(since)s.")
        return Refused(text % {"since": since}, code="expedite_runs", since=found.started_at.isoformat())
    words = {"key": found.ask.key, "title": found.ask.title, "owner": found.owner.name, "since": since}
    return Refused(
        _("One emergency at a time: %(key)s %(title)s runs since %(since)s, and %(owner)s owns it.") % words,
        code="expedite_runs",
        request=found.ask.key,
        owner=found.owner.name,
        since=found.started_at.isoformat(),
    )


@transaction.atomic
def confirm_expedite(*, actor: Viewer, at: datetime, expedite: Expedite, expected: int | None = None) -> None:
    """The second signature, of the other side; also once it is fixed, while its time lasts."""
    _check_second(actor, expedite)
    changes = {"confirmed_by_id": actor.id, "confirmed_at": at}
    _step(expedite, "confirm", actor, at, changes, expected=expected)
    _tell(expedite, at=at, actor=actor.key, what="confirmed")


@transaction.atomic
def refuse_expedite(
    *, actor: Viewer, at: datetime, expedite: Expedite, reason: str, expected: int | None = None
) -> None:
    """The other side says that it is no emergency: the request goes its usual way."""
    _check_second(actor, expedite)
    reason = need_text("reason", reason, _("Give a reason: whoever started it reads it as it is."))
    _step(expedite, "refuse", actor, at, {"refusal": reason, "ended_at": at}, expected=expected, reason=reason)
    _tell(expedite, at=at, actor=actor.key, what="refused", reason=reason)


@transaction.atomic
def withdraw_expedite(
    *, actor: Viewer, at: datetime, expedite: Expedite, reason: str, expected: int | None = None
) -> None:
    """Whoever started it takes it back."""
    require(actor, Power.START_EXPEDITE, expedite.ask.ties)
    if actor.id != expedite.started_by_id:
        raise NotAllowed(_("It is taken back by who started it."), power=str(Power.START_EXPEDITE))
    reason = need_text("reason", reason, _("Say why it is none: both sides read it."))
    _step(expedite, "withdraw", actor, at, {"refusal": reason, "ended_at": at}, expected=expected, reason=reason)
    _tell(expedite, at=at, actor=actor.key, what="withdrawn", reason=reason)


@transaction.atomic
def answer_expedite(
    *, actor: Viewer, at: datetime, expedite: Expedite, answer: str, expected: int | None = None
) -> None:
    """The owner says that it is seen, and what is done about it; once."""
    require(actor, Power.FIX_EXPEDITE, expedite.ties)
    if expedite.running and expedite.answered_at is not None:
        raise WrongState(_("It is answered already: what is left is the fix."), state=expedite.state, verb="answer")
    answer = need_text("answer", answer, _("Say what you do about it."))
    _step(expedite, "answer", actor, at, {"answer": answer, "answered_at": at}, expected=expected, reason=answer)
    _tell(expedite, at=at, actor=actor.key, what="answered", reason=answer)


@transaction.atomic
def fix_expedite(
    *,
    actor: Viewer,
    at: datetime,
    expedite: Expedite,
    cause: str = "",
    lesson: str = "",
    expected: int | None = None,
) -> None:
    """It is over: the next one may start. The cause and the lesson are said now or later (`explain_expedite`)."""
    require(actor, Power.FIX_EXPEDITE, expedite.ties)
    changes: dict[str, Any] = {"fixed_at": at, "ended_at": at, "cause": cause.strip(), "lesson": lesson.strip()}
    if expedite.answered_at is None:
        changes["answered_at"] = at
    _step(expedite, "fix", actor, at, changes, expected=expected, reason=cause.strip())
    _tell(expedite, at=at, actor=actor.key, what="fixed", reason=cause.strip())


@transaction.atomic
def explain_expedite(
    *, actor: Viewer, at: datetime, expedite: Expedite, cause: str, lesson: str = "", expected: int | None = None
) -> None:
    """What caused it, and in one line what was learnt; may be put better later."""
    require(actor, Power.FIX_EXPEDITE, expedite.ties)
    cause = need_text("cause", cause, _("Say what caused it."))
    changes = {"cause": cause, "lesson": lesson.strip()}
    _step(expedite, "explain", actor, at, changes, expected=expected, reason=cause)
    _tell(expedite, at=at, actor=actor.key, what="explained", reason=cause)


@transaction.atomic
def lapse_expedites(*, at: datetime) -> int:
    """Ends what nobody confirmed in time, and what went with its request; how many. A sweep: it may run twice or raced.

    What is fixed already stays so, and is counted as not confirmed.
    """
    gone = Q(ended_at=None) & ~Q(ask__state__in=ALIVE)
    unsigned = Q(pk__in=Expedite.objects.unconfirmed().filter(confirm_by__lte=at))
    found = Expedite.objects.filter(gone | unsigned).select_related("ask", "owner").order_by("id")
    rows = list(found.select_for_update(of=("self",), skip_locked=True))
    for row in rows:
        if row.running and row.ask.state not in ALIVE:
            changes: dict[str, Any] = {"state": EXPEDITE.next(row.state, "withdraw"), "ended_at": at}
            change_row(row, actor=SYSTEM, at=at, verb="withdraw_expedite", changes=changes)
            _tell(row, at=at, actor=SYSTEM, what="withdrawn")
            continue
        changes = {"state": EXPEDITE.next(row.state, "lapse"), "lapsed_at": at}
        if row.running:
            changes["ended_at"] = at
        change_row(row, actor=SYSTEM, at=at, verb="lapse_expedite", changes=changes)
        _tell(row, at=at, actor=SYSTEM, what="lapsed")
    return len(rows)


def may_confirm_expedite(actor: Viewer, expedite: Expedite) -> bool:
    """Of the other side, and not who started it; the mediator stands on neither side and may."""
    return expedite.awaits_second and _stands_across(actor, expedite)


def side_of(actor: Viewer) -> str:
    """A chief stands on the side of their role, whatever team they are in; all others on that of their team. Empty: on
    neither."""
    led = [str(side) for side, chief in CHIEF_OF.items() if chief in actor.roles]
    return led[0] if len(led) == 1 else actor.side


def _stands_across(actor: Viewer, expedite: Expedite) -> bool:
    """Who stands on neither side is another side for nobody; only the mediator is one for both."""
    side = side_of(actor)
    counts = bool(side) or Role.COO in actor.roles
    return counts and actor.id != expedite.started_by_id and side != expedite.side


def _check_second(actor: Viewer, expedite: Expedite) -> None:
    require(actor, Power.CONFIRM_EXPEDITE, expedite.ask.ties)
    if not _stands_across(actor, expedite):
        text = _("Somebody of the other side confirms it: two people, one of each.")
        raise NotAllowed(text, power=str(Power.CONFIRM_EXPEDITE))
    if expedite.state != ExpediteState.STARTED and not expedite.awaits_second:
        words = {"state": ExpediteState(expedite.state).label}
        raise WrongState(
            _("Nothing is left to confirm: it is %(state)s.") % words, state=expedite.state, verb="confirm"
        )


def _check_owner(owner: User) -> None:
    side = owner.team.side if owner.team else ""
    if not owner.is_active or side != Side.TECHNOLOGY or OWNING.isdisjoint(owner.roles):
        text = _("Name an engineer, a lead or the CTO: somebody who can fix it.")
        raise Invalid(text, fields={"owner": text})


def _find_second(actor: Viewer, ask: WorkRequest, own: str) -> User | None:
    """Who of the other side than `own` is asked: the lead of its team, else the chief (one statement)."""
    sides = [side for side in CHIEF_OF if side != own]
    leads = Q(roles__contains=[Role.LEAD], team__in=[ask.team_id, ask.requester_team_id], team__side__in=sides)
    chiefs = Q(roles__overlap=[CHIEF_OF[side] for side in sides])
    people = User.objects.active().filter(leads | chiefs).exclude(pk=actor.id).select_related("team").order_by("id")
    across = [one for one in people if side_of(one.viewer()) in sides]
    return min(across, key=lambda one: Role.LEAD not in one.roles, default=None)


def _confirmed_by(second: User, at: datetime) -> datetime:
    """The next working day of who is asked (two statements)."""
    days = Policy.objects.filter(kind=Kind.CONFIRM).values_list("days", flat=True).first()
    calendar = calendar_of(hours_of_team(second.team_id), at.year)
    wait = minutes_of(DEFAULTS["confirm"].days if days is None else days, calendar) * MINUTE
    return after_working_time(calendar, at, wait)


def _step(
    expedite: Expedite,
    verb: str,
    actor: Viewer,
    at: datetime,
    changes: Mapping[str, Any],
    *,
    expected: int | None,
    reason: str = "",
) -> None:
    """One step of the table of states."""
    told = {"state": EXPEDITE.next(expedite.state, verb), **changes}
    change_row(
        expedite, actor=actor.key, at=at, verb=f"{verb}_expedite", changes=told, expected=expected, reason=reason
    )


def _tell(row: Expedite, *, at: datetime, actor: str, what: str, reason: str = "", second: int | None = None) -> None:
    facts = (row.pk, row.ask_id, row.ask.key, row.ask.title, row.owner_id, row.confirm_by, second, reason)
    publish(ExpediteMoved(at, actor, what, *facts))
