"""Promises and policies over the API."""

import pytest

from tests.callers import Caller
from tests.makers import Cast
from tests.tracker.test_promises import clocks, owe
from tracker.promises.models import Policy

__all__ = ["clocks"]


@pytest.fixture
def call(clocks: Cast) -> Caller:
    return Caller(clocks.cto)


def test_the_holder_the_lead_and_the_chiefs_see_a_promise_and_nobody_else(clocks: Cast, call: Caller) -> None:
    promise = owe(clocks)
    path = f"/api/v1/promises/{promise.pk}/"
    shown = call.get(path).json()
    assert (shown["kind"], shown["about"], shown["holder"]["name"]) == ("triage", "R-41", clocks.platform_lead.name)
    assert Caller(clocks.platform_lead).get("/api/v1/promises/?mine=true").json()["results"][0]["id"] == promise.pk
    assert Caller(clocks.seo_lead).get(path).status_code == 404
    assert Caller(clocks.seo_lead).get("/api/v1/promises/").json()["results"] == []


def test_a_policy_is_changed_for_what_begins_later_only(clocks: Cast, call: Caller) -> None:
    before = owe(clocks)
    changed = call.patch("/api/v1/policies/triage/", {"days": "1", "reminders": [80]}, match=1)
    assert changed.status_code == 200, changed.content
    after = owe(clocks, "R-42:triage")
    before.refresh_from_db()
    assert after.due_at < before.due_at
    assert after.deeds == ["remind", "breach", "chiefs", "docket"]
    assert len(before.deeds) == 5


def test_policies_are_for_the_chiefs_and_within_reason(clocks: Cast, call: Caller) -> None:
    assert Caller(clocks.platform_lead).patch("/api/v1/policies/triage/", {"days": "1"}, match=1).status_code == 403
    assert call.patch("/api/v1/policies/triage/", {"days": "999"}, match=1).status_code == 400
    assert call.patch("/api/v1/policies/triage/", {"reminders": [0]}, match=1).status_code == 400
    assert call.patch("/api/v1/policies/triage/", {"days": "2"}).status_code == 428
    assert Policy.objects.get(kind="triage").version == 1


def test_the_history_of_promises_and_policies_is_told_to_those_who_see_them(clocks: Cast, call: Caller) -> None:
    promise = owe(clocks)
    told = call.get(f"/api/v1/history/?subject=promise&id={promise.pk}").json()["results"]
    assert [entry["verb"] for entry in told] == ["open_promise"]
    assert Caller(clocks.seo_lead).get("/api/v1/history/?subject=promise").json()["results"] == []
    call.patch("/api/v1/policies/triage/", {"days": "1"}, match=1)
    changed = Caller(clocks.seo_lead).get("/api/v1/history/?subject=policy&key=triage").json()["results"]
    assert changed[0]["changes"]["days"] == ["3.00", "1.00"]
