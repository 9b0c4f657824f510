"""Merging, contesting, backing and watching on the pages, without JavaScript."""

import html
import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.makers import NOON, Cast
from tests.tracker.test_request_verbs import make_ask
from tracker.intake.actions import (
    add_comment,
    back_request,
    decline_request,
    merge_request,
    restrict_request,
    watch_request,
)
from tracker.intake.models import Backing, Watch, WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.people.models import User
from tracker.promises.actions import ensure_policies

LATER = NOON + timedelta(hours=3)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(answer: Any) -> str:
    without = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(without))


def page(user: User, ask: WorkRequest) -> str:
    return text_of(browser(user).get(f"/requests/{ask.key}/"))


@pytest.fixture
def pair(cast: Cast) -> tuple[WorkRequest, WorkRequest]:
    ensure_policies(at=NOON)
    first = make_ask(cast, by=cast.analyst)
    return first, make_ask(cast, by=cast.content_lead, title="Structured data on product pages, all of them")


def merge(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    into, ask = pair
    merge_request(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, into=into)


def test_triage_merges_a_request_into_one_that_reads_alike_and_takes_it_back(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    irina = browser(cast.platform_lead)
    shown = irina.get(f"/requests/{ask.key}/").content.decode()
    assert f'value="{into.key}"' in shown
    answer = irina.post(f"/requests/{ask.key}/merge/", {"alike": into.key, "version": "1"}, follow=True)
    found = text_of(answer)
    assert f"{ask.key} is merged into {into.key}." in found
    assert "It goes on in another request" in found
    assert into.title in found
    undo = re.search(r'action="([^"]*/unmerge/)".*?name="version" value="(\d+)"', answer.content.decode())
    assert undo is not None
    irina.post(undo[1], {"version": undo[2]})
    assert WorkRequest.objects.get(pk=ask.pk).state == State.FILED


def test_a_merge_by_key_that_nobody_knows_comes_back_with_what_was_typed(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    irina = browser(cast.platform_lead)
    answer = irina.post(f"/requests/{pair[1].key}/merge/", {"into": "R-99999", "version": "1"})
    assert answer.status_code == 422
    assert 'value="R-99999"' in answer.content.decode()
    assert "There is no such request." in text_of(answer)
    assert irina.post(f"/requests/{pair[1].key}/merge/", {"version": "1"}).status_code == 422


def test_the_second_of_two_who_merge_is_told_who_was_first(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    into, ask = pair
    given = {"into": into.key.lower(), "version": "1"}
    assert browser(cast.platform_lead).post(f"/requests/{ask.key}/merge/", given).status_code == 302
    answer = browser(cast.cto).post(f"/requests/{ask.key}/merge/", given)
    assert answer.status_code == 409
    assert "Irina Lind was first: it is merged now." in text_of(answer)


def test_a_form_that_is_sent_twice_merges_once(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    into, ask = pair
    given = {"into": into.key, "version": "1", "idempotency": "k" * 20}
    irina = browser(cast.platform_lead)
    assert irina.post(f"/requests/{ask.key}/merge/", given).status_code == 302
    assert irina.post(f"/requests/{ask.key}/merge/", given).status_code == 302
    assert WorkRequest.objects.get(pk=ask.pk).version == 2


def test_the_survivor_shows_what_was_said_and_backed_where_it_was_merged(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    into, ask = pair
    add_comment(actor=cast.content_lead.viewer(), at=LATER, ask=ask, text="Said over there")
    back_request(actor=cast.cmo.viewer(), at=LATER, ask=ask, stake="budget", amount=Decimal(40_000))
    merge(cast, pair)
    found = page(cast.cto, into)
    assert "Said over there" in found
    assert "backed by 1, 40,000" in found
    assert f"merged another one into it ( {ask.key} )" in found
    assert "Merged into it" in found


def test_what_was_restricted_stays_unseen_on_the_survivor(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    into, ask = pair
    add_comment(actor=cast.content_lead.viewer(), at=LATER, ask=ask, text="Said over there")
    restrict_request(actor=cast.content_lead.viewer(), at=LATER, ask=ask)
    merge(cast, pair)
    assert "Said over there" in page(cast.cto, into)
    assert "Said over there" not in page(cast.sre, into)
    assert ask.title not in page(cast.sre, into)


def test_the_merged_requester_objects_and_the_cto_takes_it_apart(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    merge(cast, pair)
    ask = pair[1]
    assert "You may object until" in page(cast.content_lead, ask)
    assert "Object to the merge" not in page(cast.analyst, ask)
    given = {"reason": "Those are other pages.", "version": "2"}
    assert browser(cast.content_lead).post(f"/requests/{ask.key}/contest/", given).status_code == 302
    found = page(cast.cto, ask)
    assert "Pavel Sorokin answers the contest" in found
    assert "Those are other pages." in found
    given = {"upholds": "no", "reason": "They are.", "version": "3"}
    assert browser(cast.cto).post(f"/requests/{ask.key}/answer-contest/", given).status_code == 302
    assert WorkRequest.objects.get(pk=ask.pk).state == State.FILED


def test_a_declined_requester_contests_once_and_may_then_go_to_the_coo(cast: Cast) -> None:
    ensure_policies(at=NOON)
    ask = make_ask(cast, by=cast.analyst)
    decline_request(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, reason="No.")
    analyst = browser(cast.analyst)
    assert "Contest the decision" in page(cast.analyst, ask)
    assert analyst.post(f"/requests/{ask.key}/contest/", {"reason": "", "version": "2"}).status_code == 422
    assert analyst.post(f"/requests/{ask.key}/contest/", {"reason": "Why?", "version": "2"}).status_code == 302
    assert "It is contested; Pavel Sorokin answers." in page(cast.analyst, ask)
    wrong = browser(cast.platform_lead).post(
        f"/requests/{ask.key}/answer-contest/", {"upholds": "yes", "reason": "No.", "version": "3"}
    )
    assert wrong.status_code == 403
    given = {"upholds": "yes", "reason": "No.", "version": "3"}
    assert browser(cast.cto).post(f"/requests/{ask.key}/answer-contest/", given).status_code == 302
    found = page(cast.analyst, ask)
    assert "It was contested, and the decision stands." in found
    assert "Ask the COO" in found
    assert "Contest the decision" not in found


def test_declining_offers_parking_first_and_says_that_it_may_be_contested(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    found = page(cast.platform_lead, pair[0])
    assert "Park it until a day instead" in found
    assert "The requester may contest it once" in found


def test_somebody_backs_a_request_for_a_team_and_takes_it_back(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    ask, seo = pair[0], browser(cast.seo_lead)
    assert seo.get(f"/requests/{ask.key}/back/").status_code == 200
    given = {"stake": "campaign", "campaign_on": "2099-03-12", "for_whom": "team:content", "note": "TV"}
    assert seo.post(f"/requests/{ask.key}/back/", given).status_code == 302
    found = page(cast.seo_lead, ask)
    assert "Content campaign on 12 March 2099" in found
    assert "written down by Timur Rakhimov" in found
    waiting = text_of(browser(cast.platform_lead).get("/triage/"))
    assert "backed by 1, 12 March 2099" in waiting
    number = Backing.objects.get().pk
    assert browser(cast.cto).post(f"/requests/{ask.key}/backings/{number}/withdraw/").status_code == 403
    assert Backing.objects.get().withdrawn_at is None
    assert seo.post(f"/requests/{ask.key}/backings/{number}/withdraw/").status_code == 302
    assert Backing.objects.get().withdrawn_at is not None


def test_a_backing_without_its_stake_comes_back_with_what_was_typed(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    answer = browser(cast.seo_lead).post(f"/requests/{pair[0].key}/back/", {"stake": "budget", "note": "from Q2"})
    assert answer.status_code == 422
    assert "Say how much, more than 0." in text_of(answer)
    assert "from Q2" in answer.content.decode()


def test_one_button_watches_and_mutes(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    ask, max_ = pair[0], browser(cast.sre)
    assert "Watch" in page(cast.sre, ask)
    assert max_.post(f"/requests/{ask.key}/watch/").status_code == 302
    assert "Mute" in page(cast.sre, ask)
    assert max_.post(f"/requests/{ask.key}/mute/").status_code == 302
    assert Watch.objects.get().muted
    assert "Mute" in page(cast.analyst, ask)


def test_who_watches_what_was_merged_hears_of_the_survivor(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    watch_request(actor=cast.sre.viewer(), at=NOON, ask=pair[1])
    merge(cast, pair)
    assert "Mute" in page(cast.sre, pair[0])


def test_a_second_question_is_not_offered_to_the_cto(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    WorkRequest.objects.filter(pk=pair[0].pk).update(times_asked=1)
    assert "a second question is for the lead, Irina Lind" in page(cast.cto, pair[0])
    assert "a second question is for the lead" not in page(cast.platform_lead, pair[0])


def test_the_old_key_is_found_by_search(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    merge(cast, pair)
    found = text_of(browser(cast.cto).get(f"/search/?q={pair[1].key}"))
    assert pair[1].title in found
    assert "merged" in found


def test_the_list_and_its_file_have_a_column_of_backers(cast: Cast, pair: tuple[WorkRequest, WorkRequest]) -> None:
    back_request(actor=cast.cmo.viewer(), at=LATER, ask=pair[1], stake="budget", amount=Decimal(40_000))
    back_request(actor=cast.analyst.viewer(), at=LATER, ask=pair[0], stake="kpi", kpi="clicks")
    merge(cast, pair)
    reader = browser(cast.cto)
    assert "backed by 2, 40,000" in text_of(reader.get("/requests/?columns=backed"))
    file = reader.get("/requests/?columns=backed&as=json&sort=key")
    rows = json.loads(b"".join(file.streaming_content))  # type: ignore[attr-defined]  # a streamed answer
    assert [one["backed"] for one in rows] == [2, 1]


def test_home_says_which_contest_waits_for_whom(cast: Cast) -> None:
    ensure_policies(at=NOON)
    ask = make_ask(cast, by=cast.analyst)
    decline_request(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, reason="No.")
    browser(cast.analyst).post(f"/requests/{ask.key}/contest/", {"reason": "Why?", "version": "2"})
    assert f"{ask.key} {ask.title}: the decision is contested" in text_of(browser(cast.cto).get("/"))
    assert f"{ask.title}: the decision is contested" not in text_of(browser(cast.platform_lead).get("/"))
