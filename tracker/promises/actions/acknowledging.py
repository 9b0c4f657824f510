"""A broken promise that is promised anew: the climb stops until then, and goes on from where it was."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.kernel.calendar import working_time
from tracker.kernel.errors import Invalid, NotAllowed, Refused
from tracker.people.access import Role, Viewer
from tracker.promises.calendars import calendar_of
from tracker.promises.models import Promise
from tracker.promises.rules import MINUTE
from tracker.promises.states import PROMISE

LONGEST_DELAY = timedelta(days=14)


@transaction.atomic
def acknowledge_promise(*, actor: Viewer, at: datetime, promise: Promise, until: datetime) -> Promise:
    """Supersedes a broken promise by one with what was left of its plan, which goes on at `until`; once.

    For its holder, or a lead of the team. Raises NotAllowed, WrongState, Invalid, Refused (`not_broken`,
    `acknowledged`).
    """
    leads = Role.LEAD in actor.roles and actor.team is not None and actor.team == promise.team_id
    if promise.holder_id != actor.id and not leads:
        raise NotAllowed(_("Whoever owes the answer says when it comes, or their lead."))
    state = PROMISE.next(promise.state, "hand")
    check_acknowledging(promise)
    if not at < until <= at + LONGEST_DELAY:
        text = _("Choose a day within the next two weeks.")
        raise Invalid(text, fields={"until": text})
    rest = promise.deeds[promise.step :]
    hours = calendar_of(promise.calendar, at.year)
    ended = {"state": state, "ended_at": at, "next_at": None}
    change_row(promise, actor=actor.key, at=at, verb="acknowledge_promise", changes=ended)
    names = ("kind", "source", "matter", "facts", "holder_id", "team_id", "side", "calendar_id", "breached_at")
    again = Promise(
        **{name: getattr(promise, name) for name in names},
        follows=promise,
        started_at=at,
        minutes=int(working_time(hours, at, until) / MINUTE),
        due_at=until,
        deeds=rest,
        instants=[until, *[None] * (len(rest) - 1)] if rest else [],
        waits=[0, *promise.waits[promise.step + 1 :]] if rest else [],
        next_at=until if rest else None,
        acknowledged_at=at,
    )
    add_row(again, actor=actor.key, at=at, verb="open_promise")
    return again


def check_acknowledging(promise: Promise) -> None:
    """Only what is late, and once. Raises Refused."""
    if promise.breached_at is None:
        raise Refused(_("It is not late: there is nothing to put off."), code="not_broken")
    if promise.acknowledged_at is not None:
        raise Refused(_("It was put off once already: what is left is to answer."), code="acknowledged")
