"""The sweep: claims the steps that are due and does them in one transaction, a set at a time.

The scheduler rings it, a nudge after a commit, or nobody but `manage.py clock`: whoever comes finds the same rows.
Claimed rows are skipped by whoever comes second, and the unique key of a firing makes a second one impossible.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tracker.history.actions import RECORD
from tracker.kernel.calendar import after_working_time
from tracker.kernel.events import publish
from tracker.kernel.heartbeat import leave_heartbeat
from tracker.kernel.prepared import Row, fetch_rows
from tracker.promises.calendars import calendar_of
from tracker.promises.events import PromisesFired
from tracker.promises.models import Promise, WorkCalendar
from tracker.promises.rules import MINUTE

log = logging.getLogger("tandem.promises")
BATCH = 5_000
SWEEP = "fire_promises"
PATIENCE = timedelta(minutes=10)
"""How long a step that could not be done is left alone."""
CLAIMING = """
WITH claimed AS (
    SELECT id, kind, calendar_id, step, deeds, instants, waits FROM tracker_promise WHERE next_at <= %(at)s {which}
    ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), due AS MATERIALIZED (
    SELECT id, kind, calendar_id, deeds, instants, waits,
           CASE WHEN instants[step + 2] <= %(at)s
                THEN (SELECT count(*) - 1 FROM unnest(instants) instant WHERE instant <= %(at)s)::int ELSE step END AS step
    FROM claimed
)
SELECT step, deeds[step + 1], kind, calendar_id, CASE WHEN instants[step + 2] IS NULL THEN waits[step + 2] END,
       array_agg(id)
FROM due GROUP BY 1, 2, 3, 4, 5
"""
"""The step to do, counted from 0: reminders that are overtaken by a later step are left out, late is no storm."""
FIRE = f"""
WITH made AS (
    UPDATE tracker_promise p SET version = p.version + 1, step = due.step + 1,
        next_at = coalesce(p.instants[due.step + 2], due.upcoming),
        breached_at = CASE WHEN p.deeds[due.step + 1] = 'breach' THEN %(at)s::timestamptz ELSE p.breached_at END
    FROM (
        SELECT id, (%(steps)s::int[])[n] AS step, (%(upcoming)s::timestamptz[])[n] AS upcoming
        FROM unnest(%(promises)s::bigint[], %(sets)s::int[]) AS due (id, n)
    ) due
    WHERE p.id = due.id
    RETURNING p.id, p.version, due.step, p.deeds[due.step + 1] AS deed, coalesce(p.instants[due.step + 1], %(at)s) AS due_at
), firings AS (
    INSERT INTO tracker_firing (promise_id, step, deed, at, due_at)
    SELECT id, step, deed, %(at)s::timestamptz, due_at FROM made
), fresh AS (
    SELECT 'promise' AS subject, id AS subject_id, version, 'system' AS actor, deed || '_promise' AS verb,
           %(at)s::timestamptz AS at, '' AS reason, '{{}}'::jsonb AS changes
    FROM made
) {RECORD}
"""  # noqa: S608  filled in with constants
"""The step is the one read from the row as it was locked: another look at the table would see it as the statement began,
and tell of a step that somebody else has done in the meantime."""
CLAIM, CLAIM_SOME = CLAIMING.format(which=""), CLAIMING.format(which="AND id = ANY(%(only)s::bigint[])")


def fire_due(*, at: datetime, limit: int = BATCH) -> int:
    """Does what is due by now, each set in a transaction of its own; how many steps were done."""
    done, claimed = 0, limit
    while claimed == limit:
        claimed, fired = _fire_set(at, limit)
        done += fired
    leave_heartbeat(SWEEP, at)
    return done


def _fire_set(at: datetime, limit: int, only: Sequence[int] = ()) -> tuple[int, int]:
    """Claims and fires one set, how many were claimed and how many done; where one row breaks it, halves it until that
    row alone is left behind."""
    claimed: list[int] = []
    try:
        with transaction.atomic():
            sets = fetch_rows(CLAIM_SOME if only else CLAIM, {"at": at, "limit": limit, "only": list(only)})
            claimed = [promise for one in sets for promise in one[-1]]
            if claimed:
                _fire(sets, at)
            return len(claimed), len(claimed)
    except Exception as broken:
        if not claimed:
            raise
        if len(claimed) > 1:
            half = len(claimed) // 2
            done = [_fire_set(at, limit, some)[1] for some in (claimed[:half], claimed[half:])]
            return len(claimed), sum(done)
        log.warning("promise %s is left for later: %s", claimed[0], broken)
        Promise.objects.filter(pk=claimed[0]).update(next_at=at + PATIENCE, stuck=f"{type(broken).__name__}: {broken}")
        return 1, 0


def _fire(sets: Sequence[Row], at: datetime) -> None:
    """Each of the sets is a step, its deed, a kind, a calendar, the wait for the step after it or None, the promises."""
    hours = WorkCalendar.objects.in_bulk({calendar for *_deed, calendar, wait, _ids in sets if wait is not None})
    upcoming = [
        None if wait is None else after_working_time(calendar_of(hours[calendar], at.year), at, wait * MINUTE)
        for *_deed, calendar, wait, _ids in sets
    ]
    due = sorted((promise, n) for n, one in enumerate(sets, 1) for promise in one[-1])
    fetch_rows(
        FIRE,
        {
            "at": at,
            "steps": [one[0] for one in sets],
            "upcoming": upcoming,
            "promises": [promise for promise, _n in due],
            "sets": [n for _promise, n in due],
        },
    )
    for deed in dict.fromkeys(one[1] for one in sets):
        alike = [one for one in sets if one[1] == deed]
        kinds = frozenset(one[2] for one in alike)
        promises = tuple(promise for one in alike for promise in one[-1])
        publish(PromisesFired(at=at, deed=deed, kinds=kinds, promises=promises))
