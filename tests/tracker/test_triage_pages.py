"""The triage inbox: oldest first, four answers, the next one opens; two triagers and one request."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.makers import NOON, Cast
from tracker.intake.actions import file_request
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.people.models import User
from tracker.web.triage import waiting_for


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_ask(cast: Cast, title: str, hours: int = 0) -> WorkRequest:
    return file_request(
        actor=cast.seo_lead.viewer(),
        at=NOON + timedelta(hours=hours),
        type=cast.type,
        title=title,
        area=cast.product_pages,
        example_urls=["https://lumen.example/p/1"],
        why="Because.",
    )


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def open_one(page: str) -> str:
    found = re.search(r'id="open-request".*?<h2[^>]*><a[^>]*>([^<]+)<', page)
    return found[1] if found else ""


def test_the_oldest_opens_first_and_the_next_one_after_each_answer(cast: Cast) -> None:
    second, first, third = (make_ask(cast, name, hours) for name, hours in (("Two", 2), ("One", 1), ("Three", 3)))
    irina = browser(cast.platform_lead)
    page = text_of(irina.get("/triage/"))
    assert open_one(page) == "One"
    assert "3 requests wait for you" in page
    assert all(f'data-key="{key}"' in page for key in "aidp")
    steps = [
        (first, "accept", {"size": "M"}, "Two"),
        (second, "decline", {"reason": "Not now."}, "Three"),
        (third, "park", {"review_on": "2099-04-01", "reason": ""}, ""),
    ]
    for ask, step, given, following in steps:
        answer = irina.post(f"/requests/{ask.key}/{step}/", {**given, "version": "1", "next": "triage"})
        assert answer.status_code == 302, text_of(answer)
        assert open_one(text_of(irina.get(answer.headers["Location"]))) == following
    assert "No request waits for you" in text_of(irina.get("/triage/"))
    states = dict(WorkRequest.objects.values_list("title", "state"))
    assert states == {"One": State.ACCEPTED, "Two": State.DECLINED, "Three": State.PARKED}
    assert WorkRequest.objects.get(title="One").effort_weeks == Decimal(3)


def test_weeks_say_more_than_a_size(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    answer = browser(cast.cto).post(f"/requests/{ask.key}/accept/", {"size": "L", "weeks": "6", "version": "1"})
    assert answer.headers["Location"] == f"/requests/{ask.key}/"
    assert WorkRequest.objects.get().effort_weeks == Decimal(6)


def test_triage_is_for_leads_of_the_team_and_the_cto(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    assert open_one(text_of(browser(cast.cto).get("/triage/"))) == "One"
    assert open_one(text_of(browser(cast.seo_lead).get("/triage/"))) == ""
    for user in (cast.analyst, cast.frontend_lead, cast.cmo, cast.coo, cast.admin):
        assert browser(user).get("/triage/").status_code == 403
        assert browser(user).post(f"/requests/{ask.key}/accept/", {"version": "1"}).status_code == 403
    assert waiting_for(cast.platform_lead.viewer()).count() == 1
    assert waiting_for(cast.seo_lead.viewer()).count() == 0
    assert WorkRequest.objects.get().version == 1


@pytest.mark.parametrize(
    "step, given, word",
    [
        ("decline", {"reason": " "}, "decline-reason"),
        ("ask", {"question": ""}, "ask-question"),
        ("park", {"review_on": "2020-01-01", "reason": "long ago"}, "still to come"),
        ("park", {"review_on": "soon", "reason": "typed words"}, "typed words"),
        ("accept", {"weeks": "-3"}, "accept-weeks"),
    ],
)
def test_a_refused_answer_comes_back_open_with_what_was_typed(
    cast: Cast, step: str, given: dict[str, str], word: str
) -> None:
    ask = make_ask(cast, "One")
    answer = browser(cast.cto).post(f"/requests/{ask.key}/{step}/", {**given, "version": "1", "next": "triage"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert word in page
    assert "data-open" in page
    assert WorkRequest.objects.get().version == 1


def test_who_comes_second_is_told_who_was_first_and_keeps_the_words(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    browser(cast.platform_lead).post(f"/requests/{ask.key}/accept/", {"version": "1", "next": "triage"})
    given = {"reason": "A long reason.", "version": "1", "next": "triage"}
    answer = browser(cast.cto).post(f"/requests/{ask.key}/decline/", given)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Irina Lind was first: it is accepted now." in page
    assert "A long reason." in page
    assert WorkRequest.objects.get().state == State.ACCEPTED


def test_an_answer_to_a_changed_request_is_stopped_once_and_can_be_sent_again(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    WorkRequest.objects.filter(pk=ask.pk).update(version=2)
    cto = browser(cast.cto)
    answer = cto.post(f"/requests/{ask.key}/decline/", {"reason": "No.", "version": "1"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "No." in page
    assert 'name="version" value="2"' in page
    WorkRequest.objects.filter(pk=ask.pk).update(version=1)


def test_asking_begins_with_what_is_missing(cast: Cast) -> None:
    make_ask(cast, "One")
    assert "Please add: KPI, baseline, target, measuring date, confidence." in text_of(
        browser(cast.cto).get("/triage/")
    )


def test_a_reload_of_an_answer_leads_back_to_the_request(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    assert browser(cast.cto).get(f"/requests/{ask.key}/accept/").headers["Location"] == f"/requests/{ask.key}/"
