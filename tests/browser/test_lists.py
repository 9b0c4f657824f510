"""The list of requests under the hands: columns and views are chosen, and whoever goes back stands where they were."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.live import InChromium
from tracker.intake.models import WorkRequest
from tracker.people.models import SavedView

pytestmark = pytest.mark.browser


class ListTests(InChromium):
    def test_going_back_leads_to_the_same_page_and_row(self) -> None:
        first = WorkRequest.objects.filter(state="filed", restricted=False)[0]
        kept = {"type": first.type, "area": first.area, "team": first.team, "requester": first.requester}
        at = {"filed_at": first.filed_at, "created_at": first.created_at, "updated_at": first.updated_at}
        WorkRequest.objects.bulk_create(
            WorkRequest(title=f"Page {number}", state="filed", **kept, **at) for number in range(90)
        )
        page = self.open(self.enter("seo-lead"), "/requests/?group=team&sort=title")
        page.get_by_role("link", name="Next").click()
        page.wait_for_url("**after=**")
        url = page.url
        for by in ("title", "cell"):
            row = page.locator("tr[data-row]").nth(30)
            row.scroll_into_view_if_needed()
            key, height = row.get_attribute("id"), page.evaluate("scrollY")
            assert height > 0
            (row.locator("a").first if by == "title" else row.locator("td").last).click()
            page.wait_for_url(f"**/requests/{key}/")
            page.go_back()
            expect(page).to_have_url(url)
            expect(page.locator(f"#{key}")).to_be_focused()
            page.wait_for_function("height => Math.abs(scrollY - height) < 2", arg=height)

    def test_columns_are_chosen_and_what_is_shown_becomes_a_view(self) -> None:
        page = self.open(self.enter("cmo"), "/requests/")
        page.get_by_role("button", name="Group").click()
        page.get_by_role("link", name="Team", exact=True).click()
        expect(page.locator("th[scope=rowgroup]").first).to_be_visible()
        page.locator("[data-opens=columns]").click()
        page.get_by_label("Age, days").check()
        page.get_by_role("button", name="Show these").click()
        expect(page.get_by_role("columnheader", name="Age, days")).to_be_visible()
        page.locator("[popovertarget=view-menu]").click()
        page.get_by_role("link", name="Save what is shown as a view").click()
        page.get_by_label("Name", exact=True).fill("By team")
        page.get_by_label("Opens first").check()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#flash")).to_contain_text("The view “By team” is saved.")
        assert "group=team" in SavedView.objects.get(name="By team").query
        self.open(page, "/requests/")
        expect(page).to_have_url(re.compile(r"view=\d+&group=team"))
        expect(page.get_by_role("link", name="By team")).to_have_attribute("aria-current", "page")
