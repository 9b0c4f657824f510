"""Verbs of the mediator: rule, send back; and of those who owe a condition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from tracker.escalations.actions.beginning import (
    end_promises,
    owed_in,
    refuse_own_case,
    tell_case,
)
from tracker.escalations.actions.effects import Bench, apply_acts
from tracker.escalations.actions.speaking import need_day
from tracker.escalations.models import CHOICES, Condition, Escalation, Ruling, RulingKind
from tracker.escalations.rules import Act
from tracker.escalations.states import CASE, CONDITION
from tracker.history.actions import add_row, change_row, check_version
from tracker.intake.actions import involve, need_text
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.people.access import Power, Viewer, may, require
from tracker.people.models import User
from tracker.promises.actions import settle_promises
from tracker.promises.models import Kind

MOST_CONDITIONS = 10


@dataclass(frozen=True)
class NewCondition:
    """What has to hold, who sees to it, until which day."""

    text: str
    owner: User
    due_on: date


@transaction.atomic
def issue_ruling(
    *,
    actor: Viewer,
    at: datetime,
    case: Escalation,
    kind: str,
    sentence: str,
    due_on: date | None,
    rationale: str = "",
    accepted_risk: str = "",
    acts: Sequence[Act] = (),
    conditions: Sequence[NewCondition] = (),
    expected: int | None = None,
) -> Ruling:
    """Grant, compromise or deny: one sentence and one date suffice. Its effects are done here and now, or nothing is.

    Needs `ask` loaded with its type, area and team. Raises NotAllowed (also on a case the actor is party to),
    WrongState, Stale, Invalid, and what an effect is refused with.
    """
    _refuse_ruling(actor, case, expected)
    if kind not in CHOICES:
        text = _("Choose among: %(choices)s.") % {"choices": ", ".join(CHOICES)}
        raise Invalid(text, fields={"kind": text})
    said = need_text("sentence", sentence, _("Say it in one sentence."))
    day = need_day(due_on, at)
    _check_conditions(conditions, at)
    # The case ends first: what its effects decide about the request closes no case any more.
    _end_case(actor, at, case, "rule", said)
    effects = apply_acts(Bench(actor, at, case.ask, said), acts)
    if effects and conditions:
        # Effects follow the request set by set; who owes a condition is brought into what it is now.
        case.ask.refresh_from_db(fields=["version", "parties"])
    ruling = Ruling(
        escalation=case,
        kind=kind,
        sentence=said,
        due_on=day,
        rationale=rationale.strip(),
        accepted_risk=accepted_risk.strip(),
        effects=effects,
        ruled_by_id=actor.id,
        ruled_at=at,
    )
    add_row(ruling, actor=actor.key, at=at, verb="issue_ruling")
    end_promises([case.key], actor_key=actor.key, at=at, ruling="kept")
    for one in conditions:
        _add_condition(actor, at, case, ruling, one)
    tell_case(case, "ruled", actor_key=actor.key, at=at, sentence=said, kind=kind)
    return ruling


@transaction.atomic
def send_back(*, actor: Viewer, at: datetime, case: Escalation, sentence: str, expected: int | None = None) -> Ruling:
    """It is not the mediator's to decide: the sentence says what is missing or whose it is. Needs `ask` loaded."""
    _refuse_ruling(actor, case, expected)
    said = need_text("sentence", sentence, _("Say what is missing, or whose decision it is."))
    _end_case(actor, at, case, "send_back", said)
    ruling = Ruling(escalation=case, kind=RulingKind.SEND_BACK, sentence=said, ruled_by_id=actor.id, ruled_at=at)
    add_row(ruling, actor=actor.key, at=at, verb="send_back")
    end_promises([case.key], actor_key=actor.key, at=at, ruling="kept")
    tell_case(case, "sent_back", actor_key=actor.key, at=at, sentence=said)
    return ruling


@transaction.atomic
def meet_condition(
    *, actor: Viewer, at: datetime, condition: Condition, note: str = "", expected: int | None = None
) -> None:
    """Its owner, or the mediator, says that it holds; also late. Needs `escalation__ask` loaded.

    Raises NotAllowed, WrongState, Stale.
    """
    require(actor, Power.COMMENT, condition.escalation.ties)
    if actor.id != condition.owner_id and not may(actor, Power.RULE):
        raise NotAllowed(_("Whoever owns the condition says that it holds, or the mediator."))
    check_version(condition, expected)
    changes = {"state": CONDITION.next(condition.state, "meet"), "met_at": at, "note": note.strip()}
    change_row(condition, actor=actor.key, at=at, verb="meet_condition", changes=changes)
    case = condition.escalation
    settle_promises(actor_key=actor.key, at=at, ended={f"{case.key}:{Kind.CONDITION}:{condition.pk}": "kept"})
    tell_case(case, "condition_met", actor_key=actor.key, at=at, condition=condition.text, number=condition.pk)


def _refuse_ruling(actor: Viewer, case: Escalation, expected: int | None) -> None:
    require(actor, Power.RULE)
    refuse_own_case(actor, case.ask, case.parties, case)
    check_version(case, expected)


def _end_case(actor: Viewer, at: datetime, case: Escalation, verb: str, said: str) -> None:
    changes = {
        "state": CASE.next(case.state, verb),
        "ended_at": at,
        "opened_at": case.opened_at or at,
        "taken_by_id": case.taken_by_id or actor.id,
        "taken_at": case.taken_at or at,
    }
    name = verb if verb == "send_back" else f"{verb}_case"
    change_row(case, actor=actor.key, at=at, verb=name, changes=changes, reason=said)


def _check_conditions(conditions: Sequence[NewCondition], at: datetime) -> None:
    wrong: str | Lazy | None = None
    if len(conditions) > MOST_CONDITIONS:
        wrong = _("At most %(count)s.") % {"count": MOST_CONDITIONS}
    elif any(not one.text.strip() for one in conditions):
        wrong = _("Say what has to hold.")
    elif any(one.due_on <= at.astimezone(UTC).date() for one in conditions):
        wrong = _("Choose a date that is still to come.")
    if wrong:
        raise Invalid(wrong, fields={"conditions": wrong})


def _add_condition(actor: Viewer, at: datetime, case: Escalation, ruling: Ruling, new: NewCondition) -> None:
    """Its owner sees the case from now on, also where the request is restricted."""
    row = Condition(escalation=case, ruling=ruling, text=new.text.strip(), owner=new.owner, due_on=new.due_on)
    add_row(row, actor=actor.key, at=at, verb="set_condition")
    involve(actor_key=actor.key, at=at, ask=case.ask, people=[new.owner.pk])
    until = datetime.combine(new.due_on + timedelta(days=1), time(), UTC)
    owed = owed_in(case, Kind.CONDITION, f"{Kind.CONDITION}:{row.pk}", new.owner.pk, until, row.text)
    settle_promises(actor_key=actor.key, at=at, owed=[owed])
    told = {"condition": row.text, "number": row.pk, "day": new.due_on.isoformat()}
    tell_case(case, "condition", actor_key=actor.key, at=at, owners=[new.owner.pk], **told)
