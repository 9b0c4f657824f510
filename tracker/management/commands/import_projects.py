"""Imports projects from a file at once: the same dry run, the same report and the same run as the wizard's."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from tracker.integrations import actions
from tracker.integrations.jira_csv.mapping import KINDS, Mapping, mapping_from_values
from tracker.integrations.jira_csv.reader import MAX_BYTES
from tracker.integrations.models import ImportRun, RunState
from tracker.integrations.queries import ReportRow, read_report
from tracker.integrations.words import say_unreadable
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Role
from tracker.people.models import Team, User

SHOWN = ("new", "changed", "kept", "refused", "skipped", "unclear")


class Command(BaseCommand):
    help = "Imports projects from a tracker's CSV export; a second run changes only what is new there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="jira", help="name of the source; the same name each time")
        parser.add_argument("--team", required=True, help="key of the team whose projects they are")
        parser.add_argument("--counts-as", choices=KINDS, help="what counts as a project; without it, as suggested")
        parser.add_argument("--label", action="append", default=[], help="a label that counts (with --counts-as label)")
        parser.add_argument("--with-absent-epics", action="store_true", help="also epics that only issues name")
        parser.add_argument("--date-order", choices=["day_first", "month_first"], default="")
        parser.add_argument("--dry-run", action="store_true", help="report what would happen and write nothing")
        parser.add_argument("--user", metavar="EMAIL", help="who imports; without it the first administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                run = self._plan(options)
                if options["dry_run"]:
                    self._report(run)
                    transaction.set_rollback(True)
                    return
                actions.run_import(actor=run.started_by.viewer(), at=clock.now(), run=run, ring=False)
            actions.carry_import(run=run.pk)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        run.refresh_from_db()
        self._refuse_failed(run)
        self._report(run)

    def _plan(self, options: dict[str, Any]) -> ImportRun:
        actor = self._actor(options["user"]).viewer()
        at = clock.now()
        path: Path = options["file"]
        run = actions.upload_import(
            actor=actor, at=at, source=options["source"], filename=path.name, content=self._read(path)
        )
        if run.file.survey["missing"]:
            raise CommandError(_("The columns of key and title were not recognised: import it on the page /imports/."))
        actions.map_import(
            actor=actor,
            at=at,
            run=run,
            expected=None,
            mapping=self._mapping(run, options),
            team=self._team(options["team"]),
            date_order=options["date_order"],
        )
        actions.plan_import(actor=actor, at=at, run=run)
        if run.state == RunState.PLANNING:
            actions.carry_import(run=run.pk)
            run.refresh_from_db()
        self._refuse_failed(run)
        return run

    def _read(self, path: Path) -> bytes:
        try:
            if path.stat().st_size > MAX_BYTES:
                facts = {"limit": MAX_BYTES, "size": path.stat().st_size}
                raise CommandError(str(say_unreadable("too_large", facts)))
            return path.read_bytes()
        except OSError as cause:
            raise CommandError(f"{path}: {cause.strerror}") from None

    def _mapping(self, run: ImportRun, options: dict[str, Any]) -> Mapping:
        chosen = {"labels": options["label"], "absent_parents": options["with_absent_epics"]}
        kind = options["counts_as"]
        return mapping_from_values(run.mapping | chosen | ({"kind": kind} if kind else {}))

    def _team(self, key: str) -> Team:
        team = Team.objects.filter(key=key).first()
        if team is None:
            known = ", ".join(Team.objects.values_list("key", flat=True))
            raise CommandError(_("There is no team %(key)s; there are: %(known)s.") % {"key": key, "known": known})
        return team

    def _actor(self, email: str | None) -> User:
        people = User.objects.filter(is_active=True).order_by("pk")
        chosen = people.filter(email__iexact=email) if email else people.filter(roles__contains=[Role.ADMIN])
        actor = chosen.first()
        if actor is None:
            raise CommandError(_("There is nobody to import as: name somebody with --user."))
        return actor

    def _refuse_failed(self, run: ImportRun) -> None:
        if run.state == RunState.FAILED:
            raise CommandError(str(say_unreadable(run.error, run.error_facts)))

    def _report(self, run: ImportRun) -> None:
        facts = {"file": run.filename, "person": run.started_by.name, **run.counts}
        lines = (
            _("%(file)s: %(rows)s rows, imported by %(person)s"),
            _("projects: %(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(refused)s left out"),
            _("issues: %(links)s linked, %(links_changed)s of these links new or changed"),
            _("rows: %(skipped)s skipped, %(unclear)s unclear, %(doubtful)s read with a guess"),
            _(
                "projects nobody estimated: %(unestimated)s; owners found: %(owners_found)s, unknown: %(owners_unknown)s"
            ),
        )
        for line in lines:
            self.stdout.write(line % facts)
        if run.counts.get("absent"):
            self.stdout.write(_("parents named by issues but not in the file: %(absent)s") % facts)
        for view in SHOWN:
            self._list_rows(run, view)

    def _list_rows(self, run: ImportRun, view: str) -> None:
        after: int | None = -1
        while after is not None:
            report = read_report(run, view, after)
            for one in report.rows:
                self.stdout.write(told_row(view, one))
            after = report.after


def told_row(view: str, one: ReportRow) -> str:
    changes = [f"{change.field}: {change.before} → {change.after}" for change in (*one.changes, *one.kept)]
    words = [str(part) for part in (one.title, one.reason, *changes, *one.doubts) if part]
    return f"{view:9} {one.row or '-':>6}  {one.external_id:12} {' · '.join(words)}"
