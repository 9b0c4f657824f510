"""The public form of a site: who opens it, what strangers file by it, how many, and what they may say later."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.callers import Caller
from tests.forms import Page, send_form, text_of
from tests.makers import Cast
from tests.tracker.test_request_pages import browser
from tracker.history.audit import holes
from tracker.history.models import Entry
from tracker.intake.actions import (
    add_comment,
    comment_by_link,
    ensure_request_types,
    merge_request,
    revoke_follow_link,
)
from tracker.intake.actions.guests import MOST_AT_SITE, MOST_BY_LINK
from tracker.intake.links import find_link, follower_of
from tracker.intake.models import Comment, FollowLink, RequestType, WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, NotFound, Refused, TooOften
from tracker.notices.models import Notice
from tracker.people.models import User
from tracker.sites.publishing import open_public_form

FORM = "/ask/shop/"
TOLD = {
    "title": "Prices are missing in the results",
    "area": "product-pages",
    "example_url": "https://lumen.example/p/7",
    "why": "Shops beside us show them.",
    "name": "Maria",
    "email": "maria@partner.example",
}


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """Nobody was here before."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def opened(cast: Cast) -> Cast:
    open_public_form(actor=cast.admin.viewer(), at=clock.now(), site=cast.site, owner=cast.seo_lead)
    return cast


def send(client: Client, **more: str) -> Page:
    return send_form(client, client.get(FORM), FORM, **TOLD | more)


def filed(client: Client, **more: str) -> tuple[WorkRequest, str]:
    page = send(client, **more)
    found = re.search(r'<code id="own-link">[^<]*(/follow/[\w-]{43}/)</code>', page.content.decode())
    assert found, text_of(page)
    return WorkRequest.objects.latest("pk"), found[1]


def test_the_form_is_opened_by_who_manages_sites_for_somebody_who_may_file(cast: Cast, stranger: Client) -> None:
    assert stranger.get(FORM).status_code == 404
    for refused, owner, error in (
        (cast.seo_lead, cast.seo_lead, NotAllowed),
        (cast.admin, cast.admin, Invalid),
    ):
        with pytest.raises(error):
            open_public_form(actor=refused.viewer(), at=clock.now(), site=cast.site, owner=owner)
    administrator = browser(cast.admin)
    page: Page = administrator.get("/sites/shop/public/")
    page = send_form(administrator, page, "/sites/shop/public/", owner=str(cast.seo_lead.pk))
    assert "/ask/shop/" in text_of(page)
    assert stranger.get(FORM).status_code == 200
    send_form(administrator, page, "/sites/shop/public/close/")
    assert stranger.get(FORM).status_code == 404
    verbs = Entry.objects.filter(subject="site", subject_id=cast.site.pk).values_list("verb", flat=True)
    assert list(verbs.order_by("version"))[-2:] == ["open_public_form", "close_public_form"]
    assert browser(cast.analyst).get("/sites/shop/public/").status_code == 403


def test_the_form_is_opened_and_closed_over_the_api(cast: Cast) -> None:
    api = Caller(cast.cmo)
    path = "/api/v1/sites/shop/public/"
    assert Caller(cast.seo_lead).post(f"{path}open/", {"owner": cast.seo_lead.pk}).status_code == 403
    assert api.post(f"{path}open/", {"owner": cast.admin.pk}).status_code == 400
    assert api.post(f"{path}open/", {"owner": cast.seo_lead.pk}).json()["public_owner"]["id"] == cast.seo_lead.pk
    assert api.post(f"{path}close/", {}).json()["public_owner"] is None


def test_it_is_closed_once_whoever_stands_for_it_has_left_or_may_not_file(opened: Cast, stranger: Client) -> None:
    User.objects.filter(pk=opened.seo_lead.pk).update(roles=["admin"])
    assert stranger.get(FORM).status_code == 404
    User.objects.filter(pk=opened.seo_lead.pk).update(roles=["marketer"], is_active=False)
    assert stranger.get(FORM).status_code == 404


def test_a_stranger_files_in_their_own_name_and_is_told_how_to_follow_it(opened: Cast, stranger: Client) -> None:
    ask, link = filed(stranger)
    assert (ask.state, ask.requester, ask.guest_name) == (State.FILED, opened.seo_lead, "Maria")
    assert (ask.team, ask.example_urls) == (opened.web, ["https://lumen.example/p/7"])
    followed = stranger.get(link)
    assert followed.status_code == 200
    assert "Maria (public form) filed it" in text_of(followed)
    assert Entry.objects.get(subject="request", subject_id=ask.pk).actor == f"link:{FollowLink.objects.get().pk}"
    page = text_of(browser(opened.platform_lead).get(f"/requests/{ask.key}/"))
    assert "from Maria (public form)" in page
    assert "maria@partner.example" not in page.partition("Followed by link")[0]
    assert Caller(opened.analyst).get(f"/api/v1/requests/{ask.key}/").json()["guest"] == "Maria"
    assert Notice.objects.filter(user=opened.seo_lead, kind="request_public").count() == 1
    assert Notice.objects.filter(user=opened.platform_lead, kind="request_filed").count() == 1
    assert not [one for one in holes() if one.startswith(("request ", "follow-link"))]


def test_html_in_what_a_stranger_writes_is_text_everywhere(opened: Cast, stranger: Client) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    ask, link = filed(stranger, title=evil, why="[click](javascript:alert(3)) " + evil, name=evil[:100])
    signed_in = browser(opened.platform_lead)
    for page in (stranger.get(link), signed_in.get(f"/requests/{ask.key}/"), signed_in.get("/triage/")):
        shown = page.content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert 'href="javascript:' not in shown


def test_what_is_missing_is_said_and_what_was_typed_is_kept(opened: Cast, stranger: Client) -> None:
    for name in TOLD:
        page = send(stranger, **{name: ""})
        assert page.status_code == 422
        assert all(value in page.content.decode() for key, value in TOLD.items() if key != name)
    assert send(stranger, title="x" * 201).status_code == 422
    assert send(stranger, why="x" * 5_001).status_code == 422
    assert send(stranger, area="blog").status_code == 422
    assert send(stranger, example_url="javascript:alert(1)").status_code == 422
    assert not WorkRequest.objects.exists()


def test_a_program_that_fills_in_the_hidden_field_files_nothing_and_a_person_sends_it_again(
    opened: Cast, stranger: Client
) -> None:
    page = send(stranger, website="https://spam.example")
    assert page.status_code == 422
    assert not WorkRequest.objects.exists()
    send_form(stranger, page, FORM)
    assert WorkRequest.objects.count() == 1


def test_a_form_without_its_guard_is_refused(opened: Cast) -> None:
    assert Client(enforce_csrf_checks=True).post(FORM, TOLD).status_code == 403
    assert Client(enforce_csrf_checks=True).get(FORM).status_code == 200


def test_the_same_form_sent_twice_files_once_and_answers_the_same(opened: Cast, stranger: Client) -> None:
    page = stranger.get(FORM)
    first, second = (send_form(stranger, page, FORM, **TOLD).content.decode() for _twice in range(2))
    assert WorkRequest.objects.count() == 1
    addresses = {re.findall(r"/follow/[\w-]{43}/", one)[0] for one in (first, second)}
    assert len(addresses) == 1


def test_the_sixth_within_an_hour_is_told_when_to_come_again(opened: Cast, stranger: Client) -> None:
    for number in range(5):
        filed(stranger, email=f"m{number}@partner.example")
    page = send(stranger, email="m5@partner.example")
    assert page.status_code == 429
    assert re.search(r"send it again at \d\d:\d\d UTC or later", text_of(page))
    assert TOLD["title"] in page.content.decode()
    assert WorkRequest.objects.count() == 5
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert send(other, email="m6@partner.example").status_code == 200
    forged = Client(headers={"X-Forwarded-For": "198.51.100.9"})
    assert send(forged, email="m7@partner.example").status_code == 429


def test_nobody_has_links_mailed_to_somebody_else_again_and_again(opened: Cast) -> None:
    answers = [send(Client(REMOTE_ADDR=f"192.0.2.{number}")).status_code for number in range(4)]
    assert answers == [200, 200, 200, 429]


def test_a_site_takes_so_many_an_hour_from_all(opened: Cast, stranger: Client) -> None:
    ask, _link = filed(stranger)
    values = {name: getattr(ask, name) for name in ("type_id", "area_id", "requester_id", "created_at", "updated_at")}
    rows = [WorkRequest(title="x", guest_name="x", **values) for _one in range(MOST_AT_SITE - 1)]
    WorkRequest.objects.bulk_create(rows)
    assert send(stranger).status_code == 429
    earlier = ask.created_at - timedelta(hours=2)
    WorkRequest.objects.exclude(pk=ask.pk).update(created_at=earlier)
    assert send(stranger).status_code == 200


def test_what_its_type_asks_itself_on_filing_is_asked_as_well(opened: Cast, stranger: Client) -> None:
    ensure_request_types(at=clock.now())
    assert "How it is today" in text_of(stranger.get(FORM))
    assert send(stranger).status_code == 422
    ask, _link = filed(stranger, **{"own-today": "No price at all."})
    assert (ask.type.key, ask.answers) == ("improvement", {"today": "No price at all."})


def test_it_is_closed_while_every_type_asks_for_what_colleagues_know(opened: Cast, stranger: Client) -> None:
    field = {"key": "tool", "kind": "person", "stage": "filing", "label": {"en": "Tool", "ru": "Tool"}}
    RequestType.objects.update(fields=[field])
    assert stranger.get(FORM).status_code == 404
    assert "No request type fits" in text_of(browser(opened.admin).get("/sites/shop/public/"))


def test_who_follows_by_a_link_comments_and_the_requester_hears_of_it(opened: Cast, stranger: Client) -> None:
    ask, path = filed(stranger)
    add_comment(actor=opened.platform_lead.viewer(), at=clock.now(), ask=ask, text="Zibbelwort", internal=True)
    page = stranger.get(path)
    for _twice in range(2):
        sent = send_form(stranger, page, path, comment="It is on all pages, @Irina Lind. <b>Bold</b>")
        assert "Your comment is there." in text_of(sent)
    comment = Comment.objects.get(author=None)
    assert (comment.guest, comment.internal_to) == ("Maria", "")
    assert "Zibbelwort" not in sent.content.decode()
    assert "<b>" not in sent.content.decode()
    heard = Notice.objects.filter(kind="comment_added")
    assert [one.user for one in heard] == [opened.seo_lead]
    assert heard[0].facts["person"] == "Maria"
    assert not Notice.objects.filter(kind="comment_mention").exists()
    assert "Maria" in text_of(browser(opened.platform_lead).get(f"/requests/{ask.key}/"))
    assert send_form(stranger, page, path, comment=" ", idempotency="b").status_code == 422


def test_a_link_that_was_revoked_is_over_or_merged_takes_no_comment(opened: Cast, stranger: Client) -> None:
    ask, path = filed(stranger)
    page, link = stranger.get(path), FollowLink.objects.get()
    other = filed(stranger)[0]
    merge_request(actor=opened.platform_lead.viewer(), at=clock.now(), ask=ask, into=other)
    with pytest.raises(Refused):
        comment_by_link(actor=follower_of(link), at=clock.now(), text="Late.")
    with pytest.raises(NotFound):
        comment_by_link(actor=follower_of(link), at=link.expires_at, text="Late.")
    revoke_follow_link(actor=opened.seo_lead.viewer(), at=clock.now(), link=link)
    assert send_form(stranger, page, path, comment="Late.").status_code == 410
    assert stranger.post("/follow/" + "x" * 43 + "/", {"comment": "x"}).status_code == 404
    assert not Comment.objects.exists()


def test_a_link_takes_so_many_comments_an_hour_and_keeps_what_was_typed(opened: Cast, stranger: Client) -> None:
    _ask, path = filed(stranger)
    link = find_link(path.split("/")[2])
    assert link
    for number in range(MOST_BY_LINK):
        comment_by_link(actor=follower_of(link), at=clock.now(), text=f"Word {number}")
    with pytest.raises(TooOften):
        comment_by_link(actor=follower_of(link), at=clock.now(), text="One more")
    sent = send_form(stranger, stranger.get(path), path, comment="One more")
    assert sent.status_code == 429
    assert "One more" in sent.content.decode()
    comment_by_link(actor=follower_of(link), at=clock.now() + timedelta(minutes=61), text="Later")


@pytest.mark.django_db(transaction=True)
def test_forms_that_come_at_once_do_not_pass_the_limit(opened: Cast) -> None:
    def one(number: int) -> int:
        try:
            client = Client()
            return client.post(FORM, TOLD | {"email": f"m{number}@x.example", "idempotency": str(number)}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers: list[Any] = sorted(pool.map(one, range(8)))
    assert answers == [302] * 5 + [429] * 3
    assert WorkRequest.objects.count() == 5


def test_what_no_text_may_hold_is_refused(opened: Cast, stranger: Client) -> None:
    assert stranger.post(FORM, TOLD | {"title": "a\x00b"}).status_code == 422
    assert stranger.post(FORM, TOLD | {"idempotency": "a\x00b"}).status_code == 400
    assert stranger.get("/ask/%00/").status_code == 400
    assert stranger.post(FORM, TOLD | {"idempotency": "x" * 500, "area": "x" * 5_000}).status_code == 422
    assert not WorkRequest.objects.exists()
