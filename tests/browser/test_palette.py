"""The palette and the records looked at last."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import InChromium

pytestmark = pytest.mark.browser
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('tandem-recent:')).length"


def offered(page: Page) -> list[str]:
    return page.locator("#palette-list [role=option]").all_inner_texts()


class PaletteTests(InChromium):
    def look_at(self, *paths: str, role: str = "seo-lead") -> Page:
        page = self.enter(role)
        for path in paths:
            self.open(page, path)
        return page

    def test_empty_it_offers_what_was_looked_at_last_and_then_what_can_be_done(self) -> None:
        page = self.look_at("/requests/R-41/", "/projects/P-24/", "/")
        page.keyboard.press("Control+k")
        assert [text.split(" ")[0] for text in offered(page)[:2]] == ["P-24", "R-41"]
        groups = page.get_by_role("listbox").get_by_role("group")
        assert groups.first.locator("p").inner_text() == "Looked at last"
        expect(page.locator("#palette-count")).to_have_text(f"Offered: {len(offered(page))}")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/requests/R-41/")

    def test_a_key_typed_in_haste_leads_to_its_record(self) -> None:
        page = self.look_at("/")
        page.keyboard.press("Control+k")
        page.keyboard.type("p-24")
        page.keyboard.press("Enter")
        page.wait_for_url("**/projects/P-24/")

    def test_words_find_records_in_groups_with_their_state(self) -> None:
        page = self.look_at("/")
        page.keyboard.press("Control+k")
        page.keyboard.type("store locator")
        first = page.get_by_role("listbox").get_by_role("group").first
        expect(first.locator("p")).to_have_text("Projects")
        expect(first.get_by_role("option")).to_contain_text("P-24")
        expect(page.get_by_role("option").last).to_contain_text("All that is found")
        expect(page.locator("#palette-q")).to_have_attribute("aria-activedescendant", "palette-0")

    def test_a_page_is_found_by_its_name_by_whoever_may_open_it(self) -> None:
        for words, url in (("working h", "**/calendars/"), ("capac", "**/capacity/"), ("words", "**/help/words/")):
            page = self.look_at("/")
            page.keyboard.press("Control+k")
            page.keyboard.type(words)
            page.keyboard.press("Enter")
            page.wait_for_url(url)
        page = self.look_at("/")
        page.keyboard.press("Control+k")
        assert "Working hours" not in offered(page)
        page.keyboard.type("status")
        expect(page.get_by_role("option").last).to_contain_text("All that is found")
        assert "Status" not in offered(page)

    def test_the_menu_offers_them_too_and_eight_at_most(self) -> None:
        keys = [f"R-{number}" for number in range(30, 42)]
        page = self.look_at(*[f"/requests/{key}/" for key in keys])
        page.locator("[popovertarget=recent-menu]").click()
        links = page.locator("#recent-list a")
        assert [text.split(" ")[0] for text in links.all_inner_texts()] == keys[-2:-10:-1]

    def test_a_record_that_is_not_there_any_more_is_not_offered_again(self) -> None:
        page = self.look_at("/requests/R-31/")
        page.evaluate("""() => {
            const key = Object.keys(localStorage).find((one) => one.startsWith('tandem-recent:'));
            const kept = JSON.parse(localStorage.getItem(key));
            localStorage.setItem(key, JSON.stringify([{ url: '/requests/R-9999/', key: 'R-9999', title: 'Gone' }, ...kept]));
        }""")
        self.open(page, "/")
        page.keyboard.press("Control+k")
        assert offered(page)[0] == "R-9999 Gone"
        page.keyboard.press("Enter")
        page.wait_for_url("**/requests/R-9999/")
        self.open(page, "/")
        page.keyboard.press("Control+k")
        assert "R-9999 Gone" not in offered(page)

    def test_the_record_of_a_page_is_no_deed_on_it(self) -> None:
        page = self.look_at("/requests/R-41/")
        page.keyboard.press("Control+k")
        assert all(text.strip() for text in offered(page))
        page.keyboard.type("r-4")
        page.keyboard.press("Escape")
        expect(page.locator("#palette")).to_be_hidden()

    def test_signing_out_forgets_them(self) -> None:
        page = self.look_at("/requests/R-41/")
        assert page.evaluate(KEPT) == 1
        page.locator("[popovertarget=person-menu]").click()
        page.locator("#person-menu").get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/accounts/**")
        assert page.evaluate(KEPT) == 0

    def test_another_person_at_the_same_computer_is_offered_none_of_them(self) -> None:
        page = self.look_at("/requests/R-41/")
        page.evaluate('localStorage.setItem(\'tandem-recent:0\', \'[{"url": "/requests/R-40/", "title": "Theirs"}]\')')
        self.open(page, "/")
        assert page.evaluate(KEPT) == 1
        page.keyboard.press("Control+k")
        assert not [text for text in offered(page) if "Theirs" in text]
