"""Whether every promise that should have fired has; what is owed around somebody; and the zone of the firm."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, Q, Subquery

from tracker.people.access import Role, Viewer
from tracker.people.models import Firm, Level, User
from tracker.promises.calendars import calendar_of
from tracker.promises.models import Policy, Promise, WorkCalendar
from tracker.promises.rules import Terms, draw_plan
from tracker.promises.words import hours_of_team

MOST = 300
GRACE = timedelta(minutes=5)
"""A step that is overdue by more than this was not swept."""
AUDIT = """
SELECT (SELECT count(*) FROM tracker_promise WHERE next_at < %(late)s),
       (SELECT min(next_at) FROM tracker_promise WHERE next_at IS NOT NULL),
       (SELECT count(*) FROM tracker_promise WHERE stuck <> '' AND state = 'running'),
       (SELECT count(*) FROM tracker_promise WHERE state = 'running' AND next_at IS NULL
            AND step < cardinality(deeds)),
       (SELECT count(*) FROM tracker_firing f WHERE f.at < f.due_at),
       (SELECT count(*) FROM tracker_promise WHERE breached_at IS NOT NULL AND NOT EXISTS
            (SELECT FROM tracker_firing f WHERE f.promise_id = tracker_promise.id AND f.deed = 'breach')),
       (SELECT count(*) FROM tracker_promise p WHERE p.version <>
            (SELECT count(*) FROM tracker_entry e WHERE e.subject = 'promise' AND e.subject_id = p.id)),
       (SELECT at FROM tracker_heartbeat WHERE name = 'fire_promises'),
       (SELECT count(*) FROM tracker_promise WHERE state = 'running'),
       (SELECT count(*) FROM tracker_promise WHERE state = 'running' AND breached_at IS NOT NULL)
"""


@dataclass(frozen=True)
class Audit:
    """What should have happened and has not: all but the last four are 0 in a healthy installation.

    `overdue`: steps more than five minutes late; `stuck`: steps that raised; `stalled`: running without a next step;
    `early`: fired before due; `unfired`: broken without a firing; `unrecorded`: versions without history.
    """

    overdue: int
    stuck: int
    stalled: int
    early: int
    unfired: int
    unrecorded: int
    oldest: datetime | None
    last_sweep: datetime | None
    running: int
    broken: int

    @property
    def faults(self) -> dict[str, int]:
        named = ("overdue", "stuck", "stalled", "early", "unfired", "unrecorded")
        return {name: count for name in named if (count := getattr(self, name))}


def audit_promises(at: datetime) -> Audit:
    """Asks the database alone (one statement), so that it answers while every worker is dead."""
    with connection.cursor() as cursor:
        cursor.execute(AUDIT, {"late": at - GRACE})
        overdue, oldest, stuck, stalled, early, unfired, unrecorded, last, running, broken = cursor.fetchone()
    return Audit(overdue, stuck, stalled, early, unfired, unrecorded, oldest, last, running, broken)


def oldest_overdue(at: datetime) -> datetime | None:
    """When the step that waits longest was due, if it is more than five minutes late."""
    due = Promise.objects.filter(next_at__lt=at - GRACE).order_by("next_at").values_list("next_at", flat=True)
    return due.first()


def owed_around(viewer: Viewer, asks: Collection[int]) -> list[Promise]:
    """What runs that is the viewer's to keep, and what others owe about these requests; what is due first in front, with
    who leads its holder (one statement). The requests are ones that the viewer sees."""
    about = Q(matter__in=[f"request:{ask}" for ask in asks])
    rows = Promise.objects.running().filter(about | Q(pk__in=Promise.objects.running().owed_by(viewer)))
    return list(rows.with_lead().select_related("holder__team").order_by("due_at", "id")[:MOST])


@dataclass(frozen=True)
class Term:
    """How an answer would be owed if it were asked for now: by whom, within how many working days, and who hears first
    if it does not come (`lead`, empty where that is the holder)."""

    days: Decimal
    holder: str
    lead: str


def term_of(kind: str, *, holder: int | None, team: int | None) -> Term | None:
    """None where no clock runs (one statement). Nobody named means the lead of the team, as settle_promises has it."""
    leads = User.objects.filter(is_active=True, roles__contains=[str(Role.LEAD)]).order_by("id")
    person = User.objects.filter(is_active=True, pk=holder or 0)
    home = Q(team__in=person.values("team")) if holder else Q(team=team or 0)
    first = leads.filter(home).exclude(pk=holder or 0)
    rows = Policy.objects.filter(Exists(Firm.objects.exclude(level=Level.START)), kind=kind).annotate(
        who=Subquery((person if holder else first).values("name")[:1]), lead=Subquery(first.values("name")[:1])
    )
    found = rows.values_list("days", "who", "lead").first()
    if found is None:
        return None
    days, who, lead = found
    return Term(days, who or "", (lead or "") if holder else "")


def due_when(kind: str, *, team: int | None, at: datetime) -> datetime | None:
    """Until when an answer that is promised now would be owed, in the hours of that team; None where no clock runs (two
    statements)."""
    rows = Policy.objects.filter(Exists(Firm.objects.exclude(level=Level.START)), kind=kind)
    days = rows.values_list("days", flat=True).first()
    if days is None:
        return None
    calendar = calendar_of(hours_of_team(team), at.year)
    return draw_plan(Terms(days, (), Decimal(0), Decimal(0)), calendar, at).due_at


def firm_zone() -> ZoneInfo:
    """Of the firm's own hours, for readers who have none of their own (one statement)."""
    zone = WorkCalendar.objects.filter(team=None).values_list("zone", flat=True).first()
    return ZoneInfo(zone or "UTC")
