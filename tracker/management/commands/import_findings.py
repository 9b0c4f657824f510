"""Imports the findings of an audit as drafts of one person: the same dry run and the same run as the pages'."""

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tracker.integrations import uploads
from tracker.integrations.findings.cells import PRIORITIES
from tracker.integrations.findings.threshold import Threshold
from tracker.integrations.models import ImportRun
from tracker.kernel import clock
from tracker.management.importing import add_import_arguments, find_actor, import_file
from tracker.sites.models import Area


class Command(BaseCommand):
    help = "Imports the findings of an audit (CSV) as drafts; a second run drafts only what is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser, "crawl")
        parser.add_argument("--user", metavar="EMAIL", required=True, help="whose drafts they become")
        parser.add_argument("--urls", type=int, default=1, help="least number of URLs")
        parser.add_argument("--share", type=Decimal, default=Decimal(0), help="least share of all URLs, in percent")
        parser.add_argument("--priority", choices=PRIORITIES, default="none", help="least priority")
        parser.add_argument("--area", metavar="KEY", help="area of rows that name none")
        parser.add_argument("--column", action="append", default=[], metavar="FIELD=NUMBER", help="columns from 1")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = find_actor(options["user"]).viewer()
        area = self._area(options["area"])
        threshold = Threshold(options["urls"], options["share"], options["priority"])

        def upload(content: bytes) -> ImportRun:
            told: dict[str, Any] = {"actor": actor, "at": clock.now()}
            run = uploads.upload_findings(
                **told, source=options["source"], filename=options["file"].name, content=content
            )
            if columns := self._columns(options["column"]):
                uploads.choose_finding_columns(**told, run=run, expected=None, columns=columns)
            uploads.set_threshold(**told, run=run, expected=None, threshold=threshold, area=area)
            return run

        import_file(self, actor, options, upload)

    def _area(self, key: str | None) -> Area | None:
        area = Area.objects.filter(key=key).first() if key else None
        if key and area is None:
            raise CommandError(_("There is no area %(key)s.") % {"key": key})
        return area

    def _columns(self, given: list[str]) -> dict[str, int]:
        columns = {}
        for one in given:
            field, _equals, number = one.partition("=")
            if not number.isdigit() or not int(number):
                raise CommandError(_("A column is given as FIELD=NUMBER, counted from 1: %(given)s") % {"given": one})
            columns[field] = int(number) - 1
        return columns
