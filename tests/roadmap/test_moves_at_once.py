"""Many hands in one roadmap: whoever moves at the same time, the result is a permutation and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connection

from roadmap.products.actions import move_roadmap_item
from roadmap.products.models import Horizon, RoadmapItem
from tests.makers import NOON, make_cast
from tests.roadmap.makers import fresh, make_plan, make_product
from tracker.history.models import Entry
from tracker.kernel.errors import Invalid, Stale
from tracker.people.access import Viewer

HANDS, MOVES, ITEMS = 4, 25, 9


def move_about(actor: Viewer, plans: list[int], seed: int) -> tuple[int, int]:
    """How many moves were carried out and refused."""
    chance = Random(seed)
    done = refused = 0
    try:
        for _turn in range(MOVES):
            plan = fresh(RoadmapItem(pk=chance.choice(plans)))
            after = chance.choice([None, *(RoadmapItem.objects.filter(pk__in=plans).exclude(pk=plan.pk))])
            horizon = after.horizon if after else chance.choice(Horizon.values)
            try:
                move_roadmap_item(actor=actor, at=NOON, plan=plan, horizon=horizon, after=after, expected=plan.version)
                done += 1
            except (Stale, Invalid):
                refused += 1
    finally:
        connection.close()
    return done, refused


@pytest.mark.django_db(transaction=True)
def test_moves_at_once_leave_every_item_in_one_place() -> None:
    cast = make_cast()
    product = make_product(cast)
    plans = [make_plan(cast, product, f"Item {number}").pk for number in range(ITEMS)]
    with ThreadPoolExecutor(HANDS) as pool:
        told = list(pool.map(lambda seed: move_about(cast.cmo.viewer(), plans, seed), range(HANDS)))
    assert sum(done for done, _refused in told) > 0
    assert sum(done + refused for done, refused in told) == HANDS * MOVES
    places = list(RoadmapItem.objects.values_list("horizon", "rank"))
    assert len(set(places)) == len(places) == ITEMS
    for plan in RoadmapItem.objects.all():
        assert Entry.objects.filter(subject="roadmap-item", subject_id=plan.pk).count() == plan.version
