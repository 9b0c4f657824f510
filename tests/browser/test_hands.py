"""What hands do all day: rank by keys and by drag, triage by single keys, find by the palette."""

import pytest
from django.db.models import F
from playwright.sync_api import Locator, expect

from tests.browser.live import InChromium
from tracker.intake.models import WorkRequest
from tracker.projects.models import Effort, Project

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
        assert page.locator("#ask-question").input_value().endswith("On which pages?")
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
        page = self.open(self.enter("seo-lead"), "/requests/")
        first = page.locator("[data-row]").first.get_attribute("data-href")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{first}")

    def test_what_was_filed_is_read_from_its_top(self) -> None:
        page = self.open(
            self.enter("seo-lead", viewport={"width": 1280, "height": 640}), "/requests/new/?type=performance"
        )
        page.locator("#id_title").fill("A quicker basket")
        page.locator("#id_metric").select_option("LCP")
        page.locator("#id_area").select_option("product-page")
        page.locator("#id_example_urls").fill("https://www.lumen.example/p/1")
        page.locator("#id_why").fill("People leave.")
        page.locator("#filing").get_by_role("button", name="File it").click()
        expect(page.locator("#flash")).to_contain_text("is filed")
        expect(page.locator("#flash")).to_be_in_viewport()
        expect(page.locator("h1")).to_be_in_viewport()

    def test_a_message_about_a_row_far_down_is_in_sight(self) -> None:
        page = self.open(self.enter("cto", viewport={"width": 1280, "height": 640}), "/line/?team=web")
        last = page.locator("[data-row-key]").last
        last.scroll_into_view_if_needed()
        key = str(last.get_attribute("data-row-key"))
        Project.objects.filter(key=key).update(version=F("version") + 1)
        last.focus()
        page.keyboard.press("Alt+ArrowUp")
        expect(page.locator("#flash")).to_contain_text("nothing of yours was moved")
        expect(page.locator("#flash .flash")).to_be_in_viewport()
        assert page.evaluate("scrollY") > 0


def box_of(element: Locator) -> dict[str, float]:
    found = element.bounding_box()
    assert found is not None
    return {"x": found["x"], "y": found["y"]}
