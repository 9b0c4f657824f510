"""A sweeper of the chaos: python -m tests.faults.sweeper [--failpoint NAME] [--sabotage NAME] [--shift SECONDS].

The product knows neither failpoints nor sabotage: both are put in here, from outside, into the functions it calls.
"""

import argparse
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection, transaction
from redis import Redis

from tracker.kernel import clock

PAUSE = 0.05
KILLED_BEFORE_TELLING = 2
FAILPOINTS = ("claimed", "fired", "told", "committed", "recorded")
SABOTAGE = ("no_lock", "tell_later", "local_time", "needs_broker")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_after(function: Callable[..., Any], when: Callable[..., bool]) -> Callable[..., Any]:
    def doomed(*args: Any, **more: Any) -> Any:
        answer = function(*args, **more)
        if when(answer, *args):
            die()
        return answer

    return doomed


def set_failpoint(name: str, firing: Any) -> None:
    """Where a process that does something is killed: after the claim, the firing, the word, the record, the commit."""
    if name == "claimed":
        firing.fetch_rows = dies_after(firing.fetch_rows, lambda rows, sql, _values: sql == firing.CLAIM and bool(rows))
    elif name == "fired":
        firing.fetch_rows = dies_after(firing.fetch_rows, lambda _rows, sql, _values: sql == firing.FIRE)
    elif name == "told":
        firing.publish = dies_after(firing.publish, lambda _none, _event: True)
    elif name == "recorded":
        firing.leave_heartbeat = dies_after(firing.leave_heartbeat, lambda _none, _name, _at: True)
    elif name == "committed":
        firing._fire_set = dies_after(firing._fire_set, lambda counts, *_given: counts[1] > 0)


def sabotage(name: str, firing: Any) -> None:
    """Breaks one guarantee, so that the harness can show that it would see it."""
    if name == "no_lock":
        firing.CLAIM = firing.CLAIM.replace("FOR UPDATE SKIP LOCKED", "")
        slow = firing.fetch_rows

        # Long enough for another sweeper to claim the same rows.
        def fetch_slowly(sql: str, values: Any) -> Any:
            rows = slow(sql, values)
            time.sleep(PAUSE if sql == firing.CLAIM and rows else 0)
            return rows

        firing.fetch_rows = fetch_slowly
    elif name == "tell_later":
        publish, count = firing.publish, itertools.count(1)

        def tell(event: Any) -> None:
            if next(count) % KILLED_BEFORE_TELLING == 0:
                die()
            publish(event)

        firing.publish = lambda event: transaction.on_commit(lambda: tell(event))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--failpoint", choices=FAILPOINTS, default="")
    parser.add_argument("--sabotage", choices=SABOTAGE, default="")
    parser.add_argument("--shift", type=float, default=0)
    given = parser.parse_args()
    django.setup()
    from tracker.promises.actions import firing  # noqa: PLC0415  it needs the apps

    sabotage(given.sabotage, firing)
    set_failpoint(given.failpoint, firing)
    while True:
        try:
            if given.sabotage == "needs_broker":
                Redis.from_url(settings.REDIS_URL, socket_timeout=1).ping()
            local = datetime.now(UTC) + timedelta(seconds=given.shift)
            firing.fire_due(at=local if given.sabotage == "local_time" else clock.now(), limit=50)
        except (OperationalError, OSError):
            connection.close()
        except Exception as broken:
            print(f"{type(broken).__name__}: {broken}", file=sys.stderr)
            connection.close()
        close_old_connections()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
