"""What is typed in a form outlives the page, until the server has it."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.live import InChromium
from tracker.intake.models import WorkRequest

pytestmark = pytest.mark.browser
FORM = "/requests/new/?type=performance"
WHY = "#id_why"
TEXT = "Rich results show the price and the stock."


class DraftTests(InChromium):
    def begin(self) -> Page:
        page = self.open(self.enter("seo-lead"), FORM)
        page.locator(WHY).fill(TEXT)
        page.locator("#id_title").fill("Product structured data")
        return page

    def test_what_was_typed_is_there_again_after_the_page_was_left(self) -> None:
        page = self.begin()
        self.open(page, "/requests/")
        self.open(page, FORM)
        expect(page.locator(WHY)).to_have_value(TEXT)
        expect(page.locator("#main")).to_contain_text("What you typed here before is back.")
        page.get_by_role("button", name="Start anew").click()
        expect(page.locator(WHY)).to_have_value("")
        self.open(page, FORM)
        expect(page.locator(WHY)).to_have_value("")

    def test_what_was_only_checked_is_there_again_after_the_page_was_left(self) -> None:
        page = self.begin()
        page.get_by_role("button", name="Check first").first.click()
        expect(page.get_by_role("heading", name="Before you file")).to_be_visible()
        self.open(page, "/requests/")
        self.open(page, "/requests/new/")
        self.open(page, FORM)
        expect(page.locator(WHY)).to_have_value(TEXT)

    def test_what_the_server_has_is_not_offered_again(self) -> None:
        page = self.begin()
        page.locator("#id_area").select_option("product-page")
        page.locator("#id_example_urls").fill("https://www.lumen.example/p/1")
        page.locator("#id_metric").select_option("LCP")
        page.get_by_role("button", name="File it").first.click()
        expect(page.locator("#flash")).to_contain_text("is filed")
        assert WorkRequest.objects.filter(why=TEXT).exists()
        self.open(page, FORM)
        expect(page.locator(WHY)).to_have_value("")

    def test_what_was_sent_to_a_server_that_did_not_answer_comes_back(self) -> None:
        page = self.begin()
        page.route("**/requests/new/**", lambda route: route.abort() if is_post(route) else route.continue_())
        page.get_by_role("button", name="File it").first.click()
        expect(page.locator("#flash")).to_contain_text("The server did not answer")
        self.complaints.clear()
        page.unroute("**/requests/new/**")
        self.open(page, FORM)
        expect(page.locator(WHY)).to_have_value(TEXT)

    def test_nobody_else_at_the_same_computer_reads_it(self) -> None:
        page = self.begin()
        page.locator("[popovertarget=person-menu]").click()
        page.locator("#person-menu").get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/accounts/**")
        assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tandem-draft:')).length") == 0


def is_post(route: Route) -> bool:
    return route.request.method == "POST"
