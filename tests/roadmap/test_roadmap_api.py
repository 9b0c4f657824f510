"""Products, objectives and roadmaps over the API."""

import pytest

from roadmap.products.models import Product, RoadmapItem, ShareLink
from tests.callers import Caller
from tests.makers import Cast
from tests.roadmap.makers import make_plan, order_of, tie
from tests.roadmap.test_roadmap_pages import running
from tests.tracker.portfolio import FIRST_BELOW, Portfolio, make_request
from tracker.history.models import Entry
from tracker.kernel.models import IdempotentCall

__all__ = ["running"]


@pytest.fixture
def call(cast: Cast) -> Caller:
    return Caller(cast.cmo)


def test_a_product_with_its_objective_is_added_and_changed(cast: Cast, call: Caller) -> None:
    owners = {"business_owner": cast.seo_lead.pk, "delivery_owner": cast.platform_lead.pk}
    made = call.post("/api/v1/products/", {"name": "SEO", **owners})
    assert made.status_code == 201, made.content
    assert made.json()["business_owner"]["name"] == "Timur Rakhimov"
    one_sided = call.post("/api/v1/products/", {"name": "B", **owners, "delivery_owner": cast.analyst.pk})
    assert (one_sided.status_code, one_sided.json()["errors"][0]["attr"]) == (400, "delivery_owner")
    assert call.patch("/api/v1/products/seo/", {"vision": "First."}).status_code == 428
    assert call.patch("/api/v1/products/seo/", {"vision": "First."}, match=1).json()["version"] == 2
    assert call.patch("/api/v1/products/seo/", {"vision": "Late."}, match=1).status_code == 412
    objective = call.post("/api/v1/objectives/", {"product": "seo", "title": "More clicks", "target": "46144"})
    assert (objective.status_code, objective.json()["target"]) == (201, 46144)
    number = objective.json()["id"]
    assert call.patch(f"/api/v1/objectives/{number}/", {"kpi": "clicks"}, match=1).json()["kpi"] == "clicks"
    assert [one["id"] for one in call.get("/api/v1/objectives/?product=seo").json()["results"]] == [number]


def test_an_item_is_added_moved_tied_and_closed(cast: Cast, call: Caller, product: Product, web: Portfolio) -> None:
    made = [
        call.post("/api/v1/roadmap-items/", {"product": "seo", "title": title, "horizon": "now"}).json()
        for title in "AB"
    ]
    first, second = (f"/api/v1/roadmap-items/{one['id']}/" for one in made)
    moved = call.post(f"{second}move/", {"horizon": "now", "after": None}, match=1)
    assert (moved.status_code, moved.json()["version"]) == (200, 2)
    assert order_of(product)["now"] == ["B", "A"]
    assert call.post(f"{second}move/", {"horizon": "later"}, match=1).status_code == 412
    wrong = call.post(f"{second}move/", {"horizon": "next", "after": made[0]["id"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["attr"]) == (400, "after")
    tied = call.post(f"{first}tie/", {"key": web.edge.key}).json()
    assert [one["key"] for one in tied["projects"]] == [web.edge.key]
    assert call.post(f"{first}tie/", {"key": "P-9999"}).json()["errors"][0]["attr"] == "key"
    assert call.post(f"{first}untie/", {"key": web.edge.key}).json()["projects"] == []
    assert call.post(f"{first}untie/", {"key": web.edge.key}).status_code == 404
    assert call.post(f"{first}close/", {"outcome": "done"}).json()["state"] == "done"
    assert call.post(f"{first}close/", {"outcome": "done"}).json()["errors"][0]["code"] == "wrong_state"
    listed = call.get("/api/v1/roadmap-items/?state=open&horizon=now").json()["results"]
    assert [one["title"] for one in listed] == ["B"]
    plan = RoadmapItem.objects.get(title="A")
    assert Entry.objects.filter(subject="roadmap-item", subject_id=plan.pk).count() == plan.version == 4


def test_the_roadmap_tells_progress_and_risk(cast: Cast, product: Product, running: Portfolio) -> None:
    low = running.projects[FIRST_BELOW]
    tie(cast, make_plan(cast, product, "A"), low)
    make_plan(cast, product, "B", "next")
    told = Caller(cast.analyst).get("/api/v1/products/seo/roadmap/").json()
    assert (told["count"], told["at_risk"]) == (2, 1)
    risky, wish = told["results"]
    assert risky["risks"] == [{"kind": "below", "key": low.key, "teams": ["Web"], "since": None}]
    assert risky["progress"] == {"done": 0, "count": 1, "share": 0.0, "weighed": True}
    assert (risky["delivered_by"], wish["progress"], wish["at_risk"]) == ([low.key], None, False)


def test_what_is_restricted_is_counted_and_not_told(cast: Cast, product: Product, running: Portfolio) -> None:
    item = running.propose(ask=make_request(cast, title="Zibbelwort", restricted=True))
    running.agree(item)
    plan = tie(cast, make_plan(cast, product, "A"), item)
    paths = [f"/api/v1/roadmap-items/{plan.pk}/", "/api/v1/roadmap-items/", "/api/v1/products/seo/roadmap/"]
    for path in paths:
        hidden = Caller(cast.sre).get(path).content.decode()
        assert '"unseen":1' in hidden.replace(" ", "")
        assert "Zibbelwort" not in hidden
        assert f'"{item.key}"' not in hidden
        assert item.key in Caller(cast.cto).get(path).content.decode()
    assert Caller(cast.platform_lead).get(paths[0]).json()["unseen"] == 0
    outsider = Caller(cast.sre)
    assert outsider.post(f"{paths[0]}untie/", {"key": item.key}).status_code in (403, 404)


def test_a_secret_is_told_once_and_not_kept_for_a_repetition(
    cast: Cast, product: Product, call: Caller, client: object
) -> None:
    first = call.post("/api/v1/products/seo/share/", {"days": 7}, once="k-1")
    again = call.post("/api/v1/products/seo/share/", {"days": 7}, once="k-1")
    assert (first.status_code, again.status_code, ShareLink.objects.count()) == (201, 201, 1)
    secret = first.json()["secret"]
    assert first.json()["path"] == f"/shared/{secret}/"
    assert (again.json()["id"], again.json()["secret"]) == (first.json()["id"], None)
    assert secret not in IdempotentCall.objects.get(key="k-1").answer
    listed = call.get("/api/v1/share-links/").json()["results"]
    assert [one["made_by"]["name"] for one in listed] == ["Anna Belova"]
    assert Caller(cast.analyst).get("/api/v1/share-links/").json()["results"] == []
    assert Caller(cast.analyst).get(f"/api/v1/share-links/{listed[0]['id']}/").status_code == 404
    revoked = call.post(f"/api/v1/share-links/{listed[0]['id']}/revoke/")
    assert revoked.json()["revoked_at"]


def test_owners_write_and_others_read(cast: Cast, product: Product) -> None:
    body = {"product": "seo", "title": "A"}
    assert Caller(cast.platform_lead).post("/api/v1/roadmap-items/", body).status_code == 201
    assert Caller(cast.content_lead).post("/api/v1/roadmap-items/", body).status_code == 403
    assert Caller(cast.seo_lead, scopes=["read"]).post("/api/v1/roadmap-items/", body).status_code == 403
    assert Caller(cast.content_lead).get("/api/v1/roadmap-items/").json()["results"][0]["title"] == "A"
