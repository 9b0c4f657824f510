"""Delivering: started, checked, shipped, measured; and the order inside a project."""

from decimal import Decimal

import pytest

from tests.makers import NOON, Cast
from tests.tracker.portfolio import Portfolio, gaps_in_history, make_portfolio, make_request
from tracker.backlog.actions import (
    drop_item,
    measure_item,
    move_item,
    set_tracker_key,
    ship_item,
    start_item,
)
from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import decisions_for, suggested_weeks
from tracker.backlog.states import ItemState
from tracker.intake.models import Delivery
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale, WrongState
from tracker.launches.actions import decide_check
from tracker.launches.models import Check
from tracker.projects.actions import launch_project


@pytest.fixture
def web(cast: Cast) -> Portfolio:
    return make_portfolio(cast)


def pass_checks(web: Portfolio, item: BacklogItem) -> None:
    for check in Check.objects.filter(source=item.key).select_related("project"):
        decide_check(actor=web.cast.frontend_lead.viewer(), at=NOON, check=check, passed=True, evidence="97.2 %")


def test_the_request_follows_its_item_to_the_outcome(web: Portfolio) -> None:
    kenji, timur = web.cast.frontend_lead.viewer(), web.cast.seo_lead.viewer()
    item = web.agreed()
    start_item(actor=kenji, at=NOON, item=item)
    assert web.fresh(web.ask).delivery == Delivery.IN_PROGRESS
    pass_checks(web, item)
    ship_item(actor=kenji, at=NOON, item=item)
    assert web.fresh(web.ask).delivery == Delivery.SHIPPED
    measure_item(actor=timur, at=NOON, item=item, outcome="partly_met", value=Decimal(9), note="+9 % of +12 %")
    assert web.fresh(web.ask).delivery == Delivery.PARTLY_MET
    assert web.load(item).measured_value == 9
    assert not gaps_in_history()


def test_a_shipped_item_lets_its_host_be_launched(web: Portfolio) -> None:
    item = web.agreed()
    pass_checks(web, item)
    ship_item(actor=web.cast.frontend_lead.viewer(), at=NOON, item=item)
    launch_project(actor=web.cast.cto.viewer(), at=NOON, project=web.fresh(web.host))
    assert web.fresh(web.host).stage == "launched"
    assert web.claim(web.host) == Decimal("15.5")


def test_nothing_ships_while_a_check_is_open_or_failed(web: Portfolio) -> None:
    item = web.agreed()
    kenji = web.cast.frontend_lead.viewer()
    pass_checks(web, item)
    check = Check.objects.filter(source=item.key).select_related("project")[1]
    decide_check(actor=kenji, at=NOON, check=check, passed=False, evidence="12 of 20 pages")
    with pytest.raises(Refused) as refused:
        ship_item(actor=kenji, at=NOON, item=web.load(item))
    assert refused.value.facts["checks"] == [check.text]


def test_a_failed_check_says_what_failed_and_only_who_delivers_decides(web: Portfolio) -> None:
    item = web.agreed()
    check = Check.objects.filter(source=item.key).select_related("project")[0]
    with pytest.raises(Invalid):
        decide_check(actor=web.cast.frontend_lead.viewer(), at=NOON, check=check, passed=False)
    for person in (web.cast.seo_lead, web.cast.cmo, web.cast.sre, web.cast.coo):
        with pytest.raises(NotAllowed):
            decide_check(actor=person.viewer(), at=NOON, check=check, passed=True)
    decide_check(actor=web.cast.platform_lead.viewer(), at=NOON, check=check, passed=True)
    with pytest.raises(Stale):
        decide_check(actor=web.cast.cto.viewer(), at=NOON, check=check, passed=True, expected=1)


def test_who_delivers_may_be_somebody_else_than_the_owner_of_the_host(web: Portfolio) -> None:
    item = web.agreed(delivery_owner=web.cast.sre)
    start_item(actor=web.cast.sre.viewer(), at=NOON, item=web.load(item))
    check = Check.objects.filter(source=item.key).select_related("project")[0]
    decide_check(actor=web.cast.sre.viewer(), at=NOON, check=check, passed=True)
    assert web.load(item).state == ItemState.IN_PROGRESS


def test_what_the_table_of_states_does_not_hold_is_refused(web: Portfolio) -> None:
    kenji, timur = web.cast.frontend_lead.viewer(), web.cast.seo_lead.viewer()
    item = web.load(web.propose())
    with pytest.raises(WrongState):
        start_item(actor=kenji, at=NOON, item=item)
    with pytest.raises(WrongState):
        measure_item(actor=timur, at=NOON, item=item, outcome="met")
    with pytest.raises(Invalid):
        measure_item(actor=timur, at=NOON, item=item, outcome="dropped")
    drop_item(actor=timur, at=NOON, item=item)
    with pytest.raises(WrongState):
        drop_item(actor=timur, at=NOON, item=item)


def test_the_requester_measures_not_who_delivered(web: Portfolio) -> None:
    item = web.agreed()
    pass_checks(web, item)
    ship_item(actor=web.cast.frontend_lead.viewer(), at=NOON, item=item)
    for person in (web.cast.frontend_lead, web.cast.cto, web.cast.platform_lead, web.cast.coo):
        with pytest.raises(NotAllowed):
            measure_item(actor=person.viewer(), at=NOON, item=item, outcome="met")
    measure_item(actor=web.cast.cmo.viewer(), at=NOON, item=item, outcome="met")


def test_an_order_survives_many_moves_into_one_gap(web: Portfolio) -> None:
    kenji = web.cast.frontend_lead.viewer()
    keys = [web.propose(ask=make_request(web.cast, title=f"Item {number}")).key for number in range(3)]
    for turn in range(330):
        items = list(BacklogItem.objects.filter(project=web.host).select_related("project", "ask").order_by("rank"))
        move_item(actor=kenji, at=NOON, item=items[2 if turn % 2 else 1], after=items[0])
    longest = max(len(rank) for rank in BacklogItem.objects.values_list("rank", flat=True))
    assert longest <= 64
    assert sorted(BacklogItem.objects.values_list("key", flat=True)) == sorted(keys)
    assert not gaps_in_history()


def test_an_item_stays_in_its_project(web: Portfolio) -> None:
    item = web.load(web.propose())
    other = web.propose(ask=make_request(web.cast), host=web.projects[0])
    with pytest.raises(Invalid):
        move_item(actor=web.cast.frontend_lead.viewer(), at=NOON, item=item, after=other)


def test_the_key_of_the_owners_tracker_is_kept(web: Portfolio) -> None:
    item = web.agreed()
    set_tracker_key(actor=web.cast.frontend_lead.viewer(), at=NOON, item=item, tracker_key=" WEB-7 ")
    assert web.load(item).tracker_key == "WEB-7"
    with pytest.raises(NotAllowed):
        set_tracker_key(actor=web.cast.seo_lead.viewer(), at=NOON, item=item, tracker_key="X")


def test_decisions_wait_for_whoever_has_to_take_them(web: Portfolio) -> None:
    kenji, timur = web.cast.frontend_lead.viewer(), web.cast.seo_lead.viewer()
    item = web.propose()
    assert [one.kind for one in decisions_for(kenji, NOON.date())] == ["answer"]
    assert decisions_for(timur, NOON.date()) == []
    web.agree(item)
    item = web.load(item)
    pass_checks(web, item)
    ship_item(actor=kenji, at=NOON, item=item)
    assert decisions_for(timur, NOON.date()) == []
    due = decisions_for(timur, item.measure_on or NOON.date())
    assert [(one.kind, one.item) for one in due] == [("measure", item.key)]


@pytest.mark.parametrize("alone, suggested", [("6", "1.5"), ("1", "0.5"), ("0.5", "0.5"), ("3", "1"), ("20", "5")])
def test_a_quarter_of_the_stand_alone_effort_is_suggested(alone: str, suggested: str) -> None:
    assert suggested_weeks(Decimal(alone)) == Decimal(suggested)


def test_nothing_is_suggested_where_nobody_said_what_it_takes() -> None:
    assert suggested_weeks(None) is None
    assert suggested_weeks(Decimal(0)) is None
