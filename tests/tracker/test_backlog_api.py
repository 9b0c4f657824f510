"""Backlog items and the two ways up over the API."""

from decimal import Decimal

import pytest

from tests.callers import Caller
from tests.ledger import counted
from tests.makers import Cast
from tests.tracker.portfolio import Portfolio, gaps_in_history, make_portfolio, make_request
from tracker.backlog.models import BacklogItem
from tracker.projects.models import Project

ITEMS = "/api/v1/backlog-items/"


@pytest.fixture
def web(cast: Cast) -> Portfolio:
    return make_portfolio(cast)


@pytest.fixture
def timur(web: Portfolio) -> Caller:
    return Caller(web.cast.seo_lead)


@pytest.fixture
def kenji(web: Portfolio) -> Caller:
    return Caller(web.cast.frontend_lead)


@pytest.fixture(autouse=True)
def running_quarter(web: Portfolio) -> None:
    """The API asks the database's clock: the quarter of the tests is stretched to hold today."""
    period = web.cast.period
    type(period).objects.filter(pk=period.pk).update(
        starts_on=period.starts_on.replace(year=2026), ends_on=period.ends_on.replace(year=2099)
    )
    Project.objects.update(ends_on=period.ends_on.replace(year=2099))


def propose(web: Portfolio, caller: Caller, weeks: float = 1.5) -> str:
    made = caller.post(f"/api/v1/requests/{web.ask.key}/embed/", {"host": web.host.key, "added_weeks": weeks})
    assert made.status_code == 201, made.content
    key: str = made.json()["key"]
    return key


def test_the_whole_way_from_proposal_to_outcome(web: Portfolio, timur: Caller, kenji: Caller) -> None:
    hosts = timur.get(f"/api/v1/requests/{web.ask.key}/hosts/").json()["results"]
    assert hosts[0]["key"] == web.host.key
    assert hosts[0]["reasons"][0] == "same_area"
    assert hosts[0]["suggested_weeks"] == 1.5
    key = propose(web, timur)
    answer = {
        "answer": "agree",
        "conditions": "price only",
        "split_rest": {"title": "Reviews", "review_on": "2098-04-01"},
    }
    agreed = kenji.post(f"{ITEMS}{key}/answer/", answer, match=1)
    assert agreed.status_code == 200, agreed.content
    assert (agreed.json()["state"], agreed.json()["overflow"]) == ("agreed", 1.5)
    assert "valid items are at least 95 %" in kenji.get(f"{ITEMS}{key}/text/").json()["text"]
    kenji.patch(f"{ITEMS}{key}/", {"tracker_key": "WEB-7"}, match=2)
    assert kenji.post(f"{ITEMS}{key}/start/").json()["state"] == "in_progress"
    early = kenji.post(f"{ITEMS}{key}/ship/")
    assert early.json()["errors"][0]["code"] == "checks_open"
    for check in agreed.json()["checks"]:
        decided = kenji.post(f"{ITEMS}{key}/checks/{check['id']}/decide/", {"passed": True, "evidence": "97.2 %"})
        assert decided.status_code == 200, decided.content
    assert kenji.post(f"{ITEMS}{key}/ship/").json()["state"] == "shipped"
    assert kenji.post(f"{ITEMS}{key}/measure/", {"outcome": "met"}).status_code == 403
    done = timur.post(f"{ITEMS}{key}/measure/", {"outcome": "partly_met", "value": 9, "note": "+9 % of +12 %"})
    assert (done.json()["state"], done.json()["request"]["delivery"]) == ("partly_met", "partly_met")
    assert done.json()["tracker_key"] == "WEB-7"
    assert not gaps_in_history()


def test_lists_are_narrowed_and_cost_one_statement_whatever_their_length(
    web: Portfolio, timur: Caller, kenji: Caller
) -> None:
    key = propose(web, timur)
    for number in range(5):
        web.propose(ask=make_request(web.cast, title=f"Another {number}"))
    for query in ("", "?state=proposed", "?mine=true", "?orphaned=false", f"?project={web.host.key}"):
        with counted() as count:
            listed = kenji.get(f"{ITEMS}{query}")
        assert len(listed.json()["results"]) == 6, query
        assert len(count) <= 3
    assert [row["key"] for row in kenji.get(f"{ITEMS}?request={web.ask.key}").json()["results"]] == [key]
    assert kenji.get(f"{ITEMS}?orphaned=true").json()["results"] == []
    assert kenji.get(f"{ITEMS}?state=nonsense").status_code == 400
    with counted() as count:
        assert kenji.get(f"{ITEMS}{key}/").json()["checks"] == []
    assert len(count) <= 3


def test_what_is_missing_is_named_and_a_taken_request_names_its_item(web: Portfolio, timur: Caller) -> None:
    bare = make_request(web.cast, acceptance_tests=[])
    refused = timur.post(f"/api/v1/requests/{bare.key}/embed/", {"host": web.host.key, "added_weeks": 1})
    assert (refused.status_code, refused.json()["facts"]["missing"]) == (409, ["acceptance_tests"])
    key = propose(web, timur)
    again = timur.post(f"/api/v1/requests/{web.ask.key}/embed/", {"host": web.edge.key, "added_weeks": 1})
    assert again.json()["facts"]["item"] == key


def test_the_same_answer_twice_draws_once(web: Portfolio, timur: Caller, kenji: Caller) -> None:
    key = propose(web, timur)
    answers = [kenji.post(f"{ITEMS}{key}/answer/", {"answer": "agree"}, once="k-1") for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert web.claim(web.host) == Decimal("15.5")
    assert kenji.post(f"{ITEMS}{key}/answer/", {"answer": "agree"}).json()["errors"][0]["code"] == "wrong_state"


def test_a_stale_answer_is_refused(web: Portfolio, timur: Caller, kenji: Caller) -> None:
    key = propose(web, timur)
    assert kenji.post(f"{ITEMS}{key}/answer/", {"answer": "agree"}, match=7).status_code == 412
    assert BacklogItem.objects.get(key=key).version == 1


def test_what_one_may_not_see_is_not_there(web: Portfolio, timur: Caller) -> None:
    key = propose(web, timur)
    web.ask.refresh_from_db()
    web.ask.restricted = True
    web.ask.save()
    stranger = Caller(web.cast.analyst)
    assert stranger.get(f"{ITEMS}{key}/").status_code == 404
    assert stranger.get(ITEMS).json()["results"] == []
    assert stranger.post(f"{ITEMS}{key}/drop/").status_code == 404
    assert stranger.get(f"/api/v1/requests/{web.ask.key}/hosts/").status_code == 404


def test_the_cto_outranks_and_hears_whom_it_displaces(web: Portfolio, timur: Caller) -> None:
    body = {"after": web.projects[17].key, "weeks": 6, "owner": "frontend-lead@lumen.example"}
    path = f"/api/v1/requests/{web.ask.key}/outrank/"
    assert timur.post(path, body).status_code == 403
    done = Caller(web.cast.cto).post(path, body)
    assert done.status_code == 201, done.content
    assert done.json()["displaced"] == [{"key": web.edge.key, "title": web.edge.title, "owner": "Irina Lind"}]


def test_items_are_put_in_order_inside_their_project(web: Portfolio, timur: Caller, kenji: Caller) -> None:
    first = propose(web, timur)
    second = web.propose(ask=make_request(web.cast, title="Second")).key
    assert kenji.post(f"{ITEMS}{first}/move/", {"after": second}).status_code == 200
    ordered = BacklogItem.objects.filter(project=web.host).order_by("rank").values_list("key", flat=True)
    assert list(ordered) == [second, first]
    assert kenji.post(f"{ITEMS}{first}/move/", {"after": None}).status_code == 200
    assert BacklogItem.objects.filter(project=web.host).order_by("rank")[0].key == first
    assert timur.post(f"{ITEMS}{first}/move/", {"after": None}).status_code == 403


WRITES = {"propose": 11, "answer": 21, "start": 7, "drop": 13}
"""Statements of a verb with its token: they touch several rooms, but never more with more rows."""


@pytest.mark.parametrize("others", [0, 8])
def test_verbs_cost_the_same_whatever_lies_beside(web: Portfolio, timur: Caller, kenji: Caller, others: int) -> None:
    for number in range(others):
        web.agree(web.propose("0.1", ask=make_request(web.cast, title=f"Another {number}")))
    spent = {}
    with counted() as count:
        key = propose(web, timur)
    spent["propose"] = len(count)
    for verb, body in (("answer", {"answer": "agree"}), ("start", {})):
        with counted() as count:
            assert kenji.post(f"{ITEMS}{key}/{verb}/", body).status_code == 200
        spent[verb] = len(count)
    with counted() as count:
        assert timur.post(f"{ITEMS}{key}/drop/").status_code == 200
    spent["drop"] = len(count)
    assert all(spent[verb] <= most for verb, most in WRITES.items()), spent
