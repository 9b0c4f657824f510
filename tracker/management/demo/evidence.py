"""What the requests of the demo know about themselves: enough for filing, for acceptance or for embedding."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tracker.management.demo.calendar import Calendar
from tracker.management.demo.requests import DATA, LANDING, SPEED, Told

PAGES = {
    "product-page": "p/lamp-4711",
    "category-page": "c/lamps",
    "search": "search?q=oak+table",
    "landing-pages": "l/spring",
    "checkout": "checkout/basket",
    "store-pages": "stores/berlin-mitte",
    "blog": "blog/how-to-oil-a-table",
    "app": "app",
    "feeds": "feeds/products.xml",
}
EFFECT = {
    DATA: ("Rich-result clicks a month", 2_400, 2_900),
    LANDING: ("Visits of the page a month", 0, 6_000),
    SPEED: ("Bounce rate on phones, %", 48, 42),
}
TESTS = {
    DATA: ["Valid items ≥ 95 % in the rich results report", "No warnings on the example page"],
    LANDING: ["The page is indexable and in the sitemap", "All links of the campaign lead to it"],
    SPEED: ["The field value meets the target for 28 days", "No other template is slower than before"],
}
HOW = {
    DATA: "Rich Results Test on the example page, then the report by template.",
    LANDING: "Open it signed out on a phone; check robots, canonical and the tag of the campaign.",
    SPEED: "Lab run before and after on the example page; field data four weeks later.",
}
FILING = {
    DATA: {"schema_type": "other"},
    LANDING: {"campaign": "always on"},
    SPEED: {"metric": "LCP"},
}
ACCEPTANCE: dict[str, dict[str, Any]] = {
    DATA: {"current_validity": 0, "template": "the one of the area"},
    LANDING: {"campaign_budget": 12_000},
    SPEED: {"form_factor": "mobile", "current_p75": 3_400},
}
EMBEDDING: dict[str, dict[str, Any]] = {
    DATA: {"example_markup": ["name", "url", "image"]},
    LANDING: {"content_owner": "Content team"},
    SPEED: {"measured_with": "field data of the browser report"},
}
METRICS = {30: ("INP", 510), 32: ("CLS", 0.19), 50: ("CLS", 0.08), 53: ("INP", 240), 62: ("CLS", 0.14)}
"""What is slow where it is not the first view: the metric and its 75th percentile, by the number of the request."""
NUMBERS = ("baseline", "target", "value_per_week")


def gather_evidence(told: Told, calendar: Calendar) -> dict[str, Any]:
    """The fields with which the request is filed."""
    fields: dict[str, Any] = {"answers": dict(FILING[told.type])}
    if told.proof != "filing":
        fields |= _effect(told, calendar)
        fields["answers"] |= ACCEPTANCE[told.type]
        if told.type == LANDING:
            fields["answers"]["live_on"] = calendar.end_of(10).isoformat()
    if told.proof == "embedding":
        fields |= {"acceptance_tests": TESTS[told.type], "how_to_test": HOW[told.type]}
        fields["answers"] |= EMBEDDING[told.type]
    if told.number in METRICS:
        metric, today = METRICS[told.number]
        fields["answers"] |= {"metric": metric} | ({"current_p75": today} if told.proof != "filing" else {})
    own = {name: value for name, value in told.more.items() if name not in ("measured", "measure", "measure_in_week")}
    fields |= own
    return fields | {name: Decimal(str(fields[name])) for name in NUMBERS if name in fields}


def _effect(told: Told, calendar: Calendar) -> dict[str, Any]:
    kpi, baseline, target = EFFECT[told.type]
    day = calendar.ends_on + timedelta(weeks=4)
    if "measure" in told.more:
        day = calendar.at(told.more["measure"]).date()
    if "measure_in_week" in told.more:
        day = calendar.end_of(told.more["measure_in_week"])
    return {"kpi": kpi, "baseline": baseline, "target": target, "measure_on": day, "confidence": "guess"}


def example_of(told: Told) -> list[str]:
    return told.example.split("\n") if told.example else [f"https://www.lumen.example/{PAGES[told.area]}"]
