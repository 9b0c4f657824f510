"""What the commands that import findings and old tickets share: who imports, the file, the run and its report."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from tracker.integrations import actions
from tracker.integrations.found_queries import read_found
from tracker.integrations.jira_csv.reader import MAX_BYTES
from tracker.integrations.models import ImportRun, RunState
from tracker.integrations.words import say_unreadable
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Role, Viewer
from tracker.people.models import User

SHOWN = ("new", "below", "exists", "skipped", "unclear")


def add_import_arguments(parser: ArgumentParser, source: str) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--source", default=source, help="name of the source; the same name each time")
    parser.add_argument("--dry-run", action="store_true", help="report what would happen and write nothing")
    parser.add_argument("--rows", action="store_true", help="list every row with what becomes of it")


def find_actor(email: str | None) -> User:
    people = User.objects.filter(is_active=True).order_by("pk")
    chosen = people.filter(email__iexact=email) if email else people.filter(roles__contains=[Role.ADMIN])
    actor = chosen.first()
    if actor is None:
        raise CommandError(_("There is nobody to import as: name somebody with --user."))
    return actor


def read_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CommandError(str(say_unreadable("too_large", {"limit": MAX_BYTES, "size": path.stat().st_size})))
        return path.read_bytes()
    except OSError as cause:
        raise CommandError(f"{path}: {cause.strerror}") from None


def import_file(
    command: BaseCommand, actor: Viewer, options: dict[str, Any], upload: Callable[[bytes], ImportRun]
) -> ImportRun:
    """The same dry run and the same run as the pages'; a dry run leaves nothing behind."""
    content = read_file(options["file"])
    try:
        with transaction.atomic():
            run = upload(content)
            actions.plan_import(actor=actor, at=clock.now(), run=run)
            if run.state == RunState.PLANNING:
                actions.carry_import(run=run.pk)
                run.refresh_from_db()
            _refuse_failed(run)
            if options["dry_run"]:
                report_import(command, run, actor, rows=options["rows"])
                transaction.set_rollback(True)
                return run
            actions.run_import(actor=actor, at=clock.now(), run=run, ring=False)
        actions.carry_import(run=run.pk)
    except Refused as refused:
        raise CommandError(str(refused)) from None
    run.refresh_from_db()
    _refuse_failed(run)
    report_import(command, run, actor, rows=options["rows"])
    return run


def _refuse_failed(run: ImportRun) -> None:
    if run.state == RunState.FAILED:
        raise CommandError(str(say_unreadable(run.error, run.error_facts)))


def report_import(command: BaseCommand, run: ImportRun, viewer: Viewer, *, rows: bool) -> None:
    facts = {"file": run.filename, "person": viewer.name, **run.counts}
    head = _("%(file)s: %(rows)s rows, imported by %(person)s")
    counted = _(
        "%(new)s new, %(below)s below the threshold, %(exists)s there already, %(skipped)s skipped, %(unclear)s unclear"
    )
    command.stdout.write(head % facts)
    command.stdout.write(counted % facts)
    for view in SHOWN if rows else ():
        after: int | None = 0
        while after is not None:
            report = read_found(run, viewer, view, after)
            for one in report.rows:
                words = [str(part) for part in (one.title, one.reason, *one.doubts) if part]
                command.stdout.write(f"{view:8} {one.number:>6}  {one.external_id:14} {' · '.join(words)}")
            after = report.after
