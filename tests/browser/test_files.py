"""Files under the hands: chosen, dropped and pasted, taken out again, and kept by a form that is refused."""

import tempfile
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from tests.browser.live import InChromium
from tests.lumen import find_person
from tracker.intake.models import Attachment, WorkRequest

pytestmark = pytest.mark.browser
CARRY = """([selector, kind, name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "text/plain" }));
  const target = document.querySelector(selector);
  const facts = { bubbles: true, cancelable: true };
  const event = kind === "paste" ? new ClipboardEvent(kind, { ...facts, clipboardData: carried })
    : new DragEvent(kind, { ...facts, dataTransfer: carried });
  target.dispatchEvent(event);
}"""


class FilesTests(InChromium):
    def setUp(self) -> None:
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        kept = override_settings(FILES=Path(folder.name))
        kept.enable()
        self.addCleanup(kept.disable)

    def begin(self) -> tuple[Page, WorkRequest]:
        ask = WorkRequest.objects.filter(state="filed", requester=find_person("seo-lead")).order_by("pk")[0]
        page = self.open(self.enter("seo-lead"), f"/requests/{ask.key}/")
        expect(page.get_by_text("Files can be dropped or pasted here.")).to_be_visible()
        return page, ask

    def carry(self, page: Page, kind: str, name: str, text: str = "one;two") -> None:
        page.evaluate(CARRY, ["#comment-text", kind, name, text])

    def test_what_is_dropped_pasted_and_chosen_comes_with_the_comment(self) -> None:
        page, ask = self.begin()
        self.carry(page, "drop", "dropped.csv")
        self.carry(page, "paste", "pasted.txt")
        page.locator("#comment-files").set_input_files({"name": "chosen.json", "mimeType": "x/y", "buffer": b"{}"})
        expect(page.locator(".files [type=hidden]")).to_have_count(3)
        expect(page.locator("#live")).to_contain_text("is here")
        page.get_by_role("button", name="Leave it out: pasted.txt").click()
        page.get_by_role("button", name="Comment", exact=True).click()
        expect(page.locator("[role=alert]")).to_be_visible()
        page.locator("#comment-text").fill("See these")
        page.get_by_role("button", name="Comment", exact=True).click()
        expect(page.locator("#story")).to_contain_text("See these")
        rows = Attachment.objects.filter(ask=ask).order_by("name")
        assert [(row.name, row.media_type) for row in rows] == [
            ("chosen.json", "application/json"),
            ("dropped.csv", "text/csv"),
        ]
        with page.expect_download() as saved:
            page.locator("#files").get_by_role("link", name="dropped.csv").click()
        assert saved.value.path().read_text() == "one;two"

    def test_a_file_that_is_too_large_is_refused_before_it_is_sent(self) -> None:
        page, ask = self.begin()
        self.carry(page, "drop", "huge.bin", "x" * (20 * 1024 * 1024 + 1))
        expect(page.locator(".files")).to_contain_text("huge.bin is too large")
        self.carry(page, "drop", "empty.txt", "")
        expect(page.locator(".files")).to_contain_text("empty.txt is empty")
        assert not Attachment.objects.filter(ask=ask).exists()
