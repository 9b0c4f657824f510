"""make bench: what each operation costs beside a bare Django JSON view on the same server in the same run.

CPU is that of the web process and of the PostgreSQL processes together; `ratio` is the bare view's CPU divided by the
operation's. Results go to bench.json as a list of {operation, ratio, cpu_ms, database_ms, statements, bytes, rows}.

After them, with the web server gone, the sweep of promises: {operation, ratio, cpu_ms, database_ms, rows, ms,
rival_ms} of finding what is due beside a scan, and of breaking promises beside one Celery task a row (see sweep.py).
TANDEM_BENCH_CLOCKS says how many promises there are (3,000,000).

At the end what is similar while a request is typed, {operation, ratio, cpu_ms, database_ms, worst_ms, rival_ms, rows,
load}, beside `icontains` of the same words (see similar.py). TANDEM_BENCH_REQUESTS says among how many (1,000,000).

Then the import of 100,000 findings, {operation, rows, ms, cpu_ms, database_ms, peak_mb} of its dry run and of its run
(see findings.py).
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

from tests.ports import free_port
from tracker.config.embedded import start_services


def wait_for(port: int) -> None:
    for _attempt in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the server did not start")


def make_schema() -> None:
    with connection.cursor() as cursor:
        for extension in ("pg_trgm", "unaccent"):
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    call_command("migrate", "--noinput", verbosity=0)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        services = start_services(Path(folder), durable=False)
        port = free_port()
        os.environ.update(
            DATABASE_URL=services.database_url,
            REDIS_URL=services.redis_url,
            TANDEM_SECRET_KEY="bench",
            TANDEM_DATA=folder,
            PORT=str(port),
            DJANGO_SETTINGS_MODULE="tests.bench.settings",
        )
        django.setup()
        make_schema()
        from tests.bench import findings, operations, seed, similar, sweep  # noqa: PLC0415  they need the apps

        try:
            cto, marketer = seed.seed_firm()
            command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
            command += ["--port", str(port), "--workers", "1", "--blocking-threads", "2", "--no-ws"]
            command += ["tracker.config.wsgi:application"]
            server = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, start_new_session=True)
            try:
                wait_for(port)
                figures = operations.measure_all(port, server.pid, cto, marketer)
            finally:
                os.killpg(server.pid, signal.SIGTERM)
                server.wait(timeout=20)
            swept = sweep.measure_sweep()
            typed = similar.measure_similar()
            found = findings.measure_findings()
        finally:
            services.stop()
    Path("bench.json").write_text(
        json.dumps([*map(asdict, figures), *map(asdict, swept), asdict(typed), *map(asdict, found)], indent=1) + "\n"
    )
    print(operations.table(figures), sweep.table(swept), similar.table(typed), findings.table(found), sep="\n")


if __name__ == "__main__":
    main()
