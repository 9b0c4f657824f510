"""Verbs of the items of a roadmap. A move is a command; its result is a permutation of the column."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, QuerySet
from django.utils.translation import gettext_lazy as _

from roadmap.products.models import Horizon, ItemTie, Objective, Origin, Product, ProjectTie, RoadmapItem
from roadmap.products.states import PLAN, PlanState
from tracker.backlog.models import BacklogItem
from tracker.history.actions import Fact, add_row, change_row, check_version, record, stale
from tracker.kernel.errors import Invalid, NotFound, Refused
from tracker.kernel.ranks import balanced_keys, key_between, needs_rebalance
from tracker.people.access import Power, Viewer, require
from tracker.projects.models import Project

DEAL = """
UPDATE roadmap_roadmapitem plan SET rank = dealt.rank
FROM unnest(%s::bigint[], %s::text[]) AS dealt (id, rank) WHERE plan.id = dealt.id
"""


@transaction.atomic
def add_roadmap_item(
    *,
    actor: Viewer,
    at: datetime,
    product: Product,
    title: str,
    horizon: str = Horizon.LATER,
    objective: Objective | None = None,
    origin: str = Origin.OTHER,
    note: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> RoadmapItem:
    """It becomes the last of its horizon."""
    require(actor, Power.EDIT_ROADMAP, product.ties)
    _refuse_foreign(product, objective)
    _refuse_backwards(starts_on, ends_on)
    _lock(product.pk)
    column = _column(product.pk, horizon)
    plan = RoadmapItem(
        product=product,
        objective=objective,
        title=title,
        horizon=horizon,
        rank=_rank_behind(column, len(column)),
        origin=origin,
        note=note,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    add_row(plan, actor=actor.key, at=at, verb="add_roadmap_item")
    return plan


@transaction.atomic
def edit_roadmap_item(
    *, actor: Viewer, at: datetime, plan: RoadmapItem, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds title, objective, origin, note, starts_on and ends_on; needs `product` loaded."""
    require(actor, Power.EDIT_ROADMAP, plan.ties)
    PLAN.next(plan.state, "edit")
    _refuse_foreign(plan.product, changes.get("objective"))
    _refuse_backwards(changes.get("starts_on", plan.starts_on), changes.get("ends_on", plan.ends_on))
    change_row(plan, actor=actor.key, at=at, verb="edit_roadmap_item", changes=changes, expected=expected)


@transaction.atomic
def move_roadmap_item(
    *,
    actor: Viewer,
    at: datetime,
    plan: RoadmapItem,
    horizon: str,
    after: RoadmapItem | None = None,
    expected: int | None = None,
) -> tuple[str, int | None] | None:
    """Puts the item into a horizon, right behind another one of it or first (None). Needs `product` loaded.

    Its former horizon and the id of the item that it followed there are what moving it back takes; None where nothing
    moved.
    Moves of one product wait for each other, so each finds the columns as the last one left them. Raises Stale, Invalid.
    """
    require(actor, Power.EDIT_ROADMAP, plan.ties)
    _lock_with(plan)
    check_version(plan, expected)
    PLAN.next(plan.state, "move")
    column = _column(plan.product_id, horizon, without=plan.pk)
    place = 0 if after is None else next((number for number, (pk, _) in enumerate(column, 1) if pk == after.pk), -1)
    if place < 0:
        text = _("It cannot follow this one: it stands elsewhere.")
        raise Invalid(text, fields={"after": text})
    stays = plan.horizon == horizon
    low, high = _neighbours(column, place)
    if stays and (low is None or low < plan.rank) and (high is None or plan.rank < high):
        return None
    left = column if stays else _column(plan.product_id, plan.horizon, without=plan.pk)
    before = plan.horizon, next((pk for pk, rank in reversed(left) if rank < plan.rank), None)
    rank = _rank_behind(column, place, mover=plan.pk if stays else None)
    changes = {"horizon": horizon, "rank": rank}
    change_row(plan, actor=actor.key, at=at, verb="move_roadmap_item", changes=changes)
    return before


@transaction.atomic
def tie_item(
    *, actor: Viewer, at: datetime, plan: RoadmapItem, deliverer: BacklogItem | Project, expected: int | None = None
) -> None:
    """From now on this backlog item or project delivers it. Needs `product` loaded.

    An item and its own host are not tied to one thing both: its effort would count twice.
    """
    require(actor, Power.EDIT_ROADMAP, plan.ties)
    PLAN.next(plan.state, "tie")
    changed = {"delivered_by": [None, deliverer.key]}
    _touch(plan, actor, at, "tie_item", changed, expected)
    if isinstance(deliverer, BacklogItem):
        same = ItemTie.objects.filter(plan=plan, item=deliverer)
        _refuse_twice(plan, deliverer.key, same, ProjectTie.objects.filter(plan=plan, project=deliverer.project_id))
        ItemTie.objects.create(plan=plan, item=deliverer)
    else:
        same_project = ProjectTie.objects.filter(plan=plan, project=deliverer)
        _refuse_twice(plan, deliverer.key, same_project, ItemTie.objects.filter(plan=plan, item__project=deliverer))
        ProjectTie.objects.create(plan=plan, project=deliverer)


@transaction.atomic
def untie_item(
    *, actor: Viewer, at: datetime, plan: RoadmapItem, deliverer: BacklogItem | Project, expected: int | None = None
) -> None:
    """It no longer delivers it. Needs `product` loaded."""
    require(actor, Power.EDIT_ROADMAP, plan.ties)
    PLAN.next(plan.state, "untie")
    changed = {"delivered_by": [deliverer.key, None]}
    _touch(plan, actor, at, "untie_item", changed, expected)
    if isinstance(deliverer, BacklogItem):
        gone, _rows = ItemTie.objects.filter(plan=plan, item=deliverer).delete()
    else:
        gone, _rows = ProjectTie.objects.filter(plan=plan, project=deliverer).delete()
    if not gone:
        raise NotFound(_("%(key)s does not deliver it.") % {"key": deliverer.key})


@transaction.atomic
def close_item(
    *, actor: Viewer, at: datetime, plan: RoadmapItem, outcome: str, reason: str = "", expected: int | None = None
) -> None:
    """`outcome` is done or dropped; what is dropped says why. Needs `product` loaded."""
    require(actor, Power.EDIT_ROADMAP, plan.ties)
    after = PLAN.next(plan.state, "drop" if outcome == PlanState.DROPPED else "finish")
    if outcome == PlanState.DROPPED and not reason.strip():
        text = _("Say why it is dropped.")
        raise Invalid(text, fields={"reason": text})
    changes = {"state": after, "closed_at": at}
    change_row(
        plan, actor=actor.key, at=at, verb="close_item", changes=changes, expected=expected, reason=reason.strip()
    )


def _lock(product: int) -> None:
    """Whoever changes the order of a product's items waits here."""
    Product.objects.select_for_update(no_key=True).filter(pk=product).values_list("pk").get()


def _lock_with(plan: RoadmapItem) -> None:
    """The same, and the item as it is once the lock is there: both rows are read anew if somebody held them."""
    locked = RoadmapItem.objects.select_related("product").select_for_update(of=("self", "product"), no_key=True)
    now = locked.get(pk=plan.pk)
    plan.version, plan.state, plan.horizon, plan.rank = now.version, now.state, now.horizon, now.rank


def _column(product: int, horizon: str, *, without: int = 0) -> list[tuple[int, str]]:
    """Id and rank of everything in a horizon in its order, closed ones too: their keys are taken."""
    rows = RoadmapItem.objects.filter(product=product, horizon=horizon).exclude(pk=without).order_by("rank")
    return list(rows.values_list("pk", "rank"))


def _neighbours(column: list[tuple[int, str]], place: int) -> tuple[str | None, str | None]:
    """The keys before and behind this place; None at an end."""
    return column[place - 1][1] if place else None, column[place][1] if place < len(column) else None


def _rank_behind(column: list[tuple[int, str]], place: int, *, mover: int | None = None) -> str:
    """The key for this place of the column. Where keys grew too long, the column is dealt anew: the order stays.

    `mover` is the item itself where it stands in this column already: its old key must not meet a new one.
    """
    rank = key_between(*_neighbours(column, place))
    if not needs_rebalance(rank):
        return rank
    order = [pk for pk, _rank in column]
    order.insert(place, mover or 0)
    ranks = balanced_keys(len(order))
    with connection.cursor() as cursor:
        cursor.execute(DEAL, [order, ranks])
    return ranks[place]


def _touch(
    plan: RoadmapItem,
    actor: Viewer,
    at: datetime,
    verb: str,
    told: Mapping[str, list[str | None]],
    expected: int | None,
) -> None:
    """A tie is a change of the item: its version grows, so that two people cannot tie past each other."""
    known = plan.version if expected is None else expected
    touched = RoadmapItem.objects.filter(pk=plan.pk, version=known, state=PlanState.OPEN).update(
        version=F("version") + 1
    )
    if not touched:
        raise stale(RoadmapItem.objects.filter(pk=plan.pk).values_list("version", flat=True).first())
    plan.version = known + 1
    record(actor=actor.key, at=at, facts=[Fact(plan.subject, plan.pk, plan.version, verb, "", told)])


def _refuse_twice(plan: RoadmapItem, key: str, same: QuerySet[Any], other: QuerySet[Any]) -> None:
    """Nothing is tied twice, neither by itself nor through its host (one statement)."""
    tied, counted = RoadmapItem.objects.filter(pk=plan.pk).values_list(Exists(same), Exists(other)).get()
    if tied:
        told = _("%(key)s delivers it already.") % {"key": key}
        raise Invalid(told, code="taken", fields={"key": told})
    if counted:
        text = _(
            "A backlog item and the project that carries it are not tied to one thing: the effort would count twice."
        )
        raise Refused(text, code="counted_twice")


def _refuse_foreign(product: Product, objective: Objective | None) -> None:
    if objective is not None and objective.product_id != product.pk:
        text = _("It is an objective of another product.")
        raise Invalid(text, fields={"objective": text})


def _refuse_backwards(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is not None and ends_on is not None and starts_on > ends_on:
        text = _("It ends before it starts.")
        raise Invalid(text, fields={"ends_on": text})
