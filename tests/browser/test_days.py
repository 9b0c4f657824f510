"""A date field tells what its day means while it is chosen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.live import InChromium
from tracker.intake.models import WorkRequest

pytestmark = pytest.mark.browser


class DayTests(InChromium):
    def test_a_day_is_chosen_with_one_click_and_told_in_working_days(self) -> None:
        ask = WorkRequest.objects.filter(state="filed", requester__email__startswith="seo-lead").order_by("pk")[0]
        page = self.open(self.enter("seo-lead"), f"/requests/{ask.key}/edit/")
        field = page.locator("#edit-deadline_on")
        beside = page.locator("#edit-deadline_on-day")
        expect(beside).to_be_empty()
        field.focus()
        beside.get_by_role("button", name="in 3 working days").click()
        expect(beside.locator(".hint")).to_have_text(re.compile(r"\w+day, in 3 working days"))
        expect(field).to_be_focused()
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", field.input_value())
        field.fill("2020-01-01")
        expect(beside.locator(".hint")).to_have_text("This day has passed.")

    def test_a_dialog_stays_open_while_its_day_is_told(self) -> None:
        page = self.open(self.enter("cto"), "/triage/")
        page.keyboard.press("p")
        page.locator("#park input[type=date]").fill("2099-01-04")
        expect(page.locator("#park .day-words")).to_contain_text("more than a year away")
        expect(page.locator("#park")).to_be_visible()
