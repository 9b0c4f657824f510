"""S2 in Chromium: from the request below the line to the warning of week 7, by mouse and by keys."""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.browser.live import InChromium
from tracker.backlog.models import BacklogItem
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.projects.models import Effort, Period, Project

pytestmark = pytest.mark.browser


class EmbeddedRequestTests(InChromium):
    def test_the_story(self) -> None:
        self.timur_proposes_by_keys()
        item = BacklogItem.objects.get(ask__key="R-41")
        self.kenji_accepts_on_a_condition(item)
        effort = Effort.objects.get(project__key="P-06")
        assert effort.claim == Decimal("15.5")
        assert WorkRequest.objects.get(key="R-41b").review_on == Period.objects.get().ends_on + timedelta(days=1)
        clock.shift(timedelta(weeks=2))
        try:
            self.pavel_is_warned_and_leaves_it()
        finally:
            clock.shift(timedelta(0))

    def timur_proposes_by_keys(self) -> None:
        page = self.open(self.enter("seo-lead"), "/requests/R-41/")
        expect(page.locator("main")).to_contain_text("Below the line by 8 places")
        expect(page.locator("main")).to_contain_text("will not be done this quarter")
        page.keyboard.press("e")
        expect(page.locator("#flash")).to_contain_text("P-06 is asked to carry R-41")

    def kenji_accepts_on_a_condition(self, item: BacklogItem) -> None:
        page = self.open(self.enter("frontend-lead"), "/")
        page.locator(f"#move-{item.key}").get_by_role("link", name="Answer").click()
        page.wait_for_url(f"**/backlog/{item.key}/**")
        if not page.url.endswith("/answer/"):
            page.locator(f"main a[href='/backlog/{item.key}/answer/']").first.click()
        expect(page.locator("main")).to_contain_text("P-06 grows from 14 to 15.5 weeks.")
        page.get_by_label("Conditions").fill("price and stock only, reviews in Q2")
        page.get_by_label("What stays out").fill("Product structured data: reviews")
        page.get_by_label("Comes back on").fill((Period.objects.get().ends_on + timedelta(days=1)).isoformat())
        page.get_by_role("button", name="Accept it").click()
        page.wait_for_url(f"**/backlog/{item.key}/")
        expect(page.locator("main")).to_contain_text("Valid items ≥ 95 %")
        line = self.open(page, "/line/?team=web")
        expect(line.locator("#row-P-06")).to_contain_text("R-41 +1.5")
        expect(line.locator("#row-P-06")).to_contain_text("15.5 w")
        expect(line.locator("h1")).to_have_text("Web: 19 of 38 projects are above the line")

    def pavel_is_warned_and_leaves_it(self) -> None:
        page = self.open(self.enter("cto"), "/line/?team=web")
        page.locator("#row-P-06").focus()
        page.keyboard.press("m")
        page.select_option("#mover-after", "P-24")
        page.locator("#mover button[type=submit]").click()
        expect(page.locator("h1")).to_have_text("This would orphan 1 embedded item")
        expect(page.locator("main")).to_contain_text("R-41")
        page.keyboard.press("l")
        expect(page.locator("h1")).to_have_text("Web: 19 of 38 projects are above the line")
        assert Project.objects.get(key="P-06").above
        page.locator("#row-P-31").focus()
        page.keyboard.press("m")
        page.select_option("#mover-after", "P-24")
        page.locator("#mover button[type=submit]").click()
        expect(page.locator("#row-P-31")).to_have_class("rankrow below")
        assert BacklogItem.objects.get(ask__key="R-41").orphaned_at is None
