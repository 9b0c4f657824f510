"""What findings and old tickets share: planned rows are written in sets and counted in one statement."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import orjson
from django.db import connection

from tracker.integrations.jira_csv.issues import Doubt
from tracker.integrations.models import ImportRun, PlannedRequest

LONGEST = 200
MANY_ROWS = 1_000
SET = 2_000
COLUMNS = 'run_id, number, external_id, "group", title, outcome, reason, values, raw, doubts, written'
COUNT = """
SELECT count(*), count(*) FILTER (WHERE outcome = 'new'), count(*) FILTER (WHERE outcome = 'below'),
       count(*) FILTER (WHERE outcome = 'exists'), count(*) FILTER (WHERE outcome = 'skipped'),
       count(*) FILTER (WHERE outcome = 'unclear'), count(*) FILTER (WHERE doubts <> '[]'),
       count(*) FILTER (WHERE doubts @> '[["date_unclear"]]'), count(*) FILTER (WHERE written AND outcome = 'new'),
       count(DISTINCT "group") FILTER (WHERE outcome = 'new'), count(*) FILTER (WHERE reason = 'pull_request'),
       count(*) FILTER (WHERE outcome = 'new' AND values->>'area' IS NULL)
FROM tracker_plannedrequest WHERE run_id = %s
"""
COUNTED = (
    *("rows", "new", "below", "exists", "skipped", "unclear", "doubtful", "dates_unclear", "written", "groups"),
    *("pull_requests", "without_area"),
)


class PlannedLine(NamedTuple):
    """One row of a plan, in the order of COLUMNS."""

    number: int
    external_id: str
    group: str
    title: str
    outcome: str
    reason: str
    values: dict[str, Any]
    doubts: Sequence[Doubt]


def write_plan(run: ImportRun, lines: Iterable[PlannedLine]) -> int:
    """Puts these rows in the place of those that the run had; how many they are."""
    PlannedRequest.objects.filter(run=run).delete()
    written, waiting = 0, iter(lines)
    with connection.cursor() as cursor:
        # Rows are made ready before they are sent: no statement is to last as long as the reading of a whole file.
        while some := list(islice(waiting, SET)):
            written += len(some)
            with cursor.copy(f"COPY tracker_plannedrequest ({COLUMNS}) FROM STDIN") as copy:
                for line in some:
                    values = orjson.dumps(line.values).decode()
                    copy.write_row((run.pk, *line[:6], values, "[]", _doubts_of(line), False))
        # Without fresh statistics the database takes a new run for an empty one and reads all rows for each batch.
        if written > MANY_ROWS:
            cursor.execute("ANALYZE tracker_plannedrequest, tracker_finding, tracker_oldticket")
    return written


def _doubts_of(line: PlannedLine) -> str:
    if not line.doubts:
        return "[]"
    return orjson.dumps([[one.code, one.what[:LONGEST], one.read[:LONGEST]] for one in line.doubts]).decode()


def count_planned(run: ImportRun) -> dict[str, Any]:
    """What becomes of the rows, as far as it is known now (one statement); `to_write` is what a run would write."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [run.pk])
        counts = dict(zip(COUNTED, map(int, cursor.fetchone()), strict=True))
    return counts | {"to_write": counts["new"]}


def next_planned(run: ImportRun, most: int) -> list[PlannedRequest]:
    """The rows to be written next, in the order of the file."""
    waiting = PlannedRequest.objects.filter(run=run, outcome=PlannedRequest.Outcome.NEW, written=False)
    return list(waiting.order_by("number")[:most])
