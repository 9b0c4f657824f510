"""Links to follow a request without an account: whom they let in, what they show, what they let answer."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.callers import Caller
from tests.forms import Page, send_form, text_of
from tests.makers import Cast
from tests.tracker.test_request_pages import browser
from tests.tracker.test_request_verbs import make_ask
from tracker.history.models import Entry
from tracker.intake.actions import (
    accept_request,
    add_comment,
    answer_by_link,
    ask_question,
    back_request,
    draft_request,
    make_follow_link,
    merge_request,
    restrict_request,
    revoke_follow_link,
)
from tracker.intake.links import follower_of
from tracker.intake.models import FollowLink, WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, NotFound, Refused, WrongState
from tracker.kernel.models import IdempotentCall
from tracker.notices.models import Notice
from tracker.people.access import Power, may
from tracker.people.models import User
from tracker.web.follow import hide_addresses

UNKNOWN = "/follow/" + "x" * 43 + "/"


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """Nobody was here before."""
    cache.clear()
    yield
    cache.clear()


def made(cast: Cast, ask: WorkRequest, by: User | None = None, **more: Any) -> tuple[FollowLink, str]:
    given = {"name": "Olga of the agency", "email": "olga@agency.example", **more}
    return make_follow_link(actor=(by or cast.seo_lead).viewer(), at=clock.now(), ask=ask, **given)


def asked(cast: Cast) -> WorkRequest:
    ask = make_ask(cast)
    ask_question(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, question="On which pages?")
    return ask


def test_a_link_is_made_by_who_speaks_for_it_or_triages_and_its_secret_is_kept_nowhere(cast: Cast) -> None:
    ask = make_ask(cast)
    link, secret = made(cast, ask, days=7)
    assert bytes(link.digest) == hashlib.sha256(secret.encode()).digest()
    assert link.expires_at - link.made_at == timedelta(days=7)
    assert secret not in "".join(map(str, Entry.objects.values_list("changes", flat=True)))
    made(cast, ask, by=cast.platform_lead)
    with pytest.raises(NotAllowed):
        made(cast, ask, by=cast.analyst)
    for wrong in ({"days": 0}, {"days": 367}, {"name": " "}, {"name": "x" * 121}, {"email": "olga"}):
        with pytest.raises(Invalid):
            made(cast, ask, **wrong)


def test_nobody_follows_a_draft_and_nobody_makes_links_without_end(cast: Cast) -> None:
    draft = draft_request(actor=cast.seo_lead.viewer(), at=clock.now(), type=cast.type, title="Not yet")
    with pytest.raises(WrongState):
        made(cast, draft)
    ask = make_ask(cast)
    rows = [
        FollowLink(ask=ask, digest=bytes([n]), made_at=clock.now(), expires_at=clock.now() + timedelta(days=1))
        for n in range(50)
    ]
    FollowLink.objects.bulk_create(rows)
    with pytest.raises(Refused):
        made(cast, ask)


def test_who_comes_by_a_link_holds_no_power_at_all(cast: Cast) -> None:
    link, _secret = made(cast, make_ask(cast))
    follower = follower_of(link)
    assert not any(may(follower, power, link.ask.ties) for power in Power)
    assert not WorkRequest.objects.visible_to(follower).exists()


def test_an_answer_by_link_is_the_requesters_answer_and_history_says_by_which_link(cast: Cast) -> None:
    ask = asked(cast)
    link, _secret = made(cast, ask)
    answer_by_link(actor=follower_of(link), at=clock.now(), answer="On all of them.")
    ask = WorkRequest.objects.get(pk=ask.pk)
    assert (ask.state, ask.question) == (State.FILED, "")
    entry = Entry.objects.filter(subject="request", subject_id=ask.pk).order_by("-version")[0]
    assert (entry.verb, entry.actor, entry.reason) == ("answer_request", f"link:{link.pk}", "On all of them.")
    assert Notice.objects.filter(user=cast.platform_lead, kind="request_answered").count() == 1
    page = browser(cast.platform_lead).get(f"/requests/{ask.key}/")
    assert f"Olga of the agency, by link {link.pk} answered" in text_of(page)
    with pytest.raises(WrongState):
        answer_by_link(actor=follower_of(link), at=clock.now(), answer="Again.")


def test_a_link_that_was_revoked_or_is_over_answers_nothing(cast: Cast) -> None:
    ask = asked(cast)
    link, _secret = made(cast, ask)
    with pytest.raises(NotFound):
        answer_by_link(actor=follower_of(link), at=link.expires_at, answer="Late.")
    revoke_follow_link(actor=cast.seo_lead.viewer(), at=clock.now(), link=link)
    with pytest.raises(NotFound):
        answer_by_link(actor=follower_of(link), at=clock.now(), answer="Late.")
    assert WorkRequest.objects.get(pk=ask.pk).state == State.NEEDS_INFORMATION


def test_the_page_shows_where_it_stands_and_nothing_that_was_said_for_one_side(cast: Cast, stranger: Client) -> None:
    ask = make_ask(cast)
    at = clock.now()
    add_comment(actor=cast.platform_lead.viewer(), at=at, ask=ask, text="Ask anna@lumen.example first.")
    add_comment(actor=cast.platform_lead.viewer(), at=at, ask=ask, text="Zibbelwort", internal=True)
    accept_request(actor=cast.platform_lead.viewer(), at=at, ask=ask)
    _link, secret = made(cast, ask)
    answer = stranger.get(f"/follow/{secret}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    for word in (ask.title, "Whose turn", "Ask … first.", "accepted it"):
        assert word in text_of(answer)
    assert "Zibbelwort" not in page
    assert "@" not in page
    assert not re.search(r"<(script|a)\b", page)
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "tandem_session" not in answer.cookies
    russian = stranger.get(f"/follow/{secret}/", headers={"Accept-Language": "ru"})
    assert "Чей ход" in text_of(russian)


def test_the_page_names_no_other_request_and_no_money(cast: Cast, stranger: Client) -> None:
    ask, other = make_ask(cast), make_ask(cast, title="Zibbelwort")
    restrict_request(actor=cast.seo_lead.viewer(), at=clock.now(), ask=other)
    back_request(actor=cast.cmo.viewer(), at=clock.now(), ask=ask, stake="budget", amount=Decimal(40_417))
    _link, secret = made(cast, ask)
    merge_request(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, into=other)
    answer = stranger.get(f"/follow/{secret}/")
    assert "merged it" in text_of(answer)
    for word in ("Zibbelwort", other.key, "417"):
        assert word not in text_of(answer)


def test_the_page_takes_the_answer_once(cast: Cast) -> None:
    ask = asked(cast)
    _link, secret = made(cast, ask)
    stranger, path = Client(enforce_csrf_checks=True), f"/follow/{secret}/"
    page = stranger.get(path)
    assert "On which pages?" in text_of(page)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert send_form(stranger, page, path, answer=" ").status_code == 422
    for _twice in range(2):
        sent = send_form(stranger, page, path, answer="On all of them.")
        assert "Your answer is there." in text_of(sent)
    assert Entry.objects.filter(verb="answer_request").count() == 1
    kept = [f"{call.fingerprint} {call.answer}" for call in IdempotentCall.objects.all()]
    assert kept
    assert secret not in " ".join(kept)


def test_an_answer_to_what_was_decided_meanwhile_changes_nothing_and_keeps_what_was_typed(cast: Cast) -> None:
    ask = asked(cast)
    _link, secret = made(cast, ask)
    stranger, path = Client(), f"/follow/{secret}/"
    page = stranger.get(path)
    accept_request(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask)
    sent = send_form(stranger, page, path, answer="On all of them.")
    assert sent.status_code == 409
    assert "On all of them." in text_of(sent)
    assert WorkRequest.objects.get(pk=ask.pk).state == State.ACCEPTED


def test_forged_revoked_and_expired_links_tell_nothing(cast: Cast, stranger: Client) -> None:
    ask = asked(cast)
    link, secret = made(cast, ask)
    path = f"/follow/{secret}/"
    page = stranger.get(path)
    answers: list[Page] = [stranger.get(UNKNOWN), stranger.get("/follow/%00/"), stranger.post(UNKNOWN, {"answer": "x"})]
    assert {answer.status_code for answer in answers} <= {400, 404}
    FollowLink.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    answers.append(stranger.get(path))
    FollowLink.objects.update(expires_at=clock.now() + timedelta(days=1))
    revoke_follow_link(actor=cast.seo_lead.viewer(), at=clock.now(), link=FollowLink.objects.get(pk=link.pk))
    answers += [stranger.get(path), send_form(stranger, page, path, answer="Open still?")]
    assert [answer.status_code for answer in answers[3:]] == [410, 410, 410]
    for answer in answers:
        for word in (ask.title, ask.key, "Olga", "On which pages?", cast.seo_lead.name):
            assert word not in answer.content.decode()
    assert WorkRequest.objects.get(pk=ask.pk).state == State.NEEDS_INFORMATION


def test_what_no_text_may_hold_is_refused(cast: Cast, stranger: Client) -> None:
    _link, secret = made(cast, asked(cast))
    assert stranger.post(f"/follow/{secret}/", {"answer": "a\x00b"}).status_code == 422
    assert stranger.post(f"/follow/{secret}/", {"answer": "a", "idempotency": "b\x00"}).status_code == 400


def test_who_guesses_too_often_is_told_to_wait(cast: Cast, stranger: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"follow": "3/m/ip"}
    assert [stranger.get(UNKNOWN).status_code for _try in range(4)] == [404, 404, 404, 429]


def test_a_link_is_made_on_the_page_shown_once_and_revoked(cast: Cast, stranger: Client) -> None:
    ask, requester = make_ask(cast), browser(cast.seo_lead)
    page = requester.get(f"/requests/{ask.key}/")
    sent = send_form(requester, page, f"/requests/{ask.key}/links/new/", name="Olga", days="30")
    found = re.search(r'<code id="new-link">http://testserver(/follow/[\w-]{43}/)</code>', sent.content.decode())
    assert found
    assert stranger.get(found[1]).status_code == 200
    page = requester.get(f"/requests/{ask.key}/")
    assert "Olga" in text_of(page)
    assert found[1] not in page.content.decode() + requester.get(f"/requests/{ask.key}/links/").content.decode()
    send_form(requester, page, f"/requests/{ask.key}/links/{FollowLink.objects.get().pk}/revoke/")
    assert stranger.get(found[1]).status_code == 410
    assert browser(cast.analyst).get(f"/requests/{ask.key}/links/").status_code == 403
    assert "Followed by link" not in text_of(browser(cast.analyst).get(f"/requests/{ask.key}/"))


def test_links_are_made_listed_and_revoked_over_the_api(cast: Cast, stranger: Client) -> None:
    ask, api = make_ask(cast), Caller(cast.seo_lead)
    path = f"/api/v1/requests/{ask.key}/links/"
    first = api.post(path, {"name": "Olga"}, once="once")
    again = api.post(path, {"name": "Olga"}, once="once")
    assert (first.status_code, again.status_code, FollowLink.objects.count()) == (201, 201, 1)
    assert stranger.get(first.json()["path"]).status_code == 200
    assert again.json()["secret"] is None
    listed = api.get(path)
    assert [row["name"] for row in listed.json()["results"]] == ["Olga"]
    assert first.json()["secret"] not in listed.content.decode()
    number = first.json()["id"]
    assert api.post(f"{path}{number}/revoke/", {}).json()["revoked_at"]
    assert stranger.get(first.json()["path"]).status_code == 410
    assert api.post(f"{path}{number + 1}/revoke/", {}).status_code == 404


def test_addresses_are_hidden_wherever_they_stand() -> None:
    assert hide_addresses("mail a.b+c@d-e.example, or <x@y>") == "mail …, or <…>"
