"""python manage.py clock [--every SECONDS]: does what is due, without a broker; once, or again and again."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from tracker.escalations.actions import raise_aged
from tracker.intake.actions import lapse_expedites, return_parked, sweep_files
from tracker.integrations.actions import carry_imports
from tracker.kernel import clock
from tracker.notices.actions import clear_held_mail, mail_notices
from tracker.notices.guests import mail_guests
from tracker.people.invitations import mail_invitations
from tracker.projects.actions import turn_period
from tracker.promises.actions import fire_due

log = logging.getLogger("tandem.clock")
SWEEPS: tuple[Callable[..., Any], ...] = (
    turn_period,
    return_parked,
    lapse_expedites,
    fire_due,
    raise_aged,
    mail_notices,
    mail_invitations,
    mail_guests,
    carry_imports,
    sweep_files,
    clear_held_mail,
)


class Command(BaseCommand):
    help = "Does what is due, the steps of promises first of all; needs neither broker nor worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, help="do it again after so many seconds, until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            broken = self.sweep()
            if not options["every"]:
                if broken:
                    raise CommandError(f"Not done: {', '.join(broken)}.")
                return
            close_old_connections()
            time.sleep(options["every"])

    def sweep(self) -> list[str]:
        """Every sweep once; one that breaks is named and does not stop the others."""
        broken = []
        for sweep in SWEEPS:
            try:
                done = sweep(at=clock.now())
            except Exception:
                log.exception("%s", sweep.__name__)
                broken.append(sweep.__name__)
                continue
            if sweep is fire_due and done:
                self.stdout.write(f"{done} steps done.")
        return broken
