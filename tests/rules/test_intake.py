"""What a request lacks, stage by stage, and which examples belong to an area."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.intake.rules import (
    CONDITIONAL_FIELDS,
    CORE_FIELDS,
    Stage,
    TypeField,
    belongs_to,
    list_samples,
    matches,
    missing,
    samples_outside,
)

FILED: dict[str, object] = {
    "title": "Product structured data",
    "area": 4,
    "example_urls": ["https://lumen.example/p/shoes"],
    "why": "Rich results bring clicks",
}
ACCEPTED: dict[str, object] = FILED | {
    "kpi": 7,
    "baseline": Decimal(0),
    "target": Decimal(12),
    "measure_on": date(2027, 4, 1),
    "confidence": "guess",
}
EMBEDDABLE: dict[str, object] = ACCEPTED | {
    "acceptance_tests": ["valid items ≥ 95 %"],
    "how_to_test": "Rich results test on five URLs",
}
TYPE_FIELDS: list[TypeField] = [
    {"key": "schema_type", "stage": "filing", "kind": "choice"},
    {"key": "errors_now", "stage": "acceptance", "kind": "number"},
    {"key": "sample_markup", "stage": "embedding", "kind": "text"},
    {"key": "remarks", "stage": "", "kind": "text"},
]
ALL_NAMES = [*(name for names in CORE_FIELDS.values() for name in names), *CONDITIONAL_FIELDS, "deadline_on"]
ANSWERS = st.dictionaries(
    st.sampled_from(ALL_NAMES), st.sampled_from(["x", "guess", "", "  ", None, 0, [], [" "], ["y"]])
)
VALUES = st.dictionaries(
    st.sampled_from([field["key"] for field in TYPE_FIELDS]), st.sampled_from(["x", "", None, False])
)


def test_an_empty_request_lacks_four_fields_for_filing() -> None:
    assert missing(Stage.FILING, {}, [], {}) == ["title", "area", "example_urls", "why"]


def test_a_filed_request_lacks_its_effect_for_acceptance_and_its_tests_for_embedding() -> None:
    effect = ["kpi", "baseline", "target", "measure_on", "confidence"]
    assert missing(Stage.FILING, FILED, [], {}) == []
    assert missing(Stage.ACCEPTANCE, FILED, [], {}) == effect
    assert missing(Stage.EMBEDDING, FILED, [], {}) == [*effect, "acceptance_tests", "how_to_test"]


def test_a_complete_request_lacks_nothing() -> None:
    assert missing(Stage.ACCEPTANCE, ACCEPTED, [], {}) == []
    assert missing(Stage.EMBEDDING, EMBEDDABLE, [], {}) == []


@pytest.mark.parametrize("name", list(EMBEDDABLE))
@pytest.mark.parametrize("blank", [None, "", " \n", [], ["", " "]])
def test_each_blank_field_is_named(name: str, blank: object) -> None:
    assert missing(Stage.EMBEDDING, EMBEDDABLE | {name: blank}, [], {}) == [name]


def test_a_baseline_of_zero_and_a_no_are_answers() -> None:
    field: TypeField = {"key": "has_consent", "stage": "filing", "kind": "yes_no"}
    assert missing(Stage.ACCEPTANCE, ACCEPTED | {"baseline": 0}, [field], {"has_consent": False}) == []


@pytest.mark.parametrize("confidence", ["similar", "measured"])
def test_confidence_better_than_a_guess_names_its_source(confidence: str) -> None:
    told = ACCEPTED | {"confidence": confidence}
    assert missing(Stage.FILING, told, [], {}) == []
    assert missing(Stage.ACCEPTANCE, told, [], {}) == ["confidence_source"]
    assert missing(Stage.ACCEPTANCE, told | {"confidence_source": "R-12"}, [], {}) == []


@pytest.mark.parametrize("stage", list(Stage))
def test_a_deadline_needs_its_reason_whenever_it_is_given(stage: Stage) -> None:
    told = EMBEDDABLE | {"deadline_on": date(2027, 3, 12)}
    assert missing(stage, told, [], {}) == ["deadline_reason"]
    assert missing(stage, told | {"deadline_reason": "TV spot booked"}, [], {}) == []


def test_the_fields_of_a_type_are_asked_for_at_their_stage() -> None:
    assert missing(Stage.FILING, EMBEDDABLE, TYPE_FIELDS, {}) == ["schema_type"]
    assert missing(Stage.ACCEPTANCE, EMBEDDABLE, TYPE_FIELDS, {}) == ["schema_type", "errors_now"]
    answered = {"schema_type": "Product", "errors_now": 0}
    assert missing(Stage.EMBEDDING, EMBEDDABLE, TYPE_FIELDS, answered) == ["sample_markup"]


def test_a_field_of_an_unknown_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="someday"):
        missing(Stage.FILING, {}, [{"key": "x", "stage": "someday", "kind": "text"}], {})


@given(ANSWERS, VALUES)
def test_a_later_stage_lacks_all_that_an_earlier_one_lacks(core: dict[str, object], values: dict[str, object]) -> None:
    found = [missing(stage, core, TYPE_FIELDS, values) for stage in Stage]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(found))
    assert all(len(set(names)) == len(names) for names in found)


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("https://lumen.example/p/shoes", "/p/*"),
        ("https://lumen.example/p/", "/p/*"),
        ("https://lumen.example/p", "/p/*"),
        ("https://lumen.example/p/shoes?color=red#reviews", "/p/*"),
        ("https://lumen.example/p/shoes/", "/p/shoes"),
        ("https://lumen.example/p/shoes", "/p/shoes/"),
        ("https://LUMEN.example/p/x", "https://lumen.example/p/*"),
        ("https://de.lumen.example/p/x", "https://*.lumen.example/p/*"),
        ("lumen.example/p/x", "lumen.example/p/*"),
        ("/p/x", "https://lumen.example/p/*"),
        ("https://lumen.example", "/"),
        ("https://lumen.example/de/p/shoes-12.html", "*/p/*.html"),
        ("https://lumen.example/search?q=shoes", "/search?q=*"),
        ("https://lumen.example/%D0%BE%D0%B1%D1%83%D0%B2%D1%8C/1", "/обувь/*"),
        ("https://lumen.example/anything", "*"),
    ],
)
def test_an_example_belongs_to_its_area(url: str, pattern: str) -> None:
    assert belongs_to(url, pattern)


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("https://lumen.example/c/shoes", "/p/*"),
        ("https://lumen.example/shop/p/x", "/p/*"),
        ("https://lumen.example/P/x", "/p/*"),
        ("https://other.example/p/x", "https://lumen.example/p/*"),
        ("https://lumen.example/p/x", "/p"),
        ("https://lumen.example/search?q=shoes", "/search?page=*"),
        ("https://lumen.example/aba", "/ab*ba"),
        ("https://lumen.example/a", "*/a*a*"),
        ("", "*"),
        ("https://lumen.example/p/x", ""),
        ("https://[broken/p/x", "/p/*"),
    ],
)
def test_an_example_of_another_area_does_not_belong(url: str, pattern: str) -> None:
    assert not belongs_to(url, pattern)


@example("a", "*a*a*")
@given(st.text("ab/", max_size=8), st.text("ab/*", max_size=8))
def test_a_mask_is_met_as_a_slow_reading_of_the_star_says(text: str, mask: str) -> None:
    def reads(rest: str, wanted: str) -> bool:
        if not wanted:
            return not rest
        if wanted[0] == "*":
            return any(reads(rest[taken:], wanted[1:]) for taken in range(len(rest) + 1))
        return rest[:1] == wanted[0] and reads(rest[1:], wanted[1:])

    assert matches(text, mask) == reads(text, mask)


@pytest.mark.parametrize(
    ("urls", "pattern", "outside"),
    [
        (["https://lumen.example/p/1", "https://www.lumen.example/p/2"], "/p/*", []),
        (["https://lumen.example/p/1", "https://lumen.example/c/2"], "/p/*", ["https://lumen.example/c/2"]),
        (["https://other.example/p/1"], "/p/*", ["https://other.example/p/1"]),
        (["https://de.lumen.example/p/1"], "https://de.lumen.example/p/*", []),
        (["https://lumen.example/p/1"], "de.lumen.example/p/*", ["https://lumen.example/p/1"]),
        (["https://lumen.example/anything"], "", []),
        (["https://other.example/anything"], " ", ["https://other.example/anything"]),
        ([], "/p/*", []),
    ],
)
def test_samples_outside_of_an_area_are_named_one_by_one(urls: list[str], pattern: str, outside: list[str]) -> None:
    assert samples_outside(urls, "https://www.lumen.example", pattern) == outside


def test_a_question_for_pages_elsewhere_is_held_against_no_area() -> None:
    fields: list[TypeField] = [
        {"key": "pages_with_it", "kind": "urls", "stage": ""},
        {"key": "examples_elsewhere", "kind": "urls", "stage": ""},
        {"key": "metric", "kind": "text", "stage": ""},
    ]
    answers = {key: ["https://other.example/"] for key in ("pages_with_it", "examples_elsewhere", "metric")}
    assert list_samples(fields, answers, ["https://lumen.example/p/1"]) == {
        "example_urls": ["https://lumen.example/p/1"],
        "pages_with_it": ["https://other.example/"],
    }
