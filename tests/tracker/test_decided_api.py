"""Merging, contesting, backing and watching over the API."""

from tests.callers import Caller
from tests.makers import NOON, Cast
from tests.tracker.test_request_verbs import make_ask
from tracker.intake.actions import add_comment, restrict_request
from tracker.intake.models import Watch, WorkRequest
from tracker.promises.actions import ensure_policies


def test_a_request_is_merged_by_key_and_says_where_it_goes_on(cast: Cast) -> None:
    ensure_policies(at=NOON)
    into, ask = make_ask(cast, by=cast.analyst), make_ask(cast, by=cast.content_lead)
    add_comment(actor=cast.content_lead.viewer(), at=NOON, ask=ask, text="Said over there")
    irina = Caller(cast.platform_lead)
    path = f"/api/v1/requests/{ask.key}"
    assert irina.post(f"{path}/merge/", {"into": "R-99999"}).status_code == 400
    answer = irina.post(f"{path}/merge/", {"into": into.key}, match=1, once="a" * 20)
    assert (answer.status_code, answer.json()["state"], answer.json()["merged_into"]) == (200, "merged", into.key)
    again = irina.post(f"{path}/merge/", {"into": into.key}, match=1, once="a" * 20)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    late = Caller(cast.cto).post(f"{path}/merge/", {"into": into.key}, match=1)
    assert (late.status_code, late.json()["facts"]["decided_by"]) == (412, "Irina Lind")
    comments = irina.get(f"/api/v1/requests/{into.key}/comments/").json()["results"]
    assert [(one["request"], one["text"]) for one in comments] == [(ask.key, "Said over there")]
    assert irina.get(f"{path}/").json()["merged_into"] == into.key
    assert irina.post(f"{path}/unmerge/").json()["merged_into"] is None


def test_a_merged_restricted_request_keeps_its_words_to_those_it_concerns(cast: Cast) -> None:
    into, ask = make_ask(cast, by=cast.analyst), make_ask(cast, by=cast.content_lead)
    add_comment(actor=cast.content_lead.viewer(), at=NOON, ask=ask, text="Said over there")
    restrict_request(actor=cast.content_lead.viewer(), at=NOON, ask=ask)
    Caller(cast.platform_lead).post(f"/api/v1/requests/{ask.key}/merge/", {"into": into.key})
    path = f"/api/v1/requests/{into.key}/comments/"
    assert len(Caller(cast.cto).get(path).json()["results"]) == 1
    assert Caller(cast.sre).get(path).json()["results"] == []


def test_a_decline_is_contested_and_answered(cast: Cast) -> None:
    ensure_policies(at=NOON)
    ask = make_ask(cast)
    path = f"/api/v1/requests/{ask.key}"
    Caller(cast.platform_lead).post(f"{path}/decline/", {"reason": "No."})
    assert Caller(cast.cmo).post(f"{path}/contest/", {"reason": "Why?"}).status_code == 403
    contested = Caller(cast.seo_lead).post(f"{path}/contest/", {"reason": "Why?"})
    assert (contested.status_code, contested.json()["contest_reason"]) == (200, "Why?")
    again = Caller(cast.seo_lead).post(f"{path}/contest/", {"reason": "Why?"})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "contested")
    answer = Caller(cast.cto).post(f"{path}/answer-contest/", {"upholds": False, "reason": "Right."})
    assert (answer.status_code, answer.json()["state"]) == (200, "filed")


def test_a_request_is_backed_for_another_person_and_the_backing_withdrawn(cast: Cast) -> None:
    ask = make_ask(cast)
    path = f"/api/v1/requests/{ask.key}/backings/"
    given = {"stake": "budget", "amount": "40000", "person": "cmo@lumen.example"}
    made = Caller(cast.seo_lead).post(path, given)
    assert made.status_code == 201, made.content
    assert (made.json()["person"]["name"], made.json()["entered_by"]["name"]) == ("Anna Belova", "Timur Rakhimov")
    assert Caller(cast.seo_lead).post(path, {**given, "person": "nobody@lumen.example"}).status_code == 400
    assert Caller(cast.coo).post(path, {"stake": "kpi", "kpi": "x"}).status_code == 403
    number = made.json()["id"]
    assert Caller(cast.cto).post(f"{path}{number}/withdraw/").status_code == 403
    assert Caller(cast.cmo).post(f"{path}{number}/withdraw/").json()["withdrawn_at"]
    assert Caller(cast.cto).post(f"{path}999999/withdraw/").status_code == 404


def test_somebody_watches_and_mutes(cast: Cast) -> None:
    ask = make_ask(cast)
    caller = Caller(cast.admin)
    assert caller.post(f"/api/v1/requests/{ask.key}/watch/").json() == {"watching": True}
    assert caller.post(f"/api/v1/requests/{ask.key}/mute/").json() == {"watching": False}
    assert Watch.objects.get().muted
    assert Caller(cast.admin, ["read"]).post(f"/api/v1/requests/{ask.key}/watch/").status_code == 403
    assert WorkRequest.objects.get().version == 1
