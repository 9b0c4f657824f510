"""python manage.py clock [--every SECONDS]: does what is due, without a broker; once, or again and again."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from tracker.kernel import clock
from tracker.promises.actions import fire_due


class Command(BaseCommand):
    help = "Does the steps of promises that are due; needs neither broker nor worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, help="do it again after so many seconds, until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            done = fire_due(at=clock.now())
            if done or not options["every"]:
                self.stdout.write(f"{done} steps done.")
            if not options["every"]:
                return
            close_old_connections()
            time.sleep(options["every"])
