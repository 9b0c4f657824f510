"""Items of a roadmap as cards and pages show them: texts and addresses instead of facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from roadmap.products.models import Horizon
from roadmap.products.queries import DelivererRow, Person, PlanRow, Roadmap
from roadmap.products.states import PlanState
from roadmap.web.words import say_empty, say_progress, say_risk, say_unseen, url_of
from tracker.backlog.models import TONES
from tracker.backlog.states import ItemState
from tracker.projects.models import Stage


@dataclass(frozen=True)
class ShownRisk:
    text: str
    url: str


@dataclass(frozen=True)
class ShownDeliverer:
    key: str
    title: str
    url: str
    state: str
    tone: str
    project: bool
    people: tuple[Person, ...]


@dataclass(frozen=True)
class ShownPlan:
    """`move_url` is empty where the viewer may not move it."""

    id: int
    version: int
    title: str
    url: str
    move_url: str
    objective: str
    state: str
    open: bool
    starts_on: date | None
    ends_on: date | None
    progress: str
    percent: int
    counted: bool
    risks: Sequence[ShownRisk]
    unseen_risk: bool
    at_risk: bool
    deliverers: Sequence[ShownDeliverer]
    unseen: str
    people: Sequence[Person]


@dataclass(frozen=True)
class Column:
    """`key` is now, next or later."""

    key: str
    label: str
    empty: str
    plans: Sequence[ShownPlan]


def show_plan(plan: PlanRow, today: date, *, editable: bool) -> ShownPlan:
    is_open = plan.state == PlanState.OPEN
    return ShownPlan(
        id=plan.id,
        version=plan.version,
        title=plan.title,
        url=reverse("plan", args=[plan.id]),
        move_url=reverse("plan-move", args=[plan.id]) if editable and is_open else "",
        objective=plan.objective,
        state=str(PlanState(plan.state).label),
        open=is_open,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        progress=say_progress(plan.progress),
        percent=int(plan.progress.share * 100) if plan.progress else 0,
        counted=plan.progress is not None,
        risks=[ShownRisk(say_risk(risk, today), url_of(risk.key)) for risk in plan.risks],
        unseen_risk=plan.unseen_risk,
        at_risk=plan.at_risk,
        deliverers=[_show_deliverer(one) for one in plan.deliverers],
        unseen=say_unseen(plan.unseen),
        people=plan.people,
    )


def _show_deliverer(one: DelivererRow) -> ShownDeliverer:
    if one.project:
        state, tone = str(Stage(one.state).label), "good" if one.facts.done else "neutral"
    else:
        state, tone = str(ItemState(one.state).label), TONES.get(ItemState(one.state), "neutral")
    if one.facts.below or one.facts.orphaned:
        tone = "bad"
    return ShownDeliverer(one.key, one.title, url_of(one.key), state, tone, one.project, one.people)


def show_columns(roadmap: Roadmap, today: date, *, editable: bool) -> list[Column]:
    return [
        Column(
            str(horizon),
            str(Horizon(horizon).label),
            say_empty(horizon),
            [show_plan(plan, today, editable=editable) for plan in plans],
        )
        for horizon, plans in roadmap.columns
    ]
