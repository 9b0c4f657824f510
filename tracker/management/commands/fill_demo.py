"""Fills an empty installation with the demo company."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tracker.intake.models import WorkRequest
from tracker.management.demo.company import tell_company
from tracker.management.demo.people import PASSWORD
from tracker.people.models import User
from tracker.projects.models import Project


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
    world = tell_company()
    return (
        f"Lumen Market is here: {User.objects.count()} people, {Project.objects.count()} projects,"
        f" {WorkRequest.objects.count()} requests, quarter {world.calendar.quarter}. Everybody's password: {PASSWORD}"
    )
