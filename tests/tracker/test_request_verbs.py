"""What requests do and refuse: filing, editing, triage, parking, splitting, and who may see them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count

from tests.makers import NOON, Cast
from tracker.history.models import Entry
from tracker.intake.actions import (
    accept_request,
    add_comment,
    answer_question,
    ask_question,
    decline_request,
    draft_request,
    edit_request,
    ensure_request_types,
    file_draft,
    file_request,
    follow_delivery,
    involve,
    park_request,
    restrict_request,
    return_parked,
    set_request_effort,
    split_request,
    withdraw_request,
)
from tracker.intake.catalog import TYPES
from tracker.intake.models import Comment, Delivery, RequestType, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale, WrongState
from tracker.people.models import User

LATER = NOON + timedelta(hours=3)
IN_SPRING = date(2027, 4, 1)


def make_ask(cast: Cast, by: User | None = None, **more: Any) -> WorkRequest:
    given = {
        "title": "Product structured data on all product pages",
        "area": cast.product_pages,
        "example_urls": ["https://lumen.example/p/1"],
        "why": "Rich results show price and stock.",
    }
    actor = (by or cast.seo_lead).viewer()
    return file_request(actor=actor, at=NOON, type=cast.type, **{**given, **more})


def assert_history_is_complete() -> None:
    versions = dict(
        Entry.objects.filter(subject="request").values_list("subject_id").annotate(count=Count("id")).order_by()
    )
    assert versions == dict(WorkRequest.objects.values_list("id", "version"))


def test_a_filed_request_is_routed_by_its_area_and_has_a_key(cast: Cast) -> None:
    ask = make_ask(cast)
    found = WorkRequest.objects.get(key=ask.key)
    assert ask.key == f"R-{ask.pk}"
    assert (found.state, found.team, found.requester_team) == (State.FILED, cast.web, cast.seo)
    assert found.filed_at == NOON
    assert_history_is_complete()


def test_filing_says_what_is_missing(cast: Cast) -> None:
    with pytest.raises(Invalid) as caught:
        make_ask(cast, why="  ", example_urls=[])
    assert caught.value.code == "incomplete"
    assert set(caught.value.fields) == {"why", "example_urls"}
    assert not WorkRequest.objects.exists()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://lumen.example/p", "https://", "https://a b", "x" * 3000])
def test_an_example_is_a_web_address(cast: Cast, url: str) -> None:
    with pytest.raises(Invalid) as caught:
        make_ask(cast, example_urls=[url])
    assert list(caught.value.fields) == ["example_urls"]


def test_the_administrator_files_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        make_ask(cast, by=cast.admin)


def test_a_draft_is_seen_by_its_writer_alone_until_it_is_filed(cast: Cast) -> None:
    draft = draft_request(actor=cast.analyst.viewer(), at=NOON, type=cast.type, title="Later")
    assert WorkRequest.objects.visible_to(cast.analyst.viewer()).get() == draft
    for other in (cast.cmo, cast.cto, cast.seo_lead, cast.admin):
        assert not WorkRequest.objects.visible_to(other.viewer()).exists()
    with pytest.raises(Invalid) as caught:
        file_draft(actor=cast.analyst.viewer(), at=LATER, ask=draft)
    assert set(caught.value.fields) == {"area", "example_urls", "why"}
    changes = {"area": cast.search, "example_urls": ["https://lumen.example/search?q=1"], "why": "Clicks."}
    edit_request(actor=cast.analyst.viewer(), at=LATER, ask=draft, expected=1, changes=changes)
    file_draft(actor=cast.analyst.viewer(), at=LATER, ask=draft, expected=2)
    assert WorkRequest.objects.visible_to(cast.cto.viewer()).get().team == cast.web
    assert_history_is_complete()


def test_a_restricted_request_is_seen_by_those_tied_to_it_and_the_chiefs(cast: Cast) -> None:
    ask = make_ask(cast)
    with pytest.raises(NotAllowed):
        restrict_request(actor=cast.content_lead.viewer(), at=LATER, ask=ask)
    restrict_request(actor=cast.seo_lead.viewer(), at=LATER, ask=ask)

    def sees(user: User) -> bool:
        return WorkRequest.objects.visible_to(user.viewer()).exists()

    assert all(map(sees, (cast.seo_lead, cast.platform_lead, cast.cmo, cast.cto, cast.coo)))
    assert not any(map(sees, (cast.analyst, cast.content_lead, cast.frontend_lead, cast.admin)))
    involve(actor_key="user:1", at=LATER, ask=ask, people=[cast.frontend_lead.pk])
    assert sees(cast.frontend_lead)
    involve(actor_key="user:1", at=LATER, ask=ask, people=[cast.frontend_lead.pk])
    assert ask.version == 3
    assert_history_is_complete()


def test_a_question_hands_the_request_to_its_requester_and_the_answer_brings_it_back(cast: Cast) -> None:
    ask = make_ask(cast)
    with pytest.raises(Invalid):
        ask_question(actor=cast.platform_lead.viewer(), at=LATER, ask=ask, question=" ")
    ask_question(actor=cast.platform_lead.viewer(), at=LATER, ask=ask, question="Which templates?")
    assert (ask.state, ask.asked_by_id) == (State.NEEDS_INFORMATION, cast.platform_lead.pk)
    with pytest.raises(NotAllowed):
        answer_question(actor=cast.content_lead.viewer(), at=LATER, ask=ask, answer="These.")
    answer_question(actor=cast.seo_lead.viewer(), at=LATER, ask=ask, answer="These five.")
    assert (ask.state, ask.question) == (State.FILED, "")
    assert list(Entry.objects.order_by("id").values_list("verb", "reason")) == [
        ("file_request", ""),
        ("ask_request", "Which templates?"),
        ("answer_request", "These five."),
    ]


@pytest.mark.parametrize("name", ["seo_lead", "content_lead", "sre", "frontend_lead", "cmo", "coo", "admin"])
def test_triage_is_for_the_lead_of_the_team_and_the_cto(cast: Cast, name: str) -> None:
    ask = make_ask(cast)
    actor = getattr(cast, name).viewer()
    with pytest.raises(NotAllowed):
        accept_request(actor=actor, at=LATER, ask=ask)
    with pytest.raises(NotAllowed):
        decline_request(actor=actor, at=LATER, ask=ask, reason="no")
    with pytest.raises(NotAllowed):
        park_request(actor=actor, at=LATER, ask=ask, review_on=IN_SPRING)
    with pytest.raises(NotAllowed):
        ask_question(actor=actor, at=LATER, ask=ask, question="why?")
    assert WorkRequest.objects.get().version == 1


def test_an_accepted_request_stands_below_the_line_with_its_effort(cast: Cast) -> None:
    ask = make_ask(cast)
    accept_request(actor=cast.platform_lead.viewer(), at=LATER, ask=ask, expected=1, effort_weeks=Decimal(6))
    found = WorkRequest.objects.get()
    facts: tuple[object, ...] = (found.state, found.delivery, found.effort_weeks)
    assert facts == (State.ACCEPTED, Delivery.WAITING, Decimal(6))
    assert (found.decided_by, found.decided_at) == (cast.platform_lead, LATER)
    assert_history_is_complete()


def test_the_yes_of_a_host_accepts_without_the_power_to_triage(cast: Cast) -> None:
    ask = make_ask(cast)
    accept_request(actor=cast.frontend_lead.viewer(), at=LATER, ask=ask, by_host=True)
    assert ask.state == State.ACCEPTED


@pytest.mark.parametrize("weeks", ["NaN", "-1", "Infinity", "100000"])
def test_effort_is_a_number_of_weeks(cast: Cast, weeks: str) -> None:
    ask = make_ask(cast)
    with pytest.raises(Invalid):
        set_request_effort(actor=cast.cto.viewer(), at=LATER, ask=ask, weeks=Decimal(weeks))
    with pytest.raises(NotAllowed):
        set_request_effort(actor=cast.seo_lead.viewer(), at=LATER, ask=ask, weeks=Decimal(1))


def test_a_request_is_declined_with_a_reason_or_not_at_all(cast: Cast) -> None:
    ask = make_ask(cast)
    with pytest.raises(Invalid) as caught:
        decline_request(actor=cast.cto.viewer(), at=LATER, ask=ask, reason="\n ")
    assert list(caught.value.fields) == ["reason"]
    decline_request(actor=cast.cto.viewer(), at=LATER, ask=ask, reason="The template goes away in May.")
    assert (ask.state, ask.decision_reason) == (State.DECLINED, "The template goes away in May.")


def test_of_two_triagers_one_wins_and_the_other_is_told_by_whom(cast: Cast) -> None:
    make_ask(cast)
    first, second = WorkRequest.objects.get(), WorkRequest.objects.get()
    accept_request(actor=cast.platform_lead.viewer(), at=LATER, ask=first, expected=1)
    with pytest.raises(Stale) as raced:
        decline_request(actor=cast.cto.viewer(), at=LATER, ask=second, expected=1, reason="no")
    with pytest.raises(Stale) as late:
        decline_request(actor=cast.cto.viewer(), at=LATER, ask=WorkRequest.objects.get(), expected=1, reason="no")
    with pytest.raises(WrongState) as blind:
        decline_request(actor=cast.cto.viewer(), at=LATER, ask=WorkRequest.objects.get(), reason="no")
    for caught in (raced, late, blind):
        assert "Irina Lind was first" in str(caught.value)
        assert caught.value.facts["decided_by"] == "Irina Lind"
    assert WorkRequest.objects.get().state == State.ACCEPTED
    assert_history_is_complete()


def test_a_parked_request_comes_back_by_itself_on_its_day(cast: Cast) -> None:
    ask, other = make_ask(cast), make_ask(cast, title="Another")
    with pytest.raises(Invalid):
        park_request(actor=cast.cto.viewer(), at=LATER, ask=ask, review_on=LATER.date())
    park_request(actor=cast.cto.viewer(), at=LATER, ask=ask, review_on=IN_SPRING, reason="After the freeze.")
    park_request(actor=cast.cto.viewer(), at=LATER, ask=other, review_on=IN_SPRING + timedelta(days=1))
    assert return_parked(at=LATER) == 0
    spring = NOON.replace(month=4, day=1)
    assert (return_parked(at=spring), return_parked(at=spring)) == (1, 0)
    ask.refresh_from_db()
    assert (ask.state, ask.review_on, ask.decided_by) == (State.FILED, None, None)
    last = Entry.objects.filter(subject_id=ask.pk, subject="request").latest("version")
    assert (last.actor, last.verb, last.changes["state"]) == ("system", "return_request", ["parked", "filed"])
    assert_history_is_complete()


def test_after_triage_what_both_sides_decided_on_is_fixed_and_wording_is_not(cast: Cast) -> None:
    ask = make_ask(cast, kpi="Rich-result clicks", target=Decimal(12))
    seo = cast.seo_lead.viewer()
    accept_request(actor=cast.cto.viewer(), at=LATER, ask=ask)
    changes = {"kpi": "Visits", "target": Decimal(2), "title": "Other words"}
    with pytest.raises(Refused) as caught:
        edit_request(actor=seo, at=LATER, ask=ask, expected=2, changes=changes)
    assert caught.value.code == "locked"
    assert set(caught.value.fields) == {"kpi", "target"}
    changes = {"title": "Other words", "deadline_on": IN_SPRING, "deadline_reason": "The sale begins."}
    edit_request(actor=seo, at=LATER, ask=ask, expected=2, changes=changes)
    found = WorkRequest.objects.get()
    assert (found.title, found.kpi, found.deadline_on) == ("Other words", "Rich-result clicks", IN_SPRING)
    assert_history_is_complete()


def test_an_edit_is_refused_to_strangers_when_stale_and_when_closed(cast: Cast) -> None:
    ask = make_ask(cast)
    seo = cast.seo_lead.viewer()
    for other in (cast.content_lead, cast.frontend_lead, cast.platform_lead, cast.cto):
        with pytest.raises(NotAllowed):
            edit_request(actor=other.viewer(), at=LATER, ask=ask, expected=1, changes={"title": "Mine"})
    edit_request(actor=seo, at=LATER, ask=ask, expected=1, changes={"title": ask.title})
    assert ask.version == 1, "what changes nothing writes nothing"
    edit_request(actor=seo, at=LATER, ask=ask, expected=1, changes={"title": "New"})
    with pytest.raises(Stale):
        edit_request(actor=seo, at=LATER, ask=ask, expected=1, changes={"title": "Old"})
    with pytest.raises(Invalid):
        edit_request(actor=seo, at=LATER, ask=ask, expected=2, changes={"why": ""})
    decline_request(actor=cast.cto.viewer(), at=LATER, ask=ask, reason="No.")
    with pytest.raises(WrongState):
        edit_request(actor=seo, at=LATER, ask=ask, expected=3, changes={"title": "Again"})


def test_an_engineer_words_the_own_request_but_sets_no_business_field(cast: Cast) -> None:
    ask = make_ask(cast, by=cast.frontend_lead)
    edit_request(actor=cast.frontend_lead.viewer(), at=LATER, ask=ask, expected=1, changes={"title": "Clearer"})
    with pytest.raises(NotAllowed):
        edit_request(actor=cast.frontend_lead.viewer(), at=LATER, ask=ask, expected=2, changes={"kpi": "LCP"})
    edit_request(actor=cast.cmo.viewer(), at=LATER, ask=ask, expected=2, changes={"kpi": "LCP"})
    assert ask.kpi == "LCP"


def test_a_withdrawn_request_stays_withdrawn_and_scheduled_work_is_not_withdrawn(cast: Cast) -> None:
    ask, other = make_ask(cast), make_ask(cast)
    with pytest.raises(NotAllowed):
        withdraw_request(actor=cast.cmo.viewer(), at=LATER, ask=ask)
    withdraw_request(actor=cast.seo_lead.viewer(), at=LATER, ask=ask)
    with pytest.raises(WrongState):
        accept_request(actor=cast.cto.viewer(), at=LATER, ask=ask)
    accept_request(actor=cast.cto.viewer(), at=LATER, ask=other)
    follow_delivery(actor_key="user:7", at=LATER, deliveries={other.pk: Delivery.SCHEDULED})
    with pytest.raises(Refused) as caught:
        withdraw_request(actor=cast.seo_lead.viewer(), at=LATER, ask=WorkRequest.objects.get(pk=other.pk))
    assert caught.value.code == "has_item"


def test_delivery_follows_the_backlog_and_only_changes_are_recorded(cast: Cast) -> None:
    asks = [make_ask(cast, title=f"Number {number}") for number in range(3)]
    for ask in asks:
        accept_request(actor=cast.cto.viewer(), at=LATER, ask=ask)
    wanted = {asks[0].pk: Delivery.SCHEDULED, asks[1].pk: Delivery.WAITING, asks[2].pk: Delivery.MET}
    follow_delivery(actor_key="system", at=LATER, deliveries=wanted)
    follow_delivery(actor_key="system", at=LATER, deliveries={})
    assert {ask.pk: ask.delivery for ask in WorkRequest.objects.all()} == wanted
    assert list(WorkRequest.objects.order_by("id").values_list("version", flat=True)) == [3, 2, 3]
    assert_history_is_complete()


def test_the_rest_of_a_split_request_is_parked_under_the_next_letter(cast: Cast) -> None:
    ask = make_ask(cast, kpi="Clicks")
    accept_request(actor=cast.cto.viewer(), at=LATER, ask=ask)
    parts = [
        split_request(
            actor=cast.frontend_lead.viewer(),
            at=LATER,
            ask=ask,
            rest_title=title,
            review_on=IN_SPRING,
            reason="Reviews in Q2.",
        )
        for title in ("Reviews", "Videos")
    ]
    assert [part.key for part in parts] == [f"R-{ask.pk}b", f"R-{ask.pk}c"]
    found = WorkRequest.objects.get(key=f"R-{ask.pk}b")
    assert (found.state, found.review_on, found.kpi, found.requester) == (
        State.PARKED,
        IN_SPRING,
        "Clicks",
        cast.seo_lead,
    )
    assert found.split_from == ask
    assert_history_is_complete()


def test_internal_comments_are_read_by_the_own_side_and_the_chiefs(cast: Cast) -> None:
    ask = make_ask(cast)
    add_comment(actor=cast.sre.viewer(), at=LATER, ask=ask, text="Not before the freeze.", internal=True)
    add_comment(actor=cast.sre.viewer(), at=LATER, ask=ask, text="We look at it.")
    with pytest.raises(NotAllowed):
        add_comment(actor=cast.admin.viewer(), at=LATER, ask=ask, text="hello")
    with pytest.raises(Invalid):
        add_comment(actor=cast.coo.viewer(), at=LATER, ask=ask, text="hello", internal=True)
    with pytest.raises(Invalid):
        add_comment(actor=cast.sre.viewer(), at=LATER, ask=ask, text="  ")

    def reads(user: User) -> int:
        return Comment.objects.visible_to(user.viewer()).count()

    assert [reads(user) for user in (cast.frontend_lead, cast.cmo, cast.analyst, cast.seo_lead)] == [2, 2, 1, 1]


def test_the_types_are_added_once_and_left_alone(cast: Cast) -> None:
    assert (ensure_request_types(at=NOON), ensure_request_types(at=NOON)) == (10, 0)
    assert set(RequestType.objects.values_list("key", flat=True)) == {kind["key"] for kind in TYPES}
    for kind in RequestType.objects.exclude(pk=cast.type.pk):
        assert all({"en", "ru"} <= set(field["label"]) for field in kind.fields)
        assert kind.form is not None
        assert kind.form.fields == kind.fields


def test_the_questions_of_a_type_are_asked_and_read(cast: Cast) -> None:
    ensure_request_types(at=NOON)
    speed = RequestType.objects.get(key="performance")
    given: dict[str, Any] = {"title": "LCP", "area": cast.search, "example_urls": ["https://a.example"], "why": "slow"}
    with pytest.raises(Invalid) as caught:
        file_request(actor=cast.analyst.viewer(), at=NOON, type=speed, **given)
    assert list(caught.value.fields) == ["metric"]
    for answers in ({"metric": "FID"}, {"metric": "LCP", "current_p75": "fast"}, {"metric": "LCP", "colour": "red"}):
        with pytest.raises(Invalid):
            file_request(actor=cast.analyst.viewer(), at=NOON, type=speed, answers=answers, **given)
    answers = {"metric": "LCP", "current_p75": "2900,5", "form_factor": ""}
    ask = file_request(actor=cast.analyst.viewer(), at=NOON, type=speed, answers=answers, **given)
    assert ask.answers == {"metric": "LCP", "current_p75": 2900.5}
    edit_request(
        actor=cast.analyst.viewer(), at=NOON, ask=ask, expected=1, changes={"answers": {"form_factor": "mobile"}}
    )
    assert ask.answers == {"metric": "LCP", "current_p75": 2900.5, "form_factor": "mobile"}
