from datetime import date
from typing import Any

import pytest

from tests.callers import Caller
from tests.ledger import counted
from tests.makers import Cast
from tests.tracker.test_project_verbs import above, assert_line_is_true, fill, order
from tracker.projects.actions import block_project
from tracker.projects.models import Capacity, Crossing, Project


@pytest.fixture(autouse=True)
def _open(cast: Cast) -> None:
    """The token's now is the database's: the quarter of the cast is stretched over every day."""
    cast.period.starts_on, cast.period.ends_on = date(2020, 1, 1), date(2090, 1, 1)
    cast.period.save()


@pytest.fixture
def call(cast: Cast) -> Caller:
    return Caller(cast.cto)


def price(call: Caller, method: str, path: str, body: Any = None, match: int | None = None) -> int:
    """Statements after authentication, which is one."""
    with counted() as count:
        if method == "GET":
            answer = call.get(path)
        elif method == "PATCH":
            answer = call.patch(path, body, match=match)
        else:
            answer = call.post(path, body, match=match)
    assert answer.status_code < 300, answer.content
    return len(count) - 1


def test_a_project_lives_through_the_api(cast: Cast, call: Caller) -> None:
    made = call.post(
        "/api/v1/projects/",
        {"title": "Store locator", "team": "web", "owner": cast.sre.pk, "areas": ["search"], "ends_on": "2027-03-01"},
    )
    assert made.status_code == 201, made.content
    body = made.json()
    assert body["owner"]["email"] == "sre@lumen.example"
    assert body["areas"] == [{"key": "search", "name": "Search"}]
    path = f"/api/v1/projects/{body['key']}/"
    assert call.patch(path, {"title": "Lost"}).status_code == 428
    assert call.patch(path, {"title": "Shops", "areas": []}, match=1).json()["areas"] == []
    assert call.patch(path, {"title": "Lost"}, match=1).status_code == 412
    assert call.patch(path, {"team": "nobody"}, match=2).json()["errors"][0]["attr"] == "team"
    assert call.patch(path, {"rank": "0"}, match=2).status_code == 400
    sized = call.post(path + "effort/", {"team": "web", "period": "2027-Q1", "size": "L"}, match=2)
    assert sized.json()["efforts"] == [
        {"team": "web", "period": "2027-Q1", "size": "L", "weeks": 8, "embedded": 0, "fits": True}
    ]
    assert sized.json()["above"] is True
    assert call.post(path + "pin/", {"reason": "law"}).json()["pinned"] is True
    assert call.post(path + "unpin/").json()["pinned"] is False
    assert call.post(path + "start/").json()["stage"] == "running"
    block_project(project=Project.objects.get(), source="I-1", text="R-1")
    refused = call.post(path + "launch/")
    assert refused.status_code == 409
    assert refused.json()["facts"]["blockers"][0]["source"] == "I-1"
    assert_line_is_true(cast)


def test_a_move_answers_with_the_project_and_refuses_what_orphans(cast: Cast, call: Caller) -> None:
    host, second, third = fill(cast, {"web": "60"}, {"web": "10"}, {"web": "60"})
    block_project(project=host, source="I-12", text="R-41")
    path = f"/api/v1/projects/{third.key}/move/"
    assert call.post(path, {"after": None}).json()["errors"][0]["code"] == "would_orphan"
    assert call.post(path, {"after": second.key}).json()["version"] == 1
    assert call.post(path, {"after": "P-999"}).json()["errors"][0]["attr"] == "after"
    assert call.post(path, {"after": third.key}).status_code == 400
    assert call.post(path, {}).status_code == 400
    assert call.post(path, {"after": None, "orphans_accepted": True}, match=9).status_code == 412
    moved = call.post(path, {"after": None, "orphans_accepted": True}, match=1, once="k")
    assert (moved.json()["above"], moved.headers["ETag"]) == (True, '"2"')
    again = call.post(path, {"after": None, "orphans_accepted": True}, match=1, once="k")
    assert again.json() == moved.json()
    assert order() == [third.pk, host.pk, second.pk]
    lead = Caller(cast.platform_lead)
    assert lead.post(path, {"after": second.key}).status_code == 403


def test_the_list_comes_in_rank_order_and_is_filtered(cast: Cast, call: Caller) -> None:
    first, second, third = fill(cast, {"web": "100"}, {"web": "20", "mobile": "1"}, {})
    assert [row["key"] for row in call.get("/api/v1/projects/").json()["results"]] == [first.key, second.key, third.key]
    for query, shown in (
        ("above=true", [first]),
        ("above=false", [second, third]),
        ("estimated=false", [third]),
        ("estimated=true", [first, second]),
        ("team=mobile", [second]),
        ("q=project+3", [third]),
        (f"owner={cast.frontend_lead.pk}", [first, second, third]),
        ("stage=dropped,launched", []),
    ):
        found = [row["key"] for row in call.get(f"/api/v1/projects/?{query}").json()["results"]]
        assert found == [project.key for project in shown], query
    page = call.get("/api/v1/projects/?limit=2").json()
    following = call.get(f"/api/v1/projects/?limit=2&cursor={page['next']}").json()
    assert [row["key"] for row in following["results"]] == [third.key]
    assert call.get("/api/v1/projects/?owner=me").status_code == 400


def test_a_crossing_is_seen_by_whoever_polls_the_list_or_the_project(cast: Cast, call: Caller) -> None:
    first, second = fill(cast, {"web": "60"}, {"web": "60"})
    seen = call.get("/api/v1/projects/")
    one = call.get(f"/api/v1/projects/{first.key}/")
    line = call.get("/api/v1/line/?team=web")
    assert call.get("/api/v1/projects/", HTTP_IF_NONE_MATCH=seen.headers["ETag"]).status_code == 304
    assert call.get("/api/v1/line/?team=web", HTTP_IF_NONE_MATCH=line.headers["ETag"]).status_code == 304
    call.post(f"/api/v1/projects/{second.key}/move/", {"after": None})
    assert call.get("/api/v1/projects/", HTTP_IF_NONE_MATCH=seen.headers["ETag"]).status_code == 200
    assert call.get("/api/v1/line/?team=web", HTTP_IF_NONE_MATCH=line.headers["ETag"]).status_code == 200
    polled = call.get(f"/api/v1/projects/{first.key}/", HTTP_IF_NONE_MATCH=one.headers["ETag"])
    assert (polled.status_code, polled.json()["above"]) == (200, False)


def test_the_line_names_what_is_short_and_what_is_reserved(cast: Cast, call: Caller) -> None:
    first, second, third = fill(cast, {"web": "100"}, {"web": "9.5", "mobile": "90", "data": "2"}, {"web": "6"})
    body = call.get("/api/v1/line/?team=web").json()
    assert body["period"] == "2027-Q1"
    (web,) = body["teams"]
    assert (web["available"], web["claimed"], web["reserved"], web["beyond"], web["left"]) == (112.5, 100, 9.5, 6, 3)
    assert (web["projects"], web["above"]) == (3, 1)
    rows = {row["key"]: row for row in body["results"]}
    assert [row["rank"] for row in body["results"]] == [1, 2, 3]
    assert (rows[first.key]["above"], rows[first.key]["short"]) == (True, 0)
    assert rows[second.key]["bottlenecks"] == ["mobile"]
    assert rows[second.key]["reserved"] == [{"team": "data", "weeks": 2}, {"team": "web", "weeks": 9.5}]
    assert (rows[third.key]["short"], rows[third.key]["cumulated"]) == (3, 115.5)
    whole = call.get("/api/v1/line/").json()
    assert [team["team"] for team in whole["teams"]] == ["data", "mobile", "web"]
    assert len(whole["results"]) == 5
    assert call.get("/api/v1/line/?team=nobody").status_code == 404
    assert call.get("/api/v1/line/?period=1999-Q1").status_code == 404
    assert call.get("/api/v1/line/?who=me").status_code == 400


def test_a_capacity_that_is_saved_unchanged_stays_what_it_was(cast: Cast) -> None:
    call = Caller(cast.cto)
    path = "/api/v1/capacities/web/2027-Q1/"
    before = call.get(path).json()
    assert call.patch(path, {}, match=1).json()["gross"] == before["gross"]


def test_capacities_and_periods(cast: Cast, call: Caller) -> None:
    fill(cast, {"web": "110"}, {"web": "5"})
    listed = call.get("/api/v1/capacities/?team=web").json()["results"][0]
    assert (listed["gross"], listed["period"]) == (150, "2027-Q1")
    path = f"/api/v1/capacities/{listed['id']}/"
    assert call.patch(path, {"gross": "160"}).status_code == 428
    assert call.patch(path, {"gross": "160"}, match=1).json()["version"] == 2
    assert len(above()) == 2
    assert call.patch("/api/v1/capacities/web/2027-Q1/", {"allowance": "6"}, match=2).json()["allowance"] == 6
    assert len(above()) == 1
    assert Caller(cast.cmo).patch(path, {"gross": "1"}, match=3).status_code == 403
    assert call.patch(path, {"drawn": "1"}, match=3).status_code == 400
    new = {"key": "2091-Q1", "starts_on": "2091-01-01", "ends_on": "2091-03-31"}
    assert call.post("/api/v1/periods/", new).status_code == 201
    assert call.post("/api/v1/periods/", new).status_code == 400
    assert [row["key"] for row in call.get("/api/v1/periods/").json()["results"]] == ["2091-Q1", "2027-Q1"]
    made = call.post("/api/v1/capacities/", {"team": "web", "period": "2091-Q1", "gross": 10})
    assert made.status_code == 201
    assert Capacity.objects.get(pk=made.json()["id"]).reserve_percent == 25
    twice = call.post("/api/v1/capacities/", {"team": "web", "period": "2091-Q1", "gross": 11})
    assert twice.json()["errors"][0]["code"] == "exists"
    assert call.get(f"/api/v1/capacities/{made.json()['id']}/").json()["team"]["key"] == "web"


def test_every_call_keeps_its_price(cast: Cast, call: Caller) -> None:
    projects = fill(cast, *[{"web": "10", "mobile": "3"}] * 12)
    prices = []
    for size in range(2):
        last, middle = projects[11].key, projects[4].key
        path = f"/api/v1/projects/{last}/"
        version = Project.objects.get(key=last).version
        prices.append(
            [
                price(call, "GET", "/api/v1/projects/"),
                price(call, "GET", path),
                price(call, "GET", "/api/v1/line/"),
                price(call, "GET", "/api/v1/line/?team=web"),
                price(call, "POST", path + "move/", {"after": middle}),
                price(call, "POST", path + "move/", {"after": projects[10].key}),
                price(call, "POST", path + "effort/", {"team": "web", "period": "2027-Q1", "weeks": 9 + size}),
                price(call, "PATCH", path, {"title": f"T{size}", "areas": ["search"]}, match=version + 3),
                price(
                    call,
                    "POST",
                    "/api/v1/projects/",
                    {"title": "New", "team": "web", "owner": cast.sre.pk, "areas": ["search"]},
                ),
                price(call, "POST", path + "pin/", {"reason": "law"}),
                price(call, "POST", path + "unpin/", {}),
                price(
                    call,
                    "PATCH",
                    "/api/v1/capacities/web/2027-Q1/",
                    {"gross": 150 + size},
                    match=Capacity.objects.get(team=cast.web).version,
                ),
            ]
        )
        fill(cast, *[{"web": "1", "data": "9"}] * 10)
    assert max(prices[0][:4]) <= 2, prices
    assert max(prices[0] + prices[1]) <= 6, prices
    assert_line_is_true(cast)


def test_a_read_only_token_moves_nothing(cast: Cast) -> None:
    first, second = fill(cast, {"web": "1"}, {"web": "1"})
    reader = Caller(cast.cto, scopes=["read"])
    assert reader.post(f"/api/v1/projects/{second.key}/move/", {"after": None}).status_code == 403
    assert reader.get("/api/v1/line/").status_code == 200
    assert order() == [first.pk, second.pk]
    assert not Crossing.objects.exists()
