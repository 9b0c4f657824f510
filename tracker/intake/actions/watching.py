"""Verbs of those who only want to hear: watch a request, or hear no more of one."""

from datetime import datetime

from django.db import transaction

from tracker.intake.models import Watch, WorkRequest
from tracker.people.access import Power, Viewer, require


@transaction.atomic
def watch_request(*, actor: Viewer, at: datetime, ask: WorkRequest) -> None:
    """From now on they hear of each turn."""
    require(actor, Power.WATCH, ask.ties)
    _note(actor, at, ask, muted=False)


@transaction.atomic
def mute_request(*, actor: Viewer, at: datetime, ask: WorkRequest) -> None:
    """They hear no news of it any more, whatever tie they have to it; what waits for their answer they still hear."""
    require(actor, Power.WATCH, ask.ties)
    _note(actor, at, ask, muted=True)


def _note(actor: Viewer, at: datetime, ask: WorkRequest, *, muted: bool) -> None:
    told = {"muted": muted, "at": at}
    Watch.objects.update_or_create(ask=ask, person_id=actor.id, defaults=told)
