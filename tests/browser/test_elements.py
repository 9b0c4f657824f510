"""The elements in a real browser: keys, moves, dialogs, the policy, and what axe says of them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.sight import RULES
from tests.makers import Cast

pytestmark = pytest.mark.browser


def enter(chromium: Browser, live_server: Any, cast: Cast, **options: Any) -> BrowserContext:
    client = Client()
    client.force_login(cast.cto)
    context = chromium.new_context(**options)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    return context


@pytest.fixture
def page(chromium: Browser, live_server: Any, cast: Cast, settings: Any) -> Iterator[Page]:
    """The page of elements; whatever the browser complains of fails the test."""
    settings.DEMO = True
    context = enter(chromium, live_server, cast, viewport={"width": 1280, "height": 900})
    shown = context.new_page()
    complaints: list[str] = []
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    shown.goto(f"{live_server.url}/elements/")
    shown.wait_for_load_state("networkidle")
    yield shown
    context.close()
    assert not complaints


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(
    chromium: Browser, live_server: Any, cast: Cast, settings: Any, scheme: Any, width: int
) -> None:
    settings.DEMO = True
    context = enter(
        chromium,
        live_server,
        cast,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    shown = context.new_page()
    shown.goto(f"{live_server.url}/elements/")
    found = Axe().run(shown, options=RULES)
    overflow = shown.evaluate("document.documentElement.scrollWidth") - width
    context.close()
    assert found.violations_count == 0, found.generate_report()
    assert overflow <= 0


def test_a_row_is_moved_by_keys_and_keeps_the_focus(page: Page) -> None:
    page.locator("#row-P-06").focus()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.keyboard.press("Alt+ArrowDown")
    assert "after=P-11&version=1&team=web" in (sent.value.post_data or "")
    expect(page.locator("#live")).to_contain_text("P-06")
    expect(page.locator("#row-P-06")).to_be_focused()


def test_a_row_is_moved_to_a_named_place(page: Page) -> None:
    page.locator("#row-P-06").focus()
    page.keyboard.press("m")
    assert focused(page) == "mover-after"
    page.select_option("#mover-after", "P-24")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.locator("#mover button[type=submit]").click()
    assert "after=P-24" in (sent.value.post_data or "")
    expect(page.locator("dialog:modal")).to_have_count(0)
    expect(page.locator("#row-P-06")).to_be_focused()


def test_a_row_is_moved_by_drag(page: Page) -> None:
    handle = page.locator("#row-P-11 [data-handle]")
    handle.scroll_into_view_if_needed()
    start, goal = handle.bounding_box(), page.locator("#row-P-02").bounding_box()
    assert start is not None
    assert goal is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, start["y"] - 10, steps=4)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.mouse.move(goal["x"] + 40, goal["y"] + 4, steps=10)
        page.mouse.up()
    assert re.search(r"after=(P-02)?&version=1", sent.value.post_data or "")


def test_keys_walk_rows_open_dialogs_and_are_listed(page: Page) -> None:
    page.keyboard.press("j")
    assert focused(page) == "move-R-63"
    page.keyboard.press("i")
    assert page.locator("#ask").evaluate("dialog => dialog.matches(':modal')")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert "What if…" in page.locator("#keys").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("propose")
    assert page.locator("#palette-list [role=option]").all_inner_texts()[0].startswith("Propose to Kenji")


def test_typing_in_a_field_is_never_taken_for_a_key(page: Page) -> None:
    page.locator("#id_title").fill("")
    page.locator("#id_title").press_sequentially("jim?")
    assert page.locator("#id_title").input_value() == "jim?"
    assert page.locator("dialog:modal").count() == 0


def test_a_form_pressed_twice_is_sent_once(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate(
        "(form => { form.requestSubmit(); form.requestSubmit(); })(document.querySelector('form.form[hx-post]'))"
    )
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1


def test_without_scripts_a_row_can_still_be_moved(
    chromium: Browser, live_server: Any, cast: Cast, settings: Any
) -> None:
    settings.DEMO = True
    context = enter(chromium, live_server, cast, java_script_enabled=False)
    shown = context.new_page()
    shown.goto(f"{live_server.url}/elements/")
    shown.locator("#row-P-06 [data-handle]").click()
    assert shown.locator("#mover").is_visible()
    with shown.expect_request(lambda request: request.method == "POST") as sent:
        shown.locator("#mover button[type=submit]").click()
    context.close()
    assert "version=1" in (sent.value.post_data or "")
