"""Verbs of products and their objectives."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from roadmap.products.models import Objective, Product
from tracker.history.actions import add_row, change_row
from tracker.kernel.errors import Invalid
from tracker.kernel.slugs import slug_of
from tracker.kernel.unique import refuse_taken
from tracker.people.access import Power, Viewer, require
from tracker.people.models import Side, User


@transaction.atomic
def add_product(
    *,
    actor: Viewer,
    at: datetime,
    name: str,
    business_owner: User,
    delivery_owner: User,
    vision: str = "",
    key: str = "",
) -> Product:
    """`key` is made of the name where none is given. Raises Invalid where an owner stands on the wrong side."""
    require(actor, Power.EDIT_ROADMAP)
    _refuse_one_sided({"business_owner": business_owner, "delivery_owner": delivery_owner})
    product = Product(
        key=key or slug_of(name, 30, "product"),
        name=name,
        vision=vision,
        business_owner=business_owner,
        delivery_owner=delivery_owner,
    )
    with refuse_taken("key"):
        add_row(product, actor=actor.key, at=at, verb="add_product")
    return product


@transaction.atomic
def edit_product(
    *, actor: Viewer, at: datetime, product: Product, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds name, vision, business_owner and delivery_owner."""
    require(actor, Power.EDIT_ROADMAP, product.ties)
    _refuse_one_sided(changes)
    change_row(product, actor=actor.key, at=at, verb="edit_product", changes=changes, expected=expected)


def _refuse_one_sided(facts: Mapping[str, Any]) -> None:
    """An owner on each side is what makes it a product of both."""
    for name, side in (("business_owner", Side.MARKETING), ("delivery_owner", Side.TECHNOLOGY)):
        if name in facts and facts[name].side != side:
            text = _("Choose somebody of this side: %(side)s.") % {"side": side.label}
            raise Invalid(text, fields={name: text})


@transaction.atomic
def add_objective(
    *,
    actor: Viewer,
    at: datetime,
    product: Product,
    title: str,
    kpi: str = "",
    baseline: Decimal | None = None,
    target: Decimal | None = None,
    due_on: date | None = None,
) -> Objective:
    """It becomes the last of the product's objectives."""
    require(actor, Power.EDIT_ROADMAP, product.ties)
    last = Objective.objects.filter(product=product).aggregate(last=Max("position"))["last"] or 0
    objective = Objective(
        product=product, title=title, kpi=kpi, baseline=baseline, target=target, due_on=due_on, position=last + 1
    )
    add_row(objective, actor=actor.key, at=at, verb="add_objective")
    return objective


@transaction.atomic
def edit_objective(
    *, actor: Viewer, at: datetime, objective: Objective, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds title, kpi, baseline, target and due_on; needs `product` loaded."""
    require(actor, Power.EDIT_ROADMAP, objective.product.ties)
    change_row(objective, actor=actor.key, at=at, verb="edit_objective", changes=changes, expected=expected)
