"""Words on a phone, in the longer of the two languages."""

import pytest
from playwright.sync_api import expect

from tests.browser.live import InChromium
from tracker.people.models import User

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 780}
LINES = "spans => spans.map(span => span.getClientRects()[0].height / parseFloat(getComputedStyle(span).lineHeight))"
CUT = "spans => spans.filter(span => span.scrollWidth > span.clientWidth).map(span => span.textContent)"


class WordsTests(InChromium):
    def test_each_tab_of_the_bar_has_its_name_on_one_line(self) -> None:
        User.objects.update(language="ru")
        for role in ("coo", "cto", "seo-lead", "admin"):
            page = self.open(self.enter(role, viewport=PHONE), "/help/words/")
            names = page.locator("#places li:not(.wide) :is(a, button) > span:not(.count)")
            assert names.count() == 5
            assert max(names.evaluate_all(LINES)) < 1.5, role
            assert names.evaluate_all(CUT) == [], role

    def test_the_meaning_of_a_word_opens_over_the_bar_by_a_tap(self) -> None:
        page = self.open(self.enter("coo", viewport=PHONE, has_touch=True), "/docket/")
        opener = page.locator("[popovertarget=word-docket]")
        opener.tap()
        meaning = page.locator("#word-docket")
        expect(meaning).to_be_visible()
        shown, bar = meaning.bounding_box(), page.locator(".side-bar").bounding_box()
        assert shown is not None
        assert bar is not None
        assert shown["y"] + shown["height"] <= bar["y"]
        page.keyboard.press("Escape")
        expect(meaning).to_be_hidden()
        expect(opener).to_be_focused()
