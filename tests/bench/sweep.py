"""What the sweep costs: finding what is due among a million running clocks, and breaking 100,000 promises at once.

Both are measured by the wall clock against a rival on the same tables of the same PostgreSQL, which here does not wait
for the disk (`durable=False`): the rival, with a commit a row, gains more by that than the sweep, with one a set.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import TypeVar

import psutil
from django.db import connection, transaction

from tests.bench.clocks import BREACHES, FOUND, RIVALS, RUNNING, write_clocks
from tests.bench.rival import QUEUE, break_promise
from tracker.kernel import clock
from tracker.kernel.prepared import fetch_rows
from tracker.promises.actions.firing import BATCH, CLAIM, fire_due
from tracker.promises.models import Firing, Promise

T = TypeVar("T")
ROUNDS, WARM, PATIENCE = 9, 50, 600.0
FLOORS = {"find due": 100, "break promises": 200}
SCAN_ONLY = "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexonlyscan = off"
WORKER = ["worker", "--include", "tests.bench.rival", "--pool", "solo", "--queues", QUEUE, "--prefetch-multiplier", "1"]
QUIET = ["--loglevel", "error", "--without-gossip", "--without-mingle"]
TALLY = """
SELECT (SELECT count(*) FROM tracker_promise WHERE breached_at IS NOT NULL AND step = 3 AND next_at > breached_at),
       (SELECT count(*) FROM tracker_firing WHERE deed = 'breach' AND step = 2),
       (SELECT count(*) FROM tracker_entry WHERE subject = 'promise' AND verb = 'breach_promise'),
       (SELECT count(DISTINCT source) FROM tracker_notice WHERE kind = 'promise_breach'),
       (SELECT count(*) / 2.0 FROM tracker_notice WHERE kind = 'promise_breach'),
       (SELECT count(*) FROM tracker_promise p WHERE breached_at IS NOT NULL AND version = (
            SELECT count(*) FROM tracker_entry e WHERE e.subject = 'promise' AND e.subject_id = p.id))
"""
"""Promises broken, firings, entries, promises told of, pairs of notices, promises with an entry for each version."""


@dataclass
class SweepFigure:
    """`ms` and `rival_ms` are wall time: of one claim of all `rows`, or of one of `rows` broken promises; `ratio` is
    the rival's divided by ours. `cpu_ms` is the CPU of the sweeping process and `database_ms` that of PostgreSQL for
    the same; `cpu_ratio` compares the sum of both with that of the rival (publisher, worker, PostgreSQL): on a busy
    machine many processes that wait for each other lose more of the wall clock than one."""

    operation: str
    ratio: float
    cpu_ratio: float
    cpu_ms: float
    database_ms: float
    rows: int
    ms: float
    rival_ms: float


@dataclass
class Spent:
    """Seconds, unless said otherwise: by the wall clock, CPU of this process (and its worker), CPU of every process of PostgreSQL."""

    wall: float
    own: float
    database: float

    @property
    def cpu(self) -> float:
        return self.own + self.database


def measure_sweep() -> list[SweepFigure]:
    """Writes the clocks first; ends the bench where a promise was not broken, or not completely."""
    write_clocks()
    figures = [measure_claim(), measure_breaches()]
    for figure in figures:
        print(figure, flush=True)
    return figures


def measure_claim() -> SweepFigure:
    """The claim of the sweep, taken back each time, through its index and without any."""
    at = clock.now() - timedelta(minutes=90)
    rounds = [(claim(at, scan=False), claim(at, scan=True)) for _round in range(ROUNDS + 1)][1:]
    ours, scans = median(one.wall for one, _scan in rounds), median(scan.wall for _one, scan in rounds)
    return SweepFigure(
        "find due",
        round(scans / ours, 1),
        round(sum(scan.cpu for _one, scan in rounds) / sum(one.cpu for one, _scan in rounds), 1),
        round(sum(one.own for one, _scan in rounds) / ROUNDS * 1000, 3),
        round(sum(one.database for one, _scan in rounds) / ROUNDS * 1000, 3),
        FOUND,
        round(ours * 1000, 3),
        round(scans * 1000, 3),
    )


def claim(at: datetime, *, scan: bool) -> Spent:
    given = {"at": at, "limit": BATCH, "only": []}
    with transaction.atomic():
        if scan:
            with connection.cursor() as cursor:
                cursor.execute(SCAN_ONLY)
        plan = str(fetch_rows(f"EXPLAIN {CLAIM}", given, prepared=False))
        if ("Seq Scan on tracker_promise" in plan) is not scan:
            raise SystemExit(f"find due: not the plan that is to be measured\n{plan}")
        found, spent = timed(lambda: fetch_rows(CLAIM, given, prepared=False))
        transaction.set_rollback(True)
    if sum(len(one[-1]) for one in found) != FOUND:
        raise SystemExit(f"find due: {FOUND} of {RUNNING} running clocks are due, found were {found}")
    return spent


def measure_breaches() -> SweepFigure:
    """The sweep and a worker that takes one task after the other, a row each, by turns: a machine that grows slower
    does so for both."""
    due = Promise.objects.running().filter(next_at__lt=clock.now() - timedelta(minutes=30)).order_by("next_at")
    instants = [at for at in due.values_list("next_at", flat=True).distinct() if at][1:]
    late = Promise.objects.running().filter(next_at__gt=instants[-1], next_at__lte=clock.now())
    promises = list(late.order_by("next_at", "id").values_list("pk", flat=True))
    part = (RIVALS - WARM) // len(instants)
    done, sweeps, tasks = 0, [], []
    with working() as worker:
        ring(promises[:WARM])
        for n, at in enumerate(instants):
            fired, spent = timed(partial(fire_due, at=at))
            done += fired
            sweeps.append(spent)
            before = process_cpu(worker)
            _none, spent = timed(partial(ring, promises[WARM + n * part : WARM + (n + 1) * part]))
            tasks.append(replace(spent, own=spent.own + process_cpu(worker) - before))
    told = part * len(instants)
    check(done, BREACHES, WARM + told)
    ours, theirs = total(sweeps, BREACHES), total(tasks, told)
    return SweepFigure(
        "break promises",
        round(theirs.wall / ours.wall, 1),
        round(theirs.cpu / ours.cpu, 1),
        round(ours.own, 4),
        round(ours.database, 4),
        BREACHES,
        round(ours.wall, 4),
        round(theirs.wall, 3),
    )


def total(spent: list[Spent], rows: int) -> Spent:
    """Milliseconds a row."""
    each = [sum(part) / rows * 1000 for part in zip(*map(astuple, spent), strict=True)]
    return Spent(*each)


def check(done: int, wanted: int, told: int) -> None:
    tally = fetch_rows(TALLY, [], prepared=False)[0]
    if done != wanted or any(count != wanted + told for count in tally):
        raise SystemExit(f"break promises: {wanted} + {told} were due, {done} done; {TALLY}{tally}")


@contextmanager
def working() -> Iterator[int]:
    """The process id of a worker for the rival's tasks."""
    command = [sys.executable, "-m", "celery", "-A", "tracker.config.celery", *WORKER, *QUIET]
    worker = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield worker.pid
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def ring(promises: list[int]) -> None:
    """Publishes a task for each and waits until all are done."""
    last = Firing.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for promise in promises:
        break_promise.apply_async((promise,), queue=QUEUE)
    end = time.monotonic() + PATIENCE
    while Firing.objects.filter(pk__gt=last).count() < len(promises):
        if time.monotonic() > end:
            raise SystemExit("break promises: the tasks did not come to an end")
        time.sleep(0.02)


def timed(act: Callable[[], T]) -> tuple[T, Spent]:
    database, own, wall = database_cpu(), time.process_time(), time.perf_counter()
    answer = act()
    wall, own = time.perf_counter() - wall, time.process_time() - own
    return answer, Spent(wall, own, database_cpu() - database)


def database_cpu() -> float:
    """CPU seconds of our PostgreSQL so far, with the processes that have left."""
    connection.ensure_connection()
    postmaster = psutil.Process(connection.connection.info.backend_pid).parent()
    assert postmaster is not None
    own = postmaster.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for process in postmaster.children():
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return float(total)


def process_cpu(pid: int) -> float:
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system)


def table(figures: list[SweepFigure]) -> str:
    lines = [
        f"{'sweep':16} {'ratio':>7} {'floor':>6} {'of cpu':>7} {'rows':>8} {'ms':>9} {'rival ms':>9} {'cpu ms':>8} {'db ms':>8}"
    ]
    for figure in figures:
        floor = FLOORS[figure.operation]
        missed = "  below its floor" if figure.ratio < floor else ""
        lines.append(
            f"{figure.operation:16} {figure.ratio:7.1f} {floor:6} {figure.cpu_ratio:7.1f} {figure.rows:8} {figure.ms:9.3f}"
            f" {figure.rival_ms:9.3f} {figure.cpu_ms:8.3f} {figure.database_ms:8.3f}{missed}"
        )
    return "\n".join(lines)
