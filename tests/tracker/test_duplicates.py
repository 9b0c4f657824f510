"""Duplicates: merged and taken apart again, objected to, and what the survivor shows of them."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.makers import NOON, Cast
from tests.tracker.test_request_verbs import assert_history_is_complete, make_ask
from tracker.intake.actions import (
    accept_request,
    add_comment,
    answer_contest,
    ask_question,
    back_request,
    contest_decision,
    decline_request,
    draft_request,
    merge_request,
    objection_ends,
    restrict_request,
    unmerge_request,
    watch_request,
    withdraw_request,
)
from tracker.intake.families import families_of, merged_into, survivor_of
from tracker.intake.models import Backing, Comment, Watch, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale, WrongState
from tracker.notices.models import Notice
from tracker.people.models import User
from tracker.promises.actions import ensure_policies
from tracker.promises.models import Kind, Promise

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def pair(cast: Cast) -> tuple[WorkRequest, WorkRequest]:
    """The analyst's request and the content lead's, which says the same."""
    ensure_policies(at=NOON)
    first = make_ask(cast, by=cast.analyst)
    return first, make_ask(cast, by=cast.content_lead, title="Rich results for products")


def merge(cast: Cast, ask: WorkRequest, into: WorkRequest, by: User | None = None) -> None:
    ask.refresh_from_db()
    merge_request(actor=(by or cast.platform_lead).viewer(), at=LATER, ask=ask, into=into)


def told(user: User) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(user=user).order_by("id")
    return [(one.kind, one.facts.get("because", "")) for one in rows]


def test_a_merged_request_goes_on_in_its_survivor_and_both_say_so(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    merge(cast, ask, into)
    found = WorkRequest.objects.get(pk=ask.pk)
    assert (found.state, found.merged_into, found.decided_by) == (State.MERGED, into, cast.platform_lead)
    survivor = WorkRequest.objects.get(pk=into.pk)
    assert (survivor.state, survivor.parties) == (State.FILED, [cast.content_lead.pk])
    assert [one.key for one in merged_into(cast.cto.viewer(), into.pk)] == [ask.key]
    assert_history_is_complete()


def test_the_promises_about_a_merged_request_are_kept_and_begin_anew_when_it_is_taken_apart(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    merge(cast, ask, into)
    of_ask = Promise.objects.of_matter(f"request:{ask.pk}")
    assert not of_ask.running().exists()
    unmerge_request(actor=cast.platform_lead.viewer(), at=LATER, ask=ask)
    assert {one.kind for one in of_ask.running()} == {Kind.TRIAGE, Kind.DECISION}
    assert {one.started_at for one in of_ask.running()} == {LATER}


def test_merging_is_for_triage(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    into, ask = pair
    for user in (cast.analyst, cast.content_lead, cast.cmo, cast.coo, cast.admin):
        with pytest.raises(NotAllowed):
            merge(cast, ask, into, by=user)
    merge(cast, ask, into, by=cast.cto)


def test_nothing_is_merged_into_itself_or_in_a_circle(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    into, ask = pair
    with pytest.raises(Invalid):
        merge(cast, ask, ask)
    merge(cast, ask, into)
    with pytest.raises(Invalid) as caught:
        merge(cast, into, ask)
    assert list(caught.value.fields) == ["into"]


def test_merging_into_a_merged_one_goes_to_its_survivor(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    into, ask = pair
    third = make_ask(cast, title="Stars in results")
    merge(cast, ask, into)
    merge(cast, third, ask)
    assert WorkRequest.objects.get(pk=third.pk).merged_into == into
    assert set(families_of([into.pk])) == {into.pk, ask.pk, third.pk}


@pytest.mark.parametrize("state", ["declined", "withdrawn", "draft"])
def test_nothing_is_merged_into_what_is_closed(cast: Cast, pair: tuple[WorkRequest, WorkRequest], state: str) -> None:
    into, ask = pair
    if state == "declined":
        decline_request(actor=cast.cto.viewer(), at=LATER, ask=into, reason="no")
    elif state == "withdrawn":
        withdraw_request(actor=cast.analyst.viewer(), at=LATER, ask=into)
    else:
        into = draft_request(actor=cast.platform_lead.viewer(), at=NOON, type=cast.type, title="Later")
    with pytest.raises(Invalid):
        merge(cast, ask, into)
    assert WorkRequest.objects.get(pk=ask.pk).state == State.FILED


def test_only_what_is_undecided_is_merged(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    into, ask = pair
    accept_request(actor=cast.cto.viewer(), at=LATER, ask=ask)
    with pytest.raises(WrongState):
        merge(cast, ask, into)
    other = make_ask(cast)
    ask_question(actor=cast.cto.viewer(), at=LATER, ask=other, question="Which?")
    merge(cast, other, ask)
    assert WorkRequest.objects.get(pk=other.pk).question == ""


def test_of_two_who_merge_one_duplicate_one_wins_and_the_other_is_told_by_whom(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    first, second = WorkRequest.objects.get(pk=ask.pk), WorkRequest.objects.get(pk=ask.pk)
    merge_request(actor=cast.platform_lead.viewer(), at=LATER, ask=first, into=into, expected=1)
    with pytest.raises(Stale, match="Irina Lind was first"):
        merge_request(actor=cast.cto.viewer(), at=LATER, ask=second, into=into, expected=1)
    with pytest.raises(Refused, match="Irina Lind was first"):
        accept_request(actor=cast.cto.viewer(), at=LATER, ask=second, expected=1)


def test_the_requester_of_a_merged_one_sees_the_survivor_even_where_it_is_restricted(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    restrict_request(actor=cast.analyst.viewer(), at=LATER, ask=into)
    seen = WorkRequest.objects.visible_to(cast.content_lead.viewer()).filter(pk=into.pk)
    assert not seen.exists()
    merge(cast, ask, into)
    assert seen.exists()
    unmerge_request(actor=cast.platform_lead.viewer(), at=LATER, ask=WorkRequest.objects.get(pk=ask.pk))
    assert not seen.exists()
    assert_history_is_complete()


def test_a_party_from_before_stays_one_when_the_merge_is_undone(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    WorkRequest.objects.filter(pk=into.pk).update(parties=[cast.content_lead.pk])
    merge(cast, ask, into)
    unmerge_request(actor=cast.platform_lead.viewer(), at=LATER, ask=WorkRequest.objects.get(pk=ask.pk))
    assert WorkRequest.objects.get(pk=into.pk).parties == [cast.content_lead.pk]


def test_whoever_was_merged_in_backs_or_watches_hears_of_the_turns_of_the_survivor(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    watch_request(actor=cast.sre.viewer(), at=NOON, ask=ask)
    back_request(actor=cast.cmo.viewer(), at=NOON, ask=ask, stake="kpi", kpi="clicks")
    merge(cast, ask, into)
    Notice.objects.all().delete()
    accept_request(actor=cast.platform_lead.viewer(), at=LATER, ask=WorkRequest.objects.get(pk=into.pk))
    assert told(cast.content_lead) == [("watched_request_accepted", "merged")]
    assert told(cast.cmo) == [("watched_request_accepted", "backs")]
    assert told(cast.sre) == [("watched_request_accepted", "watches")]
    assert told(cast.analyst) == [("request_accepted", "")]


def test_a_watcher_who_may_not_see_the_survivor_hears_nothing_of_it(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    watch_request(actor=cast.sre.viewer(), at=NOON, ask=ask)
    restrict_request(actor=cast.analyst.viewer(), at=LATER, ask=into)
    merge(cast, ask, into)
    Notice.objects.all().delete()
    accept_request(actor=cast.platform_lead.viewer(), at=LATER, ask=WorkRequest.objects.get(pk=into.pk))
    assert told(cast.sre) == []


def test_the_requester_of_a_merged_one_may_object_within_the_promised_time(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    merge(cast, ask, into)
    ask = WorkRequest.objects.get(pk=ask.pk)
    ends = objection_ends(ask)
    assert ends.date() == date(2027, 2, 8)
    with pytest.raises(Refused, match="8 February"):
        contest_decision(
            actor=cast.content_lead.viewer(), at=ends + timedelta(minutes=1), ask=ask, reason="Other pages."
        )
    contest_decision(actor=cast.content_lead.viewer(), at=ends, ask=ask, reason="Other pages.")
    owed = Promise.objects.running().get(kind=Kind.CONTEST)
    assert owed.holder == cast.cto
    answer_contest(actor=cast.cto.viewer(), at=ends, ask=ask, upholds=False, reason="You are right.")
    found = WorkRequest.objects.get(pk=ask.pk)
    assert (found.state, found.merged_into) == (State.FILED, None)
    owed.refresh_from_db()
    assert owed.state == "kept"
    assert told(cast.content_lead)[-1] == ("request_unmerged", "")
    assert_history_is_complete()


def test_where_the_survivor_is_withdrawn_the_merged_requester_may_object_at_any_time(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    merge(cast, ask, into)
    much_later = NOON + timedelta(days=90)
    withdraw_request(actor=cast.analyst.viewer(), at=much_later, ask=WorkRequest.objects.get(pk=into.pk))
    assert told(cast.content_lead)[-1] == ("watched_request_withdrawn", "merged")
    ask = WorkRequest.objects.get(pk=ask.pk)
    contest_decision(actor=cast.content_lead.viewer(), at=much_later, ask=ask, reason="I still need it.")


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_sequence_of_merges_makes_a_circle_or_loses_a_word_a_backer_or_a_watcher(
    cast: Cast, steps: list[tuple[bool, int, int]]
) -> None:
    asks = [make_ask(cast, title=f"Request {number}") for number in range(5)]
    for ask in asks:
        add_comment(actor=cast.cto.viewer(), at=NOON, ask=ask, text=ask.key)
        back_request(actor=cast.cmo.viewer(), at=NOON, ask=ask, stake="kpi", kpi=ask.key)
        watch_request(actor=cast.sre.viewer(), at=NOON, ask=ask)
    lead: Any = cast.platform_lead.viewer()
    for merges, one, other in steps:
        ask = WorkRequest.objects.get(pk=asks[one].pk)
        try:
            if merges:
                merge_request(actor=lead, at=LATER, ask=ask, into=WorkRequest.objects.get(pk=asks[other].pk))
            else:
                unmerge_request(actor=lead, at=LATER, ask=ask)
        except Refused:
            continue
    roots = {ask.pk: survivor_of(ask.pk) for ask in asks}
    families = families_of(set(roots.values()))
    assert families == roots
    for model in (Comment, Backing, Watch):
        held = model.objects.filter(ask__in=[ask.pk for ask in asks])
        assert {row.ask_id for row in held} == set(roots)
    live = WorkRequest.objects.filter(pk__in=roots).exclude(state=State.MERGED)
    assert set(live.values_list("pk", flat=True)) == set(roots.values())
    assert_history_is_complete()
    WorkRequest.objects.filter(pk__in=roots).update(merged_into=None, state=State.FILED)
