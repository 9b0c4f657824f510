"""Confidence is a guess, a similar case or a measurement; the last two say which, where it is needed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.callers import Caller
from tests.makers import NOON, Cast
from tests.tracker.test_evidence import make_ask
from tracker.backlog.actions import embed_request
from tracker.intake.actions import accept_request, draft_request, edit_request, restrict_request
from tracker.intake.models import WorkRequest
from tracker.intake.queries import needs_of
from tracker.intake.rules import Stage
from tracker.kernel.errors import Invalid, Refused
from tracker.projects.models import Project

WHOLE: dict[str, Any] = {
    "kpi": "Rich-result clicks a month",
    "baseline": Decimal(100),
    "target": Decimal(200),
    "measure_on": date(2027, 6, 1),
    "acceptance_tests": ["It is valid."],
    "how_to_test": "With the rich results test.",
}


def lacks_case(ask: WorkRequest) -> bool:
    return "case or data behind the confidence" in needs_of(ask, "en")[Stage.ACCEPTANCE].lacking


@pytest.mark.parametrize(
    ("confidence", "lacks"), [("guess", False), ("similar", True), ("measured", True), ("", False)]
)
def test_all_but_a_guess_names_what_it_rests_on(cast: Cast, confidence: str, lacks: bool) -> None:
    ask = make_ask(cast, confidence=confidence)
    assert lacks_case(ask) is lacks
    assert not lacks_case(make_ask(cast, confidence=confidence, confidence_source="the test of May"))


def test_a_similar_request_is_case_enough_but_no_measurement(cast: Cast) -> None:
    other = make_ask(cast)
    assert not lacks_case(make_ask(cast, confidence="similar", similar_to=other.key.lower()))
    assert lacks_case(make_ask(cast, confidence="measured", similar_to=other.key))


def test_embedding_is_refused_until_the_case_is_named(cast: Cast) -> None:
    ask = make_ask(cast, confidence="similar", **WHOLE)
    lead = cast.platform_lead.viewer()
    accept_request(actor=lead, at=NOON, ask=ask, effort_weeks=Decimal(2))
    with pytest.raises(Refused) as refused:
        embed_request(actor=lead, at=NOON, ask=ask, host=Project(owner=cast.cto), added_weeks=Decimal(1))
    assert refused.value.facts["missing"] == ["confidence_source"]
    assert "case or data behind the confidence" in str(refused.value)


def test_what_is_not_there_or_not_seen_or_itself_is_no_similar_request(cast: Cast) -> None:
    hidden, draft = make_ask(cast), draft_request(actor=cast.seo_lead.viewer(), at=NOON, type=cast.type, title="Draft")
    restrict_request(actor=cast.seo_lead.viewer(), at=NOON, ask=hidden)
    ask = make_ask(cast)
    for key in ("R-99999", "nonsense", ask.key, draft.key, "R-\x00"):
        with pytest.raises(Invalid) as refused:
            edit_request(actor=cast.seo_lead.viewer(), at=NOON, ask=ask, expected=1, changes={"similar_to": key})
        assert list(refused.value.fields) == ["similar_to"]
    with pytest.raises(Invalid):
        draft_request(actor=cast.content_lead.viewer(), at=NOON, type=cast.type, title="x", similar_to=hidden.key)


def test_the_page_names_the_similar_request_to_those_who_may_see_it(cast: Cast) -> None:
    hidden = make_ask(cast, title="Stars in the blog")
    ask = make_ask(cast, kpi="Clicks", confidence="similar", similar_to=hidden.key)

    def page(who: Any) -> str:
        client = Client()
        client.force_login(who)
        return str(client.get(f"/requests/{ask.key}/").content.decode())

    assert f"{hidden.key} Stars in the blog" in page(cast.content_lead)
    restrict_request(actor=cast.seo_lead.viewer(), at=NOON, ask=hidden)
    assert "Stars in the blog" not in page(cast.content_lead)
    assert "Stars in the blog" in page(cast.seo_lead)


def test_the_similar_request_is_changed_and_taken_away_in_the_browser_and_by_the_api(cast: Cast) -> None:
    other, ask = make_ask(cast), make_ask(cast, kpi="Clicks", confidence="similar")
    call, url = Caller(cast.seo_lead), f"/api/v1/requests/{ask.key}/"
    assert call.patch(url, {"similar_to": other.key}, match=1).json()["similar_to"] == other.key
    assert call.patch(url, {"similar_to": None}, match=2).json()["similar_to"] is None
    assert call.patch(url, {"similar_to": "R-99999"}, match=3).status_code == 400
    client = Client()
    client.force_login(cast.seo_lead)
    form = {"confidence": "similar", "similar_to": other.key, "version": "3", "kpi": "Clicks"}
    assert client.post(f"{url.removeprefix('/api/v1')}edit/?stage=acceptance", form).status_code == 302
    assert WorkRequest.objects.get(pk=ask.pk).similar_to == other
    assert f'value="{other.key}"' in client.get(f"/requests/{ask.key}/edit/").content.decode()
    wrong = client.post(
        f"/requests/{ask.key}/edit/?stage=acceptance", {**form, "similar_to": "R-99999", "version": "4"}
    )
    assert (wrong.status_code, "There is no such request" in wrong.content.decode()) == (422, True)
