"""The own fields of types in lists, files and the API: typed, narrowed by, and of every kind."""

import csv
import io
import json
from typing import Any

import pytest

from tests.callers import Caller
from tests.ledger import counted
from tests.makers import NOON, Cast
from tests.tracker.test_exports import body
from tests.tracker.test_request_pages import browser, text_of
from tracker.intake.actions import (
    add_request_type,
    draft_request,
    edit_request,
    edit_request_type,
    file_draft,
    file_request,
)
from tracker.intake.models import RequestType, WorkRequest
from tracker.kernel.errors import Invalid
from tracker.measures.models import Kpi
from tracker.people.models import User

FIELDS: list[dict[str, Any]] = [
    {"key": "tool", "kind": "choice", "label": {"en": "Tool", "ru": "Средство"}, "choices": [
        ("a", {"en": "Alpha", "ru": "Альфа"}), ("b", {"en": "Beta", "ru": "Бета"})]},
    {"key": "places", "kind": "choices", "label": {"en": "Places"}, "choices": [
        ("x", {"en": "Xenon"}), ("y", {"en": "Ytterbium"}), ("z", {"en": "Zinc"})]},
    {"key": "span", "kind": "number", "label": {"en": "Span"}, "unit": {"en": "weeks"}, "least": 1, "most": 52},
    {"key": "cost", "kind": "money", "label": {"en": "Cost"}},
    {"key": "starts", "kind": "date", "label": {"en": "Starts"}},
    {"key": "guide", "kind": "person", "label": {"en": "Guide"}},
    {"key": "where", "kind": "area", "label": {"en": "Where"}},
    {"key": "links", "kind": "urls", "label": {"en": "Links"}},
    {"key": "gauge", "kind": "kpi", "label": {"en": "Gauge"}},
    {"key": "sample", "kind": "file", "label": {"en": "Sample"}},
    {"key": "notes", "kind": "lines", "label": {"en": "Notes"}},
    {"key": "words", "kind": "text", "label": {"en": "Words"}},
]  # fmt: skip


@pytest.fixture
def kind(cast: Cast) -> RequestType:
    fields = [{"stage": "", **one} for one in FIELDS]
    return add_request_type(actor=cast.admin.viewer(), at=NOON, name={"en": "Voyage"}, fields=fields)


def file_voyage(cast: Cast, kind: RequestType, title: str = "Voyage", **answers: Any) -> WorkRequest:
    return file_request(
        actor=cast.seo_lead.viewer(),
        at=NOON,
        type=kind,
        title=title,
        area=cast.search,
        example_urls=["https://lumen.example/"],
        why="More clicks",
        answers=answers,
    )


def wrong_in(cast: Cast, kind: RequestType, **answers: Any) -> set[str]:
    with pytest.raises(Invalid) as refused:
        file_voyage(cast, kind, **answers)
    return set(refused.value.fields)


def test_each_kind_is_kept_as_json_of_its_kind(cast: Cast, kind: RequestType) -> None:
    Kpi.objects.create(name="Clicks a month")
    ask = file_voyage(
        cast,
        kind,
        tool="a",
        places=["z", "x", "z"],
        span="12,5",
        cost=1000,
        starts="2027-03-01",
        guide=str(cast.cto.pk),
        where="search",
        links=" https://a.example/1 \n\nhttps://b.example/",
        gauge="clicks A month",
        notes="one\ntwo",
        words="  said  ",
    )
    assert ask.answers == {
        "tool": "a",
        "places": ["x", "z"],
        "span": 12.5,
        "cost": 1000,
        "starts": "2027-03-01",
        "guide": cast.cto.pk,
        "where": "search",
        "links": ["https://a.example/1", "https://b.example/"],
        "gauge": "Clicks a month",
        "notes": ["one", "two"],
        "words": "said",
    }
    page = text_of(browser(cast.cto).get(f"/requests/{ask.key}/"))
    for said in ("Alpha", "Xenon, Zinc", "12.5 weeks", "1,000", "Pavel Sorokin", "Search", "https://a.example/1"):
        assert said in page


@pytest.mark.parametrize(
    "key, value",
    [
        ("tool", "c"),
        ("places", ["x", "q"]),
        ("places", ["x"] * 500),
        ("span", 0),
        ("span", 53),
        ("span", True),
        ("cost", -1),
        ("starts", "soon"),
        ("guide", "Pavel"),
        ("guide", 10**30),
        ("guide", -1),
        ("guide", 999_999),
        ("where", "nowhere"),
        ("links", ["javascript:alert(1)"]),
        ("links", [f"https://a.example/{n}" for n in range(51)]),
        ("links", ["https://a.example/" + "x" * 2_000]),
        ("gauge", "g" * 121),
        ("words", "a\x00b"),
        ("words", {"a": 1}),
        ("__proto__", "x"),
    ],
)
def test_what_the_kind_does_not_allow_is_refused_by_its_field(
    cast: Cast, kind: RequestType, key: str, value: Any
) -> None:
    assert wrong_in(cast, kind, **{key: value}) == {key}


def test_who_has_left_is_not_chosen_anew_and_stays_where_they_were(cast: Cast, kind: RequestType) -> None:
    ask = file_voyage(cast, kind, guide=cast.sre.pk)
    User.objects.filter(pk=cast.sre.pk).update(is_active=False)
    assert wrong_in(cast, kind, guide=cast.sre.pk) == {"guide"}
    changes = {"answers": {"guide": cast.sre.pk, "words": "more"}}
    edit_request(actor=cast.seo_lead.viewer(), at=NOON, ask=ask, expected=None, changes=changes)
    assert "Max Orlov" in text_of(browser(cast.seo_lead).get(f"/requests/{ask.key}/edit/"))


def test_a_draft_is_held_against_the_form_of_the_day_it_is_filed(cast: Cast, kind: RequestType) -> None:
    given: dict[str, Any] = {
        "title": "Later",
        "area": cast.search,
        "example_urls": ["https://lumen.example/"],
        "why": "Why",
    }
    answers = {"tool": "b", "words": "x"}
    ask = draft_request(actor=cast.seo_lead.viewer(), at=NOON, type=kind, answers=answers, **given)
    shorter = [{**kind.fields[0], "choices": kind.fields[0]["choices"][:1]}]
    edit_request_type(actor=cast.admin.viewer(), at=NOON, kind=kind, expected=None, changes={"fields": shorter})
    ask.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        file_draft(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    assert set(refused.value.fields) == {"tool"}
    edit_request(actor=cast.seo_lead.viewer(), at=NOON, ask=ask, expected=None, changes={"answers": {"tool": "a"}})
    file_draft(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    ask.refresh_from_db()
    assert ask.answers == {"tool": "a"}
    assert ask.fields == shorter


NARROWED = [
    ("f.tool=a", {"one"}),
    ("f.places=x", {"one", "two"}),
    ("f.span.least=6", {"two"}),
    ("f.span.most=5", {"one"}),
    ("f.span.least=2&f.span.most=9", {"one"}),
    ("f.span.least=100", set()),
    ("f.cost.least=0.5", {"two"}),
    ("f.starts.least=2027-03-02", {"two"}),
    ("f.starts.most=2027-03-01", {"one"}),
    ("f.where=search", {"one"}),
    ("f.tool=a&f.places=y", set()),
]


@pytest.fixture
def voyages(cast: Cast, kind: RequestType) -> RequestType:
    file_voyage(cast, kind, "one", tool="a", places=["x"], span=5, starts="2027-03-01", where="search", cost=0)
    people = {"guide": cast.cto.pk}
    file_voyage(cast, kind, "two", tool="b", places=["x", "y"], span=10, starts="2027-04-01", cost=7, **people)
    file_voyage(cast, cast.type, "other")
    return kind


@pytest.mark.parametrize("query, titles", NARROWED)
def test_a_list_is_narrowed_by_what_was_answered(
    cast: Cast, voyages: RequestType, query: str, titles: set[str]
) -> None:
    shown = json.loads(body(browser(cast.cto).get(f"/requests/?type=voyage&{query}&as=json")))
    assert {row["title"] for row in shown} == titles
    found = Caller(cast.cto).get(f"/api/v1/requests/?type=voyage&{query}").json()["results"]
    assert {row["title"] for row in found} == titles


def test_a_person_narrows_the_list_and_is_named_in_it(cast: Cast, voyages: RequestType) -> None:
    page = browser(cast.cto).get(f"/requests/?type=voyage&f.guide={cast.cto.pk}&columns=answers.guide,answers.span")
    text = text_of(page)
    assert "two" in text
    assert ">one<" not in page.content.decode()
    assert "Pavel Sorokin" in text
    assert "10 weeks" in text


@pytest.mark.parametrize(
    "query",
    [
        "type=voyage&f.tool=zeppelin",
        "type=voyage&f.span.least=many",
        "type=voyage&f.nothing=1",
        "type=voyage&f.words=said",
        "type=voyage&f.span=1",
        "f.tool=a",
        "type=nothing&f.tool=a",
        "type=voyage&f.__proto__=1",
        "type=voyage&f.=1",
    ],
)
def test_a_filter_that_is_not_there_is_told_and_refused_by_the_api(
    cast: Cast, voyages: RequestType, query: str
) -> None:
    page = browser(cast.cto).get(f"/requests/?{query}")
    assert page.status_code == 200
    assert "the list is shown without it" in text_of(page)
    assert Caller(cast.cto).get(f"/api/v1/requests/?{query}").status_code == 400


def test_the_file_holds_typed_answers(cast: Cast, voyages: RequestType) -> None:
    columns = "columns=state,answers.tool,answers.places,answers.span,answers.guide"
    address = f"/requests/?type=voyage&sort=key&{columns}"
    text = body(browser(cast.cto).get(f"{address}&as=csv"))
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert [row["Tool"] for row in rows] == ["Alpha", "Beta"]
    assert [row["Places"] for row in rows] == ["Xenon", "Xenon; Ytterbium"]
    assert [row["Span, weeks"] for row in rows] == ["5", "10"]
    assert [row["Guide"] for row in rows] == ["", "Pavel Sorokin"]
    told = json.loads(body(browser(cast.cto).get(f"{address}&as=json")))
    assert told[1]["answers.places"] == ["x", "y"]
    assert told[1]["answers.span"] == 10
    assert told[1]["answers.guide"] == cast.cto.pk
    assert told[0]["answers.guide"] is None


def test_an_answer_that_a_spreadsheet_would_run_stays_text(cast: Cast, kind: RequestType) -> None:
    file_voyage(cast, kind, words="=HYPERLINK(1)", notes=["=1", "2"])
    text = body(browser(cast.cto).get("/requests/?type=voyage&columns=answers.words,answers.notes&as=csv"))
    row = next(csv.DictReader(io.StringIO(text[1:])))
    assert (row["Words"], row["Notes"]) == ("'=HYPERLINK(1)", "'=1; 2")


def test_the_columns_of_the_chosen_type_are_offered(cast: Cast, voyages: RequestType) -> None:
    page = browser(cast.cto).get("/requests/?type=voyage&dialog=columns").content.decode()
    assert 'value="answers.span"' in page
    assert 'value="answers.span"' not in browser(cast.cto).get("/requests/?dialog=columns").content.decode()


def test_a_view_keeps_the_filters_and_says_them(cast: Cast, voyages: RequestType) -> None:
    client = browser(cast.cto)
    query = "type=voyage&f.tool=a&f.span.least=2&columns=answers.tool"
    client.post("/views/new/", {"name": "Alphas", "query": query})
    text = text_of(client.get("/views/"))
    assert "Tool: Alpha" in text
    assert "Span, weeks, at least: 2" in text


def test_a_list_with_answers_costs_no_statement_more_for_more_rows(cast: Cast, voyages: RequestType) -> None:
    client, address = browser(cast.cto), "/requests/?type=voyage&columns=answers.guide,answers.where,answers.tool"
    with counted() as few:
        client.get(address)
    for number in range(10):
        file_voyage(cast, voyages, f"more {number}", guide=cast.sre.pk, where="search")
    with counted() as many:
        client.get(address)
    assert len(many) == len(few)
