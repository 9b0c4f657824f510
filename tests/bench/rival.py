"""One Celery task per broken promise, as one would write it who thinks of one row: what the sweep is measured against."""

from django.db import transaction
from django.utils import timezone

from tracker.config.celery import app
from tracker.history.actions import change_row
from tracker.intake.models import WorkRequest
from tracker.kernel.calendar import after_working_time
from tracker.notices.actions import Telling, tell
from tracker.promises.calendars import calendar_of
from tracker.promises.models import Firing, Promise
from tracker.promises.rules import MINUTE

SYSTEM = "system"
QUEUE = "rival"


@app.task(name="break_promise", ignore_result=True)
def break_promise(promise: int) -> None:
    """Does what the sweep does for one row, in a transaction of its own: step, history, firing, notices."""
    at = timezone.now()
    with transaction.atomic():
        due = (
            Promise.objects.select_for_update(of=("self",)).select_related("holder", "team", "calendar").get(pk=promise)
        )
        if due.next_at is None or due.next_at > at:
            return
        step, wait = due.step, due.waits[due.step + 1]
        changes = {
            "step": step + 1,
            "next_at": after_working_time(calendar_of(due.calendar, at.year), at, wait * MINUTE),
            "breached_at": at,
        }
        change_row(due, actor=SYSTEM, at=at, verb="breach_promise", changes=changes)
        Firing.objects.create(promise=due, step=step, deed=due.deeds[step], at=at, due_at=due.due_at)
        tell(at=at, tellings=_tellings(due, step))


def _tellings(due: Promise, step: int) -> list[Telling]:
    """Word to the holder and to the leads of their team, who may not see the title of what is restricted."""
    holder, team = due.holder, due.team
    assert holder is not None
    assert team is not None
    facts = {**due.facts, "promise": due.kind, "due": due.due_at.isoformat(), "holder": holder.name}
    url, source = due.facts["url"], f"promise:{due.pk}:{step}"
    restricted = WorkRequest.objects.filter(pk=due.matter.removeprefix("request:")).values_list("restricted", flat=True)
    hidden = {**facts, "title": ""} if restricted.get() else facts
    return [
        Telling("promise_breach", facts, url, source, user=holder.pk),
        Telling("promise_breach", hidden, url, source, leads_of=team.pk),
    ]
