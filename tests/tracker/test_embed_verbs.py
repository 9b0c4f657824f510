"""Embedding: proposed, answered, split, dropped, re-homed; nothing counted twice and nothing forgotten."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.makers import NOON, Cast
from tests.tracker.portfolio import Portfolio, gaps_in_history, make_portfolio, make_request
from tracker.backlog.actions import (
    Rest,
    answer_embed,
    drop_item,
    embed_request,
    mark_orphans,
    outrank_request,
    rehome_item,
)
from tracker.backlog.models import BacklogItem, Way
from tracker.backlog.states import ItemState
from tracker.intake.actions import restrict_request, withdraw_request
from tracker.intake.models import Delivery, WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale, WrongState
from tracker.launches.models import Check
from tracker.notices.models import Notice
from tracker.people.actions import deactivate_person
from tracker.projects.actions import edit_project, launch_project, move_project, set_effort
from tracker.projects.actions.imported import ImportedEdit, ImportedValues, edit_imported_projects
from tracker.projects.events import LineCrossed
from tracker.projects.models import Effort, Project

REVIEW = NOON.date() + timedelta(days=59)


@pytest.fixture
def web(cast: Cast) -> Portfolio:
    return make_portfolio(cast)


def test_the_quarter_of_the_story_draws_its_line_after_rank_19(web: Portfolio) -> None:
    assert sum(effort.claim for effort in Effort.objects.all()) == 231
    assert web.count_above() == 19


def test_a_yes_adds_its_effort_to_the_host_and_everybody_above_stays(web: Portfolio) -> None:
    item = web.agreed("1.5", conditions="price and stock only")
    assert web.claim(web.host) == Decimal("15.5")
    assert web.count_above() == 19
    assert item.state == ItemState.AGREED
    assert (item.drawn, item.overflow) == (Decimal(0), Decimal("1.5"))
    assert item.delivery_owner == web.cast.frontend_lead
    assert sum(effort.claim for effort in Effort.objects.all()) == Decimal("232.5")
    assert not gaps_in_history()


def test_the_allowance_is_drawn_first_and_only_the_rest_lies_on_the_host(web: Portfolio) -> None:
    web.set_allowance("0.5")
    item = web.agreed("1.5")
    assert (item.drawn, item.overflow, web.drawn()) == (Decimal("0.5"), Decimal(1), Decimal("0.5"))
    assert web.claim(web.host) == 15


def test_a_yes_accepts_the_request_and_schedules_it(web: Portfolio) -> None:
    web.agreed()
    ask = web.fresh(web.ask)
    assert (ask.state, ask.delivery) == ("accepted", Delivery.SCHEDULED)
    assert ask.decided_by == web.cast.frontend_lead


def test_a_host_below_the_line_leaves_its_request_waiting(web: Portfolio) -> None:
    web.projects[30].owner = web.cast.frontend_lead
    web.projects[30].save()
    item = web.propose(host=web.projects[30])
    web.agree(item)
    assert web.fresh(web.ask).delivery == Delivery.WAITING
    assert web.load(item).orphaned_at is None


def test_acceptance_tests_become_checks_of_the_host(web: Portfolio) -> None:
    item = web.agreed()
    checks = Check.objects.filter(source=item.key)
    assert [check.text for check in checks] == web.ask.acceptance_tests
    assert {check.project for check in checks} == {web.host}


def test_an_agreed_item_keeps_its_host_from_being_launched(web: Portfolio) -> None:
    item = web.agreed()
    with pytest.raises(Refused) as refused:
        launch_project(actor=web.cast.cto.viewer(), at=NOON, project=web.fresh(web.host))
    assert refused.value.facts["blockers"][0]["source"] == item.key


def test_a_restricted_request_stands_in_the_way_by_its_key_alone(web: Portfolio) -> None:
    restrict_request(actor=web.cast.seo_lead.viewer(), at=NOON, ask=web.ask)
    item = web.agreed()
    assert web.host.blockers.get().text == web.ask.key
    with pytest.raises(Refused) as falling:
        move_project(actor=web.cast.cto.viewer(), at=NOON, project=web.fresh(web.host), after=web.projects[-1])
    with pytest.raises(Refused) as launching:
        launch_project(actor=web.cast.cto.viewer(), at=NOON, project=web.fresh(web.host))
    assert item.key in str(launching.value)
    for refused in (falling.value, launching.value):
        assert web.ask.title not in f"{refused} {refused.facts}"


def test_a_host_without_an_estimate_is_estimated_before_it_takes_work_in(web: Portfolio) -> None:
    estimates = Effort.objects.filter(project=web.host)
    estimates.delete()
    with pytest.raises(Refused) as proposing:
        web.propose()
    assert (proposing.value.code, proposing.value.facts["project"]) == ("host_unestimated", web.host.key)
    set_effort(
        actor=web.cast.cto.viewer(),
        at=NOON,
        project=web.fresh(web.host),
        team=web.cast.web,
        period=web.cast.period,
        weeks=Decimal(14),
    )
    item = web.propose()
    estimates.delete()
    with pytest.raises(Refused) as answering:
        web.agree(item)
    assert answering.value.code == "host_unestimated"
    assert web.load(item).state == ItemState.PROPOSED
    assert not estimates.exists()


def test_a_split_parks_the_rest_with_its_date(web: Portfolio) -> None:
    web.agreed(conditions="reviews in Q2", split_rest=Rest("Reviews markup", REVIEW))
    rest = WorkRequest.objects.get(split_from=web.ask)
    assert rest.key == f"{web.ask.key}b"
    assert (rest.state, rest.review_on, rest.decision_reason) == ("parked", REVIEW, "reviews in Q2")
    assert not gaps_in_history()


def test_a_refusal_needs_a_reason_and_frees_the_request(web: Portfolio) -> None:
    item = web.propose()
    with pytest.raises(Invalid):
        web.agree(item, answer="refuse")
    web.agree(item, answer="refuse", refusal="The template is frozen")
    assert web.load(item).state == ItemState.REFUSED
    assert web.fresh(web.ask).state == "filed"
    assert web.propose(host=web.edge).state == ItemState.PROPOSED


def test_a_request_has_one_live_item(web: Portfolio) -> None:
    item = web.propose()
    with pytest.raises(Refused) as refused:
        web.propose(host=web.edge)
    assert (refused.value.code, refused.value.facts["item"]) == ("already_has_item", item.key)


def test_what_embedding_needs_is_asked_for_by_name(web: Portfolio) -> None:
    ask = make_request(web.cast, acceptance_tests=[], how_to_test="")
    with pytest.raises(Refused) as refused:
        web.propose(ask=ask)
    assert refused.value.facts["missing"] == ["acceptance_tests", "how_to_test"]


@pytest.mark.parametrize("weeks", ["0", "-1", "10000"])
def test_added_effort_is_above_nothing(web: Portfolio, weeks: str) -> None:
    with pytest.raises(Invalid):
        web.propose(weeks)


def test_only_those_tied_to_it_propose_and_only_the_host_answers(web: Portfolio) -> None:
    cast = web.cast
    for person in (cast.analyst, cast.sre, cast.admin, cast.content_lead):
        with pytest.raises(NotAllowed):
            embed_request(actor=person.viewer(), at=NOON, ask=web.ask, host=web.host, added_weeks=Decimal(1))
    item = web.propose()
    for person in (cast.seo_lead, cast.cmo, cast.sre, cast.coo, cast.admin):
        with pytest.raises(NotAllowed):
            answer_embed(actor=person.viewer(), at=NOON, item=web.load(item))
    assert web.load(item).state == ItemState.PROPOSED


def test_the_owner_of_a_host_may_offer_it(web: Portfolio) -> None:
    item = embed_request(
        actor=web.cast.frontend_lead.viewer(), at=NOON, ask=web.ask, host=web.host, added_weeks=Decimal(1)
    )
    assert item.business_owner == web.cast.seo_lead


def test_a_closed_host_and_a_decided_request_are_refused(web: Portfolio) -> None:
    Project.objects.filter(pk=web.edge.pk).update(stage="launched")
    with pytest.raises(Refused) as refused:
        web.propose(host=web.edge)
    assert refused.value.code == "host_closed"
    withdrawn = make_request(web.cast, state="withdrawn")
    with pytest.raises(WrongState):
        web.propose(ask=withdrawn)


def test_an_answer_to_what_has_changed_since_is_stale_and_a_second_answer_refused(web: Portfolio) -> None:
    item = web.propose()
    with pytest.raises(Stale):
        web.agree(item, expected=item.version + 1)
    web.agree(item, expected=item.version)
    with pytest.raises(WrongState):
        web.agree(item)
    assert web.claim(web.host) == Decimal("15.5")


def test_a_drop_gives_back_exactly_what_was_drawn(web: Portfolio) -> None:
    web.set_allowance("0.5")
    item = web.agreed("1.5")
    with pytest.raises(NotAllowed):
        drop_item(actor=web.cast.frontend_lead.viewer(), at=NOON, item=item)
    drop_item(actor=web.cast.seo_lead.viewer(), at=NOON, item=item, reason="not wanted any more")
    assert web.drawn() == 0
    assert web.claim(web.host) == 14
    assert not web.host.blockers.exists()
    assert web.fresh(web.ask).delivery == Delivery.WAITING
    assert not gaps_in_history()


def test_a_withdrawn_request_takes_its_proposal_along(web: Portfolio) -> None:
    item = web.propose()
    withdraw_request(actor=web.cast.seo_lead.viewer(), at=NOON, ask=web.fresh(web.ask))
    assert web.load(item).state == ItemState.DROPPED


def fall(web: Portfolio) -> None:
    move_project(
        actor=web.cast.cto.viewer(),
        at=NOON,
        project=web.fresh(web.host),
        after=web.projects[-1],
        orphans_accepted=True,
    )


def test_a_fall_that_would_orphan_is_refused_until_it_is_accepted(web: Portfolio) -> None:
    item = web.agreed()
    with pytest.raises(Refused) as refused:
        move_project(actor=web.cast.cto.viewer(), at=NOON, project=web.fresh(web.host), after=web.projects[-1])
    assert refused.value.facts["items"][0]["item"] == item.key
    assert web.load(item).orphaned_at is None


def test_an_orphan_is_flagged_and_both_owners_hear_it_once(web: Portfolio) -> None:
    item = web.agreed()
    fall(web)
    item = web.load(item)
    assert (item.orphaned_at, item.orphan_cause) == (NOON, "below")
    assert web.fresh(web.ask).delivery == Delivery.WAITING
    told = Notice.objects.filter(kind="item_orphaned").values_list("user", flat=True)
    assert sorted(told) == sorted([web.cast.seo_lead.pk, web.cast.frontend_lead.pk])
    assert not gaps_in_history()


def test_the_same_crossing_told_twice_changes_nothing_more_and_one_of_another_quarter_nothing(web: Portfolio) -> None:
    item = web.agreed()
    other = LineCrossed(NOON, "system", web.cast.period.pk + 1, (web.host.pk,), ())
    mark_orphans(other)
    assert web.load(item).orphaned_at is None
    for _turn in range(2):
        mark_orphans(LineCrossed(NOON, "system", web.cast.period.pk, (web.host.pk,), ()))
    assert web.load(item).version == item.version + 1
    assert Notice.objects.filter(kind="item_orphaned").count() == 2
    assert not gaps_in_history()


def test_a_host_that_rises_again_carries_its_items_again(web: Portfolio) -> None:
    item = web.agreed()
    fall(web)
    move_project(actor=web.cast.cto.viewer(), at=NOON, project=web.fresh(web.host), after=None)
    item = web.load(item)
    assert (item.orphaned_at, item.orphan_cause) == (None, "")
    assert web.fresh(web.ask).delivery == Delivery.SCHEDULED
    assert Notice.objects.filter(kind="item_orphaned").count() == 2
    assert not gaps_in_history()


def test_an_orphan_moves_to_another_host_with_its_story_and_its_checks(web: Portfolio) -> None:
    item = web.agreed("1.5")
    with pytest.raises(Refused) as refused:
        rehome_item(actor=web.cast.seo_lead.viewer(), at=NOON, item=web.load(item), host=web.projects[3])
    assert refused.value.code == "not_orphaned"
    fall(web)
    rehome_item(
        actor=web.cast.seo_lead.viewer(), at=NOON, item=web.load(item), host=web.projects[3], added_weeks=Decimal(1)
    )
    assert web.claim(web.host) == 14
    moved = web.load(item)
    assert (moved.state, moved.project, moved.orphaned_at) == (ItemState.PROPOSED, web.projects[3], None)
    answer_embed(actor=web.cast.platform_lead.viewer(), at=NOON, item=moved)
    assert web.claim(web.projects[3]) == Decimal("6.5")
    checks = Check.objects.filter(source=item.key)
    assert {check.project for check in checks} == {web.projects[3]}
    assert len(checks) == 3
    assert not gaps_in_history()


def test_outranking_counts_the_effort_once_and_names_whom_it_displaces(web: Portfolio) -> None:
    done = outrank_request(
        actor=web.cast.cto.viewer(),
        at=NOON,
        ask=web.ask,
        after=web.projects[17],
        weeks=Decimal(6),
        owner=web.cast.frontend_lead,
    )
    assert [project.pk for project in done.displaced] == [web.edge.pk]
    assert sum(effort.claim for effort in Effort.objects.all()) == 237
    item = web.load(done.item)
    assert (str(item.way), str(item.state)) == (Way.OUTRANK.value, ItemState.AGREED.value)
    assert item.added_weeks == 0
    ask = web.fresh(web.ask)
    assert (ask.state, ask.delivery) == ("accepted", Delivery.SCHEDULED)
    assert not gaps_in_history()


def test_only_the_cto_outranks(web: Portfolio) -> None:
    for person in (web.cast.seo_lead, web.cast.cmo, web.cast.platform_lead, web.cast.coo):
        with pytest.raises(NotAllowed):
            outrank_request(
                actor=person.viewer(), at=NOON, ask=web.ask, after=None, weeks=Decimal(6), owner=web.cast.sre
            )


def test_whoever_delivers_a_restricted_request_sees_it(web: Portfolio) -> None:
    WorkRequest.objects.filter(pk=web.ask.pk).update(restricted=True)
    sre = web.cast.sre
    assert not WorkRequest.objects.visible_to(sre.viewer()).exists()
    web.agree(web.propose(), delivery_owner=sre)
    assert WorkRequest.objects.visible_to(sre.viewer()).get() == web.ask
    assert not gaps_in_history()


@pytest.mark.parametrize("imported", [False, True])
def test_whoever_is_given_the_host_sees_the_restricted_requests_that_it_carries(web: Portfolio, imported: bool) -> None:
    WorkRequest.objects.filter(pk=web.ask.pk).update(restricted=True)
    item, sre, cto = web.agreed(), web.cast.sre, web.cast.cto.viewer()
    assert not BacklogItem.objects.visible_to(sre.viewer()).exists()
    host = web.fresh(web.host)
    if imported:
        values = ImportedValues(host.title, host.stage, owner=sre.pk)
        edit = ImportedEdit(host, values, {"owner": [host.owner_id, sre.pk]})
        edit_imported_projects(actor=cto, at=NOON, team=web.cast.web.pk, period=None, edits=[edit], run=1)
    else:
        edit_project(actor=cto, at=NOON, project=host, expected=None, changes={"owner": sre})
    assert BacklogItem.objects.visible_to(sre.viewer()).get() == item
    assert not gaps_in_history()


def test_a_proposal_to_the_host_of_somebody_who_left_waits_for_the_lead(web: Portfolio) -> None:
    item, lead = web.propose(), web.cast.platform_lead.viewer()
    assert not BacklogItem.objects.to_answer_by(lead).exists()
    deactivate_person(actor=web.cast.admin.viewer(), at=NOON, person=web.cast.frontend_lead)
    assert BacklogItem.objects.to_answer_by(lead).get() == item
    assert Project.objects.unowned().get() == web.host


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_at_once_one_wins(cast: Cast) -> None:
    web = make_portfolio(cast)
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def propose(host: Project) -> None:
        try:
            barrier.wait()
            web.propose(host=host)
            outcomes.append("made")
        except Refused as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=propose, args=[web.projects[place % 2]]) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already_has_item"] * 3 + ["made"]
    assert BacklogItem.objects.count() == 1
