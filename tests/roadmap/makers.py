"""A product with something on its roadmap, made by the verbs."""

from typing import Any

from roadmap.products.actions import add_product, add_roadmap_item, tie_item
from roadmap.products.models import Product, RoadmapItem
from tests.makers import NOON, Cast
from tracker.backlog.models import BacklogItem
from tracker.people.models import User
from tracker.projects.models import Project


def by(person: User) -> dict[str, Any]:
    return {"actor": person.viewer(), "at": NOON}


def make_product(cast: Cast, name: str = "SEO") -> Product:
    return add_product(**by(cast.cmo), name=name, business_owner=cast.seo_lead, delivery_owner=cast.platform_lead)


def make_plan(cast: Cast, product: Product, title: str, horizon: str = "now", **more: Any) -> RoadmapItem:
    plan = add_roadmap_item(**by(cast.cmo), product=product, title=title, horizon=horizon, **more)
    return fresh(plan)


def fresh(plan: RoadmapItem) -> RoadmapItem:
    return RoadmapItem.objects.select_related("product").get(pk=plan.pk)


def tie(cast: Cast, plan: RoadmapItem, deliverer: BacklogItem | Project) -> RoadmapItem:
    tie_item(**by(cast.cmo), plan=fresh(plan), deliverer=type(deliverer).objects.get(pk=deliverer.pk))
    return fresh(plan)


def order_of(product: Product) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"now": [], "next": [], "later": []}
    for plan in RoadmapItem.objects.filter(product=product).open().order_by("rank"):
        found[plan.horizon].append(plan.title)
    return found
