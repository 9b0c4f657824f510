"""Every background job, one call each; and the table of what the scheduler rings, in seconds.

A job finds its work in rows: a ring that is lost makes it late, one that comes twice finds nothing left.
"""

from typing import Any

from celery import current_app, shared_task

from tracker.kernel import clock
from tracker.notices import actions as notices


def ring(task: str, *, every: int, queue: str) -> dict[str, Any]:
    """One line of the table; a ring that nobody heard in time is not worth hearing later."""
    return {"task": task, "schedule": every, "options": {"queue": queue, "expires": every}}


@shared_task(name="mail_notices", ignore_result=True)
def mail_notices() -> None:
    notices.mail_notices(at=clock.now())


BEAT: dict[str, dict[str, Any]] = {
    "mail_notices": ring("mail_notices", every=20, queue="deliver"),
}
current_app.conf.beat_schedule = BEAT
