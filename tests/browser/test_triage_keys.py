"""The inbox by single keys: what each opens, where the focus is afterwards, and that ? names them all."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.live import InChromium
from tests.browser.test_keyboard import press_button, said
from tracker.intake.models import Snooze, WorkRequest
from tracker.kernel import clock

pytestmark = pytest.mark.browser
KEYS = {
    "a": "Accept",
    "i": "Ask",
    "d": "Decline",
    "p": "Park",
    "n": "Merge",
    "s": "Assign",
    "z": "Snooze",
    "v": "Suggestions",
    ".": "Next",
}


class TriageKeysTests(InChromium):
    def test_the_inbox_is_worked_with_single_keys(self) -> None:
        page = self.open(self.enter("platform-lead"), "/triage/")
        opened, title = page.locator("#open-request"), page.locator("#open-title")
        expect(opened).to_contain_text("R-56")
        page.keyboard.press("?")
        for key, label in KEYS.items():
            line = page.locator("#keys [data-of-page]").filter(has=page.get_by_text(key, exact=True))
            expect(line.first).to_contain_text(label)
        page.keyboard.press("Escape")
        page.keyboard.press(".")
        expect(opened).to_contain_text("R-58")
        page.keyboard.press(",")
        expect(opened).to_contain_text("R-56")
        page.keyboard.press("v")
        expect(page.locator("#suggestions")).not_to_be_empty()
        page.keyboard.press("a")
        press_button(page, "Accept")
        said(page, "R-56 is accepted")
        expect(title).to_be_focused()
        expect(opened).to_contain_text("R-58")
        page.keyboard.press("z")
        page.locator("#snooze-until").fill(str(clock.now().date() + timedelta(days=7)))
        press_button(page, "Snooze")
        said(page, "its clocks run on")
        expect(title).to_be_focused()
        expect(opened).to_contain_text("R-59")
        assert Snooze.objects.get().ask.key == "R-58"
        page.keyboard.press("s")
        press_button(page, "Assign")
        said(page, "R-59 is assigned: Irina Lind")
        assert WorkRequest.objects.get(key="R-59").assigned_to is not None
