"""Fills an empty installation with the demo company."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F

from tracker.intake.actions import ensure_request_types
from tracker.intake.models import RequestType, WorkRequest
from tracker.kernel import clock
from tracker.management.demo.calendar import ZONE, Calendar
from tracker.management.demo.people import PASSWORD, World, found_company
from tracker.management.demo.story import tell_story
from tracker.notices.models import Notice
from tracker.people.models import User
from tracker.projects.models import Project
from tracker.promises.actions import ensure_policies

NEWS = timedelta(days=4)
"""Notices older than this have been read."""


class Command(BaseCommand):
    help = "Fills the demo company Lumen Market into an empty installation; does nothing where anybody exists."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOOPBACK.issuperset(settings.ALLOWED_HOSTS):
            raise CommandError("The password of the demo is known to all: it is filled on loopback addresses only.")
        with transaction.atomic():
            told = fill_demo()
        self.stdout.write(told)


def fill_demo() -> str:
    """What was made, in a sentence; inside a transaction."""
    if User.objects.exists():
        return "Somebody is here already: the demo is not filled."
    now = clock.now()
    calendar = Calendar(now.astimezone(ZONE).date())
    world = World(calendar, now)
    began = calendar.at((11, 0), 8)
    ensure_policies(at=began, zone=str(ZONE), country="DE")
    found_company(world, began)
    ensure_request_types(at=began)
    world.types = {kind.key: kind for kind in RequestType.objects.all()}
    tell_story(world)
    _settle_notices(world)
    return (
        f"Lumen Market is here: {User.objects.count()} people, {Project.objects.count()} projects,"
        f" {WorkRequest.objects.count()} requests, quarter {calendar.quarter}. Everybody's password: {PASSWORD}"
    )


def _settle_notices(world: World) -> None:
    """What the story told has reached its readers: nothing of it is mailed now, and the older part has been read."""
    Notice.objects.update(awaits_mail=False)
    Notice.objects.filter(at__lt=world.now - NEWS).update(read_at=F("at"))
