"""What marketing asked for in ten weeks, R-20 to R-64, and what became of it.

Each row is a request; its steps are told in the order in which they happened. A moment is (weeks ago, day of the week).
"""

from dataclasses import dataclass, field
from typing import Any

from tracker.management.demo.calendar import Moment

ANNA, TIMUR, OLGA, DINA = "cmo", "seo-lead", "content-lead", "analyst"
PAVEL, IRINA, KENJI, MAX = "cto", "platform-lead", "frontend-lead", "sre"
DATA, LANDING, SPEED = "structured-data", "landing-page", "performance"


@dataclass(frozen=True)
class Step:
    """One verb by one person; `more` holds what the verb needs beside."""

    at: Moment
    verb: str
    by: str
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """`proof` says how much evidence it brings: filing, acceptance or embedding."""

    number: int
    type: str
    by: str
    area: str
    title: str
    why: str
    filed: Moment
    steps: tuple[Step, ...] = ()
    proof: str = "embedding"
    example: str = ""
    more: dict[str, Any] = field(default_factory=dict)


def asked(at: Moment, by: str, question: str) -> Step:
    return Step(at, "ask", by, {"question": question})


def answered(at: Moment, by: str, answer: str) -> Step:
    return Step(at, "answer", by, {"answer": answer})


def accepted(at: Moment, weeks: str, by: str = IRINA) -> Step:
    return Step(at, "accept", by, {"weeks": weeks})


def declined(at: Moment, reason: str, by: str = IRINA) -> Step:
    return Step(at, "decline", by, {"reason": reason})


def parked(at: Moment, weeks_ahead: int, reason: str, by: str = IRINA) -> Step:
    return Step(at, "park", by, {"weeks_ahead": weeks_ahead, "reason": reason})


def proposed(at: Moment, by: str, host: int, weeks: str, note: str = "") -> Step:
    return Step(at, "propose", by, {"host": host, "weeks": weeks, "note": note})


def agreed(at: Moment, by: str, conditions: str = "", tracker_key: str = "") -> Step:
    return Step(at, "agree", by, {"conditions": conditions, "tracker_key": tracker_key})


def refused(at: Moment, by: str, reason: str) -> Step:
    return Step(at, "refuse", by, {"reason": reason})


def embedded(week: int, by: str, host: int, weeks: str, owner: str, tracker_key: str = "") -> tuple[Step, ...]:
    """Proposed on a Monday or Tuesday of that week ago, agreed two days later."""
    day = host % 2
    return (
        proposed((week, day), by, host, weeks, "The same template is open anyway."),
        agreed((week, day + 2), owner, tracker_key=tracker_key),
    )


def said(at: Moment, by: str, text: str) -> Step:
    return Step(at, "comment", by, {"text": text})


TOLD = (
    Told(
        20,
        SPEED,
        DINA,
        "blog",
        "Blog images hold up the first view",
        "The largest image of every article is loaded last; half of the readers leave before they see it.",
        (10, 1),
        (
            accepted((9, 4), "1"),
            *embedded(4, DINA, 18, "0.5", IRINA, "WEB-2041"),
            Step((3, 0), "start", IRINA),
            Step((2, 3), "ship", IRINA),
        ),
    ),
    Told(
        21,
        DATA,
        TIMUR,
        "category-page",
        "Breadcrumb markup on category pages",
        "Search results show bare addresses; competitors show the path to the category.",
        (10, 2),
        (
            accepted((9, 4), "2"),
            *embedded(4, TIMUR, 22, "0.5", KENJI, "WEB-2044"),
            Step((3, 1), "start", KENJI),
            Step((3, 4), "ship", KENJI),
            Step((1, 3), "measure", TIMUR, {"outcome": "partly_met", "note": "Half of the gain so far; phones lag."}),
        ),
        more={"kpi": "Clicks on category results", "baseline": 18_300, "target": 19_800, "measured": 19_100},
    ),
    Told(
        22,
        DATA,
        TIMUR,
        "search",
        "Item lists on search result pages",
        "Result pages for 4,000 brand searches are indexed without any markup of what they list.",
        (9, 0),
        (
            asked((9, 2), IRINA, "All result pages, or only those of brands?"),
            answered((9, 4), TIMUR, "Only the 4,000 brand searches that are in the sitemap."),
            accepted((8, 1), "4"),
            *embedded(4, TIMUR, 11, "1", IRINA, "WEB-2046"),
            Step((2, 0), "start", IRINA),
        ),
    ),
    Told(
        23,
        SPEED,
        TIMUR,
        "landing-pages",
        "Landing pages answer after 900 milliseconds",
        "Every campaign click waits for the server first; paid traffic pays for the wait.",
        (9, 1),
        (
            accepted((8, 3), "1.5"),
            *embedded(4, TIMUR, 13, "0.5", MAX, "WEB-2047"),
            Step((3, 2), "start", MAX),
            Step((2, 2), "ship", MAX),
        ),
        more={"kpi": "First byte of landing pages, ms", "baseline": 912, "target": 450, "measure": (1, 3)},
    ),
    Told(
        24,
        LANDING,
        OLGA,
        "landing-pages",
        "Page for the printed winter catalogue",
        "40,000 catalogues go out with an address on the cover.",
        (9, 3),
        (declined((8, 2), "The catalogue of last year brought 212 visits; the start page can carry the link."),),
        proof="filing",
    ),
    Told(
        25,
        DATA,
        DINA,
        "blog",
        "Article markup in the blog",
        "1,900 articles without author and date in the results; two competitors have both.",
        (8, 0),
        (accepted((7, 3), "1"), *embedded(3, DINA, 18, "0.5", IRINA)),
    ),
    Told(
        26,
        SPEED,
        ANNA,
        "app",
        "Links from mail open the browser before the app",
        "Every mailing loses a second and the basket of whoever uses the app.",
        (8, 1),
        (parked((7, 2), 9, "Mobile is full until the wallet passes are out.", PAVEL),),
        proof="acceptance",
    ),
    Told(
        27,
        LANDING,
        OLGA,
        "landing-pages",
        "Page for the jubilee sale",
        "Ten years of Lumen Market; mail and social media point here for two weeks.",
        (8, 2),
        (
            accepted((7, 4), "2"),
            *embedded(4, OLGA, 9, "0.5", KENJI, "WEB-2050"),
            Step((3, 3), "start", KENJI),
            Step((2, 4), "ship", KENJI),
        ),
    ),
    Told(
        28,
        LANDING,
        OLGA,
        "landing-pages",
        "Gift finder page",
        "Three questions, twelve gifts; the most wanted page of the last customer survey.",
        (8, 3),
        (accepted((7, 4), "3"), *embedded(3, OLGA, 9, "0.5", KENJI, "WEB-2055"), Step((1, 1), "start", KENJI)),
    ),
    Told(
        29,
        DATA,
        TIMUR,
        "checkout",
        "Question markup in the checkout help",
        "The help of the checkout could answer in the results.",
        (7, 0),
        (declined((6, 1), "Nobody should land in the middle of the checkout; the help centre has the same answers."),),
        proof="filing",
    ),
    Told(
        30,
        SPEED,
        TIMUR,
        "category-page",
        "Category pages react after half a second on phones",
        "The filter panel blocks the page; interaction to next paint is 510 ms for a quarter of the visits.",
        (7, 1),
        (
            accepted((6, 3), "4"),
            said((5, 1), KENJI, "Most of it is the filter panel. Category filters by API removes half of that script."),
        ),
        proof="acceptance",
        more={"kpi": "Interaction to next paint, ms", "baseline": 510, "target": 200},
    ),
    Told(
        31,
        LANDING,
        OLGA,
        "landing-pages",
        "Page for the football final",
        "If the local team reaches the final, the fan shop needs a page within a day.",
        (7, 2),
        (Step((6, 0), "withdraw", OLGA, {"reason": "The team lost the semi-final."}),),
        proof="filing",
    ),
    Told(
        32,
        SPEED,
        DINA,
        "landing-pages",
        "The consent banner pushes the page down",
        "Layout shift of 0.19 on every first visit, all of it from the banner.",
        (7, 3),
        (accepted((6, 2), "1"), *embedded(3, DINA, 14, "0.5", IRINA)),
        more={"kpi": "Layout shift, first visit", "baseline": 0.19, "target": 0.05},
    ),
    Told(
        33,
        SPEED,
        DINA,
        "category-page",
        "Every page under one second",
        "Fast pages sell more.",
        (6, 0),
        (declined((5, 2), "No page and no measure named. File the slowest template with its field data."),),
        proof="filing",
    ),
    Told(
        34,
        DATA,
        TIMUR,
        "landing-pages",
        "Organization markup with the new logo",
        "The results still show the logo of 2021.",
        (6, 1),
        (accepted((5, 1), "1"), *embedded(4, TIMUR, 14, "0.5", IRINA)),
    ),
    Told(
        35,
        DATA,
        TIMUR,
        "store-pages",
        "Opening hours on store pages",
        "Holiday hours are wrong in the results of 210 stores.",
        (6, 2),
        (parked((5, 3), 8, "The hours move to a new system first."),),
        proof="acceptance",
    ),
    Told(
        36,
        LANDING,
        OLGA,
        "landing-pages",
        "Brand pages for twelve makers",
        "Twelve makers pay for a page of their own if it stands before the spring.",
        (6, 3),
        (accepted((5, 3), "5"),),
        proof="acceptance",
        more={"kpi": "Paid brand pages", "baseline": 0, "target": 12},
    ),
    Told(
        37,
        LANDING,
        OLGA,
        "checkout",
        "Return policy that people can read",
        "A third of the calls to the service ask how to send something back.",
        (5, 0),
        (accepted((4, 2), "2"), *embedded(3, OLGA, 17, "0.5", IRINA)),
    ),
    Told(
        38,
        SPEED,
        TIMUR,
        "category-page",
        "Largest image of category pages after four seconds",
        "LCP at the 75th percentile is 4.1 s on phones; the image is three times too large.",
        (5, 1),
        (accepted((4, 1), "3"), *embedded(3, TIMUR, 29, "0.5", KENJI, "WEB-2061")),
        more={"kpi": "LCP of category pages, ms", "baseline": 4_100, "target": 2_500},
    ),
    Told(
        39,
        DATA,
        TIMUR,
        "checkout",
        "Markup of the return policy",
        "Merchant listings may show free returns; ours say nothing.",
        (5, 2),
        (accepted((4, 3), "1.5"), *embedded(3, TIMUR, 17, "0.5", IRINA)),
    ),
    Told(
        40,
        DATA,
        DINA,
        "blog",
        "Recipes in the blog as recipes",
        "80 recipes could show picture and time in the results.",
        (5, 3),
        (accepted((4, 2), "2"),),
        proof="acceptance",
    ),
)
