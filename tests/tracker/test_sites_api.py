import pytest
from django.test import Client

from tests.callers import Caller
from tests.makers import Cast
from tracker.history.models import Entry
from tracker.sites.models import Area


@pytest.fixture
def call(cast: Cast) -> Caller:
    return Caller(cast.cto)


def test_an_area_is_added_listed_and_changed_with_its_history(cast: Cast, call: Caller) -> None:
    made = call.post(
        "/api/v1/areas/",
        {"key": "category", "name": "Category page", "site": "shop", "team": "web", "pattern": "/c/*"},
    )
    assert made.status_code == 201, made.content
    assert made.json()["team"] == {"key": "web", "name": "Web"}
    changed = call.patch("/api/v1/areas/category/", {"pattern": "/cat/*"}, match=1)
    assert changed.status_code == 200
    assert changed.json()["pattern"] == "/cat/*"
    assert changed.headers["ETag"] == '"2"'
    area = Area.objects.get(key="category")
    assert Entry.objects.filter(subject="area", subject_id=area.pk).count() == area.version == 2


def test_what_is_no_pattern_is_refused_at_its_field(cast: Cast, call: Caller) -> None:
    given = {"key": "x", "name": "X", "site": "shop", "team": "web", "pattern": "not a pattern"}
    refused = call.post("/api/v1/areas/", given)
    assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, "pattern")
    assert call.patch("/api/v1/areas/search/", {"pattern": "p p"}, match=1).status_code == 400


def test_a_stale_edit_is_refused_and_one_without_if_match_too(cast: Cast, call: Caller) -> None:
    assert call.patch("/api/v1/areas/search/", {"name": "Find"}).status_code == 428
    assert call.patch("/api/v1/areas/search/", {"name": "Find"}, match=1).status_code == 200
    late = call.patch("/api/v1/areas/search/", {"name": "Lost"}, match=1)
    assert late.status_code == 412
    assert late.json()["errors"][0]["code"] == "stale"
    assert Area.objects.get(key="search").name == "Find"


def test_an_unchanged_list_is_answered_304_until_something_changes(cast: Cast, call: Caller) -> None:
    first = call.get("/api/v1/areas/")
    again = call.get("/api/v1/areas/", HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert (first.status_code, again.status_code) == (200, 304)
    call.patch("/api/v1/areas/search/", {"name": "Find"}, match=1)
    assert call.get("/api/v1/areas/", HTTP_IF_NONE_MATCH=first.headers["ETag"]).status_code == 200


def test_the_same_post_twice_takes_effect_once(cast: Cast, call: Caller) -> None:
    site = {"key": "de", "name": "German shop", "url": "https://de.lumen.example"}
    answers = [call.post("/api/v1/sites/", site, once="k-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    other = call.post("/api/v1/sites/", site | {"key": "fr"}, once="k-1")
    assert other.json()["errors"][0]["code"] == "key_reused"


def test_a_stranger_and_a_read_only_token_change_nothing(cast: Cast, client: Client) -> None:
    assert client.get("/api/v1/sites/").status_code == 401
    reader = Caller(cast.cto, scopes=["read"])
    assert reader.get("/api/v1/sites/").status_code == 200
    refused = reader.post("/api/v1/sites/", {"key": "x", "name": "X", "url": "https://x.example"})
    assert refused.status_code == 403
    marketer = Caller(cast.analyst)
    assert marketer.patch("/api/v1/areas/search/", {"name": "Mine"}, match=1).status_code == 403
