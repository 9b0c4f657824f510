"""Several requests at once by hand and by keys: select, look, do it, take it back."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import InChromium
from tracker.intake.models import WorkRequest
from tracker.projects.models import Effort

pytestmark = pytest.mark.browser


def states(*keys: str) -> list[str]:
    held = dict(WorkRequest.objects.filter(key__in=keys).values_list("key", "state"))
    return [held[key] for key in keys]


def web_keys() -> list[str]:
    rows = Effort.objects.filter(team__key="web").order_by("project__rank")
    return list(rows.values_list("project__key", flat=True))


def picked(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all("[data-pick]:checked", "boxes => boxes.map(box => box.value)")
    return found


class BulkTests(InChromium):
    def test_rows_are_selected_parked_and_brought_back_by_keys(self) -> None:
        page = self.open(self.enter("cto"), "/requests/?state=filed&sort=key")
        bar = page.locator("[data-selection]")
        expect(bar).to_be_hidden()
        keys = page.eval_on_selector_all("[data-pick]", "boxes => boxes.map(box => box.value)")
        for key in ("j", "x", "j", "j"):
            page.keyboard.press(key)
        page.keyboard.press("Shift+X")
        assert picked(page) == keys[:3]
        expect(bar).to_contain_text("3 selected")
        expect(page.locator("#live")).to_have_text("3 selected")
        page.keyboard.press("x")
        expect(page.locator("#live")).to_have_text("2 selected")
        bar.get_by_role("button", name="Park").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Park: 2 of 2 can be done")
        with page.expect_response("**/day/**"):
            page.locator("main input[type=date]").fill("2099-01-04")
        page.wait_for_load_state("networkidle")
        page.locator("h1").click()
        page.keyboard.press("y")
        expect(page.locator("#flash")).to_contain_text("2 requests are parked.")
        assert states(*keys[:2]) == ["parked", "parked"]
        page.keyboard.press("u")
        expect(page.locator("#flash")).to_contain_text("2 requests are back in triage.")
        assert states(*keys[:2]) == ["filed", "filed"]

    def test_a_range_and_the_whole_page_are_selected_by_hand(self) -> None:
        page = self.open(self.enter("cto"), "/requests/")
        boxes = page.locator("[data-pick]")
        boxes.nth(1).click()
        boxes.nth(4).click(modifiers=["Shift"])
        assert len(picked(page)) == 4
        page.locator("[data-pick-all]").click()
        assert len(picked(page)) == boxes.count()
        page.locator("[data-unpick]").click()
        assert picked(page) == []
        expect(page.locator("[data-selection]")).to_be_hidden()
        expect(page.locator("[data-row]").first).to_be_focused()

    def test_what_is_selected_outlives_a_refresh_of_the_list(self) -> None:
        page = self.open(self.enter("cto"), "/requests/?sort=key")
        page.locator("[data-pick]").nth(2).click()
        before = picked(page)
        page.evaluate("window.before = document.querySelector('[data-pick]')")
        page.evaluate("htmx.ajax('GET', location.pathname + location.search, { target: '#main', swap: 'innerHTML' })")
        page.wait_for_function("!window.before.isConnected")
        expect(page.locator("[data-selection]")).to_contain_text("1 selected")
        assert picked(page) == before

    def test_a_move_in_the_line_is_undone_by_one_key_and_the_row_has_the_focus(self) -> None:
        page = self.open(self.enter("cto"), "/line/?team=web")
        before = web_keys()
        page.locator("#row-P-01").focus()
        page.keyboard.press("Alt+ArrowDown")
        expect(page.locator("#flash")).to_contain_text("P-01")
        assert web_keys() != before
        page.keyboard.press("u")
        expect(page.locator("#flash [data-key=u]")).to_have_count(0)
        expect(page.locator("#row-P-01")).to_be_focused()
        assert web_keys() == before

    def test_a_roadmap_item_goes_back_to_its_column(self) -> None:
        page = self.open(self.enter("cto"), "/roadmap/")
        card = page.locator("#later [data-row]").first
        ident = card.get_attribute("id")
        card.focus()
        page.keyboard.press("Alt+ArrowLeft")
        expect(page.locator(f"#next #{ident}")).to_be_visible()
        page.keyboard.press("u")
        expect(page.locator("#later [data-row]").first).to_have_attribute("id", ident or "")
        expect(page.locator(f"#{ident}")).to_be_focused()

    def test_without_scripts_the_bar_stands_below_the_list(self) -> None:
        page = self.open(self.enter("cto", java_script_enabled=False), "/requests/?state=filed&sort=key")
        boxes = page.locator("[data-pick]")
        boxes.nth(0).check()
        boxes.nth(1).check()
        page.locator("[data-selection]").get_by_role("button", name="Decline").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Decline: 2 of 2 can be done")
        page.get_by_role("link", name="Back", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("for triage")
