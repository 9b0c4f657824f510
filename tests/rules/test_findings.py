"""Reading audits and old tickets: numbers in any spelling, reports by their shape, titles that say the same."""

from decimal import Decimal

import pytest

from tracker.integrations.findings.cells import read_count, read_priority, read_share, split_urls
from tracker.integrations.findings.columns import fingerprint_header, recognise_findings
from tracker.integrations.findings.grouping import Place, group_title
from tracker.integrations.findings.issues import ISSUES, NAMES, TYPES, find_issue, suggest_answers
from tracker.integrations.findings.threshold import Threshold, threshold_from_values
from tracker.integrations.words import ISSUE_NAMES

PLACES = [
    Place("Product page", "/p/*", ("product page", "product-template")),
    Place("Search", "/search*", ("search", "search-service")),
]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("48000", 48_000),
        ("48,000", 48_000),
        ("48.000", 48_000),
        ("48 000", 48_000),
        ("48\u00a0000", 48_000),
        ("1.204,0", None),
        ("12.0", 12),
        ("many", None),
        ("-3", None),
        ("", None),
        ("9" * 40, None),
    ],
)
def test_a_number_of_urls_in_any_spelling(text: str, count: int | None) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize(
    ("text", "share"),
    [("60.640", "60.64"), ("60,64", "60.64"), ("60.64 %", "60.64"), ("0%", "0"), ("140", None), ("half", None)],
)
def test_a_share_in_any_spelling(text: str, share: str | None) -> None:
    assert read_share(text) == (None if share is None else Decimal(share))


def test_priorities_are_known_in_several_languages() -> None:
    words = ("High", "ВЫСОКИЙ", "Средний", "media", "No priority", "weird")
    assert [read_priority(word) for word in words] == ["high", "high", "medium", "medium", "none", None]


def test_one_cell_may_hold_several_addresses_and_five_are_enough() -> None:
    cells = ("https://a.example/1,https://a.example/2; https://a.example/1", "javascript:alert(1) ftp://a.example")
    assert split_urls(cells) == ("https://a.example/1", "https://a.example/2")
    assert len(split_urls((" ".join(f"https://a.example/{number}" for number in range(9)),))) == 5


def test_an_overview_in_another_language_is_known_by_what_it_holds() -> None:
    header = ["Nombre", "Tipo", "Prioridad", "URL", "% del total", "Descripción", "Cómo", "Ayuda"]
    sample = [["Canonicals: Missing", "Warning", "Alta", "129", "60.640", "d", "h", "https://crawler.example/"]]
    found = recognise_findings(header, sample, {})
    assert (found.shape, found.places["urls"], found.places["description"]) == ("issues_overview", (3,), (5, 6))


def test_columns_of_one_name_are_a_list_and_a_choice_wins_over_a_name() -> None:
    header = ["Issue", "URL", "URL", "Other"]
    assert recognise_findings(header, [], {}).places["examples"] == (1, 2)
    chosen = recognise_findings(header, [], {"issue": 3, "examples": 1})
    assert chosen.places == {"issue": (3,), "examples": (1, 2)}
    assert fingerprint_header(header) == fingerprint_header(["ISSUE ", "url", "Url", "other"])


def test_what_a_row_does_not_say_is_not_held_against_it() -> None:
    threshold = Threshold(urls=100, share=Decimal("0.5"), priority="medium")
    assert threshold_from_values(threshold.as_values()) == threshold
    assert threshold.misses(None, None, None) == ""
    assert threshold.misses(100, Decimal("0.5"), "medium") == ""
    assert threshold.misses(99, Decimal(9), "high") == "urls_below"
    assert threshold.misses(100, Decimal("0.4"), "high") == "share_below"
    assert threshold.misses(100, Decimal(9), "low") == "priority_below"


@pytest.mark.parametrize(
    ("title", "template", "issue"),
    [
        ("Canonical missing on product page", "Product page", "canonical"),
        ("[SEO-404] Wrong canonical, /p/123", "Product page", "canonical"),
        ("Канонический URL в карточках товаров", "Product page", "canonical"),
        ("Битые ссылки на странице поиска", "Search", "not-found"),
        ("Product schema invalid on the blog", "blog", "product-markup"),
        ("Дубли тайтлов в категориях", "category", "duplicate-titles"),
        ("LCP 4.2 s on https://lumen.example/search?q=1", "Search", "lcp"),
        ("Fix the footer #12", "", "footer"),
        ("SEO: footer, again (42)", "", "footer"),
        ("Odd thing at /campaign/spring/", "/campaign/*", "odd thing"),
    ],
)
def test_titles_that_say_the_same_fall_together(title: str, template: str, issue: str) -> None:
    assert group_title(title, PLACES) == (template, issue)


def test_every_issue_has_a_name_and_a_type_of_request() -> None:
    assert set(ISSUE_NAMES) == NAMES
    assert {known.kind for known in ISSUES} <= set(TYPES)
    assert find_issue("nothing of the kind") == ("", "")
    assert suggest_answers("canonical", 12) == {"pages_affected": 12, "seen_in": ["crawl"], "trouble": "canonical"}
