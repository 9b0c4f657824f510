"""The blocks of the line's picture are dragged as the rows of its list are."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.live import InChromium
from tests.browser.test_hands import web_keys

pytestmark = pytest.mark.browser


def middle_of(block: Locator) -> tuple[float, float]:
    box = block.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class BlocksTests(InChromium):
    def line_of(self, role: str) -> Page:
        page = self.open(self.enter(role), "/line/?team=web")
        page.wait_for_load_state("networkidle")
        return page

    def hold(self, page: Page, key: str, *, over: str, below: float = 0) -> None:
        """Presses on a block and goes where another one stands, so many pixels below it."""
        start, goal = (middle_of(page.locator(f"[data-block={one}] .piece")) for one in (key, over))
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(goal[0], goal[1] + below, steps=8)

    def test_a_block_takes_the_place_of_another_and_the_list_says_so(self) -> None:
        page, before = self.line_of("cto"), web_keys()
        assert before.index("P-06") < before.index("P-03")
        self.hold(page, "P-03", over="P-06")
        expect(page.locator("[data-block=P-06]")).to_have_class("movable aim")
        page.mouse.up()
        expect(page.locator("#flash")).to_contain_text("P-03")
        expect(page.locator("#live")).to_contain_text("Moving P-03 after")
        expect(page.locator("#row-P-03")).to_be_focused()
        assert web_keys().index("P-03") == before.index("P-06")
        page.keyboard.press("u")
        expect(page.locator("#row-P-03 .rank")).to_have_text(str(before.index("P-03") + 1))
        assert web_keys() == before
        self.hold(page, "P-06", over="P-03")
        page.mouse.up()
        expect(page.locator("#live")).to_contain_text("Moving P-06 after P-03")
        expect(page.locator("#row-P-06 .rank")).to_have_text(str(before.index("P-03") + 1))
        page.keyboard.press("u")
        expect(page.locator("#row-P-06 .rank")).to_have_text(str(before.index("P-06") + 1))

    def test_let_go_elsewhere_or_given_up_nothing_moves(self) -> None:
        page, before = self.line_of("cto"), web_keys()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        self.hold(page, "P-03", over="P-06", below=200)
        page.mouse.up()
        self.hold(page, "P-03", over="P-06")
        page.keyboard.press("Escape")
        page.mouse.up()
        assert page.locator(".aim, [data-block][transform]").count() == 0
        assert (sent, web_keys()) == ([], before)

    def test_who_may_not_rank_holds_no_block(self) -> None:
        page = self.line_of("seo-lead")
        assert page.locator("[data-block]").count() > 30
        assert page.locator(".movable").count() == 0
