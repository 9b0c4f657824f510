"""A decision that is contested: who answers, what stands, what goes back to triage; second parkings and questions."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.makers import NOON, Cast
from tests.tracker.test_request_verbs import assert_history_is_complete, make_ask
from tracker.escalations.actions import issue_ruling, take_up_request
from tracker.escalations.models import Escalation, RulingKind
from tracker.escalations.rules import Act, Effect
from tracker.intake.actions import (
    answer_contest,
    answer_question,
    ask_question,
    contest_decision,
    decline_request,
    next_above,
    park_request,
    return_parked,
)
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale, WrongState
from tracker.people.models import User
from tracker.promises.actions import ensure_policies
from tracker.promises.models import Kind, Policy, Promise

LATER = NOON + timedelta(hours=3)
IN_SPRING = date(2027, 4, 1)


@pytest.fixture
def ask(cast: Cast) -> WorkRequest:
    ensure_policies(at=NOON)
    return make_ask(cast)


def fresh(ask: WorkRequest) -> WorkRequest:
    return WorkRequest.objects.select_related("decided_by").get(pk=ask.pk)


def decline(cast: Cast, ask: WorkRequest, by: User | None = None) -> WorkRequest:
    decline_request(actor=(by or cast.platform_lead).viewer(), at=LATER, ask=ask, reason="The template goes away.")
    return fresh(ask)


def contest(cast: Cast, ask: WorkRequest, by: User | None = None, **more: Any) -> WorkRequest:
    given = {"at": LATER, "reason": "It stays until May.", **more}
    contest_decision(actor=(by or cast.seo_lead).viewer(), ask=ask, **given)
    return fresh(ask)


def test_a_decline_by_the_lead_is_answered_by_the_cto(cast: Cast, ask: WorkRequest) -> None:
    ask = contest(cast, decline(cast, ask))
    assert (ask.state, ask.contest_reason, ask.contested_at) == (State.DECLINED, "It stays until May.", LATER)
    owed = Promise.objects.running().get(kind=Kind.CONTEST)
    assert (owed.holder, owed.matter) == (cast.cto, f"request:{ask.pk}")
    for user in (cast.platform_lead, cast.coo, cast.cmo, cast.seo_lead):
        with pytest.raises(NotAllowed):
            answer_contest(actor=user.viewer(), at=LATER, ask=ask, upholds=True, reason="no")
    assert not Escalation.objects.exists()


def test_an_overturned_decline_is_back_in_triage_with_its_clocks_anew(cast: Cast, ask: WorkRequest) -> None:
    ask = contest(cast, decline(cast, ask))
    answered = LATER + timedelta(days=1)
    answer_contest(actor=cast.cto.viewer(), at=answered, ask=ask, upholds=False, reason="It stays.")
    found = fresh(ask)
    assert (found.state, found.decision_reason, found.decided_by) == (State.FILED, "", None)
    running = Promise.objects.running().of_matter(f"request:{ask.pk}")
    assert {(one.kind, one.started_at) for one in running} == {(Kind.TRIAGE, answered), (Kind.DECISION, answered)}
    assert_history_is_complete()


def test_an_upheld_decline_stands_and_is_contested_no_more(cast: Cast, ask: WorkRequest) -> None:
    ask = contest(cast, decline(cast, ask))
    answer_contest(actor=cast.cto.viewer(), at=LATER, ask=ask, upholds=True, reason="It goes.")
    ask = fresh(ask)
    assert (ask.state, ask.contest_answered_at) == (State.DECLINED, LATER)
    with pytest.raises(Refused) as caught:
        contest(cast, ask)
    assert caught.value.code == "contested"
    with pytest.raises(WrongState):
        answer_contest(actor=cast.cto.viewer(), at=LATER, ask=ask, upholds=False, reason="Hm.")
    assert not Promise.objects.running().filter(kind=Kind.CONTEST).exists()


def test_another_decision_may_be_contested_anew(cast: Cast, ask: WorkRequest) -> None:
    ask = contest(cast, decline(cast, ask))
    answer_contest(actor=cast.cto.viewer(), at=LATER, ask=ask, upholds=False, reason="It stays.")
    contest(cast, decline(cast, fresh(ask)))
    assert Promise.objects.running().filter(kind=Kind.CONTEST).count() == 1


def test_what_the_cto_decided_is_a_line_on_the_docket(cast: Cast, ask: WorkRequest) -> None:
    ask = contest(cast, decline(cast, ask, by=cast.cto))
    line = Escalation.objects.get()
    found = (line.ask, line.state, line.origin, line.raised_by, line.wanted)
    assert found == (ask, "docketed", "raised", cast.seo_lead, "It stays until May.")
    assert Promise.objects.running().get(kind=Kind.CONTEST).holder == cast.coo
    with pytest.raises(NotAllowed):
        answer_contest(actor=cast.cto.viewer(), at=LATER, ask=ask, upholds=True, reason="I said so.")
    answer_contest(actor=cast.coo.viewer(), at=LATER, ask=ask, upholds=True, reason="It goes.")
    line.refresh_from_db()
    assert line.state == "settled"


def test_the_mediator_may_take_a_contest_up_and_rule_on_it(cast: Cast, ask: WorkRequest) -> None:
    ask = contest(cast, decline(cast, ask, by=cast.cto))
    case = take_up_request(actor=cast.coo.viewer(), at=LATER, ask=ask)
    given: Any = {"kind": RulingKind.GRANT, "sentence": "Do it.", "due_on": IN_SPRING, "acts": [Act(Effect.ACCEPT)]}
    issue_ruling(actor=cast.coo.viewer(), at=LATER, case=case, **given)
    assert fresh(ask).state == State.ACCEPTED
    assert not Promise.objects.running().filter(kind=Kind.CONTEST).exists()
    assert_history_is_complete()


def test_a_ruling_is_not_contested(cast: Cast, ask: WorkRequest) -> None:
    decline_request(actor=cast.coo.viewer(), at=LATER, ask=ask, reason="Not now.", by_ruling=True)
    with pytest.raises(Refused) as caught:
        contest(cast, fresh(ask))
    assert caught.value.code == "ruled"


def test_where_nobody_stands_above_a_contest_is_refused_with_the_reason(cast: Cast, ask: WorkRequest) -> None:
    User.objects.filter(pk__in=[cast.cto.pk, cast.coo.pk]).update(is_active=False)
    ask = decline(cast, ask)
    assert next_above(ask) is None
    with pytest.raises(Refused, match="administrator"):
        contest(cast, ask)


def test_without_a_cto_the_coo_answers_for_a_lead(cast: Cast, ask: WorkRequest) -> None:
    User.objects.filter(pk=cast.cto.pk).update(is_active=False)
    above = next_above(decline(cast, ask))
    assert above is not None
    assert (above.user, above.mediated) == (cast.coo, True)


def test_only_the_requester_contests_and_with_a_reason(cast: Cast, ask: WorkRequest) -> None:
    ask = decline(cast, ask)
    for user in (cast.analyst, cast.cmo, cast.platform_lead):
        with pytest.raises(NotAllowed):
            contest(cast, ask, by=user)
    with pytest.raises(Invalid):
        contest(cast, ask, reason=" ")
    with pytest.raises(Stale):
        contest(cast, ask, expected=1)


def test_what_was_not_decided_is_not_contested(cast: Cast, ask: WorkRequest) -> None:
    with pytest.raises(WrongState):
        contest(cast, ask)


def test_a_first_parking_comes_back_by_itself_and_a_second_may_be_contested(cast: Cast, ask: WorkRequest) -> None:
    lead = cast.platform_lead.viewer()
    park_request(actor=lead, at=LATER, ask=ask, review_on=date(2027, 2, 3))
    with pytest.raises(Refused) as caught:
        contest(cast, fresh(ask))
    assert caught.value.code == "first_parking"
    return_parked(at=NOON + timedelta(days=2))
    again = fresh(ask)
    park_request(actor=lead, at=NOON + timedelta(days=2), ask=again, review_on=IN_SPRING, reason="Spring.")
    ask = contest(cast, fresh(ask), at=NOON + timedelta(days=3))
    assert (ask.times_parked, ask.contest_open) == (2, True)
    answer_contest(actor=cast.cto.viewer(), at=NOON + timedelta(days=3), ask=ask, upholds=False, reason="Now.")
    assert (fresh(ask).state, fresh(ask).review_on) == (State.FILED, None)


def test_a_contest_of_a_parking_is_over_when_the_request_comes_back_by_itself(cast: Cast, ask: WorkRequest) -> None:
    WorkRequest.objects.filter(pk=ask.pk).update(times_parked=1)
    park_request(actor=cast.platform_lead.viewer(), at=LATER, ask=fresh(ask), review_on=date(2027, 2, 3))
    contest(cast, fresh(ask))
    return_parked(at=NOON + timedelta(days=2))
    assert not Promise.objects.running().filter(kind=Kind.CONTEST).exists()
    assert not fresh(ask).contest_open


def test_a_second_question_is_the_lead_s_own(cast: Cast, ask: WorkRequest) -> None:
    ask_question(actor=cast.cto.viewer(), at=LATER, ask=ask, question="Which pages?")
    answer_question(actor=cast.seo_lead.viewer(), at=LATER, ask=ask, answer="All.")
    with pytest.raises(NotAllowed, match="Irina Lind"):
        ask_question(actor=cast.cto.viewer(), at=LATER, ask=ask, question="And when?")
    ask_question(actor=cast.platform_lead.viewer(), at=LATER, ask=ask, question="And when?")
    assert fresh(ask).times_asked == 2


def test_where_no_lead_is_the_cto_asks_again(cast: Cast, ask: WorkRequest) -> None:
    User.objects.filter(pk=cast.platform_lead.pk).update(is_active=False)
    WorkRequest.objects.filter(pk=ask.pk).update(times_asked=1)
    ask_question(actor=cast.cto.viewer(), at=LATER, ask=fresh(ask), question="And when?")


def test_there_are_terms_for_every_kind_of_promise(cast: Cast, ask: WorkRequest) -> None:
    assert set(Policy.objects.values_list("kind", flat=True)) == set(Kind.values)
