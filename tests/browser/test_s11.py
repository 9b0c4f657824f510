"""S11 in Chromium: the COO, the CMO and the CTO read one limbo, shorten it, and rule on what they cannot settle."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import InChromium
from tests.browser.sight import see_by_axe, unroll
from tests.browser.test_keyboard import press_button
from tracker.escalations.actions import raise_aged
from tracker.escalations.models import Escalation, Ruling
from tracker.intake.models import WorkRequest
from tracker.kernel import clock

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
STUCK, PARKED, DECLINED, LEFT = "R-56", "R-58", "R-59", "R-60"
CMO_SAYS = "Half of our competitors show the counts; we lose one click in ten."
CTO_SAYS = "Counts from the search index are right only every four hours."
SENTENCE = "Crawlers are let in by stages, as measured load allows."


class LimboInChromiumTests(InChromium):
    def test_the_story(self) -> None:
        self.coo, self.cmo, self.cto = (self.enter(role) for role in ("coo", "cmo", "cto"))
        self.phone = self.enter("coo", viewport=PHONE, has_touch=True, color_scheme="dark")
        self.all_three_read_the_same_limbo()
        self.pavel_parks_one_and_declines_one_by_keys()
        self.anna_asks_the_coo_and_neither_side_reads_the_other_before_both_have_spoken()
        self.marta_rules_on_her_phone()
        self.marta_rules_by_keys_alone()
        self.what_nobody_decides_for_ninety_days_comes_to_her_by_itself()

    def all_three_read_the_same_limbo(self) -> None:
        for page in (self.coo, self.cmo, self.cto):
            self.open(page, "/limbo/")
            expect(page.locator("h1")).to_contain_text("are past due without a decision")
            expect(page.locator(".context")).to_contain_text(re.compile(r"Marketing owes [12] of the answers, IT \d+"))
            for key in (STUCK, PARKED, DECLINED, LEFT):
                expect(page.locator(f"#{key}")).to_contain_text("Irina Lind technology first answer")
                expect(page.locator(f"#{key}")).to_contain_text("goes to the COO")
            expect(page.locator("#R-54")).to_contain_text("Timur Rakhimov marketing reply")
        assert self.coo.locator("main").inner_text() == self.cmo.locator("main").inner_text()
        fine(self.coo)
        fine(self.open(self.phone, "/limbo/"))

    def pavel_parks_one_and_declines_one_by_keys(self) -> None:
        page = self.open(self.cto, f"/triage/?key={PARKED}")
        page.keyboard.press("p")
        page.locator("#park").get_by_label("Until").fill(day(weeks=9))
        page.locator("#park").get_by_label("Reason").fill("After the wallet passes.")
        page.locator("#park").get_by_role("button", name="Park").click()
        expect(page.locator("#flash")).to_contain_text(PARKED)
        self.open(page, f"/triage/?key={DECLINED}")
        page.keyboard.press("d")
        page.locator("#decline").get_by_label("Reason").fill("P-29 loads them late anyway.")
        page.locator("#decline").get_by_role("button", name="Decline").click()
        expect(page.locator("#flash")).to_contain_text(DECLINED)
        self.open(self.coo, "/limbo/")
        expect(self.coo.locator(f"#{LEFT}")).to_be_visible()
        for key in (PARKED, DECLINED):
            expect(self.coo.locator(f"#{key}")).to_have_count(0)

    def anna_asks_the_coo_and_neither_side_reads_the_other_before_both_have_spoken(self) -> None:
        page = self.open(self.cmo, f"/requests/{STUCK}/")
        page.get_by_role("link", name="Ask the COO").click()
        page.get_by_label("Which decision do you want?").fill("Do category results show counts this quarter?")
        expect(page.get_by_label("Why is it stuck?")).to_have_value("no_answer")
        page.locator("main").get_by_role("button", name="Ask the COO").click()
        expect(page.locator("h1")).to_have_text("Do category results show counts this quarter?")
        case = Escalation.objects.live().get(ask__key=STUCK)
        page.get_by_label("What your side wants, and why").fill(CMO_SAYS)
        page.get_by_label("A · ").check()
        page.get_by_role("button", name="Write it, sealed").click()
        expect(page.locator("#marketing")).to_contain_text(CMO_SAYS)
        other = self.open(self.cto, f"/cases/{case.key}/")
        expect(other.locator("#marketing")).to_contain_text("sealed until both are in or time is up")
        assert CMO_SAYS not in other.content()
        other.get_by_label("What your side wants, and why").fill(CTO_SAYS)
        other.get_by_role("button", name="Write it, sealed").click()
        expect(other.locator("#marketing")).to_contain_text(CMO_SAYS)
        self.open(page, f"/cases/{case.key}/")
        expect(page.locator("#technology")).to_contain_text(CTO_SAYS)
        expect(page.locator("#options")).to_contain_text(f"{STUCK} is declined, with the sentence as the reason.")
        fine(page)

    def marta_rules_on_her_phone(self) -> None:
        case = Escalation.objects.live().get(ask__key=STUCK)
        page = self.open(self.phone, "/docket/")
        fine(page)
        row = page.locator(f"#move-{case.key}")
        expect(row).to_contain_text("Both positions are in.")
        row.get_by_role("link", name="Look and rule").tap()
        expect(page.locator("h1")).to_have_text(case.wanted)
        expect(page.locator("main")).to_contain_text(f"If nobody rules, {STUCK} stays without a decision.")
        first, second = (page.locator(f"#{side}").bounding_box() for side in ("marketing", "technology"))
        assert first
        assert second
        assert first["width"] == second["width"], "two positions of equal weight"
        fine(page)
        page.locator("#deny").tap()
        page.get_by_label("In one sentence, why").fill("Counts that are wrong for hours cost more than they bring.")
        page.get_by_role("button", name="Rule").tap()
        expect(page.locator("#flash")).to_contain_text(f"{case.key} is ruled on; both sides are told.")
        expect(page.locator("main")).to_contain_text(f"{STUCK} is declined")
        assert WorkRequest.objects.get(key=STUCK).state == "declined"
        fine(page)

    def marta_rules_by_keys_alone(self) -> None:
        page = self.open(self.coo, "/docket/")
        expect(page.locator("h1")).to_have_text("3 cases need you")
        page.keyboard.press("1")
        expect(page.locator("h1")).to_have_text("May search crawlers read the whole shop?")
        expect(page.get_by_role("radio", name="B · ")).to_be_checked()
        fine(page)
        page.keyboard.press("2")
        page.keyboard.press("r")
        expect(page.locator("#rule [role=alert]")).to_contain_text("Say why in one sentence")
        page.keyboard.press("3")
        expect(page.get_by_role("radio", name="C · ")).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_role("radio", name="B · ")).to_be_checked()
        page.keyboard.press("Tab")
        expect(page.get_by_label("In one sentence, why")).to_be_focused()
        page.keyboard.type(SENTENCE)
        press_button(page, "Rule")
        expect(page.locator("#flash")).to_contain_text("is ruled on; both sides are told")
        expect(page.locator("#main")).to_be_focused()
        ruling = Ruling.objects.get(sentence=SENTENCE)
        assert ruling.kind == "compromise"
        for side in (self.cmo, self.cto):
            self.open(side, f"/cases/{ruling.escalation.key}/")
            expect(side.locator("main")).to_contain_text(SENTENCE)
            expect(side.get_by_role("button", name="Rule")).to_have_count(0)

    def what_nobody_decides_for_ninety_days_comes_to_her_by_itself(self) -> None:
        stuck = Escalation.objects.live().values("ask")
        left = WorkRequest.objects.undecided().exclude(pk__in=stuck).latest("filed_at")
        clock.shift(timedelta(days=90))
        try:
            raise_aged(at=clock.now())
        finally:
            clock.shift(timedelta(0))
        page = self.open(self.coo, "/docket/")
        case = Escalation.objects.live().get(ask=left)
        expect(page.locator(f"#move-{case.key}")).to_contain_text(left.key)
        page.locator(f"#move-{case.key}").get_by_role("link", name="Look and rule").click()
        expect(page.locator("main")).to_contain_text("undecided for 90 days")


def day(*, weeks: int) -> str:
    return (clock.now() + timedelta(weeks=weeks)).date().isoformat()


def fine(page: Page) -> None:
    """Axe finds nothing, and nothing scrolls sideways."""
    size = page.viewport_size
    assert size
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], f"{page.url} is too wide"
    unroll(page, size["width"])
    faults = see_by_axe(page)
    page.set_viewport_size(size)
    assert not faults, f"{page.url}\n" + "\n".join(faults)
