"""Evidence is held against what is known: what does not fit is told, on the page and in the API, and hinders nothing."""

from typing import Any

from tests.callers import Caller
from tests.makers import NOON, Cast
from tracker.intake.actions import file_request
from tracker.intake.models import WorkRequest


def make_ask(cast: Cast, **more: Any) -> WorkRequest:
    given = {
        "title": "Product structured data",
        "area": cast.product_pages,
        "example_urls": ["https://lumen.example/p/1"],
        "why": "Rich results show price and stock.",
    }
    return file_request(actor=cast.seo_lead.viewer(), at=NOON, type=cast.type, **{**given, **more})


def findings_of(cast: Cast, ask: WorkRequest) -> list[dict[str, Any]]:
    answer = Caller(cast.analyst).get(f"/api/v1/requests/{ask.key}/evidence/")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["findings"]
    return found


def test_the_api_names_each_sample_that_is_not_in_its_area(cast: Cast) -> None:
    ask = make_ask(cast, example_urls=["https://lumen.example/p/1", "https://lumen.example/c/2"])
    assert findings_of(cast, ask) == [
        {
            "code": "outside_area",
            "field": "example_urls",
            "value": "https://lumen.example/c/2",
            "facts": {"area": "Product page", "pattern": "/p/*", "host": "lumen.example"},
        }
    ]
    assert findings_of(cast, make_ask(cast)) == []


def test_of_a_component_only_the_site_is_known(cast: Cast) -> None:
    cast.product_pages.pattern = ""
    cast.product_pages.save()
    ask = make_ask(cast, example_urls=["https://lumen.example/anywhere", "https://other.example/p/1"])
    assert [one["value"] for one in findings_of(cast, ask)] == ["https://other.example/p/1"]


def test_the_lists_of_a_type_are_held_against_the_area_but_for_pages_elsewhere(cast: Cast) -> None:
    cast.type.fields = [
        {"key": key, "kind": "urls", "stage": "", "label": {"en": key, "ru": key}}
        for key in ("pages_with_it", "examples_elsewhere")
    ]
    cast.type.save()
    answers = {key: ["https://rival.example/x"] for key in ("pages_with_it", "examples_elsewhere")}
    assert [one["field"] for one in findings_of(cast, make_ask(cast, answers=answers))] == ["pages_with_it"]
