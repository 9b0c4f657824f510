"""Every page, light and dark, from a phone to a wall: axe finds nothing, nothing scrolls sideways, nobody else is asked."""

import re

import pytest
from playwright.sync_api import Page, Response

from tests.architecture.world import STRANGER
from tests.browser.sight import NARROWEST, OF_LOOKS, WIDTHS, see_by_axe, see_width, unroll
from tests.browser.walk import WalkInChromium
from tracker.management.commands.fill_demo import fill_demo

pytestmark = [pytest.mark.browser, pytest.mark.walks]
WORK = ("/requests/", "/triage/", "/backlog/", "/projects/", "/line/", "/capacity/", "/docket/", "/cases/", "/limbo/")
LOOSE = re.compile(r"unsafe|\*|https?:|strict-dynamic")
SCRIPTS = re.compile(r"script-src 'self' 'nonce-[\w+/=-]{20,}'(;|$)")


class WorkPagesTests(WalkInChromium):
    def test_every_page_of_the_work_is_fit_for_everybody(self) -> None:
        walk(self, work=True)


class OtherPagesTests(WalkInChromium):
    def test_every_other_page_is_fit_for_everybody(self) -> None:
        walk(self, work=False)


class DemoDoorTests(WalkInChromium):
    @classmethod
    def fill(cls) -> None:
        fill_demo()

    def test_the_door_of_the_demo_is_fit_for_everybody(self) -> None:
        with self.settings(DEMO=True):
            assert not see(self, STRANGER, "/demo/sign-in/")


class EmptyInstallationTests(WalkInChromium):
    @classmethod
    def fill(cls) -> None:
        """Nobody is there yet."""

    def test_the_first_page_of_all_is_fit_for_everybody(self) -> None:
        assert not see(self, STRANGER, "/start/")


def walk(test: WalkInChromium, *, work: bool) -> None:
    walked, found = 0, []
    for person, path in test.addresses(lambda path: path.startswith(WORK) is work):
        found += [f"{path} of {person}: {fault}" for fault in see(test, person, path)]
        walked += 1
    assert not found, "\n".join(found)
    assert walked > 30


def see(test: WalkInChromium, person: str, path: str) -> list[str]:
    """All that is wrong with one page."""
    page, answer = test.visit(person, path)
    found = [*see_policy(answer), *look(page), *test.complaints, *(f"asks {url}" for url in test.others)]
    test.complaints.clear()
    test.others.clear()
    return found if answer.status == 200 else [f"answers {answer.status}", *found]


def look(page: Page) -> list[str]:
    """Light on a desk, then dark on a phone: what a scheme has wrong it has wrong at every width."""
    found = [f"light: {fault}" for fault in see_by_axe(page)]
    found += [fault for width in WIDTHS for fault in see_width(page, width)]
    page.emulate_media(color_scheme="dark")
    found += see_width(page, NARROWEST)
    unroll(page, NARROWEST)
    return found + [f"dark on a phone: {fault}" for fault in see_by_axe(page, OF_LOOKS)]


def see_policy(answer: Response) -> list[str]:
    """Scripts and styles come from here alone, and what stands in the page itself is named by its nonce."""
    policy = answer.headers.get("content-security-policy", "")
    loose = bool(LOOSE.search(policy)) or "default-src 'none'" not in policy
    if loose or ("script-src" in policy and not SCRIPTS.search(policy)):
        return [f"loose policy: {policy or 'none'}"]
    return []
