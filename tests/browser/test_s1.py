"""S1 in Chromium: a file of findings, its dry run, drafts, one completed and filed, sorted by keys, asked about, answered."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import InChromium
from tests.journeys.test_s1 import OVERVIEW
from tracker.intake.models import WorkRequest
from tracker.integrations.actions import carry_import
from tracker.integrations.models import ImportRun
from tracker.sites.models import Area

pytestmark = pytest.mark.browser
QUESTION, ANSWER = "On which templates?", "On the product template alone."
EFFECT = {
    "kpi": "Organic clicks a month",
    "baseline": "41200",
    "target": "46144",
    "value_per_week": "900",
}


def named_as_here(content: bytes) -> bytes:
    """With the names that the demo company gives to its product pages and its search."""
    names = {area.pattern[:2]: area.name for area in Area.objects.exclude(pattern="").order_by("-pk")}
    return content.replace(b'"Product page"', f'"{names["/p"]}"'.encode()).replace(
        b'"Search"', f'"{names["/s"]}"'.encode()
    )


class FindingsInChromiumTests(InChromium):
    def test_the_story(self) -> None:
        self.timur = self.enter("seo-lead")
        self.irina = self.enter("platform-lead")
        self.he_uploads_the_file_and_reads_the_dry_run()
        ask = self.the_drafts_are_there_and_he_completes_and_files_one()
        self.she_asks_by_one_key(ask)
        self.he_answers_from_his_home(ask)
        self.she_accepts_it_and_it_has_a_place(ask)

    def he_uploads_the_file_and_reads_the_dry_run(self) -> None:
        page = self.open(self.timur, "/imports/findings/")
        file: Any = {"name": "issues_overview_report.csv", "mimeType": "text/csv", "buffer": named_as_here(OVERVIEW)}
        page.get_by_label("File", exact=True).set_input_files(file)
        page.get_by_label("Name of the source").fill("screaming-frog")
        page.get_by_role("button", name="Read the file").click()
        expect(page.locator("h1")).to_contain_text("Dry run:")
        self.run_ = ImportRun.objects.latest("pk")
        form = page.locator(f"form[action='/imports/{self.run_.pk}/anew/']")
        for name, value in (("urls", "100"), ("share", "0.05")):
            form.locator(f"[name={name}]").fill(value)
        form.locator("[name=priority]").select_option("medium")
        form.get_by_role("button").first.click()
        expect(page.locator("h1")).to_have_text("Dry run: 17 drafts, 9 below the threshold, 0 there already")
        assert not WorkRequest.objects.filter(findings__run=self.run_).exists()

    def the_drafts_are_there_and_he_completes_and_files_one(self) -> WorkRequest:
        page = self.timur
        page.locator(f"form[action='/imports/{self.run_.pk}/start/'] button").click()
        expect(page.locator("h1")).not_to_contain_text("Dry run")
        carry_import(run=self.run_.pk)
        expect(page.locator("h1")).to_have_text("17 drafts were written")
        drafts = WorkRequest.objects.filter(findings__run=self.run_, state="draft")
        assert drafts.count() == 17
        draft = drafts.get(title="Sitemaps: URLs not in Sitemap")
        self.open(page, f"/requests/{draft.key}/")
        expect(page.locator("main")).to_contain_text("Nobody said yet what it will move.")
        page.keyboard.press("t")
        expect(page.locator("h1")).to_contain_text(f"Edit {draft.key}")
        for name, value in EFFECT.items():
            page.locator(f"#edit-{name}").fill(value)
        page.get_by_role("button", name="Save and file").click()
        expect(page.locator("#flash")).to_contain_text(draft.key)
        draft.refresh_from_db()
        assert draft.state == "filed"
        return draft

    def she_asks_by_one_key(self, ask: WorkRequest) -> None:
        page = self.open(self.irina, f"/triage/?key={ask.key}")
        expect(page.locator("#open-request")).to_contain_text(ask.title)
        page.keyboard.press("i")
        page.locator("#ask").get_by_label("What do you need to know").fill(QUESTION)
        page.locator("#ask").get_by_role("button", name="Ask").click()
        expect(page.locator("#flash")).to_contain_text(f"{ask.key} waits for an answer now.")
        court(page, ask, self, "replies")

    def he_answers_from_his_home(self, ask: WorkRequest) -> None:
        page = self.open(self.timur, "/")
        row = page.locator(f"#move-{ask.key}")
        expect(row).to_contain_text(QUESTION)
        row.locator("a.btn").click()
        page.get_by_label("Your answer").fill(ANSWER)
        page.locator(f"form[action='/requests/{ask.key}/answer/']").get_by_role("button", name="Answer").click()
        expect(page.locator("#flash")).to_contain_text(f"{ask.key} is back in triage.")
        expect(page.locator("#story")).to_contain_text(ANSWER)
        court(page, ask, self, "decides")

    def she_accepts_it_and_it_has_a_place(self, ask: WorkRequest) -> None:
        page = self.open(self.irina, f"/triage/?key={ask.key}")
        page.keyboard.press("a")
        page.locator("#accept").get_by_label("Or in weeks").fill("2")
        page.locator("#accept").get_by_role("button", name="Accept").click()
        expect(page.locator("#flash")).to_contain_text(f"{ask.key} is accepted.")
        self.open(self.timur, f"/requests/{ask.key}/")
        expect(self.timur.locator("#which-way")).to_contain_text("loses by the hour")
        expect(self.timur.locator(".stands")).to_contain_text("Web")


def court(page: Page, ask: WorkRequest, story: FindingsInChromiumTests, verb: str) -> None:
    """Whose turn it is, as the page of the request says it."""
    story.open(page, f"/requests/{ask.key}/")
    expect(page.locator("aside .court").first).to_contain_text(verb)
