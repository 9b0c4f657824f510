"""A roadmap as one viewer may see it, computed from what delivers each item; four statements, however many rows."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from roadmap.products.actions.shares import digest_of
from roadmap.products.models import Horizon, ItemTie, Objective, Product, ProjectTie, RoadmapItem, ShareLink
from roadmap.products.rules import Deliverer, Progress, Risk, RiskKind, progress_of, risks_of
from roadmap.products.states import PlanState
from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ENDED, OUTCOMES, ItemState
from tracker.people.access import Viewer
from tracker.people.models import User
from tracker.projects.models import Effort, Period, Project, Stage

KEY = re.compile(r"^([PI])-?(\d{1,9})$", re.IGNORECASE)
DONE = (ItemState.SHIPPED, *OUTCOMES)


@dataclass(frozen=True)
class Person:
    name: str
    side: str


@dataclass(frozen=True)
class DelivererRow:
    """What delivers an item, as somebody sees it who may: `state` is the value, `project` says which kind it is."""

    key: str
    title: str
    state: str
    project: bool
    above: bool
    facts: Deliverer
    people: tuple[Person, ...]


@dataclass(frozen=True)
class PlanRow:
    """An item of the roadmap; `unseen` counts what delivers it and is not for this viewer. It counts for `progress`;
    of its risks nothing is told but that there is one (`unseen_risk`)."""

    id: int
    product: int
    version: int
    title: str
    horizon: str
    objective: str
    starts_on: date | None
    ends_on: date | None
    state: str
    closed_at: datetime | None
    deliverers: tuple[DelivererRow, ...]
    unseen: int
    progress: Progress | None
    risks: tuple[Risk, ...]
    unseen_risk: bool

    @property
    def at_risk(self) -> bool:
        return bool(self.risks) or self.unseen_risk

    @property
    def people(self) -> list[Person]:
        return list(dict.fromkeys(person for one in self.deliverers for person in one.people))


@dataclass(frozen=True)
class Roadmap:
    product: Product
    objectives: Sequence[Objective]
    plans: Sequence[PlanRow]

    @property
    def open(self) -> list[PlanRow]:
        return [plan for plan in self.plans if plan.state == PlanState.OPEN]

    @property
    def closed(self) -> list[PlanRow]:
        """The latest first."""
        found = [(plan.closed_at, plan) for plan in self.plans if plan.closed_at is not None]
        return [plan for _at, plan in sorted(found, key=lambda one: (one[0], one[1].id), reverse=True)]

    @property
    def columns(self) -> list[tuple[Horizon, list[PlanRow]]]:
        return [(horizon, [plan for plan in self.open if plan.horizon == horizon]) for horizon in Horizon]

    @property
    def at_risk(self) -> int:
        return sum(plan.at_risk for plan in self.open)


def products_seen(viewer: Viewer) -> QuerySet[Product]:
    owners = ("business_owner__team", "delivery_owner__team")
    return Product.objects.visible_to(viewer).select_related(*owners)


def roadmap_of(product: Product, viewer: Viewer | None, today: date) -> Roadmap:
    """Everything about one product's roadmap; the viewer None is whoever holds a link. Four statements."""
    plans = RoadmapItem.objects.filter(product=product).select_related("objective").order_by("rank")
    objectives = list(Objective.objects.filter(product=product))
    return Roadmap(product, objectives, plan_rows(plans, viewer, today))


def plan_rows(plans: QuerySet[RoadmapItem], viewer: Viewer | None, today: date) -> list[PlanRow]:
    """Three statements: the items, the backlog items and the projects that deliver them."""
    found = list(plans)
    tied = _deliverers([plan.pk for plan in found], viewer, today)
    return [_plan_row(plan, tied.get(plan.pk, []), today) for plan in found]


def _plan_row(plan: RoadmapItem, tied: Sequence[tuple[bool, DelivererRow]], today: date) -> PlanRow:
    seen = tuple(row for visible, row in tied if visible)
    everything = [row.facts for _visible, row in tied]
    risks: list[Risk] = []
    told: list[Risk] = []
    if plan.state == PlanState.OPEN:
        risks = risks_of(everything, ends_on=plan.ends_on, today=today)
        shown = set(risks_of([row.facts for row in seen], ends_on=None, today=today))
        told = [risk for risk in risks if risk in shown or risk.kind == RiskKind.LATE]
    return PlanRow(
        id=plan.pk,
        product=plan.product_id,
        version=plan.version,
        title=plan.title,
        horizon=plan.horizon,
        objective=plan.objective.title if plan.objective else "",
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        state=plan.state,
        closed_at=plan.closed_at,
        deliverers=seen,
        unseen=len(tied) - len(seen),
        progress=progress_of(everything),
        risks=tuple(told),
        unseen_risk=len(told) < len(risks),
    )


def _deliverers(plans: Sequence[int], viewer: Viewer | None, today: date) -> dict[int, list[tuple[bool, DelivererRow]]]:
    """By item of the roadmap: may it be seen, and what it is. Projects come first."""
    tied: dict[int, list[tuple[bool, DelivererRow]]] = defaultdict(list)
    for project_tie in _with_host(ProjectTie.objects.filter(plan__in=plans), "project", today).order_by("project__key"):
        tied[project_tie.plan_id].append((True, _project_row(project_tie)))
    seen = Exists(items_seen(viewer).filter(pk=OuterRef("item_id")))
    rows = _with_host(ItemTie.objects.filter(plan__in=plans), "item__project", today).annotate(seen=seen)
    loaded = rows.select_related("item__ask", "item__business_owner__team", "item__delivery_owner__team")
    for item_tie in loaded.order_by("item_id"):
        tied[item_tie.plan_id].append((item_tie.seen, _item_row(item_tie)))
    return tied


def items_seen(viewer: Viewer | None) -> QuerySet[BacklogItem]:
    """Restricted requests are for nobody who holds no more than a link."""
    if viewer is None:
        return BacklogItem.objects.filter(ask__restricted=False)
    return BacklogItem.objects.visible_to(viewer)


def _with_host(ties: QuerySet[Any], path: str, today: date) -> QuerySet[Any]:
    """Each tie with its project, the project's owner, the teams in which it does not fit today, and its effort."""
    running = Period.objects.filter(starts_on__lte=today, ends_on__gte=today).order_by("-starts_on").values("pk")[:1]
    efforts = Effort.objects.filter(project=OuterRef(path))
    short = efforts.filter(fits=False, period=Subquery(running)).order_by("team__name").values("team__name")
    weeks = efforts.order_by().values("project").annotate(sum=Sum(F("weeks") + F("embedded"))).values("sum")
    loaded: QuerySet[Any] = ties.select_related(f"{path}__owner__team")
    told: QuerySet[Any] = loaded.annotate(short=ArraySubquery(short), host_weeks=Subquery(weeks))
    return told


def _below(project: Project, short: list[str]) -> tuple[str, ...]:
    """Without an estimate a project is neither above nor below, and what is over claims its own quarter."""
    return tuple(short) if project.open and not project.above else ()


def _project_row(tie: Any) -> DelivererRow:
    project: Project = tie.project
    facts = Deliverer(
        key=project.key,
        host=project.key,
        done=project.stage == Stage.LAUNCHED,
        ended=project.stage == Stage.DROPPED,
        owned=_answers(project.owner),
        below=_below(project, tie.short),
        weeks=tie.host_weeks,
    )
    people = _people([project.owner])
    return DelivererRow(project.key, project.title, project.stage, True, project.above, facts, people)


def _item_row(tie: Any) -> DelivererRow:
    item: BacklogItem = tie.item
    project = item.project
    maker = item.delivery_owner or project.owner
    facts = Deliverer(
        key=item.key,
        host=project.key,
        done=item.state in DONE,
        ended=item.state in ENDED,
        orphaned=item.orphaned_at is not None,
        owned=_answers(item.business_owner) and _answers(maker),
        below=_below(project, tie.short),
        weeks=item.added_weeks or None,
    )
    people = _people([item.business_owner, maker])
    return DelivererRow(item.key, item.ask.title, item.state, False, project.above, facts, people)


def _answers(owner: User | None) -> bool:
    return owner is not None and owner.is_active


def _people(owners: Iterable[User | None]) -> tuple[Person, ...]:
    return tuple(Person(owner.name, owner.side) for owner in owners if owner is not None)


def deliverer_named(key: str, viewer: Viewer) -> BacklogItem | Project | None:
    """The backlog item or project with this key that the viewer may see ("p6" is P-06)."""
    match = KEY.match(key.strip())
    if match is None:
        return None
    number = int(match[2])
    if match[1].upper() == "P":
        return Project.objects.visible_to(viewer).filter(key=f"P-{number:02d}").first()
    return BacklogItem.objects.visible_to(viewer).filter(key=f"I-{number}").first()


def keys_unseen(keys: Iterable[str], viewer: Viewer) -> set[str]:
    """Which of these keys of backlog items the viewer may not know."""
    asked = {key for key in keys if key.startswith("I-")}
    if not asked:
        return set()
    return asked - set(BacklogItem.objects.visible_to(viewer).filter(key__in=asked).values_list("key", flat=True))


def product_shared(secret: str, at: datetime) -> Product | None:
    """The product that this link opens now; nothing tells why it opens none."""
    open_now = Q(revoked_at=None, expires_at__gt=at)
    owners = ("product__business_owner__team", "product__delivery_owner__team")
    link = ShareLink.objects.filter(open_now, digest=digest_of(secret)).select_related(*owners).first()
    return link.product if link else None


def decimal_share(progress: Progress | None) -> Decimal | None:
    """From 0 to 1 with two digits, for machines."""
    return None if progress is None else round(progress.share, 2)
