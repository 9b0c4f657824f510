"""Answers by the links in mails: looking does nothing, the button does what its person may, and nothing twice."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.forms import text_of
from tests.makers import NOON, Cast
from tests.tracker.portfolio import make_portfolio
from tests.tracker.test_request_pages import browser
from tests.tracker.test_request_verbs import make_ask
from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ItemState
from tracker.history.models import Entry
from tracker.intake.actions import add_comment, assign_request, edit_request, restrict_request
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.notices.actions import mail_notices
from tracker.notices.mail_links import LIFE, Act, MailLink, read_link, sign_link
from tracker.notices.models import Notice
from tracker.people.models import User

LINK = re.compile(r"- ([^:\n]+): \S+?(/by-mail/[^/\s]+/)")


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """Nobody was here before."""
    cache.clear()
    yield
    cache.clear()


def mailed_to(person: User) -> str:
    """All that went out to somebody."""
    mail_notices(at=NOON + timedelta(minutes=5))
    return "\n".join(str(one.body) for one in mail.outbox if person.email in one.to)


def links_to(person: User) -> dict[str, str]:
    return dict(LINK.findall(mailed_to(person)))


def link(person: User, ask: WorkRequest, act: Act = Act.ACCEPT, **more: object) -> str:
    given = {"version": ask.version, "until": clock.now() + LIFE, "number": ask.pk, **more}
    return f"/by-mail/{sign_link(MailLink(person=person.pk, act=act, **given))}/"  # type: ignore[arg-type]  # as given


def test_a_mail_about_triage_carries_a_link_for_each_answer(cast: Cast) -> None:
    make_ask(cast)
    assert list(links_to(cast.platform_lead)) == ["Accept", "Ask", "Decline", "Park"]
    assert "Answer without signing in" in mailed_to(cast.platform_lead)


def test_looking_at_a_link_does_nothing_and_the_button_does_it_once(cast: Cast, stranger: Client) -> None:
    ask = make_ask(cast)
    url = links_to(cast.platform_lead)["Accept"]
    for _time in range(2):
        answer = stranger.get(url)
        assert answer.status_code == 200
        assert WorkRequest.objects.get().version == 1
    assert ask.title in text_of(answer)
    assert "You answer as Irina Lind" in text_of(answer)
    done = stranger.post(url, {"size": "M"})
    assert done.status_code == 302
    assert "Done, thank you" in text_of(stranger.get(f"{url}?done=1"))
    accepted = WorkRequest.objects.get()
    assert (accepted.state, accepted.decided_by, accepted.version) == (State.ACCEPTED, cast.platform_lead, 2)
    for again in (stranger.get(url), stranger.post(url, {"size": "L"})):
        assert again.status_code == 410
        assert "You have answered by this link" in text_of(again)
    assert WorkRequest.objects.get().version == 2


def test_history_says_that_it_came_by_mail(cast: Cast, stranger: Client) -> None:
    ask = make_ask(cast)
    stranger.post(link(cast.platform_lead, ask, Act.DECLINE), {"reason": "It is there."})
    entry = Entry.objects.filter(subject="request").order_by("-version")[0]
    assert (entry.verb, entry.actor, entry.reason) == (
        "decline_request",
        f"mail:{cast.platform_lead.pk}",
        "It is there.",
    )
    story = text_of(browser(cast.seo_lead).get(f"/requests/{ask.key}/"))
    assert "Irina Lind, by mail link declined it" in story
    assert Notice.objects.filter(user=cast.seo_lead, kind="request_declined").exists()


@pytest.mark.parametrize(
    "act, given, state",
    [
        (Act.ASK, {"question": "Which pages?"}, State.NEEDS_INFORMATION),
        (Act.PARK, {"review_on": "2099-01-05", "reason": "Later."}, State.PARKED),
    ],
)
def test_asking_and_parking_go_by_mail_as_well(
    cast: Cast, stranger: Client, act: Act, given: dict[str, str], state: State
) -> None:
    url = link(cast.platform_lead, make_ask(cast), act)
    assert stranger.post(url, {}).status_code == 422
    assert stranger.post(url, given).status_code == 302
    assert WorkRequest.objects.get().state == state


def test_a_forged_link_opens_nothing(cast: Cast, stranger: Client) -> None:
    url = link(cast.platform_lead, make_ask(cast))
    forged = [url[:-4] + ("AAA/" if not url.endswith("AAA/") else "BBB/"), "/by-mail/x/", f"/by-mail/{'x' * 900}/"]
    for one in forged:
        for answer in (stranger.get(one), stranger.post(one, {})):
            assert answer.status_code == 404
            assert "This link opens nothing" in text_of(answer)
    assert WorkRequest.objects.get().version == 1


def test_a_link_that_is_over_does_nothing(cast: Cast, stranger: Client) -> None:
    ask = make_ask(cast)
    url = link(cast.platform_lead, ask, until=clock.now() - timedelta(seconds=1))
    for answer in (stranger.get(url), stranger.post(url, {})):
        assert answer.status_code == 410
        assert "This link is over" in text_of(answer)
        assert ask.title not in text_of(answer)
    assert WorkRequest.objects.get().version == 1


def test_a_link_of_an_older_version_says_so_and_does_nothing(cast: Cast, stranger: Client) -> None:
    ask = make_ask(cast)
    url = link(cast.platform_lead, ask)
    changes = {"why": "Other words."}
    edit_request(actor=cast.seo_lead.viewer(), at=clock.now(), ask=ask, expected=1, changes=changes)
    for answer in (stranger.get(url), stranger.post(url, {})):
        assert answer.status_code == 409
        assert "It has changed since the mail was written" in text_of(answer)
    assert WorkRequest.objects.get().state == State.FILED


def test_who_lost_the_power_or_left_answers_nothing_any_more(cast: Cast, stranger: Client) -> None:
    ask = make_ask(cast)
    url = link(cast.platform_lead, ask)
    User.objects.filter(pk=cast.platform_lead.pk).update(roles=["engineer"])
    for answer in (stranger.get(url), stranger.post(url, {})):
        assert answer.status_code == 403
        assert ask.title not in text_of(answer)
    User.objects.filter(pk=cast.platform_lead.pk).update(roles=["lead"], is_active=False)
    for answer in (stranger.get(url), stranger.post(url, {})):
        assert answer.status_code == 410
        assert ask.title not in text_of(answer)
    assert WorkRequest.objects.get().version == 1


def test_the_link_of_somebody_who_may_not_see_it_says_nothing_of_it(cast: Cast, stranger: Client) -> None:
    ask = make_ask(cast)
    restrict_request(actor=cast.seo_lead.viewer(), at=clock.now(), ask=ask)
    answer = stranger.get(link(cast.frontend_lead, ask))
    assert answer.status_code == 403
    assert ask.title not in text_of(answer)


def test_the_page_speaks_the_language_of_the_person_and_shows_what_the_requester_may_read(
    cast: Cast, stranger: Client
) -> None:
    ask = make_ask(cast)
    add_comment(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, text="Zibbelwort", internal=True)
    User.objects.filter(pk=cast.platform_lead.pk).update(language="ru")
    answer = stranger.get(link(cast.platform_lead, ask))
    page = answer.content.decode()
    assert '<html lang="ru">' in page
    assert "Принять" in page
    assert "Zibbelwort" not in page
    assert not re.search(r"<(script|a)\b", page)
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_whoever_tries_too_often_waits(cast: Cast, stranger: Client) -> None:
    answers = {stranger.get("/by-mail/x/").status_code for _time in range(130)}
    assert answers == {404, 429}


def test_who_is_quicker_wins_and_the_link_tells(cast: Cast, stranger: Client) -> None:
    ask = make_ask(cast)
    url = link(cast.platform_lead, ask)
    browser(cast.cto).post(f"/requests/{ask.key}/decline/", {"reason": "No.", "version": "1"})
    answer = stranger.post(url, {})
    assert answer.status_code == 409
    assert "is now: declined" in text_of(answer)


def test_a_mail_about_an_assignment_has_links_and_one_about_what_is_decided_has_none(cast: Cast) -> None:
    ask = make_ask(cast)
    assign_request(actor=cast.cto.viewer(), at=clock.now(), ask=ask, to=cast.platform_lead)
    assert {read_link(url.split("/")[2]).version for url in links_to(cast.platform_lead).values()} == {2}  # type: ignore[union-attr]
    mail.outbox.clear()
    other = make_ask(cast, title="Another one altogether")
    browser(cast.cto).post(f"/requests/{other.key}/decline/", {"reason": "No.", "version": "1"})
    assert links_to(cast.platform_lead) == {}


def test_the_owner_of_a_host_answers_a_proposal_from_the_mail(cast: Cast, stranger: Client) -> None:
    item = make_portfolio(cast).propose()
    owner = item.project.owner
    assert owner is not None
    urls = links_to(owner)
    assert list(urls) == ["Carry it", "Do not carry it"]
    page = text_of(stranger.get(urls["Carry it"]))
    assert item.project.key in page
    assert stranger.post(urls["Do not carry it"], {"refusal": ""}).status_code == 422
    clock.shift(NOON - clock.now())
    try:
        assert stranger.post(urls["Carry it"], {"conditions": ""}).status_code == 302
    finally:
        clock.shift(timedelta(0))
    assert BacklogItem.objects.get(pk=item.pk).state == ItemState.AGREED
    late = stranger.get(urls["Do not carry it"])
    assert late.status_code == 410
