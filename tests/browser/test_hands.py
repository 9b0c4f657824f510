"""What hands do all day: rank by keys and by drag, triage by single keys, find by the palette."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.live import InChromium
from tracker.intake.models import WorkRequest
from tracker.projects.models import Effort

pytestmark = pytest.mark.browser


def web_keys() -> list[str]:
    rows = Effort.objects.filter(team__key="web").order_by("project__rank")
    return list(rows.values_list("project__key", flat=True))


class HandsTests(InChromium):
    def test_a_project_is_moved_by_keys_and_keeps_the_focus(self) -> None:
        page = self.open(self.enter("cto"), "/line/?team=web")
        before = web_keys()
        page.locator("#row-P-01").focus()
        page.keyboard.press("Alt+ArrowDown")
        expect(page.locator("#flash")).to_contain_text("P-01")
        expect(page.locator("#row-P-01")).to_be_focused()
        place = before.index("P-01")
        assert web_keys().index("P-01") == place + 1
        page.keyboard.press("Alt+ArrowUp")
        expect(page.locator("#row-P-01 .rank")).to_have_text(str(place + 1))
        assert web_keys() == before

    def test_a_project_is_moved_by_drag(self) -> None:
        page = self.open(self.enter("cto"), "/line/?team=web")
        page.wait_for_load_state("networkidle")
        start, goal = box_of(page.locator("#row-P-18 [data-handle]")), box_of(page.locator("#row-P-11"))
        page.mouse.move(start["x"] + 6, start["y"] + 6)
        page.mouse.down()
        page.mouse.move(start["x"] + 6, start["y"] - 10, steps=4)
        page.mouse.move(goal["x"] + 40, goal["y"] + 20, steps=40)
        page.mouse.move(goal["x"] + 40, goal["y"] + 4, steps=10)
        page.mouse.up()
        expect(page.locator("#flash")).to_contain_text("P-18")
        keys = web_keys()
        assert keys.index("P-06") < keys.index("P-18") < keys.index("P-03")

    def test_triage_by_single_keys(self) -> None:
        page = self.open(self.enter("platform-lead"), "/triage/")
        expect(page.locator("#open-request")).to_contain_text("R-56")
        page.keyboard.press("a")
        page.locator("#accept").get_by_role("button", name="Accept").click()
        expect(page.locator("#open-request")).to_contain_text("R-58")
        page.keyboard.press("d")
        page.keyboard.type("The old page says it already.")
        page.locator("#decline").get_by_role("button", name="Decline").click()
        expect(page.locator("#open-request")).to_contain_text("R-59")
        page.keyboard.press("i")
        page.keyboard.type("On which pages?")
        page.locator("#ask").get_by_role("button", name="Ask").click()
        expect(page.locator("#open-request")).to_contain_text("R-60")
        page.keyboard.press("p")
        page.locator("#park input[type=date]").fill("2099-01-04")
        page.locator("#park").get_by_role("button", name="Park").click()
        expect(page.locator("#open-request")).to_contain_text("R-62")
        states = dict(WorkRequest.objects.filter(pk__in=[56, 58, 59, 60]).values_list("key", "state"))
        assert states == {"R-56": "accepted", "R-58": "declined", "R-59": "needs_information", "R-60": "parked"}

    def test_the_palette_finds_a_project_by_a_careless_key(self) -> None:
        page = self.open(self.enter("analyst"), "/")
        page.keyboard.press("Control+k")
        page.keyboard.type("p6")
        expect(page.locator("#palette-list [role=option]").first).to_contain_text("P-06 Product page rewrite")
        page.keyboard.press("Enter")
        page.wait_for_url("**/projects/P-06/")

    def test_rows_are_walked_and_opened_by_keys(self) -> None:
        page = self.open(self.enter("seo-lead"), "/")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        page.wait_for_url("**/backlog/**")


def box_of(element: Locator) -> dict[str, float]:
    found = element.bounding_box()
    assert found is not None
    return {"x": found["x"], "y": found["y"]}
