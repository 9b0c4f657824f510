"""Imports old tickets of Jira (CSV) or GitHub (JSON), to be decided in groups on the page /tickets/."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tracker.integrations import uploads
from tracker.integrations.models import ImportRun
from tracker.kernel import clock
from tracker.management.importing import add_import_arguments, find_actor, import_file


class Command(BaseCommand):
    help = "Imports old tickets from a CSV export of Jira or a JSON list of GitHub; a second run adds only new ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser, "jira")
        parser.add_argument("--user", metavar="EMAIL", help="who imports; without it the first administrator")
        parser.add_argument("--open-only", action="store_true", help="leave out what is closed there")
        parser.add_argument("--date-order", choices=["day_first", "month_first"], default="")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = find_actor(options["user"]).viewer()

        def upload(content: bytes) -> ImportRun:
            told: dict[str, Any] = {"actor": actor, "at": clock.now()}
            run = uploads.upload_tickets(
                **told, source=options["source"], filename=options["file"].name, content=content
            )
            closed, order = not options["open_only"], options["date_order"]
            uploads.choose_tickets(**told, run=run, expected=None, closed=closed, date_order=order)
            return run

        import_file(self, actor, options, upload)
