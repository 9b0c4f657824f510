"""The busiest pages of the demo company, in light and dark, on a phone and on a desk: axe finds nothing, nothing
scrolls sideways. Every page of all, with less on it, is walked in test_walk.py."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.live import InChromium
from tests.browser.sight import RULES
from tracker.backlog.models import BacklogItem

pytestmark = pytest.mark.browser
TALL = 4_000
"""Pixels: no bar at the edge of the screen lies over what is to be measured."""
PAGES = (
    ("", "/accounts/login/"),
    ("cto", "/"),
    ("seo-lead", "/"),
    ("seo-lead", "/requests/"),
    ("seo-lead", "/requests/R-41/"),
    ("seo-lead", "/requests/new/"),
    ("platform-lead", "/triage/"),
    ("cto", "/projects/"),
    ("cto", "/projects/P-11/"),
    ("cto", "/line/?team=web"),
    ("seo-lead", "/roadmap/"),
    ("seo-lead", "/roadmap/seo/links/"),
    ("frontend-lead", "answer"),
    ("admin", "/people/"),
    ("coo", "/policies/"),
    ("coo", "/calendars/firm/"),
    ("analyst", "/search/?q=page"),
)


class LooksTests(InChromium):
    def test_light_on_a_desk(self) -> None:
        self.look("light", 1280)

    def test_dark_on_a_desk(self) -> None:
        self.look("dark", 1280)

    def test_light_on_a_phone(self) -> None:
        self.look("light", 390)

    def test_dark_on_a_phone(self) -> None:
        self.look("dark", 390)

    def look(self, scheme: str, width: int) -> None:
        windows: dict[str, Page] = {}
        found = []
        for role, path in PAGES:
            if role not in windows:
                windows[role] = self.enter(role, viewport={"width": width, "height": TALL}, color_scheme=scheme)
            page = self.open(windows[role], self.address(path))
            faults = Axe().run(page, options=RULES)
            if faults.violations_count:
                found.append(f"{path}\n{faults.generate_report()}")
            beyond = page.evaluate("document.documentElement.scrollWidth") - width
            if beyond > 0:
                found.append(f"{path} is {beyond} pixels too wide")
        assert not found, "\n\n".join(found)

    def address(self, path: str) -> str:
        if path != "answer":
            return path
        return f"/backlog/{BacklogItem.objects.get(ask__key='R-63').key}/answer/"
