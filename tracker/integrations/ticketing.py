"""Old tickets come in as they are: no requests yet, but groups to decide about. A second import adds only new ones."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from tracker.history.actions import Fact, record
from tracker.integrations.findings.tickets import (
    Taking,
    Ticket,
    is_json,
    read_list,
    tickets_of_list,
    tickets_of_table,
)
from tracker.integrations.jira_csv.dates import DateOrder, Order
from tracker.integrations.jira_csv.errors import Unreadable
from tracker.integrations.jira_csv.issues import read_order
from tracker.integrations.jira_csv.reader import read_table
from tracker.integrations.models import ImportRun, PlannedRequest
from tracker.integrations.places import read_places
from tracker.integrations.planned import PlannedLine, count_planned, next_planned, write_plan
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Viewer

BATCH_TICKETS = 5_000
KNOWN = """
UPDATE tracker_plannedrequest p SET outcome = 'exists', reason = 'known_ticket', ask_id = t.ask_id
FROM tracker_oldticket t
WHERE p.run_id = %s AND NOT p.written AND p.outcome = 'new' AND t.source = %s AND t.external_id = p.external_id
"""
ADD = """
INSERT INTO tracker_oldticket (version, source, external_id, run_id, title, text, status, url, template, issue, "group",
                               opened_on, outcome, reason, raw)
SELECT 1, %s, p.external_id, p.run_id, p.title, p.values->>'text', p.values->>'status', p.values->>'url',
       p.values->>'template', p.values->>'issue', p."group", (p.values->>'opened_on')::date, '', '',
       jsonb_build_object('row', p.number)
FROM tracker_plannedrequest p WHERE p.id = ANY(%s) ORDER BY p.external_id
ON CONFLICT (source, external_id) DO NOTHING RETURNING id, external_id, title
"""
WRITTEN = "UPDATE tracker_plannedrequest SET written = true WHERE id = ANY(%s) AND external_id = ANY(%s)"


def plan_tickets(run: ImportRun, content: bytes, *, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """Writes the planned rows of the run anew; the counts of the report. Raises Unreadable."""
    tickets, order = read_tickets(content, run)
    write_plan(run, map(_plan_line, tickets))
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [run.pk, run.source])
    return count_planned(run) | {"date_order": order.order}


def read_tickets(content: bytes, run: ImportRun) -> tuple[Iterable[Ticket], DateOrder]:
    """A GitHub list or a Jira export, by what the file is. Raises Unreadable."""
    places = read_places().words
    closed = run.mapping.get("closed", True)
    if is_json(content):
        order = DateOrder("day_first", "shown")
        return tickets_of_list(read_list(content), Taking(closed, order, places)), order
    table = read_table(content, chosen=run.columns)
    if table.columns.missing:
        raise Unreadable("columns_missing")
    said: Order | None = run.mapping.get("date_order") or None
    order = DateOrder(said, "shown") if said else read_order(table)
    return tickets_of_table(table, Taking(closed, order, places)), order


def _plan_line(ticket: Ticket) -> PlannedLine:
    outcome = ticket.outcome or PlannedRequest.Outcome.NEW
    group = "" if ticket.outcome else ticket.group.key
    values = {
        "text": ticket.text,
        "status": ticket.status,
        "url": ticket.url,
        "template": ticket.group.template,
        "issue": ticket.group.issue,
        "opened_on": ticket.opened_on and ticket.opened_on.isoformat(),
    }
    return PlannedLine(
        ticket.number, ticket.external_id, group, ticket.title, outcome, ticket.reason, values, ticket.doubts
    )


def write_tickets(run: ImportRun, *, viewer: Viewer, at: datetime) -> int:
    """Keeps the next batch; how many rows it took, 0 when none is left."""
    batch = next_planned(run, BATCH_TICKETS)
    if not batch:
        return 0
    ids = [one.pk for one in batch]
    added = fetch_rows(ADD, [run.source, ids])
    record(
        actor=viewer.key,
        at=at,
        facts=[
            Fact("old-ticket", number, 1, "add_old_ticket", "", {"key": [None, key], "title": [None, title]})
            for number, key, title in added
        ],
    )
    fetch_rows(WRITTEN, [ids, [key for _number, key, _title in added]])
    if len(added) < len(batch):
        fetch_rows(KNOWN, [run.pk, run.source])
    return len(batch)
