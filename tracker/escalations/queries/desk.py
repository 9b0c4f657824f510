"""The cases that wait for one person: to rule on, to speak in, to settle, to keep a condition of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from tracker.escalations.models import Condition, Escalation, Position, Ruling, RulingKind, readable
from tracker.escalations.queries.docket import positions_due, ruling_due
from tracker.escalations.queries.waiting import waits_of
from tracker.escalations.rules import due_first
from tracker.escalations.states import CaseState, ConditionState
from tracker.people.access import Power, Viewer, may
from tracker.people.models import Side

MOST, OWN = 50, 3
MIDDLE_FIRST = (RulingKind.COMPROMISE, RulingKind.GRANT, RulingKind.DENY)


@dataclass(frozen=True)
class Ruled:
    """What the viewer ruled; of sending back, `kind` says so."""

    kind: str
    sentence: str
    at: datetime


@dataclass(frozen=True)
class OnDesk:
    """`rules`: the viewer may rule on it; `both` is the ruling that both sides would accept, as far as the viewer may
    know; `settles`: the other side's proposal is the viewer's to confirm; `broken`: it came back with a broken
    condition; `waited` by side, of cases to rule on; `heard_by` is until when positions may still come in, None where nobody
    owes one any more; `due_at` is until when somebody promised to rule; `ruled` is there on
    the latest that the viewer ruled on, which wait for nobody."""

    case: Escalation
    rules: bool
    both: str
    settles: bool
    broken: bool
    waited: Mapping[str, Decimal]
    heard_by: datetime | None
    due_at: datetime | None
    ruled: Ruled | None


def cases_at(viewer: Viewer, keys: Collection[str], at: datetime) -> list[OnDesk]:
    """What waits for the viewer, the cases with these keys, and the latest that the viewer ruled on, in the order of the
    docket. One statement, two more where there is something to rule on."""
    positions = Position.objects.filter(readable(viewer), escalation=OuterRef("pk"))
    broken = Condition.objects.filter(escalation=OuterRef("pk"), state=ConditionState.BROKEN)
    returned = Q(state=CaseState.DOCKETED, broken=True) if may(viewer, Power.RULE) else Q(pk=None)
    own = Ruling.objects.filter(ruled_by=viewer.id).order_by("-id")
    ruled = Q(pk__in=own.values("escalation")[:OWN]) if may(viewer, Power.RULE) else Q(pk=None)
    wanted = Q(key__in=keys) | Q(pk__in=Escalation.objects.before(viewer)) | _to_settle(viewer) | returned | ruled
    rows = Escalation.objects.visible_to(viewer).annotate(
        accepted=ArraySubquery(positions.values_list(JSONObject(side="side", kinds="accepts"))),
        broken=Exists(broken),
        due_at=ruling_due(),
        heard_by=positions_due(),
        ruled=Subquery(
            own.filter(escalation=OuterRef("pk")).values(
                one=JSONObject(kind="kind", sentence="sentence", at="ruled_at")
            )[:1]
        ),
    )
    found = list(rows.filter(wanted).select_related("ask", "proposal_by").order_by("began_at", "id")[:MOST])
    rules = {case.pk for case in found if _may_rule(viewer, case)}
    waits = waits_of([case.ask_id for case in found if case.pk in rules], at) if rules else {}
    desk = [
        OnDesk(
            case=case,
            rules=case.pk in rules,
            both=_both(vars(case)["accepted"]),
            settles=_settles(viewer, case),
            broken=vars(case)["broken"] and case.state == CaseState.DOCKETED,
            waited=waits.get(case.ask_id, {}),
            heard_by=vars(case)["heard_by"],
            due_at=vars(case)["due_at"],
            ruled=_read_ruled(vars(case)["ruled"]) if may(viewer, Power.RULE) else None,
        )
        for case in found
    ]
    return sorted(desk, key=lambda one: due_first(one.due_at, one.case.began_at or one.case.created_at, one.case.pk))


def _read_ruled(told: Mapping[str, str] | None) -> Ruled | None:
    return Ruled(told["kind"], told["sentence"], datetime.fromisoformat(told["at"])) if told else None


def _may_rule(viewer: Viewer, case: Escalation) -> bool:
    return may(viewer, Power.RULE) and case.state == CaseState.OPEN and viewer.id not in case.parties


def _to_settle(viewer: Viewer) -> Q:
    """Open cases that the other side would settle, in which the viewer may speak for their own."""
    if viewer.side not in Side.values:
        return Q(pk=None)
    return Q(state=CaseState.OPEN, parties__contains=[viewer.id]) & ~Q(proposal_side__in=["", viewer.side])


def _settles(viewer: Viewer, case: Escalation) -> bool:
    speaks = viewer.side in Side.values and may(viewer, Power.STATE_POSITION, case.ties)
    return speaks and case.state == CaseState.OPEN and case.proposal_side not in ("", viewer.side)


def _both(accepted: Collection[Mapping[str, list[str]]]) -> str:
    kinds = [set(one["kinds"]) for one in accepted]
    if len(kinds) < len(Side.values):
        return ""
    shared = set.intersection(*kinds)
    return next((str(kind) for kind in MIDDLE_FIRST if kind in shared), "")
