"""Five pages made for the thumb: what one came to do is on the first screen of a phone, and big enough to be hit."""

import pytest
from playwright.sync_api import Page

from tests.browser.live import InChromium, case_of
from tracker.backlog.models import BacklogItem

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SMALL = """() => [...document.querySelectorAll("main .btn, main summary, #places a, .top a, .top button, main select, main textarea")]
    .filter((one) => one.checkVisibility() && one.getClientRects().length)
    .filter((one) => Math.round(one.getBoundingClientRect().height) < 44)
    .map((one) => `${one.textContent.trim().slice(0, 40)} ${one.getBoundingClientRect().height}`)"""
ON_TOP = """(one) => {
    const box = one.getBoundingClientRect();
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return one === hit || one.contains(hit);
}"""


class PhoneTests(InChromium):
    def look(self, role: str, path: str, action: str) -> Page:
        """The page as it opens: nobody has scrolled yet."""
        page = self.open(self.enter(role, **PHONE), path)
        button = page.locator("main").get_by_text(action, exact=True).locator("visible=true").first
        box = button.bounding_box()
        assert box, f"{path}: no {action}"
        assert box["y"] + box["height"] <= 740, f"{path}: {action} is below the first screen"
        assert button.evaluate(ON_TOP), f"{path}: something lies over {action}"
        assert page.evaluate("document.documentElement.scrollWidth") == 360, path
        assert page.evaluate(SMALL) == [], path
        return page

    def test_home(self) -> None:
        self.look("coo", "/", "Look and rule")

    def test_a_request_that_needs_a_way_up(self) -> None:
        page = self.look("seo-lead", "/requests/R-41/", "Embed in P-06")
        story = page.get_by_text("Show the story")
        assert not page.locator("#story .timeline").is_visible()
        story.click()
        assert page.locator("#story .timeline").is_visible()

    def test_a_request_that_waits_for_triage(self) -> None:
        page = self.look("platform-lead", "/requests/R-62/", "Accept")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert page.locator(".stick").get_by_text("Accept").evaluate(ON_TOP), "still under the thumb at the end"

    def test_the_answer_to_an_embed(self) -> None:
        key = BacklogItem.objects.get(ask__key="R-63").key
        self.look("frontend-lead", f"/backlog/{key}/answer/", "Accept it")

    def test_a_case_leads_its_mediator_to_the_ruling(self) -> None:
        page = self.look("coo", case_of("R-52"), "To your ruling")
        page.get_by_text("To your ruling").click()
        assert page.locator("form#rule .stick").get_by_text("Rule", exact=True).evaluate(ON_TOP)

    def test_a_case_has_a_position_of_both_sides_before_anything_else_is_scrolled_to(self) -> None:
        page = self.look("cto", case_of("R-52"), "Propose to settle")
        for side in ("marketing", "technology"):
            box = page.locator(f".card#{side}").bounding_box()
            assert box
            assert box["y"] < 740

    def test_on_a_desk_what_is_folded_is_simply_there(self) -> None:
        page = self.open(self.enter("seo-lead"), "/requests/R-41/")
        assert page.locator("#story .timeline").is_visible()
        assert not page.get_by_text("Show the story").is_visible()
        assert not page.get_by_text("Embed in P-06", exact=True).is_visible()
