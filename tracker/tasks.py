"""Every background job, one call each; and the table of what the scheduler rings, in seconds.

A job finds its work in rows: a ring that is lost makes it late, one that comes twice finds nothing left.
"""

from typing import Any

from celery import current_app, shared_task
from django.db import transaction

from tracker.escalations import actions as escalations
from tracker.intake import actions as intake
from tracker.intake.events import MarkupAwaits
from tracker.integrations import actions as integrations
from tracker.integrations.events import ImportAwaits
from tracker.kernel import clock
from tracker.notices import actions as notices
from tracker.notices import guests
from tracker.people import invitations
from tracker.projects import actions as projects
from tracker.promises import actions as promises
from tracker.promises.events import PromisesDue


def ring(task: str, *, every: int, queue: str) -> dict[str, Any]:
    """One line of the table; a ring that nobody heard in time is not worth hearing later."""
    return {"task": task, "schedule": every, "options": {"queue": queue, "expires": every}}


@shared_task(name="return_parked", ignore_result=True)
def return_parked() -> None:
    intake.return_parked(at=clock.now())


@shared_task(name="lapse_expedites", ignore_result=True)
def lapse_expedites() -> None:
    intake.lapse_expedites(at=clock.now())


@shared_task(name="sweep_files", ignore_result=True)
def sweep_files() -> None:
    intake.sweep_files(at=clock.now())


@shared_task(name="turn_period", ignore_result=True)
def turn_period() -> None:
    projects.turn_period(at=clock.now())


@shared_task(name="fire_promises", ignore_result=True)
def fire_promises() -> None:
    promises.fire_due(at=clock.now())


@shared_task(name="raise_aged", ignore_result=True)
def raise_aged() -> None:
    escalations.raise_aged(at=clock.now())


@shared_task(name="mail_notices", ignore_result=True)
def mail_notices() -> None:
    notices.mail_notices(at=clock.now())


@shared_task(name="mail_guests", ignore_result=True)
def mail_guests() -> None:
    guests.mail_guests(at=clock.now())


@shared_task(name="clear_held_mail", ignore_result=True)
def clear_held_mail() -> None:
    notices.clear_held_mail(at=clock.now())


@shared_task(name="mail_invitations", ignore_result=True)
def mail_invitations() -> None:
    invitations.mail_invitations(at=clock.now())


@shared_task(name="carry_import", ignore_result=True)
def carry_import(run: int) -> None:
    integrations.carry_import(run=run)


@shared_task(name="carry_imports", ignore_result=True)
def carry_imports() -> None:
    integrations.carry_imports(at=clock.now())


@shared_task(name="carry_markup_check", ignore_result=True)
def carry_markup_check(check: int) -> None:
    intake.carry_markup_check(check=check)


@shared_task(name="carry_markup_checks", ignore_result=True)
def carry_markup_checks() -> None:
    intake.carry_markup_checks(at=clock.now())


def ring_import(event: ImportAwaits) -> None:
    """Tells a worker once the run is stored; where the broker is away, the next sweep finds it."""
    transaction.on_commit(lambda: carry_import.apply_async((event.run,), queue="bulk", retry=False), robust=True)


def ring_markup(event: MarkupAwaits) -> None:
    """As above."""
    transaction.on_commit(
        lambda: carry_markup_check.apply_async((event.check_id,), queue="bulk", retry=False), robust=True
    )


def ring_promises(_event: PromisesDue) -> None:
    """What is due at once is not left for the next ring of the scheduler."""
    transaction.on_commit(lambda: fire_promises.apply_async(queue="tick", expires=5, retry=False), robust=True)


BEAT: dict[str, dict[str, Any]] = {
    "carry_imports": ring("carry_imports", every=10, queue="bulk"),
    "carry_markup_checks": ring("carry_markup_checks", every=30, queue="bulk"),
    "clear_held_mail": ring("clear_held_mail", every=3600, queue="bulk"),
    "fire_promises": ring("fire_promises", every=5, queue="tick"),
    "lapse_expedites": ring("lapse_expedites", every=30, queue="tick"),
    "mail_guests": ring("mail_guests", every=60, queue="deliver"),
    "mail_invitations": ring("mail_invitations", every=60, queue="deliver"),
    "mail_notices": ring("mail_notices", every=20, queue="deliver"),
    "raise_aged": ring("raise_aged", every=600, queue="tick"),
    "return_parked": ring("return_parked", every=60, queue="tick"),
    "sweep_files": ring("sweep_files", every=3600, queue="bulk"),
    "turn_period": ring("turn_period", every=600, queue="tick"),
}
current_app.conf.beat_schedule = BEAT
