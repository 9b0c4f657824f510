"""Requests over the API: filing, filters, steps with their refusals, budgets."""

import json
from typing import Any

import pytest

from tests.callers import Caller
from tests.ledger import counted
from tests.makers import NOON, Cast
from tracker.history.models import Entry
from tracker.intake.actions import ensure_request_types
from tracker.intake.catalog import TYPES
from tracker.intake.models import WorkRequest
from tracker.intake.states import State

URL = "/api/v1/requests/"
FILED: dict[str, Any] = {
    "type": "structured-data",
    "title": "Product structured data on all product pages",
    "area": "product-pages",
    "example_urls": ["https://lumen.example/p/1"],
    "why": "Rich results show price and stock.",
}


@pytest.fixture
def timur(cast: Cast) -> Caller:
    return Caller(cast.seo_lead)


@pytest.fixture
def irina(cast: Cast) -> Caller:
    return Caller(cast.platform_lead)


def filed(caller: Caller, **more: Any) -> str:
    answer = caller.post(URL, {**FILED, **more})
    assert answer.status_code == 201, answer.content
    key: str = answer.json()["key"]
    return key


def code_of(answer: Any) -> str:
    code: str = answer.json()["errors"][0]["code"]
    return code


def test_a_request_is_filed_read_and_listed(cast: Cast, timur: Caller, irina: Caller) -> None:
    key = filed(timur, kpi="Rich-result clicks", target="12.5")
    shown = irina.get(f"{URL}{key}/")
    body = shown.json()
    assert shown.headers["ETag"] == '"1"'
    assert (body["state"], body["team"], body["target"]) == ("filed", {"key": "web", "name": "Web"}, 12.5)
    assert body["requester"]["email"] == "seo-lead@lumen.example"
    assert [row["key"] for row in irina.get(URL).json()["results"]] == [key]
    assert irina.get(f"{URL}{key}/", HTTP_IF_NONE_MATCH='"1"').status_code == 304


def test_a_draft_is_its_writers_alone_and_filed_later(cast: Cast, timur: Caller, irina: Caller) -> None:
    answer = timur.post(URL, {"type": "structured-data", "title": "Later", "draft": True})
    key = answer.json()["key"]
    assert irina.get(f"{URL}{key}/").status_code == 404
    assert irina.get(URL).json()["results"] == []
    refused = timur.post(f"{URL}{key}/file/")
    assert refused.status_code == 400
    assert {error["attr"] for error in refused.json()["errors"]} == {"area", "example_urls", "why"}
    change = {name: FILED[name] for name in ("area", "example_urls", "why")}
    assert timur.patch(f"{URL}{key}/", change, match=1).status_code == 200
    assert timur.post(f"{URL}{key}/file/", match=2).json()["state"] == "filed"
    assert irina.get(f"{URL}{key}/").status_code == 200


def test_what_is_missing_is_told_stage_by_stage(cast: Cast, timur: Caller) -> None:
    key = filed(timur, kpi="Clicks")
    assert timur.get(f"{URL}{key}/missing/").json() == {
        "filing": [],
        "acceptance": ["baseline", "target", "measure_on", "confidence"],
        "embedding": ["baseline", "target", "measure_on", "confidence", "acceptance_tests", "how_to_test"],
    }


@pytest.mark.parametrize(
    "wrong, attr",
    [
        ({"title": "x" * 201}, "title"),
        ({"title": "nul \x00"}, "title"),
        ({"why": "nul \x00"}, "why"),
        ({"example_urls": ["javascript:alert(1)"]}, "example_urls"),
        ({"example_urls": "https://one.example"}, "example_urls"),
        ({"type": "nothing"}, "type"),
        ({"area": "nowhere"}, "area"),
        ({"target": "NaN"}, "target"),
        ({"answers": {"unknown": 1}}, "unknown"),
        ({"state": "accepted"}, "state"),
        ({"requester": 1}, "requester"),
        ({"confidence": "sure"}, "confidence"),
        ({"why": ""}, "why"),
    ],
)
def test_a_wrong_or_unknown_field_is_refused_by_its_name(
    cast: Cast, timur: Caller, wrong: dict[str, Any], attr: str
) -> None:
    answer = timur.post(URL, {**FILED, **wrong})
    assert answer.status_code == 400, answer.content
    assert attr in str(answer.json()["errors"][0]["attr"])
    assert not WorkRequest.objects.exists()


def test_a_huge_a_broken_and_an_odd_body_are_refused(cast: Cast, timur: Caller) -> None:
    huge = timur.post(URL, {**FILED, "why": "x" * 1_100_000})
    assert (huge.status_code, code_of(huge)) == (413, "too_large")
    for text in ("{", "[]", '"text"', "", "null"):
        answer = timur.client.generic("POST", URL, text, content_type="application/json")
        assert answer.status_code == 400, text
    assert timur.client.post(URL, FILED).status_code == 415
    assert not WorkRequest.objects.exists()


def test_the_same_post_twice_files_once(cast: Cast, timur: Caller) -> None:
    answers = [timur.post(URL, FILED, once="k-1") for _number in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert WorkRequest.objects.count() == 1
    assert Entry.objects.filter(subject="request").count() == 1


def test_an_edit_needs_the_version_and_a_stale_one_is_refused(cast: Cast, timur: Caller) -> None:
    key = filed(timur)
    assert timur.patch(f"{URL}{key}/", {"title": "New"}).status_code == 428
    assert timur.patch(f"{URL}{key}/", {"title": "New"}, match=1).headers["ETag"] == '"2"'
    late = timur.patch(f"{URL}{key}/", {"title": "Old"}, match=1)
    assert (late.status_code, code_of(late)) == (412, "stale")
    assert late.json()["facts"]["version"] == 2
    assert Caller(cast.content_lead).patch(f"{URL}{key}/", {"title": "Mine"}, match=2).status_code == 403
    assert WorkRequest.objects.get().title == "New"


def test_triage_over_the_api_and_who_comes_second(cast: Cast, timur: Caller, irina: Caller) -> None:
    key = filed(timur)
    assert timur.post(f"{URL}{key}/accept/").status_code == 403
    assert irina.post(f"{URL}{key}/ask/", {"question": "Which?"}).json()["state"] == "needs_information"
    assert irina.post(f"{URL}{key}/answer/", {"answer": "These"}).status_code == 403
    assert timur.post(f"{URL}{key}/answer/", {"answer": "These"}).json()["state"] == "filed"
    accepted = irina.post(f"{URL}{key}/accept/", {"effort_weeks": 6}, match=3)
    assert (accepted.json()["delivery"], accepted.json()["effort_weeks"]) == ("waiting", 6)
    late = Caller(cast.cto).post(f"{URL}{key}/decline/", {"reason": "No"}, match=3)
    assert (late.status_code, late.json()["facts"]["decided_by"]) == (412, "Irina Lind")
    blind = Caller(cast.cto).post(f"{URL}{key}/decline/", {"reason": "No"})
    assert (blind.status_code, code_of(blind)) == (409, "wrong_state")
    locked = timur.patch(f"{URL}{key}/", {"kpi": "Clicks"}, match=4)
    assert locked.status_code == 200, "what was empty may be filled in"
    locked = timur.patch(f"{URL}{key}/", {"kpi": "Visits"}, match=5)
    assert (locked.status_code, code_of(locked)) == (409, "locked")


def test_decline_park_withdraw_restrict_and_effort(cast: Cast, timur: Caller, irina: Caller) -> None:
    one, two, three = filed(timur), filed(timur), filed(timur)
    assert irina.post(f"{URL}{one}/decline/", {"reason": ""}).status_code == 400
    assert irina.post(f"{URL}{one}/decline/", {"reason": "Gone in May"}).json()["decision_reason"] == "Gone in May"
    assert irina.post(f"{URL}{two}/park/", {"review_on": "2020-01-01"}).status_code == 400
    assert irina.post(f"{URL}{two}/park/", {"review_on": "2099-01-01"}).json()["state"] == "parked"
    assert irina.post(f"{URL}{three}/effort/", {"weeks": "2.5"}).json()["effort_weeks"] == 2.5
    assert timur.post(f"{URL}{three}/restrict/").json()["restricted"] is True
    assert Caller(cast.sre).get(f"{URL}{three}/").status_code == 404
    assert Caller(cast.sre).post(f"{URL}{three}/comments/", {"text": "hm"}).status_code == 404
    assert Caller(cast.sre).post(f"{URL}{three}/accept/").status_code == 404
    assert timur.post(f"{URL}{three}/withdraw/").json()["state"] == "withdrawn"
    versions = WorkRequest.objects.values_list("id", "version")
    for pk, version in versions:
        assert Entry.objects.filter(subject="request", subject_id=pk).count() == version


def test_comments_are_told_to_those_they_are_for(cast: Cast, timur: Caller, irina: Caller) -> None:
    key = filed(timur)
    made = irina.post(f"{URL}{key}/comments/", {"text": "Careful", "internal": True})
    assert made.status_code == 201
    assert made.json()["internal_to"] == "technology"
    timur.post(f"{URL}{key}/comments/", {"text": "Thanks"})
    assert [one["text"] for one in irina.get(f"{URL}{key}/comments/").json()["results"]] == ["Careful", "Thanks"]
    assert [one["text"] for one in timur.get(f"{URL}{key}/comments/").json()["results"]] == ["Thanks"]


@pytest.mark.parametrize(
    "query, shown",
    [
        ("", ["Gamma", "Beta", "Alpha"]),
        ("order=id", ["Alpha", "Beta", "Gamma"]),
        ("mine=true", ["Alpha"]),
        ("state=accepted,parked", ["Gamma"]),
        ("delivery=waiting", ["Gamma"]),
        ("area=search", ["Beta"]),
        ("team=mobile", []),
        ("type=structured-data&q=gam", ["Gamma"]),
        ("requester=analyst@lumen.example", ["Gamma", "Beta"]),
    ],
)
def test_the_list_is_narrowed_by_filters(cast: Cast, timur: Caller, query: str, shown: list[str]) -> None:
    dina = Caller(cast.analyst)
    filed(timur, title="Alpha")
    filed(dina, title="Beta", area="search")
    gamma = filed(dina, title="Gamma")
    Caller(cast.cto).post(f"{URL}{gamma}/accept/")
    assert [row["title"] for row in timur.get(f"{URL}?{query}").json()["results"]] == shown


@pytest.mark.parametrize("query", ["state=unknown", "mine=perhaps", "colour=red", "limit=0", "cursor=%00", "q=%00"])
def test_a_filter_that_cannot_be_read_is_refused(cast: Cast, timur: Caller, query: str) -> None:
    assert timur.get(f"{URL}?{query}").status_code == 400


def test_request_types_are_listed_with_their_questions(cast: Cast, timur: Caller) -> None:
    ensure_request_types(at=NOON)
    listed = timur.get("/api/v1/request-types/").json()["results"]
    assert {row["key"] for row in listed} == {kind["key"] for kind in TYPES}
    speed = timur.get("/api/v1/request-types/performance/").json()
    assert speed["name"]["ru"] == "Скорость"
    assert {field["stage"] for field in speed["fields"]} == {"filing", "acceptance", "embedding"}


def test_statements_stay_within_the_budget(cast: Cast, timur: Caller, irina: Caller) -> None:
    keys = [filed(timur, title=f"Number {number}") for number in range(12)]
    found = 1  # the token and its owner
    with counted() as listing:
        irina.get(URL)
    with counted() as detail:
        irina.get(f"{URL}{keys[0]}/")
    with counted() as creating:
        timur.post(URL, FILED)
    with counted() as accepting:
        irina.post(f"{URL}{keys[0]}/accept/", {"effort_weeks": 3}, match=1)
    with counted() as editing:
        timur.patch(f"{URL}{keys[1]}/", {"title": "Else", "area": "search"}, match=1)
    with counted() as commenting:
        timur.post(f"{URL}{keys[1]}/comments/", {"text": "Word"})
    assert [len(one) - found for one in (listing, detail)] <= [2, 2]
    for count in (creating, accepting, editing, commenting):
        assert len(count) - found <= 6, count.statements


def test_a_reader_token_changes_nothing(cast: Cast, timur: Caller) -> None:
    key = filed(timur)
    reader = Caller(cast.cto, scopes=["read"])
    assert reader.get(f"{URL}{key}/").status_code == 200
    for path in ("", f"{key}/accept/", f"{key}/comments/"):
        assert reader.post(f"{URL}{path}", FILED).status_code == 403
    assert WorkRequest.objects.get().state == State.FILED


def test_titles_travel_as_they_are(cast: Cast, timur: Caller) -> None:
    title = "<script>alert('ü')</script> \"quoted\" 日本"
    key = filed(timur, title=title)
    assert json.loads(timur.get(f"{URL}{key}/").content)["title"] == title
