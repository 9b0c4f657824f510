"""python manage.py audit_promises: asks whether every promise that should have fired has; ends with 1 where not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.kernel import clock
from tracker.promises.queries import audit_promises


class Command(BaseCommand):
    help = "Checks the promises against what should have happened to them; ends with 1 where something is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        found = audit_promises(clock.now())
        self.stdout.write(
            f"{found.running} promises run, {found.broken} of them broken; last sweep {found.last_sweep}."
        )
        if found.faults:
            raise CommandError(", ".join(f"{count} {name}" for name, count in found.faults.items()))
        self.stdout.write("Nothing is missing.")
