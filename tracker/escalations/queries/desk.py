"""The cases that wait for one person: to rule on, to speak in, to settle, to keep a condition of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject

from tracker.escalations.models import Condition, Escalation, Position, RulingKind, readable
from tracker.escalations.queries.waiting import waits_of
from tracker.escalations.states import CaseState, ConditionState
from tracker.people.access import Power, Viewer, may
from tracker.people.models import Side

MOST = 50
MIDDLE_FIRST = (RulingKind.COMPROMISE, RulingKind.GRANT, RulingKind.DENY)


@dataclass(frozen=True)
class OnDesk:
    """`rules`: the viewer may rule on it; `both` is the ruling that both sides would accept, as far as the viewer may
    know; `settles`: the other side's proposal is the viewer's to confirm; `broken`: it came back with a broken
    condition; `waited` by side, of cases to rule on."""

    case: Escalation
    rules: bool
    both: str
    settles: bool
    broken: bool
    waited: Mapping[str, Decimal]


def cases_at(viewer: Viewer, keys: Collection[str], at: datetime) -> list[OnDesk]:
    """What waits for the viewer, and the cases with these keys, the oldest first. One statement, two more where there is
    something to rule on."""
    positions = Position.objects.filter(readable(viewer), escalation=OuterRef("pk"))
    broken = Condition.objects.filter(escalation=OuterRef("pk"), state=ConditionState.BROKEN)
    returned = Q(state=CaseState.DOCKETED, broken=True) if may(viewer, Power.RULE) else Q(pk=None)
    wanted = Q(key__in=keys) | Q(pk__in=Escalation.objects.before(viewer)) | _to_settle(viewer) | returned
    rows = Escalation.objects.visible_to(viewer).annotate(
        accepted=ArraySubquery(positions.values_list(JSONObject(side="side", kinds="accepts"))), broken=Exists(broken)
    )
    found = list(rows.filter(wanted).select_related("ask", "proposal_by").order_by("began_at", "id")[:MOST])
    rules = {case.pk for case in found if _may_rule(viewer, case)}
    waits = waits_of([case.ask_id for case in found if case.pk in rules], at) if rules else {}
    return [
        OnDesk(
            case=case,
            rules=case.pk in rules,
            both=_both(vars(case)["accepted"]),
            settles=_settles(viewer, case),
            broken=vars(case)["broken"] and case.state == CaseState.DOCKETED,
            waited=waits.get(case.ask_id, {}),
        )
        for case in found
    ]


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
