"""A case as the mediator sees it: both positions, the numbers, three rulings to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Value, When
from django.db.models.fields import TextField

from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import (
    Effect,
    Found,
    Outrank,
    TeamList,
    add_to_host,
    find_hosts,
    item_of,
    lacking_for_embedding,
    lists_of,
    outrank_at,
    suggested_weeks,
)
from tracker.backlog.queries.ways import Standing, place_by_score
from tracker.backlog.states import BLOCKING, ItemState
from tracker.escalations.models import Condition, Escalation, Position, Ruling, readable
from tracker.escalations.queries.waiting import stretches_on, waited_on, ways_of
from tracker.escalations.rules import Known, Prefilled, Stretch, prefill_rulings, stall_cost
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.people.access import Viewer
from tracker.people.models import Side, Team, User
from tracker.projects.rules import CONFIDENCE_PERCENT, ZERO
from tracker.promises.models import Kind, Promise

UNDECIDED = (State.FILED, State.NEEDS_INFORMATION)
LOADED = (
    "ask__type",
    "ask__form",
    "ask__area",
    "ask__team",
    "ask__requester__team",
    "raised_by__team",
    "taken_by__team",
    "proposal_by__team",
)


@dataclass(frozen=True)
class Spoken:
    """One side of a case. `text` and `accepts` are empty where the viewer may not read them: then they were not even
    loaded. `silent` when its time ran out."""

    side: str
    holder: User | None
    author: User | None
    written_at: datetime | None
    readable: bool
    text: str
    accepts: Sequence[str]
    due_at: datetime | None
    silent: bool


@dataclass(frozen=True)
class Numbers:
    """What the system knows by itself: `best` could carry it for `weeks`, with this `effect` on the line of `listed`;
    `outrank` names whom a project of its own would push; `waited` by side, and in `stretches`; `stall` is money only where the requester gave it; `payer` is the team whose weeks it takes."""

    effort: Decimal | None
    best: Found | None
    weeks: Decimal | None
    effect: Effect | None
    listed: TeamList | None
    standing: Standing | None
    outrank: Outrank | None
    waited: Mapping[str, Decimal]
    stretches: Sequence[Stretch]
    stall: tuple[Decimal, Decimal] | None
    lacking: Sequence[str]
    item: BacklogItem | None
    payer: str = ""


@dataclass(frozen=True)
class CaseFile:
    """Everything about one case that this viewer may know; `owed` is what runs about its request, due first in front."""

    case: Escalation
    sides: list[Spoken]
    numbers: Numbers
    rulings: list[Ruling]
    conditions: list[Condition]
    options: list[Prefilled]
    owed: list[Promise]

    @property
    def ruling_due_at(self) -> datetime | None:
        return next((one.due_at for one in self.owed if one.source == f"{self.case.key}:{Kind.RULING}"), None)

    @property
    def ruling(self) -> Ruling | None:
        """The newest counts."""
        return self.rulings[0] if self.rulings else None


def case_page(viewer: Viewer, case: Escalation, at: datetime) -> CaseFile:
    """Needs LOADED; nine statements, whatever there is to show."""
    promises = list(
        Promise.objects.filter(matter=f"request:{case.ask_id}")
        .with_lead()
        .select_related("calendar", "holder__team")
        .order_by("started_at", "id")
    )
    sides = _sides(viewer, case, promises)
    numbers, known = _numbers(case.ask, promises, at)
    accepted = {one.side: one.accepts for one in sides}
    return CaseFile(
        case=case,
        sides=sides,
        numbers=numbers,
        rulings=list(Ruling.objects.filter(escalation=case).select_related("ruled_by__team").order_by("-id")[:20]),
        conditions=list(Condition.objects.filter(escalation=case).select_related("owner__team").order_by("id")[:50]),
        options=prefill_rulings(known, accepted),
        owed=sorted((one for one in promises if one.ended_at is None), key=lambda one: one.due_at),
    )


def _sides(viewer: Viewer, case: Escalation, promises: Sequence[Promise]) -> list[Spoken]:
    """What may not be read is left in the database: its text is not among the columns."""
    said = Case(When(readable(viewer), then=F("text")), default=Value(""), output_field=TextField())
    may_read = Case(When(readable(viewer), then=Value(True)), default=Value(False))
    kinds = Case(When(readable(viewer), then=F("accepts")), default=Value([], output_field=_kinds()))
    rows = Position.objects.filter(escalation=case).defer("text", "accepts").select_related("author__team")
    found = {row.side: row for row in rows.annotate(said=said, may_read=may_read, kinds=kinds)}
    spoken = []
    for side in Side.values:
        row = found.get(side)
        owed = _latest(promises, f"{case.key}:{Kind.POSITION}:{side}")
        known: dict[str, Any] = vars(row) if row else {"said": "", "may_read": False, "kinds": []}
        spoken.append(
            Spoken(
                side=side,
                holder=owed.holder if owed else None,
                author=row.author if row else None,
                written_at=row.written_at if row else None,
                readable=known["may_read"],
                text=known["said"],
                accepts=known["kinds"],
                due_at=owed.due_at if owed else None,
                silent=row is None and owed is not None and owed.breached_at is not None,
            )
        )
    return spoken


def _kinds() -> Any:
    return Position._meta.get_field("accepts")


def _latest(promises: Sequence[Promise], source: str) -> Promise | None:
    return next((one for one in reversed(promises) if one.source == source), None)


def _numbers(ask: WorkRequest, promises: Sequence[Promise], at: datetime) -> tuple[Numbers, Known]:
    item = item_of(ask.pk)
    item = item if item and item.live else None
    hosts = find_hosts(ask, at) if item is None else []
    best = next((one for one in hosts if one.host.owner_id and one.host.owner), None)
    weeks = item.added_weeks if item else suggested_weeks(ask.effort_weeks)
    team = item.team_id if item else (best.host.team_id if best else None) or ask.team_id
    listed = lists_of([one for one in (team, ask.team_id) if one is not None], at.date())
    there = listed.get(team or 0)
    host = item.project_id if item else best.host.id if best else None
    effect = add_to_host(there, host, weeks) if there and host and weeks else None
    own = listed.get(ask.team_id or 0)
    lacking = lacking_for_embedding(ask)
    way = ways_of([ask.pk])[ask.pk]
    numbers = Numbers(
        effort=ask.effort_weeks,
        best=best,
        weeks=weeks,
        effect=effect,
        listed=own,
        standing=place_by_score(own, ask) if own else None,
        outrank=outrank_at(own, ask.effort_weeks) if own and ask.effort_weeks and item is None else None,
        waited=waited_on(way, promises, at),
        stretches=stretches_on(way, promises, at),
        stall=_stall(ask, at),
        lacking=lacking,
        item=item,
        payer=there.name if there else own.name if own else "",
    )
    return numbers, _known(ask, numbers, there, team)


def _known(ask: WorkRequest, numbers: Numbers, there: TeamList | None, team: int | None) -> Known:
    """What the rule about prefilled rulings asks for."""
    item, undecided = numbers.item, ask.state in UNDECIDED or ask.contest_open
    if ask.state not in (*UNDECIDED, State.ACCEPTED):
        return Known(undecided=False, declined=ask.state == State.DECLINED)
    if item is not None and item.state in BLOCKING:
        below = not item.project.above
        lift = _lift(there, item.project_id) if below and there else None
        return Known(undecided=undecided, carrier=item.project.key if below else "", lift=lift)
    if item is not None and item.state != ItemState.PROPOSED:
        return Known(undecided=undecided)
    key = ask.team.key if ask.team else ""
    if team is not None and team != ask.team_id:
        key = Team.objects.values_list("key", flat=True).get(pk=team)
    host = item.project.key if item else numbers.best.host.key if numbers.best else ""
    return Known(
        undecided=undecided,
        host="" if numbers.lacking else host,
        weeks=numbers.weeks,
        overflow=numbers.effect.overflow if numbers.effect else ZERO,
        team=key,
        alone=ask.effort_weeks,
    )


def _lift(listed: TeamList, project: int) -> str | None:
    """Behind which project it would just be above the line: "" for the first place, None where it fits nowhere."""
    own = next((row for row in listed.rows if row.id == project), None)
    if own is None:
        return None
    without = replace(listed, rows=[row for row in listed.rows if row.id != project])
    place = outrank_at(without, own.weeks)
    if place is None:
        return None
    return place.after.key if place.after else ""


def _stall(ask: WorkRequest, at: datetime) -> tuple[Decimal, Decimal] | None:
    if ask.value_per_week is None or ask.confidence not in CONFIDENCE_PERCENT or ask.filed_at is None:
        return None
    return stall_cost(ask.value_per_week, CONFIDENCE_PERCENT[ask.confidence], at - ask.filed_at)


def case_of(ask: int) -> Escalation | None:
    """The live case of a request, else its latest one (one statement)."""
    rows = Escalation.objects.filter(ask=ask).order_by(F("ended_at").desc(nulls_first=True), "-id")
    return rows.first()
