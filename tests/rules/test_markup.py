"""Structured data: what is read out of a page or a paste, and what a piece of each type lacks."""

import json
import time
from encodings import aliases
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.intake.markup.reading import read_markup, read_page
from tracker.intake.markup.rules import CHECKED, MOST_ITEMS, MOST_MISSING, MOST_NODES, Item, judge_nodes

OFFER = {"@type": "Offer", "price": "10.00", "priceCurrency": "EUR"}
GOOD: dict[str, dict[str, Any]] = {
    "Product": {"name": "Shoe", "offers": OFFER},
    "Article": {"headline": "On shoes", "author": {"@type": "Person", "name": "A"}, "datePublished": "2027-02-01"},
    "BreadcrumbList": {"itemListElement": [{"@type": "ListItem", "position": 1, "name": "Shoes"}]},
    "Organization": {"name": "Lumen Market", "url": "https://lumen.example"},
    "FAQPage": {
        "mainEntity": [{"@type": "Question", "name": "How?", "acceptedAnswer": {"@type": "Answer", "text": "So."}}]
    },
    "Review": {"author": "A", "reviewRating": {"@type": "Rating", "ratingValue": 5}},
    "Offer": {"price": 0, "priceCurrency": "EUR"},
}


def judged(node: Any) -> list[Item]:
    return judge_nodes([node])


def script(node: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def test_there_is_an_example_of_every_type_that_is_checked() -> None:
    assert set(GOOD) == set(CHECKED)


@pytest.mark.parametrize("kind", CHECKED)
def test_a_piece_with_all_it_needs_is_valid_and_without_any_of_it_is_not(kind: str) -> None:
    whole = {"@context": "https://schema.org", "@type": kind, **GOOD[kind]}
    assert judged(whole)[0] == Item(kind)
    for name in GOOD[kind]:
        less = {key: value for key, value in whole.items() if key != name}
        assert any(name in way for way in judged(less)[0].missing), name
        assert judged({**whole, name: " "})[0].missing
        assert judged({**whole, name: []})[0].missing


@pytest.mark.parametrize(
    ("node", "missing"),
    [
        ({"@type": "Product", "name": "Shoe"}, ["offers / review / aggregateRating"]),
        ({"@type": "Product", "name": "Shoe", "offers": {"price": 1}}, ["offers.priceCurrency / priceSpecification"]),
        (
            {"@type": "Product", "name": "Shoe", "offers": [OFFER, {"@type": "Offer"}]},
            ["offers.price / priceSpecification", "offers.priceCurrency / priceSpecification"],
        ),
        (
            {"@type": "Product", "name": "Shoe", "offers": {"@type": "AggregateOffer", "lowPrice": 1}},
            ["offers.priceCurrency"],
        ),
        (
            {"@type": "Product", "name": "Shoe", "aggregateRating": {"ratingValue": 4}},
            ["aggregateRating.ratingCount / reviewCount"],
        ),
        ({"@type": ["Thing", "Product"], "name": "Shoe", "review": "good"}, []),
        ({"@type": "https://schema.org/Product", "name": "Shoe", "offers": OFFER}, []),
        ({"@type": "schema:NewsArticle", "headline": "x", "author": "y"}, ["datePublished"]),
        ({"@type": "BreadcrumbList", "itemListElement": [{"position": 1}]}, ["itemListElement.name / item"]),
        (
            {"@type": "FAQPage", "mainEntity": {"@type": "Question", "name": "How?", "acceptedAnswer": {}}},
            ["mainEntity.acceptedAnswer"],
        ),
    ],
)
def test_what_is_missing_is_named_by_its_way(node: dict[str, Any], missing: list[str]) -> None:
    assert list(judged(node)[0].missing) == missing


def test_pieces_are_found_wherever_they_stand_and_by_reference() -> None:
    graph = [
        {"@id": "#shoe", "@type": "Product", "name": "Shoe", "offers": {"@id": "#offer"}},
        {**OFFER, "@id": "#offer"},
    ]
    assert [item.type for item in judged({"@graph": graph}) if item.valid] == ["Product", "Offer"]
    page = {"@type": "WebPage", "mainEntity": [{"@type": "Product", "name": "Shoe", "offers": OFFER}]}
    assert judged(page)[0] == Item("Product")
    assert judged({"@type": "WebPage"}) == judged([]) == judged("Product") == judged(None) == []


def test_a_page_is_read_in_both_syntaxes() -> None:
    page = f"""<!doctype html><html><head><title>a</title>{script({"@type": "Product", "name": "Shoe", "offers": OFFER})}
    </head><body><div itemscope itemtype="https://schema.org/BreadcrumbList"><span itemprop="itemListElement" itemscope
    itemtype="https://schema.org/ListItem"><meta itemprop="position" content="1"><a itemprop="item" href="/p/">Shoes</a>
    </span></div><article itemscope itemtype="http://schema.org/Article"><h1 itemprop="headline">On <b>shoes</b></h1>
    <time itemprop="datePublished" datetime="2027-02-01">today</time></article>"""
    found = read_markup(page)
    assert found.broken == []
    assert found.items == [Item("Product"), Item("Offer"), Item("BreadcrumbList"), Item("Article", ("author",))]


def test_what_is_pasted_may_be_bare_json_and_a_broken_block_does_not_hide_the_others() -> None:
    assert read_markup(f"\ufeff {json.dumps({'@type': 'Offer', **GOOD['Offer']})}").items == [Item("Offer")]
    assert read_markup('{"@type": "Product",\n "name": "Shoe",\n}').broken == [3]
    page = '<script type="application/ld+json">{"a":\n1,}</script>' + script({"@type": "Offer", **GOOD["Offer"]})
    found = read_markup(page)
    assert (found.items, found.broken) == ([Item("Offer")], [2])
    assert read_markup('<script type="text/javascript">{"@type": "Product"}</script>').items == []


def test_html_in_a_name_is_a_name() -> None:
    node = {"@type": "Product", "name": "<img src=x onerror=alert(1)>", "offers": OFFER}
    assert read_markup(json.dumps(node)).items == [Item("Product"), Item("Offer")]


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("windows-1251", "windows-1251"),
        ("windows-1251", ""),
        ("utf-8", "no-such-charset"),
        ("utf-8", ""),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_has(body: str, charset: str) -> None:
    text = f'<meta charset="{body}">' + script({"@type": "Offer", **GOOD["Offer"], "name": "x"}).replace("x", "Ботинки")
    assert read_page(text.encode(body), charset).items == [Item("Offer")]


@pytest.mark.parametrize(
    "name", sorted({*aliases.aliases.values(), "idna", "undefined", "punycode", "no\x00ne", "hex"})
)
def test_whatever_python_calls_an_encoding_a_page_is_read(name: str) -> None:
    began = time.process_time()
    body = f"<meta charset={name}>{script({'@type': 'Offer', **GOOD['Offer']})}".encode() + b"-\\x\xff99" * 20_000
    read_page(body, name)
    read_page(body, "")
    assert time.process_time() - began < 3


@pytest.mark.parametrize("name", ["hex", "zlib", "rot13", "idna", "undefined", "punycode"])
def test_an_encoding_that_is_none_of_pages_is_passed_over(name: str) -> None:
    body = f"<meta charset={name}>{script({'@type': 'Offer', **GOOD['Offer'], 'name': 'Ботинки'})}".encode()
    assert read_page(body, name).items == read_page(body, "").items == [Item("Offer")]


def test_one_inner_item_may_be_several_properties_and_be_shared_by_reference() -> None:
    page = """<div itemscope itemtype="Product" itemref="name offer"></div><p id="name" itemprop="name">Shoe</p>
    <div id="offer" itemprop="offers isRelatedTo" itemscope itemtype="Offer"><data itemprop="price" value="1">one</data>
    <meta itemprop="priceCurrency" content="EUR"></div><div itemscope itemtype="Product" itemref="name offer"></div>"""
    assert [item.type for item in read_markup(page).items if item.valid] == ["Product", "Offer", "Offer"] * 2


def test_items_that_lead_to_each_other_are_read_once() -> None:
    page = """<div itemscope itemtype="Product" itemref="a"></div>
    <div id="a" itemprop="review" itemscope itemtype="Review" itemref="b"><p itemprop="author">A</p></div>
    <div id="b" itemprop="itemReviewed" itemscope itemtype="Product" itemref="a"><p itemprop="name">Shoe</p></div>"""
    found = read_markup(page).items
    assert [item.type for item in found] == ["Product", "Review", "Product", "Review"]


def test_a_large_page_that_is_one_item_is_read_to_its_end() -> None:
    tail = '<span itemprop="offers" itemscope itemtype="Offer"><meta itemprop="price" content="1"></span>'
    page = f'<body itemscope itemtype="Product">{"<p>a</p>" * 3 * MOST_NODES}<p itemprop="name">Shoe</p>{tail}</body>'
    assert read_markup(page).items == [
        Item("Product", ("offers.priceCurrency / priceSpecification",)),
        Item("Offer", ("priceCurrency / priceSpecification",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"@type":"Product","review":' * 20_000 + "1" + "}" * 20_000,
        "<div>" * 200_000,
        '<div itemscope itemtype="https://schema.org/Product">' * 20_000,
        '<div itemscope itemprop="a b c d" itemref="x x x x" id="x" itemtype="Product">' * 10_000,
        "<div itemscope>" + '<div itemscope itemprop="a b" itemtype="Product">' * 20,
        "<div itemscope>" + '<div itemscope itemprop="@id a">' * 23,
        "<div itemscope itemref=n>" + '<div itemscope itemprop="p" id="n" itemref="n n">' * 16,
        "".join(f'<p itemscope itemprop="p" id="n{n}" itemref="n{n + 1} n{n + 1}"></p>' for n in range(20))
        + "<p itemscope itemref=n0></p>",
        f'<div id=b itemprop="{"a " * 100_000}">{"<br itemprop=c>" * 20_000}</div>'
        + "<i itemscope itemref=b></i>" * 9_000,
        "<div itemscope>" + "<i itemprop=a>" * 240 + "x" * 900_000,
        "<script type='application/ld+json'>" * 20_000,
        json.dumps(
            {
                "@type": "Product",
                "offers": [{"@id": f"#{n}"} for n in range(400)],
                "x": [
                    {"@id": f"#{n}", "@type": "Product", "offers": [{"@id": f"#{m}"} for m in range(50)]}
                    for n in range(400)
                ],
            }
        ),
        json.dumps(
            [
                {"@type": "Product", "@id": f"#{n}"}
                | {name: [{"@id": f"#{m}"} for m in range(20)] for name in ("offers", "review", "aggregateRating")}
                for n in range(20)
            ]
        ),
        json.dumps(
            {"@type": [f"T{n}" for n in range(2000)] + ["Product"], "@id": "#0", "offers": [{"@id": "#0"}] * 20}
        ),
        "\x00\x00<p>\ufffe",
        "",
    ],
    ids=[
        "brackets",
        "deep",
        "divs",
        "items",
        "circle",
        "names",
        "ids",
        "references_to_one",
        "chain",
        "shared",
        "nested_text",
        "scripts",
        "references",
        "all_refer_to_all",
        "many_types",
        "bytes",
        "nothing",
    ],
)
def test_what_means_ill_is_read_in_no_time(text: str) -> None:
    began = time.process_time()
    found = read_markup(text)
    assert time.process_time() - began < 3
    assert len(found.items) <= MOST_ITEMS
    assert all(len(item.missing) <= MOST_MISSING for item in found.items)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@id", "name", "offers", "review", "mainEntity", "itemListElement"]), inner
        )
    ),
    max_leaves=30,
)


@given(
    JSON
    | st.dictionaries(st.sampled_from(["@type", "offers", "@id"]), st.sampled_from(["Product", "#a", "Offer"]) | JSON)
)
def test_whatever_a_page_holds_is_judged(node: Any) -> None:
    for item in judged(node):
        assert item.type in CHECKED


@given(st.text(max_size=300))
def test_whatever_is_pasted_is_read(text: str) -> None:
    read_markup(text)
    read_markup(f"<p>{text}")
    read_page(text.encode("utf-8", "replace"), "")
