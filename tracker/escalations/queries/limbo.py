"""Limbo: requests that nobody decided and that are past due, by team, oldest first, with whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Greatest

from tracker.escalations.models import Escalation
from tracker.escalations.rules import UNDECIDED_TOO_LONG
from tracker.history.models import Entry
from tracker.intake.models import WorkRequest
from tracker.kernel.calendar import NoWorkingTimeError, after_working_time
from tracker.people.access import Viewer
from tracker.promises.calendars import calendar_of
from tracker.promises.models import Deed, Kind, Promise, WorkCalendar, next_deed
from tracker.promises.rules import MINUTE
from tracker.promises.states import PromiseState

MOST = 200
LOOKED_BACK = timedelta(days=90)
WEEKS = 12
UNDECIDED = (Kind.TRIAGE, Kind.DECISION, Kind.REPLY)
"""What is owed about a request that nobody decided."""


@dataclass(frozen=True)
class LimboRow:
    """`days` since it was filed; `holder` owes the `kind` that was due first, at `due_at`; `next_deed` of its clock says
    who is asked next, nobody where it is empty; `case` is where it is stuck, `to_coo_at` when it gets there by itself:
    at the end of its clock, or after 90 days."""

    key: str
    title: str
    team: str
    team_key: str
    filed_at: datetime
    days: int
    holder: str
    side: str
    kind: str
    due_at: datetime
    next_deed: str
    case: str
    to_coo_at: datetime | None


@dataclass(frozen=True)
class TeamLimbo:
    """A team with what waits in it; `in_time` of `of` decisions of the last 90 days came in time."""

    key: str
    name: str
    rows: list[LimboRow]
    in_time: int
    of: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.in_time / self.of) if self.of else None


@dataclass(frozen=True)
class Limbo:
    teams: list[TeamLimbo]

    @property
    def rows(self) -> list[LimboRow]:
        return [row for team in self.teams for row in team.rows]

    @property
    def median(self) -> int | None:
        days = sorted(row.days for row in self.rows)
        return days[len(days) // 2] if days else None


def limbo_list(viewer: Viewer, at: datetime) -> Limbo:
    """Three statements; only requests that the viewer may see are listed or counted."""
    rows: dict[str, list[LimboRow]] = {}
    names: dict[str, str] = {}
    found = list(past_due(viewer, at).order_by("filed_at", "id")[:MOST])
    hours = WorkCalendar.objects.in_bulk({vars(ask)["late_hours"] for ask in found})
    for ask in found:
        row = _row(ask, hours, at)
        rows.setdefault(row.team_key, []).append(row)
        names[row.team_key] = row.team
    counted = {key: (name, in_time, of) for key, name, in_time, of in _counts(viewer, at)}
    names |= {key: name for key, (name, _in_time, _of) in counted.items()}
    teams = [TeamLimbo(key, name, rows.get(key, []), *counted.get(key, ("", 0, 0))[1:]) for key, name in names.items()]
    return Limbo(sorted(teams, key=lambda team: (-len(team.rows), team.name)))


def matter_of(name: str | OuterRef) -> Concat:
    """What a promise about a request names as its matter."""
    return Concat(Value("request:"), Cast(name, CharField()), output_field=CharField())


def past_due(viewer: Viewer, at: datetime) -> QuerySet[WorkRequest]:
    """Undecided, with an answer that was due before now; annotated with the one that was due first."""
    late = Promise.objects.running().filter(matter=matter_of(OuterRef("pk")), due_at__lt=at).order_by("due_at", "id")
    rows = WorkRequest.objects.visible_to(viewer).undecided().select_related("team")
    cases = Escalation.objects.filter(ask=OuterRef("pk"))
    returns = Entry.objects.filter(subject="request", subject_id=OuterRef("pk"), verb="return_request")
    return rows.annotate(
        undecided_from=Greatest(
            "filed_at",
            Subquery(cases.filter(ended_at__isnull=False).order_by("-ended_at").values("ended_at")[:1]),
            Subquery(returns.order_by("-version").values("at")[:1]),
        ),
        late_at=Subquery(late.values("due_at")[:1]),
        late_kind=Subquery(late.values("kind")[:1]),
        late_side=Subquery(late.values("side")[:1]),
        late_holder=Subquery(late.values("holder__name")[:1]),
        late_deeds=Subquery(late.values("deeds")[:1]),
        late_step=Subquery(late.values("step")[:1]),
        late_next=Subquery(late.values("next_at")[:1]),
        late_waits=Subquery(late.values("waits")[:1]),
        late_hours=Subquery(late.values("calendar")[:1]),
        case_key=Subquery(cases.live().values("key")[:1]),
    ).filter(late_at__isnull=False)


def _row(ask: WorkRequest, hours: Mapping[int, WorkCalendar], at: datetime) -> LimboRow:
    known = vars(ask)
    filed = ask.filed_at or ask.created_at
    return LimboRow(
        key=ask.key,
        title=ask.title,
        team=ask.team.name if ask.team else "",
        team_key=ask.team.key if ask.team else "",
        filed_at=filed,
        days=(at - filed).days,
        holder=known["late_holder"] or (ask.team.name if ask.team else ""),
        side=known["late_side"] or "",
        kind=known["late_kind"],
        due_at=known["late_at"],
        next_deed=next_deed(known["late_deeds"], known["late_step"], known["late_next"]),
        case=known["case_key"] or "",
        to_coo_at=None if known["case_key"] else _to_coo_at(known, hours[known["late_hours"]], at),
    )


def _to_coo_at(known: Mapping[str, Any], hours: WorkCalendar, at: datetime) -> datetime:
    """When the last step of its clock puts it on the docket, or 90 days without a decision make it a case: whichever
    comes first, and now where a sweep is about to."""
    aged: datetime = known["undecided_from"] + UNDECIDED_TOO_LONG
    climbed = _docket_at(known, hours, at)
    return max(at, aged if climbed is None else min(aged, climbed))


def _docket_at(known: Mapping[str, Any], hours: WorkCalendar, at: datetime) -> datetime | None:
    """None where the clock has nothing left to do, or where its hours end no step."""
    deeds, step, then = known["late_deeds"], known["late_step"], known["late_next"]
    if then is None or Deed.DOCKET not in deeds[step:]:
        return None
    breach = deeds.index(Deed.BREACH)
    if step < breach:
        step, then = breach, known["late_at"]
    try:
        for wait in known["late_waits"][step + 1 : deeds.index(Deed.DOCKET) + 1]:
            then = after_working_time(calendar_of(hours, at.year), then, wait * MINUTE)
    except NoWorkingTimeError:
        return None
    moment: datetime = then
    return moment


def _counts(viewer: Viewer, at: datetime) -> list[tuple[str, str, int, int]]:
    """(team, name, decided in time, all that were decided or should have been) of the last 90 days."""
    seen = WorkRequest.objects.visible_to(viewer).annotate(matter=matter_of("pk")).order_by().values("matter")
    decided = Q(state=PromiseState.KEPT, ended_at__gt=at - LOOKED_BACK)
    late = Q(state=PromiseState.RUNNING, breached_at__isnull=False)
    rows = Promise.objects.filter(decided | late, kind=Kind.DECISION, team__isnull=False, matter__in=seen)
    in_time = Count("pk", filter=Q(state=PromiseState.KEPT, breached_at=None, ended_at__lte=F("due_at")))
    counted = rows.order_by().values("team__key", "team__name").annotate(in_time=in_time, of=Count("pk"))
    return [(row["team__key"], row["team__name"], row["in_time"], row["of"]) for row in counted]


def limbo_weeks(viewer: Viewer, at: datetime) -> list[tuple[datetime, int]]:
    """How many undecided requests were past due then: weeks ago, until now (one statement)."""
    instants = [at - timedelta(weeks=back) for back in range(WEEKS, -1, -1)]
    seen = WorkRequest.objects.visible_to(viewer).annotate(matter=matter_of("pk")).order_by().values("matter")
    owed = Q(state=PromiseState.RUNNING) | Q(ended_at__gt=instants[0])
    rows = Promise.objects.filter(owed, kind__in=UNDECIDED, due_at__lt=at, matter__in=seen)
    counted = rows.aggregate(
        **{
            f"week{place}": Count(
                "matter", distinct=True, filter=Q(due_at__lt=then) & (Q(ended_at=None) | Q(ended_at__gt=then))
            )
            for place, then in enumerate(instants)
        }
    )
    return [(then, counted[f"week{place}"]) for place, then in enumerate(instants)]
