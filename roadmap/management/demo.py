"""What the demo company wants of its product SEO: three objectives and seven items, one of them at risk."""

from dataclasses import dataclass

CLICKS, SPEED, MARKETS = "clicks", "speed", "markets"

OBJECTIVES = (
    (CLICKS, "More clicks from rich results", "rich-result clicks a week", "41200", "46144", 8),
    (SPEED, "Product pages pass Core Web Vitals", "% of URLs that pass", "61", "80", 8),
    (MARKETS, "The German shop keeps its visibility", "visibility index", "100", "98", 12),
)


@dataclass(frozen=True)
class Planned:
    """`delivered_by` names projects by key and backlog items by the key of their request; `until_week` is a week of
    the quarter, 0 without a day; so is `from_week`."""

    title: str
    horizon: str
    objective: str
    origin: str
    by: str
    delivered_by: tuple[str, ...] = ()
    until_week: int = 0
    note: str = ""
    from_week: int = 0


ITEMS = (
    Planned("Search pages that can be crawled", "now", CLICKS, "search", "seo-lead", ("R-22", "R-57"), 11, from_week=2),
    Planned("Product page on the new template", "now", SPEED, "users", "platform-lead", ("P-06",), 9, from_week=1),
    Planned(
        "Landing pages that answer at once", "now", SPEED, "business", "platform-lead", ("R-23", "R-32"), 9, from_week=3
    ),
    Planned(
        "Store pages that answer “near me”",
        "next",
        CLICKS,
        "search",
        "seo-lead",
        ("P-24",),
        12,
        "A third of the searches with a city name end on a competitor's store page.",
        from_week=6,
    ),
    Planned(
        "Category pages with light images", "next", SPEED, "search", "platform-lead", ("P-29", "P-22"), 9, from_week=5
    ),
    Planned(
        "German shop without lost redirects", "later", MARKETS, "business", "seo-lead", ("P-03",), 13, from_week=10
    ),
    Planned("Guides that answer before the purchase", "later", CLICKS, "users", "seo-lead"),
)
