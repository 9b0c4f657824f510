"""The whole loop without a mouse: file, triage, embed, move across the line; a case is ruled on by keys in test_s11.

Only keys are pressed and only what has the focus is typed into. Whenever a page is swapped the focus is somewhere, and
what happened is said by a live region.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import InChromium
from tracker.backlog.models import BacklogItem
from tracker.intake.models import WorkRequest
from tracker.projects.models import Effort, Project

pytestmark = pytest.mark.browser
TABS = 120
WATCH_FOCUS = """
document.addEventListener("htmx:after:settle", () => setTimeout(() => {
  if (document.activeElement === document.body || !document.activeElement) loseFocus(location.pathname);
}));
"""


class ByKeysTests(InChromium):
    def setUp(self) -> None:
        super().setUp()
        self.lost: list[str] = []

    def tearDown(self) -> None:
        super().tearDown()
        assert not self.lost, "the focus was lost after a swap"

    def sit_down(self, role: str, path: str) -> Page:
        page = self.enter(role)
        page.expose_function("loseFocus", lambda path: self.lost.append(path))
        page.add_init_script(WATCH_FOCUS)
        return self.open(page, path)

    def test_a_request_is_filed(self) -> None:
        page = self.sit_down("seo-lead", "/")
        page.keyboard.press("c")
        page.wait_for_url("**/requests/new/**")
        tab_to(page, "[name=type]")
        choose(page, "performance")
        expect(page.locator("#id_metric")).to_be_visible()
        tab_to(page, "#id_title")
        page.keyboard.type("A quicker basket")
        tab_to(page, "#id_area")
        page.keyboard.type("Product")
        tab_to(page, "#id_example_urls")
        page.keyboard.type("https://www.lumen.example/p/1")
        tab_to(page, "#id_why")
        page.keyboard.type("People leave before it is drawn.")
        tab_to(page, "#id_metric")
        page.keyboard.type("LCP")
        press_button(page, "File it")
        said(page, "is filed")
        assert WorkRequest.objects.get(title="A quicker basket").state == "filed"
        expect(page.locator("#main")).to_be_focused()

    def test_a_refused_form_takes_the_focus_to_what_is_wrong(self) -> None:
        page = self.sit_down("seo-lead", "/requests/new/?type=performance")
        tab_to(page, "#id_title")
        page.keyboard.type("Too little")
        press_button(page, "File it")
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.locator("#id_title")).to_have_value("Too little")

    def test_a_request_is_triaged(self) -> None:
        page = self.sit_down("platform-lead", "/triage/")
        expect(page.locator("#open-request")).to_contain_text("R-56")
        page.keyboard.press("a")
        expect(page.locator("#accept")).to_be_visible()
        press_button(page, "Accept")
        said(page, "R-56 is accepted")
        expect(page.locator("#open-request")).to_contain_text("R-58")
        page.keyboard.press("d")
        page.keyboard.type("The old page says it already.")
        press_button(page, "Decline")
        said(page, "R-58")
        states = dict(WorkRequest.objects.filter(key__in=["R-56", "R-58"]).values_list("key", "state"))
        assert states == {"R-56": "accepted", "R-58": "declined"}

    def test_a_request_is_embedded_and_its_host_says_yes(self) -> None:
        page = self.sit_down("seo-lead", "/requests/R-41/")
        page.keyboard.press("e")
        said(page, "P-06 is asked to carry R-41")
        item = BacklogItem.objects.get(ask__key="R-41")
        kenji = self.sit_down("frontend-lead", "/")
        walk_to(kenji, f"#move-{item.key}")
        kenji.keyboard.press("Enter")
        kenji.wait_for_url(f"**/backlog/{item.key}/**")
        if not kenji.url.endswith("/answer/"):
            press_link(kenji, f"/backlog/{item.key}/answer/")
        kenji.wait_for_url("**/answer/")
        tab_to(kenji, "#id_conditions")
        kenji.keyboard.type("price and stock only")
        press_button(kenji, "Accept it")
        said(kenji, "R-41")
        item.refresh_from_db()
        assert (item.state, item.conditions) == ("agreed", "price and stock only")

    def test_a_project_crosses_the_line(self) -> None:
        page = self.sit_down("cto", "/line/?team=web")
        walk_to(page, "#row-P-31")
        assert Project.objects.get(key="P-31").above
        page.keyboard.press("m")
        expect(page.locator("#mover-after")).to_be_focused()
        goal = Effort.objects.filter(team__key="web").order_by("-project__rank")[0].project.key
        for _step in range(TABS):
            if page.locator("#mover-after").input_value() == goal:
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        press_button(page, "Move")
        said(page, "P-31")
        expect(page.locator("#row-P-31")).to_be_focused()
        expect(page.locator("#row-P-31")).to_have_class("rankrow below")
        assert not Project.objects.get(key="P-31").above

    def test_every_page_is_entered_by_the_same_two_keys(self) -> None:
        page = self.sit_down("analyst", "/requests/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        assert page.get_by_role("main").count() == 1
        assert page.get_by_role("heading", level=1).count() == 1
        for name in ("Places", "You are here"):
            expect(page.get_by_role("navigation", name=name)).to_be_visible()


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def tab_to(page: Page, selector: str) -> None:
    """By Tab alone, as far as it takes."""
    for _tab in range(TABS):
        if focused(page, selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by Tab on {page.url}")


def walk_to(page: Page, row: str) -> None:
    """By j alone, from row to row."""
    for _step in range(TABS):
        if focused(page, row):
            return
        page.keyboard.press("j")
    pytest.fail(f"{row} is not reached by j on {page.url}")


def choose(page: Page, value: str) -> None:
    """One of the radios that have the focus."""
    for _step in range(TABS):
        if page.evaluate("document.activeElement.checked && document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"{value} is not among the choices")


def press_button(page: Page, name: str) -> None:
    for _tab in range(TABS):
        own = "const it = document.activeElement; return it.matches('button, input[type=submit]') ? it.innerText : ''"
        if name in page.evaluate(f"() => {{ {own} }}"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the button {name} is not reached by Tab on {page.url}")


def press_link(page: Page, path: str) -> None:
    tab_to(page, f"main a[href='{path}']")
    page.keyboard.press("Enter")


def said(page: Page, text: str) -> None:
    """By a live region, which a screen reader reads aloud."""
    expect(page.get_by_role("status").filter(has_text=text).first).to_be_attached()
