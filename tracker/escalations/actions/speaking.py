"""Verbs of the sides: they write what they want, and may settle before anybody rules."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.escalations.actions.beginning import SIDES, end_promises, tell_case
from tracker.escalations.actions.following import open_positions
from tracker.escalations.models import CHOICES, Escalation, Position, Ruling, RulingKind
from tracker.escalations.states import CASE, CaseState
from tracker.history.actions import add_row, change_row, check_version
from tracker.intake.actions import need_text
from tracker.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from tracker.people.access import Power, Viewer, require
from tracker.promises.actions import settle_promises
from tracker.promises.models import Kind


@transaction.atomic
def write_position(
    *,
    actor: Viewer,
    at: datetime,
    case: Escalation,
    text: str,
    accepts: Sequence[str] = (),
    expected: int | None = None,
) -> Position:
    """What the actor's side says; `accepts` are kinds of rulings that it could live with. Sealed until both are in, or
    time is up. Needs `ask` loaded.

    Its author may write it anew, a sealed one until it is opened. Raises NotAllowed, WrongState, Stale, Invalid,
    Refused (`opened`, `written_already`).
    """
    side = _side_in(actor, case)
    check_version(case, expected)
    _refuse_closed(case)
    given = {
        "text": need_text("text", text, _("Write what your side wants, and why.")),
        "accepts": _known_kinds(accepts),
        "author_id": actor.id,
        "written_at": at,
    }
    position = Position.objects.filter(escalation=case, side=side).first()
    if position is not None:
        _refuse_rewriting(actor, case, position)
    change_row(case, actor=actor.key, at=at, verb="write_position", changes={})
    if position is None:
        position = Position(escalation=case, side=side, **given)
        add_row(position, actor=actor.key, at=at, verb="write_position")
    else:
        change_row(position, actor=actor.key, at=at, verb="rewrite_position", changes=given)
    settle_promises(actor_key=actor.key, at=at, ended={f"{case.key}:{Kind.POSITION}:{side}": "kept"})
    tell_case(case, "position", actor_key=actor.key, at=at, side=side)
    if case.opened_at is None:
        open_positions(actor_key=actor.key, at=at, cases=[case.key])
    return position


@transaction.atomic
def settle_case(
    *,
    actor: Viewer,
    at: datetime,
    case: Escalation,
    sentence: str = "",
    due_on: date | None = None,
    expected: int | None = None,
) -> Ruling | None:
    """With a sentence and a date: proposes what the sides could agree on. Without: confirms what the other side
    proposed, which is recorded like a ruling and ends the case. Needs `ask` loaded.

    Raises NotAllowed, WrongState, Stale, Invalid, Refused (`nothing_proposed`, `own_proposal`).
    """
    side = _side_in(actor, case)
    check_version(case, expected)
    _refuse_closed(case)
    if sentence.strip():
        need_day(due_on, at)
        changes = {
            "proposal": sentence.strip(),
            "proposal_side": side,
            "proposal_due_on": due_on,
            "proposal_by_id": actor.id,
        }
        change_row(case, actor=actor.key, at=at, verb="propose_settlement", changes=changes)
        tell_case(case, "proposed", actor_key=actor.key, at=at, side=side, sentence=case.proposal)
        return None
    if not case.proposal:
        raise Refused(_("Nothing is proposed yet: say in a sentence what you could agree on."), code="nothing_proposed")
    if case.proposal_side == side:
        raise Refused(_("The other side confirms it."), code="own_proposal")
    ended = {"state": CASE.next(case.state, "settle"), "ended_at": at, "opened_at": case.opened_at or at}
    change_row(case, actor=actor.key, at=at, verb="settle_case", changes=ended, reason=case.proposal)
    ruling = Ruling(
        escalation=case,
        kind=RulingKind.SETTLEMENT,
        sentence=case.proposal,
        due_on=case.proposal_due_on,
        ruled_by_id=actor.id,
        ruled_at=at,
    )
    add_row(ruling, actor=actor.key, at=at, verb="settle_case")
    end_promises([case.key], actor_key=actor.key, at=at)
    tell_case(case, "settled", actor_key=actor.key, at=at, sentence=case.proposal)
    return ruling


def _side_in(actor: Viewer, case: Escalation) -> str:
    require(actor, Power.STATE_POSITION, case.ties)
    if actor.side not in SIDES:
        raise NotAllowed(_("You stand on neither side."))
    return actor.side


def _refuse_closed(case: Escalation) -> None:
    if case.state != CaseState.OPEN:
        raise WrongState(
            _("That cannot be done now: it is %(state)s.") % {"state": case.get_state_display()}, state=case.state
        )


def _refuse_rewriting(actor: Viewer, case: Escalation, position: Position) -> None:
    if case.sealed and case.opened_at is not None:
        raise Refused(_("Both positions are open: from now on they stand."), code="opened")
    if position.author_id != actor.id:
        raise Refused(_("%(name)s has spoken for your side.") % {"name": position.author.name}, code="written_already")


def _known_kinds(accepts: Sequence[str]) -> list[str]:
    known = [str(kind) for kind in CHOICES]
    if not set(accepts) <= set(known):
        text = _("Choose among: %(choices)s.") % {"choices": ", ".join(known)}
        raise Invalid(text, fields={"accepts": text})
    return [kind for kind in known if kind in accepts]


def need_day(due_on: date | None, at: datetime) -> date:
    if due_on is None or due_on <= at.astimezone(UTC).date():
        text = _("Choose a date that is still to come.")
        raise Invalid(text, fields={"due_on": text})
    return due_on
