"""The projects of Lumen Market in rank order: 38 of Web asking 231 person-weeks, and the lists of Mobile and Data."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Plan:
    """`weeks` is what a team is asked for when everything embedded is counted; `from_week` and `to_week` are weeks of
    the quarter; `worth` is what a week's delay costs, a guess."""

    number: int
    title: str
    weeks: str
    owner: str = ""
    team: str = "web"
    areas: tuple[str, ...] = ()
    from_week: int = 0
    to_week: int = 0
    also: tuple[tuple[str, str], ...] = ()
    worth: int = 0
    summary: str = ""

    def asked(self) -> dict[str, Decimal]:
        if not self.weeks:
            return {}
        return {self.team: Decimal(self.weeks), **{team: Decimal(weeks) for team, weeks in self.also}}


IRINA, KENJI, MAX = "platform-lead", "frontend-lead", "sre"

PLANS = (
    Plan(2, "Checkout risk rules", "9", MAX, areas=("checkout",), from_week=1, to_week=8),
    Plan(
        6,
        "Product page rewrite",
        "14",
        KENJI,
        areas=("product-page",),
        from_week=3,
        to_week=9,
        summary="The product page moves to the new template: one request for all data, images by size, no jQuery.",
    ),
    Plan(4, "App start in two seconds", "6", MAX, "mobile", ("app",), 2, 7),
    Plan(11, "Search service split", "12", IRINA, areas=("search",), from_week=2, to_week=11),
    Plan(
        3,
        "German shop migration",
        "31",
        IRINA,
        areas=("german-shop",),
        from_week=1,
        to_week=13,
        summary="63,000 pages of the old German shop come to the common platform.",
    ),
    Plan(32, "Product feed in minutes", "4", IRINA, "data", ("feeds",), 2, 8),
    Plan(7, "Push messages by topic", "5", KENJI, "mobile", ("app",), 3, 8),
    Plan(9, "Landing page kit", "4", KENJI, areas=("landing-pages",), from_week=4, to_week=11),
    Plan(1, "Single sign-on for customers", "3", MAX, from_week=2, to_week=6),
    Plan(34, "Warehouse stock every hour", "3", MAX, "data", (), 3, 9),
    Plan(18, "CMS upkeep", "2.5", IRINA, areas=("blog",), from_week=1, to_week=13),
    Plan(20, "Address lookup in checkout", "3", MAX, areas=("checkout",), from_week=6, to_week=9),
    Plan(10, "Wallet passes in the app", "9.5", KENJI, "mobile", ("app",), 4, 12),
    Plan(8, "Payment provider switch", "4.5", IRINA, areas=("checkout",), from_week=5, to_week=10),
    Plan(22, "Category filters by API", "3.5", KENJI, areas=("category-page",), from_week=2, to_week=8),
    Plan(36, "Cost of returns by product", "3", "", "data", (), 5, 9),
    Plan(26, "Fraud alerts in chat", "1", MAX, from_week=3, to_week=4),
    Plan(15, "Log storage move", "2.5", MAX, from_week=4, to_week=7),
    Plan(12, "Barcode scan in stores", "4", MAX, "mobile", ("app",), 6, 11),
    Plan(31, "Accessibility fixes", "2", KENJI, from_week=6, to_week=9),
    Plan(13, "Edge cache rules", "2", MAX, areas=("landing-pages",), from_week=1, to_week=6),
    Plan(38, "Forecast for promotions", "2", "", "data", (), 6, 9),
    Plan(19, "Order status page", "2", IRINA, from_week=7, to_week=10),
    Plan(28, "Sessions without cookies", "2", IRINA, areas=("checkout",), from_week=6, to_week=10),
    Plan(16, "Offline basket", "3", KENJI, "mobile", ("app",), 8, 12),
    Plan(14, "Consent banner rework", "2.5", IRINA, areas=("landing-pages",), from_week=5, to_week=9),
    Plan(29, "Image pipeline, AVIF", "2", KENJI, areas=("category-page",), from_week=5, to_week=9),
    Plan(17, "Returns portal", "7", IRINA, areas=("checkout",), from_week=5, to_week=12),
    Plan(24, "Store locator", "6", MAX, areas=("store-pages",), from_week=6, to_week=12, also=(("mobile", "4"),)),
    Plan(33, "Loyalty API", "5", IRINA, from_week=7, to_week=12, also=(("data", "2"),)),
    Plan(35, "Gift cards", "3", KENJI, areas=("checkout",)),
    Plan(40, "One customer number", "3", "", "data"),
    Plan(37, "Wish list sharing", "4", KENJI),
    Plan(21, "Tablet layout", "3", KENJI, "mobile", ("app",)),
    Plan(5, "Review service", "3.5", IRINA),
    Plan(39, "Size guide", "4", KENJI),
    Plan(41, "Clean-up of old reports", "3", MAX, "data"),
    Plan(42, "Click and collect", "3", MAX, areas=("store-pages",)),
    Plan(23, "Widgets for the home screen", "2", KENJI, "mobile", ("app",)),
    Plan(44, "Recommendations in the basket", "8", IRINA, worth=900),
    Plan(46, "Newsletter centre", "6", IRINA, worth=500),
    Plan(48, "Checkout on one page", "12", KENJI, areas=("checkout",), worth=2_400),
    Plan(43, "Attribution of orders", "4", "", "data"),
    Plan(50, "Back office search", "5", MAX, worth=300),
    Plan(25, "Voice search in the app", "4", "", "mobile", ("app",)),
    Plan(52, "Supplier portal", "9", IRINA, worth=1_100),
    Plan(54, "Prices in five currencies", "7", IRINA, worth=1_500),
    Plan(56, "Product configurator", "10", KENJI, worth=1_300),
    Plan(27, "Augmented reality preview", "5", "", "mobile", ("app",)),
    Plan(58, "Live chat", "4", MAX, worth=450),
    Plan(60, "Outlet shop", "8.5", IRINA, worth=1_200),
    Plan(62, "Price lists for business customers", "7.5", IRINA, worth=1_000),
    Plan(30, "Watch app", "6", "", "mobile", ("app",)),
    Plan(64, "Video on product pages", "6", KENJI, worth=700),
    Plan(66, "Design system", "10", KENJI, worth=800),
    Plan(68, "Warehouse robots pilot", "", ""),
    Plan(69, "Second data centre", "", MAX),
    Plan(70, "Marketplace for partners", "", ""),
)
"""Rank 19 of Web is the last that fits: 109.5 of 112.5 weeks. Store locator waits for Web and for Mobile; Loyalty API
fits in Data and is reserved there behind Web."""

PINNED = (2, "legal")
WEB_BEFORE, WEB_NOW = Decimal(138), Decimal(150)
MOBILE, DATA = Decimal(40), Decimal(24)
GREW = {6: ("web", Decimal(3)), 10: ("mobile", Decimal("1.5"))}
"""What the estimates of two projects grew by during the quarter, and in which team."""
