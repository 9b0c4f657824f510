from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.callers import Answer, Caller
from tests.ledger import counted
from tests.makers import NOON, Cast, make_user
from tracker.history.actions import change_row
from tracker.history.models import Entry
from tracker.intake.actions import file_request, restrict_request
from tracker.people.models import Token, User

AUTHENTICATION = 1


@pytest.fixture
def admin(cast: Cast) -> Caller:
    return Caller(cast.admin)


def names(answer: Answer) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


def test_people_are_invited_changed_given_roles_and_let_go(cast: Cast, admin: Caller) -> None:
    body = {"email": "Nora@lumen.example", "name": "Nora", "roles": ["marketer"], "team": "seo"}
    made = admin.post("/api/v1/people/", body)
    assert made.status_code == 201, made.content
    nora = made.json()
    assert (nora["email"], nora["team"]) == (
        "nora@lumen.example",
        {"key": "seo", "name": "SEO", "side": "marketing"},
    )
    path = f"/api/v1/people/{nora['id']}/"
    assert admin.patch(path, {"title": "Writer"}).status_code == 428
    assert admin.patch(path, {"title": "Writer", "team": None}, match=1).json()["team"] is None
    assert admin.patch(path, {"title": "Late"}, match=1).status_code == 412
    assert admin.post(f"{path}roles/", {"roles": ["lead"]}, match=2).json()["roles"] == ["lead"]
    assert admin.post(f"{path}invite/").status_code == 200
    assert admin.post(f"{path}deactivate/", {"reason": "moved on"}).json()["active"] is False
    assert admin.post(f"{path}reactivate/").json()["version"] == 6
    assert Entry.objects.filter(subject="user", subject_id=nora["id"]).count() == 6


def test_what_is_wrong_is_named(cast: Cast, admin: Caller) -> None:
    body: dict[str, Any] = {"email": "nora@lumen.example", "name": "Nora", "roles": ["marketer"]}
    for change, attr in (
        ({"email": "nobody"}, "email"),
        ({"roles": ["king"]}, "roles.0"),
        ({"roles": []}, "roles"),
        ({"team": "moon"}, "team"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"is_active": False}, "is_active"),
        ({"email": "CTO@lumen.example"}, "email"),
    ):
        answer = admin.post("/api/v1/people/", body | change)
        assert answer.status_code == 400, (change, answer.content)
        assert answer.json()["errors"][0]["attr"] == attr
    assert not User.objects.filter(name="Nora").exists()


def test_people_are_found_by_role_team_address_and_state(cast: Cast, admin: Caller) -> None:
    assert names(admin.get("/api/v1/people/?role=cto,coo")) == ["Marta Keller", "Pavel Sorokin"]
    assert names(admin.get("/api/v1/people/?team=content")) == ["Olga Petrova"]
    assert names(admin.get("/api/v1/people/?email=sre@lumen.example")) == ["Max Orlov"]
    assert names(admin.get("/api/v1/people/?active=false")) == []
    assert admin.get("/api/v1/people/?role=king").status_code == 400


def test_others_see_people_and_change_nobody(cast: Cast) -> None:
    caller = Caller(cast.cto)
    path = f"/api/v1/people/{cast.sre.pk}/"
    assert caller.get(path).json()["name"] == "Max Orlov"
    assert caller.patch(path, {"name": "Mine"}, match=1).status_code == 403
    for verb, body in (("roles", {"roles": ["admin"]}), ("deactivate", {}), ("reactivate", {}), ("invite", {})):
        assert caller.post(f"{path}{verb}/", body).status_code == 403
    assert Client().get("/api/v1/people/").status_code == 401
    assert Caller(make_user("Nobody", "nobody@lumen.example", [])).get("/api/v1/people/").json()["results"] == []
    cast.sre.refresh_from_db()
    assert (cast.sre.version, cast.sre.roles) == (1, ["engineer"])


def test_a_token_without_manage_does_not_manage(cast: Cast) -> None:
    caller = Caller(cast.admin, scopes=["read", "write"])
    assert caller.post("/api/v1/teams/", {"name": "X", "side": "marketing"}).status_code == 403


def test_teams_are_added_and_renamed(cast: Cast) -> None:
    caller = Caller(cast.cmo)
    made = caller.post("/api/v1/teams/", {"name": "Brand & PR", "side": "marketing"}, once="team-1")
    assert made.json() == {"key": "brand-pr", "name": "Brand & PR", "side": "marketing", "version": 1}
    assert caller.patch("/api/v1/teams/brand-pr/", {"name": "Brand"}, match=1).json()["name"] == "Brand"
    twin = caller.post("/api/v1/teams/", {"name": "brand", "side": "marketing", "key": "b"})
    assert (twin.status_code, twin.json()["errors"][0]["code"]) == (400, "taken")
    assert names(caller.get("/api/v1/teams/?side=technology")) == ["Data", "Mobile", "Web"]
    taken = caller.post("/api/v1/sites/", {"key": "shop", "name": "Again", "url": "https://again.example"})
    assert taken.json()["errors"][0]["attr"] == "key"


def test_what_people_cost_in_statements(cast: Cast, admin: Caller) -> None:
    paths = ("/api/v1/people/", f"/api/v1/people/{cast.sre.pk}/", "/api/v1/teams/", "/api/v1/history/?subject=team")
    for path in paths:
        with counted() as count:
            assert admin.get(path).status_code == 200
        assert len(count) <= AUTHENTICATION + 2, count.statements
    body = {"email": "nora@lumen.example", "name": "Nora", "roles": ["marketer"], "team": "seo"}
    with counted() as count:
        made = admin.post("/api/v1/people/", body, once="k").json()
    assert len(count) <= AUTHENTICATION + 6, count.statements
    path = f"/api/v1/people/{made['id']}/"
    with counted() as count:
        admin.patch(path, {"title": "Writer", "team": "web"}, match=1)
    assert len(count) <= AUTHENTICATION + 6, count.statements
    with counted() as count:
        admin.post(f"{path}roles/", {"roles": ["admin"]})
        admin.post(f"{path}roles/", {"roles": ["lead"]})
    assert len(count) <= 2 * (AUTHENTICATION + 6), count.statements


def test_history_is_read_by_those_who_see_the_record(cast: Cast, admin: Caller) -> None:
    seo = {"email": "seo@lumen.example"}
    change_row(cast.sre, actor=cast.admin.key, at=NOON, verb="edit_person", changes=seo)
    of_sre = f"/api/v1/history/?subject=user&id={cast.sre.pk}"
    [entry] = admin.get(of_sre).json()["results"]
    assert (entry["actor_name"], entry["changes"]) == ("Vera Lang", {"email": ["sre@lumen.example", seo["email"]]})
    assert len(Caller(cast.sre).get(of_sre).json()["results"]) == 1
    assert Caller(cast.cto).get(of_sre).json()["results"] == []
    for wrong in ("", "?subject=password", "?subject=user&id=x", "?subject=user&who=1"):
        assert admin.get(f"/api/v1/history/{wrong}").status_code == 400


def test_the_history_of_a_restricted_request_is_hidden_with_it(cast: Cast) -> None:
    ask = file_request(
        actor=cast.analyst.viewer(),
        at=NOON,
        type=cast.type,
        title="Secret campaign",
        area=cast.product_pages,
        example_urls=["https://lumen.example/p/1"],
        why="It is one.",
    )
    path = f"/api/v1/history/?subject=request&key={ask.key}"
    assert len(Caller(cast.sre).get(path).json()["results"]) == 1
    restrict_request(actor=cast.analyst.viewer(), at=NOON, ask=ask, restricted=True, expected=None)
    assert Caller(cast.sre).get(path).json()["results"] == []
    assert "Secret" not in Caller(cast.sre).get("/api/v1/history/?subject=request").content.decode()
    verbs = [row["verb"] for row in Caller(cast.analyst).get(path).json()["results"]]
    assert len(verbs) == 2


def test_the_command_prints_a_token_that_works_once_told(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("issue_token", "CTO@lumen.example", "--scope", "read", "--scope", "write", "--days", "7")
    secret = capsys.readouterr().out.strip()
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/people/").status_code == 200
    token = Token.objects.get()
    assert (token.scopes, token.user) == (["read", "write"], cast.cto)
    assert secret.encode() != bytes(token.digest)
    with pytest.raises(CommandError):
        call_command("issue_token", "nobody@lumen.example")
    with pytest.raises(CommandError):
        call_command("issue_token", "cto@lumen.example", "--days", "0")
