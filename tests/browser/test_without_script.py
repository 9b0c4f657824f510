"""Everything once with JavaScript switched off: file, triage, embed, answer, move."""

import pytest
from playwright.sync_api import expect

from tests.browser.live import InChromium
from tracker.backlog.models import BacklogItem
from tracker.intake.models import WorkRequest
from tracker.projects.models import Effort

pytestmark = pytest.mark.browser


class WithoutScriptTests(InChromium):
    def test_a_request_is_filed_and_triaged(self) -> None:
        timur = self.open(self.enter("seo-lead", java_script_enabled=False), "/requests/new/")
        timur.get_by_label("Structured data").check()
        timur.get_by_label("Title").fill("Offers without a price")
        timur.get_by_label("Area").select_option("product-page")
        timur.get_by_label("Example pages").fill("https://www.lumen.example/p/lamp-1")
        timur.get_by_label("Why").fill("Nobody clicks on an offer without a price.")
        timur.locator("main button.primary[type=submit]").first.click()
        if timur.get_by_label("Kind of markup").count():
            timur.get_by_label("Kind of markup").select_option("Product")
            timur.locator("main button.primary[type=submit]").first.click()
        expect(timur.locator("h1")).to_contain_text("Offers without a price")
        ask = WorkRequest.objects.get(title="Offers without a price")
        assert ask.state == "filed"
        irina = self.open(self.enter("platform-lead", java_script_enabled=False), f"/triage/?key={ask.key}")
        irina.get_by_role("link", name="Accept").click()
        irina.locator("#accept").get_by_role("button", name="Accept").click()
        ask.refresh_from_db()
        assert ask.state == "accepted"

    def test_a_request_is_embedded(self) -> None:
        timur = self.open(self.enter("seo-lead", java_script_enabled=False), "/requests/R-41/")
        timur.get_by_role("button", name="Propose to Kenji Sato").click()
        item = BacklogItem.objects.get(ask__key="R-41")
        kenji = self.open(self.enter("frontend-lead", java_script_enabled=False), f"/backlog/{item.key}/answer/")
        kenji.get_by_role("button", name="Accept it").click()
        item.refresh_from_db()
        assert item.state == "agreed"

    def test_a_project_is_moved(self) -> None:
        pavel = self.open(self.enter("cto", java_script_enabled=False), "/line/?team=web")
        pavel.get_by_role("link", name="Move P-26 to another place").click()
        pavel.locator("#mover select").select_option("P-15")
        pavel.locator("#mover button[type=submit]").click()
        expect(pavel.locator("#flash")).to_contain_text("P-26")
        rows = Effort.objects.filter(team__key="web").order_by("project__rank")
        keys = list(rows.values_list("project__key", flat=True))
        assert keys.index("P-26") == keys.index("P-15") + 1

    def test_search_and_the_places_are_links(self) -> None:
        page = self.open(self.enter("analyst", java_script_enabled=False), "/search/")
        page.get_by_label("Key or words").fill("locator")
        page.locator("main").get_by_role("button", name="Search").click()
        page.get_by_role("link", name="P-24 Store locator").click()
        expect(page).to_have_url(f"{self.live_server_url}/projects/P-24/")

    def test_a_word_is_explained_where_it_stands(self) -> None:
        pavel = self.open(self.enter("cto", java_script_enabled=False), "/capacity/")
        pavel.get_by_role("button", name="What “reserve” means").click()
        expect(pavel.locator("#word-reserve")).to_contain_text("kept for operation and for incidents")
        pavel.locator("#word-reserve").get_by_role("link", name="All words").click()
        expect(pavel).to_have_url(f"{self.live_server_url}/help/words/#reserve")
        expect(pavel.locator("#reserve")).to_be_in_viewport()
