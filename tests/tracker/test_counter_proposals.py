"""The third answer of a host: something else, which whoever proposed it accepts or declines, once."""

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.callers import Caller
from tests.makers import NOON, Cast
from tests.tracker.portfolio import Portfolio, gaps_in_history, make_portfolio, make_request
from tracker.backlog.actions import (
    accept_counter,
    answer_embed,
    counter_embed,
    decline_counter,
    drop_item,
    ship_item,
)
from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import decisions_for, own_in_motion, pace_until
from tracker.backlog.states import ItemState
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from tracker.launches.actions import decide_check
from tracker.launches.models import Check
from tracker.notices.models import Notice
from tracker.people.models import User
from tracker.projects.actions import edit_project
from tracker.projects.models import Capacity, Project
from tracker.promises.actions import ensure_policies
from tracker.promises.models import Kind, Promise

HOUR = timedelta(hours=1)
OFFER = "A block in the CMS instead of code."


@pytest.fixture
def web(cast: Cast) -> Portfolio:
    ensure_policies(at=NOON)
    return make_portfolio(cast)


def fresh(item: BacklogItem) -> BacklogItem:
    loaded = ("ask__type", "ask__team", "project__owner", "project__team", "team", "period")
    return BacklogItem.objects.select_related(*loaded, "counter_project__owner__team", "countered_by__team").get(
        pk=item.pk
    )


def offer(web: Portfolio, item: BacklogItem, **more: Any) -> BacklogItem:
    given = {"actor": web.cast.frontend_lead.viewer(), "offer": OFFER, "added_weeks": Decimal("0.5"), **more}
    counter_embed(at=NOON + HOUR, item=fresh(item), **given)
    return fresh(item)


def running(kind: Kind) -> list[tuple[str, str]]:
    return [(one.source, one.holder.name if one.holder else "") for one in Promise.objects.running().filter(kind=kind)]


def test_a_counter_proposal_hands_the_answer_to_who_proposed_it(web: Portfolio) -> None:
    item = web.propose()
    assert running(Kind.EMBED_ANSWER) == [(f"{item.key}:embed_answer", "Kenji Sato")]
    item = offer(web, item)
    assert (item.state, item.counter_open, item.counter_offer) == (ItemState.PROPOSED, True, OFFER)
    assert running(Kind.EMBED_ANSWER) == []
    assert running(Kind.REPLY) == [(f"{item.key}:reply", "Timur Rakhimov")]
    assert Notice.objects.filter(user=web.cast.seo_lead, kind="item_countered").exists()
    assert [one.kind for one in decisions_for(web.cast.seo_lead.viewer(), NOON.date())] == ["counter"]
    assert not decisions_for(web.cast.frontend_lead.viewer(), NOON.date())
    assert [one.court for one in own_in_motion(web.cast.seo_lead.viewer())] == ["counter"]
    assert not gaps_in_history()


def test_accepted_it_is_agreed_with_the_terms_of_the_host(web: Portfolio) -> None:
    item = offer(
        web, web.propose("3"), checks=["The block is on the page.", " "], ready_on=NOON.date() + timedelta(days=7)
    )
    accept_counter(actor=web.cast.seo_lead.viewer(), at=NOON + 2 * HOUR, item=item)
    item = fresh(item)
    assert (item.state, item.added_weeks, item.conditions) == (ItemState.AGREED, Decimal("0.5"), OFFER)
    assert item.delivery_owner == web.cast.frontend_lead
    assert web.claim(web.host) == Decimal("14.5")
    assert [check.text for check in Check.objects.filter(source=item.key)] == ["The block is on the page."]
    ask = web.fresh(web.ask)
    assert (ask.state, ask.decided_by) == ("accepted", web.cast.frontend_lead)
    assert running(Kind.REPLY) == running(Kind.EMBED_ANSWER) == []
    assert not gaps_in_history()


def test_another_host_is_offered_by_who_answers_for_both(web: Portfolio) -> None:
    item = web.propose()
    with pytest.raises(NotAllowed):
        offer(web, item, host=web.edge)
    item = offer(web, item, host=web.edge, actor=web.cast.cto.viewer())
    assert item.project == web.host
    accept_counter(actor=web.cast.seo_lead.viewer(), at=NOON + 2 * HOUR, item=item)
    item = fresh(item)
    assert (item.project, item.delivery_owner) == (web.edge, web.cast.platform_lead)
    assert web.claim(web.edge) == Decimal("7.5")
    assert web.claim(web.host) == Decimal(14)
    assert not gaps_in_history()


def test_declined_the_proposal_stands_and_the_host_has_what_was_left_of_its_time(web: Portfolio) -> None:
    item = web.propose()
    due = Promise.objects.running().get(kind=Kind.EMBED_ANSWER).minutes
    item = offer(web, item)
    with pytest.raises(Invalid):
        decline_counter(actor=web.cast.seo_lead.viewer(), at=NOON + 2 * HOUR, item=item, reason=" ")
    decline_counter(actor=web.cast.seo_lead.viewer(), at=NOON + 2 * HOUR, item=item, reason="It needs code.")
    item = fresh(item)
    assert (item.state, item.counter_open, item.added_weeks) == (ItemState.PROPOSED, False, Decimal("1.5"))
    assert Promise.objects.running().get(kind=Kind.EMBED_ANSWER).minutes == due - 60
    with pytest.raises(Refused) as caught:
        offer(web, item)
    assert caught.value.code == "countered"
    answer_embed(actor=web.cast.frontend_lead.viewer(), at=NOON + 3 * HOUR, item=item)
    assert fresh(item).state == ItemState.AGREED
    assert not gaps_in_history()


def test_it_is_answered_by_who_asks_and_never_by_who_offers(web: Portfolio) -> None:
    item = offer(web, web.propose(), actor=web.cast.cto.viewer())
    for other in (web.cast.cto, web.cast.frontend_lead, web.cast.platform_lead, web.cast.analyst, web.cast.cmo):
        with pytest.raises(NotAllowed):
            accept_counter(actor=other.viewer(), at=NOON + HOUR, item=item)
    accept_counter(actor=web.cast.seo_lead.viewer(), at=NOON + HOUR, item=item)
    with pytest.raises(WrongState):
        decline_counter(actor=web.cast.seo_lead.viewer(), at=NOON + HOUR, item=fresh(item), reason="No.")


def test_what_is_drawn_goes_back_to_the_team_it_came_from(web: Portfolio) -> None:
    """The host got another team after the proposal: the item stays with the one that its row names."""
    web.set_allowance("3")
    item = offer(web, web.propose())
    Project.objects.filter(pk=web.host.pk).update(team=web.cast.mobile)
    accept_counter(actor=web.cast.seo_lead.viewer(), at=NOON + 2 * HOUR, item=fresh(item))
    item = fresh(item)
    assert (item.team, item.drawn, web.drawn()) == (web.cast.web, Decimal("0.5"), Decimal("0.5"))
    drop_item(actor=web.cast.cmo.viewer(), at=NOON + 3 * HOUR, item=item, reason="Not needed.")
    assert set(Capacity.objects.values_list("drawn", flat=True)) == {Decimal(0)}
    assert not gaps_in_history()


@pytest.mark.parametrize("moves", [False, True])
def test_an_offer_lapses_with_the_say_of_who_made_it(web: Portfolio, moves: bool) -> None:
    kenji = web.cast.frontend_lead
    if moves:
        edit_project(
            actor=web.cast.cto.viewer(), at=NOON, project=web.fresh(web.edge), expected=None, changes={"owner": kenji}
        )
    item = offer(web, web.propose(), host=web.fresh(web.edge) if moves else None)
    host = web.edge if moves else web.host
    edit_project(
        actor=web.cast.cto.viewer(),
        at=NOON,
        project=web.fresh(host),
        expected=None,
        changes={"owner": web.cast.sre},
    )
    with pytest.raises(Refused) as caught:
        accept_counter(actor=web.cast.seo_lead.viewer(), at=NOON + 2 * HOUR, item=fresh(item))
    assert caught.value.code == "offer_lapsed"
    assert host.key in str(caught.value)
    assert fresh(item).counter_open
    decline_counter(actor=web.cast.seo_lead.viewer(), at=NOON + 2 * HOUR, item=fresh(item), reason="It is Max's now.")
    assert not fresh(item).counter_open


def test_an_offer_of_who_left_binds_nobody(web: Portfolio) -> None:
    item = offer(web, web.propose())
    User.objects.filter(pk=web.cast.frontend_lead.pk).update(is_active=False)
    with pytest.raises(Refused) as caught:
        accept_counter(actor=web.cast.seo_lead.viewer(), at=NOON + 2 * HOUR, item=fresh(item))
    assert caught.value.code == "offer_lapsed"


@pytest.mark.django_db(transaction=True)
def test_two_offers_of_one_host_accepted_at_once_both_get_a_place(cast: Cast) -> None:
    ensure_policies(at=NOON)
    web = make_portfolio(cast)
    asks = [web.ask, *(make_request(cast, title=f"Number {place}") for place in range(3))]
    items = [offer(web, web.propose(ask=ask), host=web.edge, actor=cast.cto.viewer()) for ask in asks]
    barrier, outcomes = threading.Barrier(len(items)), list[str]()

    def accept(item: BacklogItem) -> None:
        try:
            barrier.wait()
            accept_counter(actor=cast.seo_lead.viewer(), at=NOON + 2 * HOUR, item=item)
            outcomes.append("agreed")
        except Exception as wrong:
            outcomes.append(repr(wrong))
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=[item]) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["agreed"] * len(items)
    assert len(set(BacklogItem.objects.filter(project=web.edge).values_list("rank", flat=True))) == len(items)


def test_an_offer_says_what_and_how_much(web: Portfolio) -> None:
    item = web.propose()
    for wrong in ({"offer": " "}, {"added_weeks": Decimal(0)}, {"ready_on": NOON.date() - timedelta(days=1)}):
        with pytest.raises(Invalid):
            offer(web, item, **wrong)
    with pytest.raises(NotAllowed):
        offer(web, item, actor=web.cast.seo_lead.viewer())


def test_the_api_counters_and_accepts(web: Portfolio) -> None:
    item = web.propose()
    path = f"/api/v1/backlog-items/{item.key}"
    made = Caller(web.cast.frontend_lead).post(
        f"{path}/counter/", {"offer": OFFER, "added_weeks": "0.5", "checks": ["a"]}
    )
    assert made.status_code == 200, made.json()
    told = made.json()["counter"]
    assert (told["offer"], told["added_weeks"], told["checks"], told["answer"]) == (OFFER, 0.5, ["a"], "")
    agreed = Caller(web.cast.seo_lead).post(f"{path}/accept-counter/").json()
    assert (agreed["state"], agreed["added_weeks"], agreed["counter"]["answer"]) == ("agreed", 0.5, "accepted")


def ship(web: Portfolio, took: int) -> None:
    """One that was filed so many calendar days before it is live."""
    ask = make_request(web.cast)
    WorkRequest.objects.filter(pk=ask.pk).update(filed_at=NOON - timedelta(days=took))
    item = web.propose("0.5", ask=ask)
    web.agree(item)
    for check in Check.objects.filter(source=item.key).select_related("project"):
        decide_check(actor=web.cast.platform_lead.viewer(), at=NOON, check=check, passed=True)
    ship_item(actor=web.cast.frontend_lead.viewer(), at=NOON, item=web.load(item))


def test_a_date_is_held_against_the_median_of_what_went_live_last(web: Portfolio) -> None:
    monday = NOON.date()
    for took in (7, 14, 21, 28):
        ship(web, took)
    assert pace_until(monday + timedelta(days=4), monday) is None
    ship(web, 35)
    pace = pace_until(monday + timedelta(days=4), monday)
    assert pace is not None
    assert (pace.left, pace.usual, pace.of, pace.short) == (4, 15, 5, True)
    later = pace_until(date(2027, 3, 1), monday)
    assert later is not None
    assert (later.left, later.short) == (20, False)
