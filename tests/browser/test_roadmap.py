"""The roadmap by hand in Chromium: moved by keys and by drag from column to column, and read by a stranger."""

import pytest
from playwright.sync_api import Page, expect

from roadmap.products.models import RoadmapItem
from tests.browser.live import InChromium
from tests.browser.test_hands import box_of

pytestmark = pytest.mark.browser


def titles(horizon: str) -> list[str]:
    rows = RoadmapItem.objects.filter(horizon=horizon).order_by("rank")
    return list(rows.values_list("title", flat=True))


def card_of(page: Page, title: str) -> str:
    return f"#row-{RoadmapItem.objects.get(title=title).pk}"


class RoadmapTests(InChromium):
    def test_a_card_goes_to_the_next_column_by_keys_and_keeps_the_focus(self) -> None:
        page = self.open(self.enter("seo-lead"), "/roadmap/")
        title = "Product page on the new template"
        card = page.locator(card_of(page, title))
        card.focus()
        page.keyboard.press("Alt+ArrowRight")
        expect(page.locator("#flash")).to_contain_text("stands in Next now")
        expect(card).to_be_focused()
        assert titles("next")[-1] == title
        page.keyboard.press("Alt+ArrowUp")
        expect(page.locator("#next .plan").nth(1)).to_contain_text(title)
        page.keyboard.press("m")
        page.locator("#mover-after").select_option("now")
        page.locator("#mover").get_by_role("button", name="Move").click()
        expect(page.locator("#flash")).to_contain_text("stands in Now now")
        assert titles("now")[0] == title

    def test_a_card_is_dragged_into_another_column(self) -> None:
        page = self.open(self.enter("platform-lead"), "/roadmap/")
        page.wait_for_load_state("networkidle")
        title, goal = "Category pages with light images", "Guides that answer before the purchase"
        start = box_of(page.locator(f"{card_of(page, title)} [data-handle]"))
        end = box_of(page.locator(card_of(page, goal)))
        page.mouse.move(start["x"] + 8, start["y"] + 8)
        page.mouse.down()
        page.mouse.move(start["x"] + 40, start["y"] + 16, steps=5)
        page.mouse.move(end["x"] + 60, end["y"] + 20, steps=40)
        page.mouse.move(end["x"] + 60, end["y"] + 4, steps=10)
        page.mouse.up()
        expect(page.locator("#flash")).to_contain_text("stands in Later now")
        assert title in titles("later")

    def test_a_stranger_reads_it_by_a_link_under_the_strictest_policy(self) -> None:
        page = self.open(self.enter("seo-lead"), "/roadmap/seo/links/")
        page.get_by_role("button", name="Make the link").click()
        address = page.locator("#new-link").inner_text()
        stranger = self.enter()
        stranger.goto(address)
        expect(stranger.locator("h1")).to_have_text("SEO: 1 of 7 items is at risk")
        assert stranger.locator("form, script, button").count() == 0
        assert [one.inner_text() for one in stranger.locator("a").all()] == ["Download SVG"]
