"""Verbs of products, objectives and items: who may, what changes, what is refused, what history keeps."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from roadmap.products import actions
from roadmap.products.models import ItemTie, Objective, Product, ProjectTie, RoadmapItem
from roadmap.products.states import PlanState
from tests.makers import NOON, Cast
from tests.roadmap.makers import by, fresh, make_plan, make_product, order_of, tie
from tests.tracker.portfolio import Portfolio
from tracker.history.audit import broken_seals, holes
from tracker.history.models import Entry
from tracker.kernel.errors import Invalid, NotAllowed, NotFound, Refused, Stale, WrongState
from tracker.kernel.ranks import LONGEST


def test_a_product_has_an_owner_on_each_side(cast: Cast) -> None:
    product = make_product(cast)
    assert (product.key, product.version) == ("seo", 1)
    with pytest.raises(Invalid) as wrong:
        actions.add_product(**by(cast.cmo), name="B", business_owner=cast.seo_lead, delivery_owner=cast.analyst)
    assert "delivery_owner" in wrong.value.fields
    with pytest.raises(Invalid) as taken:
        make_product(cast)
    assert "key" in taken.value.fields


def test_only_chiefs_make_a_product_and_its_owners_keep_it(cast: Cast, product: Product) -> None:
    with pytest.raises(NotAllowed):
        actions.add_product(**by(cast.seo_lead), name="B", business_owner=cast.cmo, delivery_owner=cast.cto)
    for person in (cast.seo_lead, cast.platform_lead, cast.coo):
        loaded = Product.objects.get(pk=product.pk)
        actions.edit_product(**by(person), product=loaded, expected=None, changes={"vision": person.name})
    for person in (cast.content_lead, cast.analyst, cast.sre, cast.admin):
        with pytest.raises(NotAllowed):
            actions.edit_product(**by(person), product=product, expected=None, changes={"vision": "mine"})
    assert Product.objects.get(pk=product.pk).vision == cast.coo.name


def test_an_objective_says_from_where_to_where_and_when(cast: Cast, product: Product) -> None:
    for title in ("More clicks", "Faster pages"):
        actions.add_objective(
            **by(cast.seo_lead), product=product, title=title, kpi="clicks", baseline=Decimal(1), target=Decimal(2)
        )
    first = Objective.objects.select_related("product").order_by("position")[0]
    assert first.title == "More clicks"
    actions.edit_objective(**by(cast.cto), objective=first, expected=1, changes={"due_on": date(2027, 6, 30)})
    with pytest.raises(Stale):
        actions.edit_objective(**by(cast.cto), objective=first, expected=1, changes={"title": "Late"})


def test_an_item_takes_the_last_place_of_its_horizon(cast: Cast, product: Product) -> None:
    for title in ("A", "B", "C"):
        make_plan(cast, product, title)
    make_plan(cast, product, "D", "next")
    assert order_of(product) == {"now": ["A", "B", "C"], "next": ["D"], "later": []}


def test_an_item_neither_ends_before_it_starts_nor_serves_another_products_objective(
    cast: Cast, product: Product
) -> None:
    today = NOON.date()
    with pytest.raises(Invalid):
        make_plan(cast, product, "A", starts_on=today, ends_on=today - timedelta(days=1))
    other = make_product(cast, "Shop")
    foreign = actions.add_objective(**by(cast.cmo), product=other, title="Theirs")
    with pytest.raises(Invalid) as wrong:
        make_plan(cast, product, "A", objective=foreign)
    assert "objective" in wrong.value.fields
    plan = make_plan(cast, product, "A", starts_on=today)
    changes = {"ends_on": today - timedelta(days=1)}
    with pytest.raises(Invalid):
        actions.edit_roadmap_item(**by(cast.cmo), plan=plan, expected=None, changes=changes)


def test_a_move_goes_behind_another_item_or_first_within_and_between_horizons(cast: Cast, product: Product) -> None:
    plans = {title: make_plan(cast, product, title) for title in "ABC"}
    actions.move_roadmap_item(**by(cast.seo_lead), plan=plans["C"], horizon="now", after=None, expected=1)
    assert order_of(product)["now"] == ["C", "A", "B"]
    actions.move_roadmap_item(**by(cast.seo_lead), plan=plans["C"], horizon="now", after=plans["A"])
    assert order_of(product)["now"] == ["A", "C", "B"]
    actions.move_roadmap_item(**by(cast.seo_lead), plan=plans["A"], horizon="later")
    assert order_of(product) == {"now": ["C", "B"], "next": [], "later": ["A"]}
    actions.move_roadmap_item(**by(cast.seo_lead), plan=plans["B"], horizon="later", after=plans["A"])
    assert order_of(product) == {"now": ["C"], "next": [], "later": ["A", "B"]}
    assert not broken_seals()
    assert Entry.objects.filter(subject="roadmap-item", subject_id=plans["A"].pk, verb="move_roadmap_item").count() == 1


def test_a_move_that_changes_nothing_is_no_move(cast: Cast, product: Product) -> None:
    first, second = (make_plan(cast, product, title) for title in "AB")
    actions.move_roadmap_item(**by(cast.cmo), plan=second, horizon="now", after=first)
    actions.move_roadmap_item(**by(cast.cmo), plan=first, horizon="now", after=None)
    assert set(RoadmapItem.objects.values_list("version", flat=True)) == {1}


def test_a_stale_move_and_one_behind_what_stands_elsewhere_are_refused(cast: Cast, product: Product) -> None:
    first, second = (make_plan(cast, product, title) for title in "AB")
    foreign = make_plan(cast, make_product(cast, "Shop"), "Theirs")
    with pytest.raises(Stale):
        actions.move_roadmap_item(**by(cast.cmo), plan=second, horizon="now", expected=7)
    for after in (second, foreign):
        with pytest.raises(Invalid):
            actions.move_roadmap_item(**by(cast.cmo), plan=first, horizon="next", after=after)
    with pytest.raises(Invalid):
        actions.move_roadmap_item(**by(cast.cmo), plan=second, horizon="now", after=second)
    with pytest.raises(NotAllowed):
        actions.move_roadmap_item(**by(cast.analyst), plan=second, horizon="later")
    assert order_of(product)["now"] == ["A", "B"]


def test_a_column_whose_keys_grew_too_long_is_dealt_anew_in_its_order(cast: Cast, product: Product) -> None:
    plans = [make_plan(cast, product, title) for title in "ABCD"]
    low = "V" + "0" * (LONGEST - 2) + "1"
    for plan, rank in zip(plans, ("A", low, low[:-1] + "2", "z"), strict=True):
        RoadmapItem.objects.filter(pk=plan.pk).update(rank=rank)
    actions.move_roadmap_item(**by(cast.cmo), plan=plans[3], horizon="now", after=plans[1])
    assert order_of(product)["now"] == ["A", "B", "D", "C"]
    assert max(len(rank) for rank in RoadmapItem.objects.values_list("rank", flat=True)) <= 2
    other = make_plan(cast, product, "E", "next")
    RoadmapItem.objects.filter(pk=plans[1].pk).update(rank=low)
    RoadmapItem.objects.filter(pk=plans[3].pk).update(rank=low[:-1] + "2")
    actions.move_roadmap_item(**by(cast.cmo), plan=other, horizon="now", after=plans[1])
    assert order_of(product)["now"] == ["A", "B", "E", "D", "C"]


def test_what_delivers_an_item_is_tied_once_and_untied(cast: Cast, product: Product, web: Portfolio) -> None:
    plan = make_plan(cast, product, "A")
    item = web.agreed()
    plan = tie(cast, plan, item)
    with pytest.raises(Invalid):
        tie(cast, plan, item)
    tie(cast, plan, web.edge)
    assert (ItemTie.objects.count(), ProjectTie.objects.count()) == (1, 1)
    with pytest.raises(Stale):
        actions.untie_item(**by(cast.cmo), plan=fresh(plan), deliverer=item, expected=1)
    actions.untie_item(**by(cast.cmo), plan=fresh(plan), deliverer=item)
    actions.untie_item(**by(cast.cmo), plan=fresh(plan), deliverer=web.edge)
    with pytest.raises(NotFound):
        actions.untie_item(**by(cast.cmo), plan=fresh(plan), deliverer=item)
    assert (ItemTie.objects.count(), ProjectTie.objects.count(), fresh(plan).version) == (0, 0, 5)
    assert not [hole for hole in holes() if hole.startswith(("product", "roadmap-item"))]


def test_an_item_and_its_own_host_are_not_counted_twice(cast: Cast, product: Product, web: Portfolio) -> None:
    item = web.agreed()
    plan = tie(cast, make_plan(cast, product, "A"), item)
    with pytest.raises(Refused, match="twice"):
        tie(cast, plan, web.host)
    other = tie(cast, make_plan(cast, product, "B"), web.host)
    with pytest.raises(Refused, match="twice"):
        tie(cast, other, item)


def test_a_closed_item_stays_as_it_is(cast: Cast, product: Product) -> None:
    plan = make_plan(cast, product, "A")
    with pytest.raises(Invalid):
        actions.close_item(**by(cast.cmo), plan=plan, outcome="dropped", reason=" ")
    actions.close_item(**by(cast.cmo), plan=plan, outcome="done", expected=1)
    assert (plan.state, plan.closed_at) == (PlanState.DONE, NOON)
    with pytest.raises(WrongState):
        actions.move_roadmap_item(**by(cast.cmo), plan=plan, horizon="later")
    with pytest.raises(WrongState):
        actions.edit_roadmap_item(**by(cast.cmo), plan=plan, expected=None, changes={"title": "B"})
    with pytest.raises(WrongState):
        actions.close_item(**by(cast.cmo), plan=plan, outcome="dropped", reason="no")
    dropped = make_plan(cast, product, "B")
    actions.close_item(**by(cast.cmo), plan=dropped, outcome="dropped", reason="No money.")
    assert Entry.objects.get(verb="close_item", subject_id=dropped.pk).reason == "No money."
