"""Pictures of the busiest pages of a running demo: python -m tests.screenshots [URL] [FOLDER] (make screenshots).

Light, dark, on a phone and in Russian. Starts nothing itself: `make run` serves the demo. With a third word only the
pages whose name begins with it are taken.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

PAGES = {
    "home": ("cto", "/"),
    "home-seo": ("seo-lead", "/"),
    "list": ("seo-lead", "/requests/?group=area"),
    "request": ("seo-lead", "/requests/R-41/"),
    "triage": ("platform-lead", "/triage/"),
    "portfolio": ("cto", "/projects/"),
    "line": ("cto", "/line/?team=web"),
    "capacity": ("cto", "/capacity/"),
    "roadmap": ("seo-lead", "/roadmap/"),
    "docket": ("coo", "/docket/"),
    "case": ("coo", "/cases/E-16/"),
    "limbo": ("coo", "/limbo/"),
}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
    "russian": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """Where Chromium is; empty where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


def main(address: str, folder: Path, only: str = "") -> int:
    chromium = find_chromium()
    if not chromium:
        print("Chromium was not found on PATH; install it, then take the pictures.")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (role, path) in PAGES.items():
            if name.startswith(only):
                for look, options in LOOKS.items():
                    take_picture(browser, address, role, path, folder / f"{name}-{look}.png", look, options)
        browser.close()
    return 0


def take_picture(
    browser: Browser, address: str, role: str, path: str, file: Path, look: str, options: dict[str, Any]
) -> None:
    """Signs in with one click, as the demo lets everybody; a Russian page is the same person's, read in Russian."""
    context = browser.new_context(reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto(f"{address}/demo/sign-in/")
    page.locator(f"main button[value='{role}@lumen.example']").click()
    page.wait_for_url(f"{address}/")
    if look == "russian":
        set_language(page, address, "ru")
    page.goto(f"{address}{path}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=look == "phone")
    print(file)
    if look == "russian":
        set_language(page, address, "en")
    context.close()


def set_language(page: Any, address: str, language: str) -> None:
    page.goto(f"{address}/profile/")
    page.select_option("select[name=language]", language)
    page.locator("form:has(select[name=language]) button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    sys.exit(main(given.get(0, "http://127.0.0.1:8000"), Path(given.get(1, "var/screenshots")), given.get(2, "")))
