"""make bench: what each operation costs beside a bare Django JSON view on the same server in the same run.

CPU is that of the web process and of the PostgreSQL processes together; `ratio` is the bare view's CPU divided by the
operation's. Results go to bench.json as a list of {operation, ratio, cpu_ms, statements, bytes, rows}.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
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
        from tests.bench import operations, seed  # noqa: PLC0415  they need the apps

        cto, marketer = seed.seed_firm()
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        command += ["--workers", "1", "--blocking-threads", "2", "--no-ws", "tracker.config.wsgi:application"]
        server = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            wait_for(port)
            operations.measure_all(port, server.pid, cto, marketer)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=20)
            services.stop()


if __name__ == "__main__":
    main()
