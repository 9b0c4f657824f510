"""What a piece of structured data has to hold, by its type; nodes are JSON-LD objects, microdata is brought into the same
shape.

The table asks for what search engines demand before they show anything (developers.google.com/search/docs/appearance);
where they demand nothing, for what makes the type worth having.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

DEEPEST, MOST_NODES = 40, 5_000
MOST_ITEMS, MOST_MISSING, MOST_VALUES, INNERMOST = 20, 10, 20, 3
"""What of a page is judged, what is said to be missing, what of a list is looked at, and how far inside."""
Node = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """`needs` are properties, each with what may stand in its place; `inside` the types of what some of them hold."""

    needs: Sequence[tuple[str, ...]]
    inside: Mapping[str, str] = field(default_factory=dict)


RULES: Mapping[str, Rule] = {
    "Product": Rule(
        (("name",), ("offers", "review", "aggregateRating")),
        {"offers": "Offer", "review": "Review", "aggregateRating": "AggregateRating"},
    ),
    "Offer": Rule((("price", "priceSpecification"), ("priceCurrency", "priceSpecification"))),
    "AggregateOffer": Rule((("lowPrice",), ("priceCurrency",))),
    "AggregateRating": Rule((("ratingValue",), ("ratingCount", "reviewCount"))),
    "Review": Rule((("author",), ("reviewRating", "reviewBody")), {"reviewRating": "Rating"}),
    "Rating": Rule((("ratingValue",),)),
    "Article": Rule((("headline",), ("author",), ("datePublished",))),
    "BreadcrumbList": Rule((("itemListElement",),), {"itemListElement": "ListItem"}),
    "ListItem": Rule((("position",), ("name", "item"))),
    "Organization": Rule((("name",), ("url",))),
    "FAQPage": Rule((("mainEntity",),), {"mainEntity": "Question"}),
    "Question": Rule((("name",), ("acceptedAnswer",)), {"acceptedAnswer": "Answer"}),
    "Answer": Rule((("text",),)),
}
CHECKED: Sequence[str] = ("Product", "Article", "BreadcrumbList", "Organization", "FAQPage", "Review", "Offer")
"""What one may ask for; the others are looked at inside of these."""
KINDS: Mapping[str, str] = {
    **dict.fromkeys(("NewsArticle", "BlogPosting", "TechArticle", "Report"), "Article"),
    **dict.fromkeys(("Corporation", "LocalBusiness", "Store", "OnlineStore", "NewsMediaOrganization"), "Organization"),
    **dict.fromkeys(("IndividualProduct", "ProductModel", "Vehicle", "Book"), "Product"),
    "UserReview": "Review",
    "CriticReview": "Review",
    "EmployerAggregateRating": "AggregateRating",
}
"""Narrower types, which are judged as what they are a kind of."""


@dataclass(frozen=True)
class Item:
    """One piece that a page holds; `missing` names properties by their way: offers.price."""

    type: str
    missing: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.missing


def judge_nodes(roots: Iterable[Any]) -> list[Item]:
    """Every piece whose type is CHECKED, wherever it stands, in the order of the page."""
    nodes = list(_walk(roots))
    page = _Page({node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1})
    kinds = ((node, next((one for one in types_of(node) if one in CHECKED), "")) for node in nodes)
    return [
        Item(kind, _missing(node, kind, page, 0))
        for node, kind in islice(((node, kind) for node, kind in kinds if kind), MOST_ITEMS)
    ]


def types_of(node: Node) -> list[str]:
    """ "https://schema.org/NewsArticle", "schema:NewsArticle" and "NewsArticle" are Article."""
    given = [one for one in _listed(node.get("@type"))[:MOST_VALUES] if isinstance(one, str)]
    names = [one.replace("#", "/").replace(":", "/").rpartition("/")[2] for one in given]
    return [KINDS.get(name, name) for name in names]


def _walk(roots: Iterable[Any]) -> Iterator[Node]:
    """Objects from the outside in, without recursion: a page may nest as deep as it likes."""
    waiting = [(one, 0) for one in reversed(list(roots))]
    seen = 0
    while waiting and seen < MOST_NODES:
        one, depth = waiting.pop()
        seen += 1
        if isinstance(one, Mapping):
            yield one
        inner = one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ()
        if depth < DEEPEST:
            waiting += [(value, depth + 1) for value in reversed(list(inner)) if isinstance(value, Mapping | list)]


@dataclass(frozen=True)
class _Page:
    """What an "@id" refers to, and what each node was found to lack: many may refer to one."""

    named: Mapping[str, Node]
    known: dict[tuple[int, str, int], tuple[str, ...]] = field(default_factory=dict)


def _missing(node: Node, kind: str, page: _Page, depth: int) -> tuple[str, ...]:
    key = (id(node), kind, depth)
    if key not in page.known:
        page.known[key] = tuple(islice(dict.fromkeys(_lacks(node, kind, page, depth)), MOST_MISSING))
    return page.known[key]


def _lacks(node: Node, kind: str, page: _Page, depth: int) -> Iterator[str]:
    rule = RULES[kind]
    for names in rule.needs:
        if not any(_holds(node.get(name)) for name in names):
            yield " / ".join(names)
    for name, inner in rule.inside.items() if depth < INNERMOST else ():
        for value in _listed(node.get(name))[:MOST_VALUES]:
            held = _referred(value, page.named) if isinstance(value, Mapping) else None
            if held:
                own = next((one for one in types_of(held) if one in RULES), inner)
                yield from (f"{name}.{one}" for one in _missing(held, own, page, depth + 1))


def _referred(node: Node, named: Mapping[str, Node]) -> Node:
    given = node.get("@id")
    return named.get(given, node) if isinstance(given, str) else node


def _holds(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return bool(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
