"""Texts twice as long, people who want nothing to move, and what a first visit weighs."""

import gzip
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, Response

from tests.browser.live import InChromium, case_of
from tests.browser.sight import MEASURES

pytestmark = pytest.mark.browser
BUSY = (
    ("cto", "/"),
    ("seo-lead", "/requests/"),
    ("seo-lead", "/requests/R-41/"),
    ("seo-lead", "/requests/new/?type=structured-data"),
    ("platform-lead", "/triage/"),
    ("cto", "/line/?team=web"),
    ("cto", "/projects/"),
    ("cto", "/projects/P-06/"),
    ("coo", "/docket/"),
    ("coo", "/limbo/"),
    ("seo-lead", "/roadmap/"),
    ("admin", "/settings/"),
)
LONGEST_MOVE, NONE = 150, 0
"""Milliseconds."""
TABS = 45
FIRST_VISIT = 200_000
"""Bytes of everything that the browser asks for, compressed."""


def busy() -> tuple[tuple[str, str], ...]:
    """With a case, whose number depends on what was before it."""
    return (*BUSY, ("coo", case_of("R-52")))


class LayoutTests(InChromium):
    def each(self, width: int, height: int = 900, **options: str) -> list[tuple[str, Page]]:
        windows: dict[str, Page] = {}
        for role in {role for role, _path in busy()}:
            windows[role] = self.enter(role, viewport={"width": width, "height": height}, **options)
            windows[role].add_init_script(MEASURES)
        return [(path, windows[role]) for role, path in busy()]

    def test_texts_twice_as_long_stay_in_their_boxes_on_a_desk(self) -> None:
        self.double(1280)

    def test_texts_twice_as_long_stay_in_their_boxes_on_a_phone(self) -> None:
        self.double(360)

    def double(self, width: int) -> None:
        found = []
        for path, page in self.each(width):
            self.open(page, path)
            page.evaluate("measures.doubleTexts()")
            faults = page.evaluate("measures.spilled()")
            beyond = page.evaluate("document.documentElement.scrollWidth") - width
            faults += [f"{beyond} pixels too wide"] if beyond > 0 else []
            found += [f"{path}: {fault}" for fault in faults]
        assert not found, "\n".join(found)

    def test_nothing_moves_for_longer_than_150_milliseconds(self) -> None:
        assert not self.moving("no-preference", LONGEST_MOVE)

    def test_nothing_moves_where_that_is_not_wanted(self) -> None:
        assert not self.moving("reduce", NONE)

    def moving(self, wish: str, most: int) -> list[str]:
        found = []
        for path, page in self.each(1280, reduced_motion=wish):
            self.open(page, path)
            found += [f"{path}: {one}" for one in page.evaluate("most => measures.moving(most)", most)]
        return found

    def test_what_has_the_focus_is_never_under_a_bar(self) -> None:
        found = []
        for width, height in ((1280, 600), (360, 640)):
            for path, page in self.each(width, height=height):
                self.open(page, path)
                for _tab in range(TABS):
                    page.keyboard.press("Tab")
                    hidden = page.evaluate("measures.hiddenFocus()")
                    found += [f"{path} at {width}: {hidden}"] if hidden else []
        assert not found, "\n".join(found)

    def test_limbo_fits_a_phone_in_russian_too(self) -> None:
        page = self.open(self.enter("content-lead", viewport={"width": 360, "height": 740}), "/limbo/")
        assert page.locator("html").get_attribute("lang") == "ru"
        tables = page.locator(".table-frame:has([data-row])")
        assert tables.count() == 2
        for table in tables.all():
            assert table.evaluate("one => one.scrollWidth <= one.clientWidth")
        row = page.locator("#R-54")
        assert "директору" in row.inner_text(), "when it goes to the COO"
        assert "Timur Rakhimov" in row.inner_text(), "whose turn it is"

    def test_a_way_that_has_nothing_to_say_is_not_stretched(self) -> None:
        page = self.open(self.enter("seo-lead"), "/requests/R-58/")
        embed, outrank = (page.locator(one).bounding_box() for one in ("#way-embed", "#way-outrank"))
        assert embed
        assert outrank
        assert outrank["y"] == embed["y"]
        assert outrank["height"] < embed["height"] / 2

    def test_a_first_visit_is_light(self) -> None:
        weights = {}
        for role, path in busy():
            page = self.enter(role)
            weights[path] = self.weigh_visit(page, path)
        assert {path: weight for path, weight in weights.items() if weight > FIRST_VISIT} == {}
        assert min(weights.values()) > 10_000, "the page and its style came along"

    def weigh_visit(self, page: Page, path: str) -> int:
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer))
        self.open(page, path).wait_for_load_state("networkidle")
        return sum(map(weigh, answers))


def weigh(answer: Response) -> int:
    """Bytes as gzip sends them; what has no body weighs nothing."""
    with suppress(Error):
        return len(gzip.compress(answer.body(), 6))
    return 0
