"""What waits for the mediator: cases first, then the lines that broken promises left."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import CharField, Count, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from tracker.escalations.models import Condition, Escalation
from tracker.escalations.queries.waiting import waits_of
from tracker.escalations.rules import due_first
from tracker.escalations.states import CaseState, ConditionState
from tracker.people.access import Viewer
from tracker.people.models import Side
from tracker.promises.models import Kind, Promise

MOST = 100


@dataclass(frozen=True)
class DocketRow:
    """A case or a line; `since` it waits, `due_at` the ruling is owed (once it is taken), `spoken` sides of two have
    said what they want, `own` is one that the viewer may not rule on, `broken` one that a broken condition brought back."""

    case: Escalation
    since: datetime
    due_at: datetime | None
    spoken: int
    marketing: Decimal
    technology: Decimal
    own: bool
    broken: bool

    @property
    def title(self) -> str:
        return f"{self.case.key} {self.case.wanted or self.case.ask.title}"

    @property
    def about(self) -> str:
        return f"{self.case.ask.key} {self.case.ask.title}"


@dataclass(frozen=True)
class Docket:
    cases: list[DocketRow]
    lines: list[DocketRow]


def ruling_due() -> Subquery:
    """Until when the ruling on a case is owed; null where nobody promised it."""
    source = Concat(OuterRef("key"), Value(f":{Kind.RULING}"), output_field=CharField())
    return Subquery(Promise.objects.running().filter(source=source).values("due_at")[:1])


def positions_due() -> Subquery:
    """Until when the positions on a case may still come in; null where none is owed, or its time is over."""
    sources = [
        Concat(OuterRef("key"), Value(f":{Kind.POSITION}:{side}"), output_field=CharField()) for side in Side.values
    ]
    owed = Promise.objects.running().filter(source__in=sources, breached_at=None)
    return Subquery(owed.order_by("-due_at").values("due_at")[:1])


def docket_of(viewer: Viewer, at: datetime) -> Docket:
    """Cases, what is due first in front, then lines, the oldest first; what was promised anew keeps off it until then.
    Two statements."""
    rows = Escalation.objects.visible_to(viewer).live().exclude(acknowledged_until__gt=at)
    rows = rows.annotate(
        spoken=Count("positions", distinct=True),
        due_at=ruling_due(),
        since=Coalesce("began_at", "created_at"),
        broken=Exists(Condition.objects.filter(escalation=OuterRef("pk"), state=ConditionState.BROKEN)),
    )
    found = list(
        rows.select_related("ask__team", "taken_by__team", "promise__holder__team").order_by(
            "-state", F("since"), "id"
        )[: 2 * MOST]
    )
    waits = waits_of([case.ask_id for case in found], at)
    listed = [_row(case, waits[case.ask_id], viewer) for case in found]
    cases = [row for row in listed if row.case.state == CaseState.OPEN]
    return Docket(
        cases=sorted(cases, key=lambda row: due_first(row.due_at, row.since, row.case.pk)),
        lines=[row for row in listed if row.case.state == CaseState.DOCKETED],
    )


def _row(case: Escalation, waited: dict[str, Decimal], viewer: Viewer) -> DocketRow:
    known = vars(case)
    return DocketRow(
        case=case,
        since=known["since"],
        due_at=known["due_at"],
        spoken=known["spoken"],
        marketing=waited["marketing"],
        technology=waited["technology"],
        own=viewer.id in case.parties,
        broken=known["broken"],
    )
