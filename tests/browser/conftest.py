"""One Chromium for all tests of the interface."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.screenshots import NAMES, find_chromium


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Skips, saying why, where there is no Chromium; with CI=true nothing is left out."""
    path = find_chromium()
    if not path:
        reason = f"Chromium was not found on PATH (looked for {', '.join(NAMES)}): install it to run the browser tests"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in the thread of the tests, which looks to Django like asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            yield browser
            browser.close()
