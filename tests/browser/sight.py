"""What a page is looked at for: what axe says of it, its width, and what measures.js measures in it."""

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.live import WIDE

AXE = Axe()
Rules = dict[str, Any]
RULES: Rules = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
    "iframes": False,
}
TARGET_SIZE = "target-size"
OF_LOOKS = {
    **RULES,
    "runOnly": {"type": "rule", "values": ["color-contrast", TARGET_SIZE, "scrollable-region-focusable"]},
}
"""What depends on the scheme and the width; all else is the same at every width."""
NARROWEST = 360
WIDTHS = (768, 2560)
"""Besides those at which axe looks."""
MEASURES = Path(__file__).with_name("measures.js").read_text()


def see_by_axe(page: Page, rules: Rules = RULES) -> list[str]:
    """What axe finds, a line each; the size of targets is among what it looks at."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("rules => axe.run(rules)", rules)
    looked = {one["id"] for kind in ("passes", "violations", "incomplete", "inapplicable") for one in found[kind]}
    assert TARGET_SIZE in looked
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


def see_width(page: Page, width: int) -> list[str]:
    """What scrolls sideways in a window of this width."""
    page.set_viewport_size({"width": width, "height": WIDE["height"]})
    beyond = page.evaluate("document.documentElement.scrollWidth") - width
    return [f"{beyond} pixels wider than {width}"] if beyond > 0 else []


def unroll(page: Page, width: int) -> None:
    """A window so high that no bar at its edge lies over what else is on the page."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height + 200})
