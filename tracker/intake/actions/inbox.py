"""Verbs of one's own inbox, and of who takes what in it: snooze, assign, send to where it belongs."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import change_row, stale
from tracker.intake.actions.checks import check_complete, check_fields, merge_answers
from tracker.intake.actions.steps import refuse_latecomer
from tracker.intake.actions.types import check_offered
from tracker.intake.events import RequestAssigned
from tracker.intake.models import RequestType, Snooze, WorkRequest
from tracker.intake.states import REQUEST, State
from tracker.kernel.errors import Invalid, Stale, WrongState
from tracker.kernel.events import publish
from tracker.people.access import Power, Viewer, require
from tracker.people.models import User
from tracker.sites.models import Area

LONGEST_SNOOZE = timedelta(days=92)


@transaction.atomic
def snooze_request(*, actor: Viewer, at: datetime, ask: WorkRequest, until: date, expected: int | None = None) -> None:
    """The inbox of this person alone leaves it out until that day. No clock stops, and nobody else's inbox changes."""
    _check_waiting(actor, ask, expected)
    if not at.date() < until <= at.date() + LONGEST_SNOOZE:
        text = _("Choose a day from tomorrow on, within three months.")
        raise Invalid(text, fields={"until": text})
    Snooze.objects.update_or_create(ask=ask, person_id=actor.id, defaults={"until": until})


@transaction.atomic
def unsnooze_request(*, actor: Viewer, at: datetime, ask: WorkRequest, expected: int | None = None) -> None:
    """Back in the inbox at once; what was not snoozed stays where it is."""
    require(actor, Power.TRIAGE, ask.ties)
    Snooze.objects.filter(ask=ask, person=actor.id).delete()


@transaction.atomic
def assign_request(
    *, actor: Viewer, at: datetime, ask: WorkRequest, to: User | None, expected: int | None = None
) -> None:
    """One person of those who may triage it takes it on and hears so; None takes it back from everybody. Its promises
    keep their holder."""
    _check_waiting(actor, ask, expected)
    if to is not None and not User.objects.triaging(ask.team_id).filter(pk=to.pk).exists():
        text = _("%(name)s may not triage it.") % {"name": to.name}
        raise Invalid(text, fields={"to": text})
    if (to.pk if to else None) == ask.assigned_to_id:
        return
    changes: dict[str, Any] = {"assigned_to": to, "updated_at": at}
    _change(ask, actor, at, "assign_request", changes, expected)
    if to is not None:
        publish(RequestAssigned(at, actor.key, actor.name, ask.pk, ask.key, ask.title, ask.version, to.pk))


@transaction.atomic
def route_request(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    area: Area | None = None,
    type: RequestType | None = None,
    expected: int | None = None,
) -> None:
    """Triage puts it where it belongs: into another area, and so to the team that owns it, or under another type. Whoever
    it was assigned to has it no more once it is another team's.
    What the other type asks for beside is asked for later."""
    _check_waiting(actor, ask, expected)
    changes: dict[str, Any] = {}
    if area is not None and area.pk != ask.area_id:
        changes |= {"area": area, "team_id": area.team_id}
        if area.team_id != ask.team_id:
            changes["assigned_to"] = None
    if type is not None and type.pk != ask.type_id:
        check_offered(type)
        answers = merge_answers(ask.answers, {}, type.fields)
        given = {"type": type, "answers": answers}
        check_fields(given, type.fields)
        check_complete(ask, type.fields, given)
        changes |= {**given, "form_id": type.form_id}
    if not changes:
        raise Invalid(_("It is there already."))
    _change(ask, actor, at, "route_request", {**changes, "updated_at": at}, expected)


def _check_waiting(actor: Viewer, ask: WorkRequest, expected: int | None) -> None:
    """Only what still waits for triage; who comes second is told who was first and what they did."""
    require(actor, Power.TRIAGE, ask.ties)
    if not REQUEST.allows(ask.state, "accept"):
        raise refuse_latecomer(ask, actor, WrongState, state=State(ask.state), verb="triage")
    if expected is not None and expected != ask.version:
        raise stale(ask.version, ask, expected)


def _change(
    ask: WorkRequest, actor: Viewer, at: datetime, verb: str, changes: dict[str, Any], expected: int | None
) -> None:
    try:
        change_row(ask, actor=actor.key, at=at, verb=verb, changes=changes, expected=expected)
    except Stale as late:
        ask.refresh_from_db(fields=["state", "version", "decided_by"])
        if not REQUEST.allows(ask.state, "accept"):
            raise refuse_latecomer(ask, actor, Stale, version=ask.version) from None
        raise late from None
