"""Verbs of those who sort what comes in: ask, accept, decline, park, say the effort; and the answer to a question."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import change_row
from tracker.intake.actions.attaching import put_files
from tracker.intake.actions.steps import decide, need_future, need_text, read_weeks, take_step
from tracker.intake.files import Held
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import NotAllowed
from tracker.people.access import Power, Viewer, require
from tracker.people.models import User


@transaction.atomic
def ask_question(*, actor: Viewer, at: datetime, ask: WorkRequest, question: str, expected: int | None = None) -> None:
    """The request waits for its requester until it is answered."""
    require(actor, Power.TRIAGE, ask.ties)
    check_asking(actor, ask)
    need_text("question", question, _("Write what you need to know."))
    changes = {"question": question, "asked_by_id": actor.id, "times_asked": ask.times_asked + 1}
    take_step(ask, "ask", actor=actor, at=at, expected=expected, changes=changes, reason=question)


def check_asking(actor: Viewer, ask: WorkRequest) -> None:
    """Whoever is asked twice is being put off: a second question is the lead's own, that of the deputy while the lead is
    away, or the CTO's where there is none."""
    leads = "lead" in actor.roles and ask.team_id is not None and ask.team_id == actor.team
    if not ask.times_asked or leads:
        return
    lead = (
        User.objects.with_deputy()
        .filter(is_active=True, team=ask.team_id, roles__contains=["lead"])
        .order_by("id")
        .first()
    )
    if lead is not None and (vars(lead)["away"] or {}).get("deputy_id") != actor.id:
        text = _("It was asked before: a second question is for the lead, %(name)s.") % {"name": lead.name}
        raise NotAllowed(text, power=str(Power.TRIAGE))


@transaction.atomic
def answer_question(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    answer: str,
    expected: int | None = None,
    files: Sequence[Held] = (),
    by_link: bool = False,
) -> None:
    """The answer stands in the story; the question is closed and triage goes on. `by_link`: the requester's side gave
    somebody a link that lets them answer, and that verb has asked whether it still opens the request."""
    if not by_link:
        require(actor, Power.SPEAK_FOR, ask.ties)
    need_text("answer", answer, _("Write the answer."))
    changes = {"question": "", "asked_by_id": None}
    take_step(ask, "answer", actor=actor, at=at, expected=expected, changes=changes, reason=answer)
    put_files(actor=actor, at=at, ask=ask, files=files)


@transaction.atomic
def accept_request(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    expected: int | None = None,
    effort_weeks: Decimal | None = None,
    by_host: bool = False,
    by_ruling: bool = False,
) -> None:
    """`by_host`: the owner of a host said yes to embedding, which accepts; `by_ruling`: the mediator decided it, also of
    what was declined. Those verbs have asked for the power."""
    if not by_host and not by_ruling:
        require(actor, Power.TRIAGE, ask.ties)
    changes: dict[str, Any] = {"question": "", "asked_by_id": None, "delivery": Delivery.WAITING}
    if effort_weeks is not None:
        changes["effort_weeks"] = read_weeks(effort_weeks)
    if by_ruling and ask.state == State.DECLINED:
        decide(ask, "grant", actor=actor, at=at, expected=expected, changes={**changes, "decision_reason": ""})
        return
    decide(ask, "accept", actor=actor, at=at, expected=expected, changes=changes)


@transaction.atomic
def decline_request(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    reason: str,
    expected: int | None = None,
    by_ruling: bool = False,
) -> None:
    if not by_ruling:
        require(actor, Power.TRIAGE, ask.ties)
    need_text("reason", reason, _("A request is declined with a reason."))
    changes = {"decision_reason": reason, "question": "", "asked_by_id": None, "rank_asked_at": None}
    decide(ask, "decline", actor=actor, at=at, expected=expected, changes=changes, reason=reason)


@transaction.atomic
def park_request(
    *, actor: Viewer, at: datetime, ask: WorkRequest, review_on: date, reason: str = "", expected: int | None = None
) -> None:
    """It comes back by itself on the review date, see return_parked."""
    require(actor, Power.TRIAGE, ask.ties)
    need_future(review_on, at)
    closed = {"question": "", "asked_by_id": None, "rank_asked_at": None}
    parked = {"review_on": review_on, "decision_reason": reason, "times_parked": ask.times_parked + 1}
    changes = {**parked, **closed}
    decide(ask, "park", actor=actor, at=at, expected=expected, changes=changes, reason=reason)


@transaction.atomic
def unpark_request(*, actor: Viewer, at: datetime, ask: WorkRequest, expected: int | None = None) -> None:
    """Back to triage before its review date: the inverse of park_request, where it was parked out of triage."""
    require(actor, Power.TRIAGE, ask.ties)
    changes = {"review_on": None, "decision_reason": "", "decided_at": None, "decided_by_id": None}
    take_step(ask, "return", actor=actor, at=at, expected=expected, changes=changes)


@transaction.atomic
def set_request_effort(
    *, actor: Viewer, at: datetime, ask: WorkRequest, weeks: Decimal | None, expected: int | None = None
) -> None:
    """What the request would take alone, in person-weeks."""
    require(actor, Power.EDIT_TECHNICAL, ask.ties)
    changes = {"effort_weeks": None if weeks is None else read_weeks(weeks), "updated_at": at}
    change_row(ask, actor=actor.key, at=at, verb="set_request_effort", changes=changes, expected=expected)
