"""python manage.py audit_history: asks whether the history is complete and untouched; ends with 1 where not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.history.audit import broken_seals, holes
from tracker.history.models import Entry

SHOWN = 20


class Command(BaseCommand):
    help = "Checks that every version has its entry and every seal fits; ends with 1 where not."

    def handle(self, *args: Any, **options: Any) -> None:
        incomplete, broken = holes(), broken_seals()
        self.stdout.write(f"{Entry.objects.count()} entries.")
        if incomplete or broken:
            named = f": {', '.join(incomplete[:SHOWN])}" if incomplete else ""
            raise CommandError(f"{broken} broken seals, {len(incomplete)} incomplete records{named}.")
        self.stdout.write("Nothing is missing.")
