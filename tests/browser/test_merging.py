"""Two people edit one request at the same time, each in a window of their own."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import InChromium
from tests.browser.test_live import TWO_BEATS, edit_title
from tests.lumen import find_person
from tracker.intake.models import WorkRequest

pytestmark = pytest.mark.browser


class MergingTests(InChromium):
    def begin(self, number: int) -> tuple[Page, WorkRequest]:
        """The CMO types while the SEO lead gives the request another title."""
        asks = WorkRequest.objects.filter(state="filed", requester=find_person("seo-lead")).order_by("pk")
        page = self.open(self.enter("cmo"), f"/requests/{asks[number].key}/edit/")
        page.locator("#edit-why").fill("What the CMO says.")
        return page, asks[number]

    def test_whoever_types_is_told_who_changed_what_and_both_changes_are_kept(self) -> None:
        page, ask = self.begin(0)
        edit_title(ask)
        expect(page.locator("#flash")).to_contain_text("Timur Rakhimov changed: title", timeout=TWO_BEATS)
        expect(page.locator("#edit-why")).to_have_value("What the CMO says.")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#flash")).to_contain_text("That is kept beside what you changed.")
        after = WorkRequest.objects.get(pk=ask.pk)
        assert (after.title, after.why) == (ask.title, "What the CMO says.")

    def test_what_both_changed_is_chosen_from_by_keyboard(self) -> None:
        page, ask = self.begin(1)
        page.locator("#edit-title").fill("By the CMO")
        edit_title(ask)
        page.get_by_role("button", name="Save", exact=True).click()
        theirs = page.get_by_role("group", name="Timur Rakhimov changed it to")
        expect(theirs).to_contain_text(ask.title)
        theirs.get_by_label("Keep mine").focus()
        page.keyboard.press("ArrowDown")
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_url(f"**/requests/{ask.key}/")
        after = WorkRequest.objects.get(pk=ask.pk)
        assert (after.title, after.why) == (ask.title, "What the CMO says.")
