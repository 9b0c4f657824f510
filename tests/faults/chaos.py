"""make faults: promises break while everything that serves them is killed; writes faults.json.

Web, workers, the scheduler, the sweepers, Valkey and PostgreSQL are killed at random with SIGKILL, and a sweeper is
killed at each named failpoint again and again. Afterwards SQL alone says what was lost, doubled or early.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import django
import psycopg
from django.core.management import call_command

from tests.faults.sweeper import FAILPOINTS
from tests.ports import free_port
from tracker.config import env
from tracker.config.embedded import Postgres, Valkey

PATIENCE = 120.0
COUNTS = {
    "lost": """
        SELECT count(*) FROM tracker_promise p CROSS JOIN unnest(ARRAY['breach', 'chiefs', 'docket']) AS climbed (deed)
        WHERE NOT EXISTS (SELECT FROM tracker_firing f WHERE f.promise_id = p.id AND f.deed = climbed.deed)
           OR NOT EXISTS (SELECT FROM tracker_notice n WHERE n.kind = 'promise_' || climbed.deed
                          AND n.source LIKE 'promise:' || p.id || ':%')
    """,
    "doubled": """
        SELECT (SELECT coalesce(sum(times - 1), 0) FROM (SELECT count(*) AS times FROM tracker_firing
                    GROUP BY promise_id, step HAVING count(*) > 1) twice)
             + (SELECT count(*) FROM (SELECT user_id, source FROM tracker_notice GROUP BY 1, 2 HAVING count(*) > 1) twice)
             + (SELECT count(*) FROM tracker_promise p WHERE version - 1 <>
                    (SELECT count(*) FROM tracker_firing f WHERE f.promise_id = p.id))
             + (SELECT count(*) FROM tracker_promise p WHERE version <> (SELECT count(*) FROM tracker_entry e
                    WHERE e.subject = 'promise' AND e.subject_id = p.id))
    """,
    "early": "SELECT count(*) FROM tracker_firing WHERE at < due_at OR at > clock_timestamp()",
    "escalations": "SELECT count(*) FROM tracker_firing WHERE deed IN ('breach', 'chiefs', 'docket')",
}


@dataclass
class Chaos:
    """What to do: how many kills, over how many clocks; which parts are there; what is broken on purpose."""

    kills: int
    clocks: int
    failpoints: int = 1
    spread: float = 60.0
    sweepers: int = 2
    scheduler: int = 1
    broker: bool = True
    sabotage: str = ""
    shift: float = 0
    seed: int = 7


@dataclass
class Report:
    """Counts in SQL after the chaos; `early` counts firings before their time by the clock of the database."""

    kills: int = 0
    failpoints: int = 0
    clocks: int = 0
    escalations: int = 0
    lost: int = 0
    doubled: int = 0
    early: int = 0
    seconds: float = 0
    killed: dict[str, int] = field(default_factory=dict)


class Parts:
    """Everything that runs, each part started again after it was killed."""

    def __init__(self, folder: Path, chaos: Chaos) -> None:
        self.folder, self.chaos = folder, chaos
        self.postgres, self.valkey = Postgres(folder, durable=True), Valkey(folder, durable=True)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.port = str(free_port())

    def commands(self) -> dict[str, list[str]]:
        python, celery = sys.executable, [sys.executable, "-m", "celery", "-A", "tracker.config.celery"]
        sweeper = [python, "-m", "tests.faults.sweeper", "--shift", str(self.chaos.shift)]
        sweeper += ["--sabotage", self.chaos.sabotage] if self.chaos.sabotage else []
        named = {f"sweeper {number}": sweeper for number in range(self.chaos.sweepers)}
        if self.chaos.scheduler:
            web = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", self.port, "--workers", "1", "--no-ws"]
            named["web"] = [python, "-m", "granian", *web, "tracker.config.wsgi:application"]
            named["worker"] = [*celery, "worker", "--pool", "threads", "--concurrency", "2", "--queues", "tick"]
        for number in range(self.chaos.scheduler):
            schedule = str(self.folder / f"beat-{number}")
            named[f"scheduler {number}"] = [*celery, "beat", "--schedule", schedule, "--pidfile="]
        return named

    def start(self, name: str, *more: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        command = [*self.commands()[name], *more]
        self.running[name] = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def kill(self, name: str) -> None:
        """With SIGKILL, and starts it again."""
        if name in ("postgres", "valkey"):
            engine: Any = getattr(self, name)
            os.kill(engine.pid, signal.SIGKILL)
            engine.start()
            return
        self.end(name)
        self.start(name)

    def end(self, name: str) -> None:
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def revive(self) -> None:
        """Starts again what died of itself, such as a sweeper at its failpoint."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.start(name)

    def stop(self) -> None:
        for name in list(self.running):
            self.end(name)
        self.valkey.stop()
        self.postgres.stop()


def run_chaos(chaos: Chaos) -> Report:
    """Sets everything up in a folder of its own, lets it be killed while promises break, and counts."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tandem-chaos-") as name:
        parts = Parts(Path(name), chaos)
        parts.postgres.start()
        if chaos.broker:
            parts.valkey.start()
        environment = {
            "DATABASE_URL": parts.postgres.addresses.database_url,
            "REDIS_URL": parts.valkey.addresses.redis_url,
            "TANDEM_SECRET_KEY": "chaos",
            "TANDEM_DATA": name,
            "DJANGO_SETTINGS_MODULE": "tracker.config.settings",
        }
        before = dict(os.environ)
        os.environ.update(environment)
        try:
            prepare = [sys.executable, "-m", "tests.faults.chaos", "--prepare", json.dumps(asdict(chaos))]
            subprocess.run(prepare, check=True)
            report = _let_it_happen(parts, chaos)
        finally:
            parts.stop()
            os.environ.clear()
            os.environ.update(before)
    report.seconds = round(time.monotonic() - began, 1)
    return report


def prepare(chaos: Chaos) -> None:
    """The schema, the cast, and the promises that will break within the next seconds."""
    django.setup()
    call_command("migrate", "--noinput", verbosity=0)
    from tests.faults.clocks import write_clocks  # noqa: PLC0415  it needs the apps

    write_clocks(chaos.clocks, chaos.spread)
    if chaos.sabotage == "no_lock":
        with _connect() as connection:
            connection.execute("ALTER TABLE tracker_firing DROP CONSTRAINT fired_once")
            connection.execute("ALTER TABLE tracker_notice DROP CONSTRAINT notice_once")


def _let_it_happen(parts: Parts, chaos: Chaos) -> Report:
    report, chance = Report(clocks=chaos.clocks), random.Random(chaos.seed)
    for name in parts.commands():
        parts.start(name)
    failpoints = list(FAILPOINTS) * chaos.failpoints
    names = [*parts.commands(), *(["valkey"] if chaos.broker else []), "postgres"]
    ends = time.monotonic() + chaos.spread + PATIENCE
    pause = chaos.spread / max(chaos.kills + len(failpoints), 1)
    while report.kills < chaos.kills or failpoints:
        time.sleep(pause * chance.random())
        parts.revive()
        if failpoints and chance.random() < len(failpoints) / (len(failpoints) + chaos.kills - report.kills):
            point = failpoints.pop()
            parts.end("sweeper 0")
            parts.start("sweeper 0", "--failpoint", point)
            report.failpoints += 1
            continue
        name = chance.choice(names)
        parts.kill(name)
        report.kills += 1
        report.killed[name] = report.killed.get(name, 0) + 1
    if chaos.sweepers:
        parts.kill("sweeper 0")
    while time.monotonic() < ends and _waiting(parts):
        time.sleep(0.25)
    _count(report)
    return report


def _waiting(parts: Parts) -> bool:
    """Whether a step is still to come."""
    parts.revive()
    with _connect() as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM tracker_promise WHERE next_at IS NOT NULL)").fetchone()
    return bool(row and row[0])


def _count(report: Report) -> None:
    with _connect() as connection:
        for name, statement in COUNTS.items():
            row = connection.execute(statement).fetchone()
            setattr(report, name, int(row[0]) if row else -1)


def _connect() -> psycopg.Connection[Any]:
    given = env.database(os.environ["DATABASE_URL"])
    return psycopg.connect(
        host=given["HOST"], port=given["PORT"], user=given["USER"], dbname=given["NAME"], autocommit=True
    )


def main() -> None:
    if sys.argv[1:2] == ["--prepare"]:
        prepare(Chaos(**json.loads(sys.argv[2])))
        return
    report = run_chaos(Chaos(kills=100, clocks=2_000, failpoints=2, spread=150.0))
    Path("faults.json").write_text(json.dumps(asdict(report), indent=1) + "\n")
    print(json.dumps(asdict(report), indent=1))
    sys.exit(1 if report.lost or report.doubled or report.early else 0)


if __name__ == "__main__":
    main()
