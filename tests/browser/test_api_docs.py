"""The page to browse the API: offline, under the strict policy, with a token of one's own."""

import pytest
from playwright.sync_api import expect

from tests.browser.live import InChromium
from tracker.kernel import clock
from tracker.people.actions import issue_token
from tracker.people.models import User


@pytest.mark.browser
class TestApiDocs(InChromium):
    def test_the_api_is_browsed_and_tried_without_another_host(self) -> None:
        cto = User.objects.get(email="cto@lumen.example")
        _token, secret = issue_token(actor=cto.viewer(), at=clock.now(), person=cto, name="docs")
        page = self.enter()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        self.open(page, "/api/v1/docs/")
        page.get_by_role("button", name="Authorize").first.click()
        page.get_by_label("auth-bearer-value").fill(secret)
        page.get_by_role("button", name="Apply credentials").click()
        page.get_by_role("button", name="Close", exact=True).click()
        page.locator("#operations-areas-list_areas .opblock-summary-control").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table .response .response-col_status").first).to_contain_text("200")
        elsewhere = [url for url in asked if not url.startswith((self.live_server_url, "data:", "blob:"))]
        assert not elsewhere
