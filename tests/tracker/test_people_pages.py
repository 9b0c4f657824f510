import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from tests.makers import Cast
from tracker.people.models import Firm, Level, Team, Token, User


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast.admin)


def test_the_administrator_finds_invites_and_lets_go(
    cast: Cast, admin: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    assert "Max Orlov" in admin.get("/people/?q=max+sre&role=engineer").content.decode()
    assert "Nobody found" in admin.get("/people/?q=zzz").content.decode()
    assert admin.get("/people/?after=7.Max%00&q=%00&role=king").status_code == 200
    assert admin.get("/people/invite/").status_code == 200
    fields = {"name": "Nora", "email": "nora@lumen.example", "team": "seo", "roles": ["marketer"], "language": "ru"}
    with django_capture_on_commit_callbacks(execute=True):
        made = admin.post("/people/invite/", fields)
    nora = User.objects.get(email="nora@lumen.example")
    assert made.headers["Location"] == f"/people/{nora.pk}/"
    assert len(mail.outbox) == 1
    page = admin.get(f"/people/{nora.pk}/").content.decode()
    assert "Send the invitation again" in page
    assert admin.post("/people/invite/", fields).status_code == 422
    admin.post(f"/people/{nora.pk}/deactivate/", {"version": "1"})
    admin.get("/people/")
    assert "Nora" not in admin.get("/people/").content.decode()
    assert "Nora" in admin.get("/people/?left=1").content.decode()
    admin.post(f"/people/{nora.pk}/reactivate/", {"version": "2"})
    admin.post(f"/people/{nora.pk}/invite/", {"version": "3"})
    nora.refresh_from_db()
    assert (nora.is_active, nora.version) == (True, 4)


def test_roles_are_given_on_the_page_but_not_to_oneself(cast: Cast, admin: Client) -> None:
    path = f"/people/{cast.sre.pk}/roles/"
    assert admin.post(path, {"roles": ["engineer", "lead"], "version": "1"}).status_code == 302
    assert admin.post(path, {"roles": ["engineer"], "version": "1"}).status_code == 409
    assert admin.post(path, {"version": "2"}).status_code == 422
    own = admin.post(f"/people/{cast.admin.pk}/roles/", {"roles": ["cto", "admin"], "version": "1"})
    assert own.status_code == 403
    assert "Another administrator" in admin.get(f"/people/{cast.admin.pk}/").content.decode()
    Firm.objects.update(level=Level.START)
    assert admin.post(f"/people/{cast.admin.pk}/roles/", {"roles": ["admin", "cto"]}).status_code == 302


def test_a_person_is_edited_and_a_refusal_keeps_what_was_typed(cast: Cast, admin: Client) -> None:
    path = f"/people/{cast.sre.pk}/edit/"
    fields = {"name": "Max", "email": "max@lumen.example", "title": "SRE", "team": "", "version": "1"}
    assert admin.get(path).status_code == 200
    assert admin.post(path, fields | {"email": "cto@lumen.example"}).status_code == 422
    assert admin.post(path, fields).status_code == 302
    late = admin.post(path, fields | {"name": "Typed"})
    assert (late.status_code, "Typed" in late.content.decode()) == (409, True)


def test_pages_of_people_are_for_administrators(cast: Cast) -> None:
    for person in (cast.cto, cast.coo, cast.seo_lead):
        client = signed_in(person)
        for path in ("/people/", "/people/invite/", f"/people/{cast.sre.pk}/", "/settings/"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "Administrator" in answer.content.decode()
        assert client.post(f"/people/{cast.sre.pk}/roles/", {"roles": ["admin"]}).status_code == 403
        assert client.post("/settings/level/", {"level": "team"}).status_code == 403
    assert signed_in(cast.admin).get("/people/999999/").status_code == 404


def test_teams_are_seen_by_all_and_changed_by_few(cast: Cast) -> None:
    assert signed_in(cast.analyst).get("/teams/").status_code == 200
    assert signed_in(cast.analyst).get("/teams/new/").status_code == 403
    client = signed_in(cast.cto)
    assert client.post("/teams/new/", {"name": "Search", "side": "technology"}).status_code == 302
    assert client.post("/teams/new/", {"name": "search", "side": "technology"}).status_code == 422
    assert client.post("/teams/search/edit/", {"name": "Find", "side": "technology", "version": "1"}).status_code == 302
    assert Team.objects.get(key="search").name == "Find"


def test_the_own_profile_changes_language_and_zone(cast: Cast) -> None:
    client = signed_in(cast.analyst)
    fields = {"name": "Dina", "language": "ru", "time_zone": "Asia/Tashkent", "version": "1"}
    assert client.post("/profile/", fields).status_code == 302
    assert client.get("/profile/").headers["Content-Language"] == "ru"
    assert client.post("/profile/", fields | {"name": "Late"}).status_code == 409
    assert client.post("/profile/", fields | {"time_zone": "Mars"}).status_code == 422


def test_a_token_is_shown_once_works_and_is_revoked(cast: Cast) -> None:
    client = signed_in(cast.analyst)
    made = client.post("/profile/tokens/new/", {"name": "Reports", "scopes": ["read"], "days": "30"})
    shown = re.search(r'<code id="new-token">([^<]+)</code>', made.content.decode())
    assert shown
    assert made.headers["Cache-Control"] == "no-store"
    assert shown[1] not in client.get("/profile/tokens/").content.decode()
    caller = Client(headers={"Authorization": f"Bearer {shown[1]}"})
    assert caller.get("/api/v1/people/").status_code == 200
    token = Token.objects.get()
    other = signed_in(cast.cto)
    assert other.post(f"/profile/tokens/{token.pk}/revoke/").status_code == 404
    assert client.post(f"/profile/tokens/{token.pk}/revoke/").status_code == 302
    assert caller.get("/api/v1/people/").status_code == 401
    assert client.post("/profile/tokens/new/", {"name": "", "scopes": []}).status_code == 422


def test_the_firm_is_named_and_grows_by_levels(cast: Cast, admin: Client) -> None:
    Firm.objects.update(level=Level.START)
    assert "Change to Team" in admin.get("/settings/level/").content.decode()
    assert admin.post("/settings/", {"name": "Lumen", "version": "1"}).status_code == 302
    assert admin.post("/settings/", {"name": "Late", "version": "1"}).status_code == 409
    admin.post("/settings/level/", {"level": "team", "version": "2"})
    admin.post("/settings/level/", {"level": "start", "version": "3"})
    assert Firm.objects.get().level == Level.TEAM


def test_a_broken_page_tells_a_number_and_nothing_else(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(cast.admin)
    client.raise_request_exception = False

    def break_down(*args: object, **facts: object) -> None:
        raise RuntimeError("the password of the database is sesame")

    monkeypatch.setattr("tracker.web.people.list_people", break_down)
    answer = client.get("/people/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert re.search(r"<code>[0-9a-f]{12}</code>", page)
    assert "sesame" not in page


def test_a_form_from_elsewhere_is_refused_in_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.admin)
    answer = client.post("/people/invite/", {"name": "Nora"})
    assert answer.status_code == 403
    assert "too old" in answer.content.decode()
