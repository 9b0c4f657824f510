"""The import of 100,000 findings: seconds and peak memory of the dry run and of the run, in a process of their own.

python -m tests.bench.findings [ROWS] starts engines of its own; bench.json gets the two rows through `measure_findings`.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

from tracker.config.embedded import start_services

ROWS = 100_000
ISSUES = 125
HEADER = "Issue Name,Template,URLs,% of Total,Issue Priority,Description,Example URLs"


@dataclass(frozen=True)
class Imported:
    """Of one step over so many rows: `cpu_ms` and `peak_mb` are those of the importing process, `database_ms` is the CPU
    of the PostgreSQL process that served it."""

    operation: str
    rows: int
    ms: int
    cpu_ms: int
    database_ms: int
    peak_mb: int


def audit(rows: int) -> bytes:
    """Every issue on every template, with five examples each."""
    return "\n".join([HEADER, *_lines(rows)]).encode()


def _lines(rows: int) -> Iterator[str]:
    for number in range(rows):
        template, issue = divmod(number, ISSUES)
        urls = " ".join(f"https://lumen.example/p/{template}/{number}-{example}" for example in range(5))
        yield f"Canonicals: Case {issue},Template {template},{number + 1},12.5,High,What it means and how to mend it,{urls}"


def measure_findings(rows: int = ROWS) -> list[Imported]:
    """In a child, so that its memory is its own; the database of the settings is used and filled."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.findings", "--measure", str(rows)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return [Imported(**one) for one in json.loads(told.stdout.splitlines()[-1])]


def _measure(rows: int) -> list[Imported]:
    django.setup()
    from tests.makers import make_cast  # noqa: PLC0415  they need the apps
    from tracker.config.celery import app  # noqa: PLC0415
    from tracker.intake.actions import ensure_request_types  # noqa: PLC0415
    from tracker.integrations import actions, uploads  # noqa: PLC0415
    from tracker.kernel import clock  # noqa: PLC0415
    from tracker.people.models import User  # noqa: PLC0415

    app.set_current()
    person = User.objects.active().holding("marketer").order_by("pk").first() or make_cast().seo_lead
    ensure_request_types(at=clock.now())
    content, viewer, figures = audit(rows), person.viewer(), []
    run = uploads.upload_findings(actor=viewer, at=clock.now(), source="bench", filename="audit.csv", content=content)

    def spent() -> tuple[float, float, float]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return time.monotonic(), usage.ru_utime + usage.ru_stime, _database_cpu()

    def note(operation: str, before: tuple[float, float, float]) -> None:
        took, cpu, database = (round((now - then) * 1000) for now, then in zip(spent(), before, strict=True))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        figures.append(Imported(operation, rows, took, cpu, database, peak))

    before = spent()
    actions.plan_import(actor=viewer, at=clock.now(), run=run)
    actions.carry_import(run=run.pk)
    note("check findings", before)
    run.refresh_from_db()
    before = spent()
    actions.run_import(actor=viewer, at=clock.now(), run=run, ring=False)
    actions.carry_import(run=run.pk)
    note("draft findings", before)
    run.refresh_from_db()
    if run.state != "done" or run.counts["written"] != rows:
        sys.exit(f"the import ended as {run.state}: {run.counts}")
    return figures


def _database_cpu() -> float:
    """CPU seconds of the process that serves our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def table(figures: list[Imported]) -> str:
    lines = [f"{'operation':24}{'rows':>9}{'s':>8}{'cpu s':>8}{'db s':>8}{'peak MB':>9}"]
    lines += [
        f"{one.operation:24}{one.rows:9,}{one.ms / 1000:8.1f}{one.cpu_ms / 1000:8.1f}{one.database_ms / 1000:8.1f}{one.peak_mb:9}"
        for one in figures
    ]
    return "\n".join(lines)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        services = start_services(Path(folder), durable=False)
        os.environ.update(
            DATABASE_URL=services.database_url,
            REDIS_URL=services.redis_url,
            TANDEM_SECRET_KEY="bench",
            TANDEM_DATA=folder,
            DJANGO_SETTINGS_MODULE="tests.bench.settings",
        )
        try:
            django.setup()
            with connection.cursor() as cursor:
                for extension in ("pg_trgm", "unaccent"):
                    cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
            call_command("migrate", "--noinput", verbosity=0)
            print(table(measure_findings(rows)))
        finally:
            services.stop()


if __name__ == "__main__":
    arguments: list[Any] = sys.argv[1:]
    if arguments[:1] == ["--measure"]:
        print(json.dumps([asdict(one) for one in _measure(int(arguments[1]))]))
    else:
        main(int(arguments[0]) if arguments else ROWS)
