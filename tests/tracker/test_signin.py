import re

import pytest
from django.conf import settings as configured
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tests.callers import Answer, Caller
from tests.makers import NOON, PASSWORD, Cast
from tracker.history.models import Entry
from tracker.people.actions import deactivate_person, invite_person, set_password
from tracker.people.models import Firm, User

LINK = re.compile(r"http\S+?(/accounts/password/reset/key/\S+)")
NEW = "another horse battery"


@pytest.fixture(autouse=True)
def fresh_rates() -> None:
    cache.clear()


@pytest.fixture
def irina(cast: Cast) -> Cast:
    set_password(at=NOON, person=cast.platform_lead, password=PASSWORD)
    return cast


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Answer:
    return client.post("/accounts/login/", {"login": email, "password": password})


def shown_to_everybody(answer: Answer) -> str:
    """The page without what differs from one request to the next."""
    return re.sub(r'(nonce|value|href)="[^"]*"', "", answer.content.decode())


def test_a_person_signs_in_with_a_new_session_key_and_signs_out(irina: Cast, client: Client) -> None:
    client.get("/accounts/login/")
    session = client.session
    session["kept"] = 1
    session.save()
    before = session.session_key
    answer = sign_in(client, "Platform-Lead@lumen.example")
    assert answer.status_code == 302
    assert client.session.session_key != before
    assert client.get("/profile/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/profile/").status_code == 302


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(irina: Cast) -> None:
    wrong = sign_in(Client(), "platform-lead@lumen.example", "wrong horse battery")
    unknown = sign_in(Client(), "platform-lead@lumem.example", "wrong horse battery")
    assert wrong.status_code == unknown.status_code == 200
    assert "_auth_user_id" not in wrong.client.session
    assert shown_to_everybody(wrong) == shown_to_everybody(unknown)


def test_guessing_passwords_is_slowed_down(irina: Cast) -> None:
    for _attempt in range(6):
        answer = sign_in(Client(), "platform-lead@lumen.example", "wrong horse battery")
    assert sign_in(Client(), "platform-lead@lumen.example").status_code != 302
    assert answer.status_code in (200, 429)


def test_whoever_left_opens_nothing_any_more(irina: Cast, client: Client) -> None:
    token = Caller(irina.platform_lead)
    sign_in(client, "platform-lead@lumen.example")
    assert (client.get("/profile/").status_code, token.get("/api/v1/people/").status_code) == (200, 200)
    deactivate_person(actor=irina.admin.viewer(), at=NOON, person=irina.platform_lead)
    assert client.get("/profile/").headers["Location"].startswith("/accounts/login/")
    assert token.get("/api/v1/people/").status_code == 401
    again = Client()
    answer = sign_in(again, "platform-lead@lumen.example")
    assert answer.headers["Location"] == "/accounts/inactive/"
    assert again.get("/accounts/inactive/").status_code == 200
    assert "_auth_user_id" not in again.session


def test_nobody_signs_up_and_the_pages_we_do_not_use_do_not_exist(cast: Cast, client: Client) -> None:
    for path in ("signup/", "email/", "confirm-email/", "login/code/confirm/", "reauthenticate/"):
        assert client.get(f"/accounts/{path}").status_code == 404


def test_the_link_of_an_invitation_sets_a_password_once(
    cast: Cast, client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        nora = invite_person(
            actor=cast.admin.viewer(), at=NOON, email="nora@lumen.example", name="Nora", roles=["marketer"]
        )
    assert sign_in(client, "nora@lumen.example", "!").status_code == 200
    link = LINK.search(str(mail.outbox[0].body))
    assert link
    assert str(mail.outbox[0].body).count(configured.ORIGIN) == 1
    form = client.get(link[1], follow=True)
    assert form.status_code == 200
    path = form.request["PATH_INFO"]
    assert client.post(path, {"password1": "short", "password2": "short"}).status_code == 200
    done = client.post(path, {"password1": PASSWORD, "password2": PASSWORD})
    assert done.headers["Location"] == reverse("account_reset_password_from_key_done")
    assert client.get(done.headers["Location"]).status_code == 200
    nora.refresh_from_db()
    assert not nora.waits_for_password
    assert Entry.objects.filter(subject="user", subject_id=nora.pk).count() == nora.version == 2
    late = Client()
    used = late.get(link[1], follow=True)
    assert "password1" not in used.content.decode()
    assert sign_in(Client(), "nora@lumen.example").status_code == 302


def test_a_reset_is_mailed_to_known_addresses_and_answered_alike(irina: Cast, client: Client) -> None:
    known = client.post("/accounts/password/reset/", {"email": "platform-lead@lumen.example"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@lumen.example"}, follow=True)
    assert shown_to_everybody(known) == shown_to_everybody(unknown)
    assert [message.to for message in mail.outbox] == [["platform-lead@lumen.example"]]
    link = LINK.search(str(mail.outbox[0].body))
    assert link
    form = client.get(link[1], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert sign_in(Client(), "platform-lead@lumen.example", NEW).status_code == 302


def test_a_changed_password_ends_the_other_sessions(irina: Cast, client: Client) -> None:
    other = Client()
    sign_in(client, "platform-lead@lumen.example")
    sign_in(other, "platform-lead@lumen.example")
    assert client.get("/accounts/password/change/").status_code == 200
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/accounts/password/change/", fields | {"oldpassword": NEW}).status_code == 200
    assert client.post("/accounts/password/change/", fields).headers["Location"] == "/profile/"
    assert client.get("/profile/").status_code == 200
    assert other.get("/profile/").status_code == 302


def test_the_demo_signs_in_as_the_cast_and_as_nobody_else(cast: Cast, client: Client, settings: Settings) -> None:
    settings.DEMO = True
    Firm.objects.update(demo=True)
    page = client.get("/demo/sign-in/").content.decode()
    assert "Irina Lind" in page
    assert "Max Orlov" in page
    User.objects.filter(pk=cast.sre.pk).update(email="somebody@lumen.example")
    assert "Max Orlov" not in client.get("/demo/sign-in/").content.decode()
    assert client.post("/demo/sign-in/", {"email": "somebody@lumen.example"}).status_code == 404
    assert client.post("/demo/sign-in/", {"email": "cto@lumen.example"}).status_code == 302
    assert client.session["_auth_user_id"] == str(cast.cto.pk)
    client.post("/demo/sign-in/", {"email": "seo-lead@lumen.example"})
    assert client.session["_auth_user_id"] == str(cast.seo_lead.pk)


@pytest.mark.parametrize("setting, firm", [(False, True), (True, False)])
def test_outside_the_demo_one_click_signs_nobody_in(
    cast: Cast, client: Client, settings: Settings, setting: bool, firm: bool
) -> None:
    settings.DEMO = setting
    Firm.objects.update(demo=firm)
    assert client.get("/demo/sign-in/").status_code == 404
    assert client.post("/demo/sign-in/", {"email": "cto@lumen.example"}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_the_language_before_sign_in_is_a_cookie_and_leads_nowhere_else(cast: Cast, client: Client) -> None:
    answer = client.post("/language/", {"language": "ru", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    assert client.get("/accounts/login/").headers["Content-Language"] == "ru"
    client.post("/language/", {"language": "xx", "next": "/accounts/login/"})
    assert client.get("/accounts/login/").headers["Content-Language"] == "ru"
