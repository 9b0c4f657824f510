"""The demo company behind a live server, looked at with Chromium; filled once a class."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from roadmap.management.commands.fill_roadmap import fill_roadmap
from tests.lumen import sign_in
from tracker.escalations.models import Escalation
from tracker.management.commands.fill_demo import fill_demo

WIDE = {"width": 1280, "height": 900}
PATIENCE = 10_000


class InChromium(StaticLiveServerTestCase):
    """What the browser complains of (errors, the content policy) fails the test in which it did."""

    chromium: Browser
    pages: list[BrowserContext]
    complaints: list[str]

    @pytest.fixture(autouse=True)
    def meet_chromium(self, chromium: Browser) -> None:
        self.chromium = chromium

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        with transaction.atomic():
            cls.fill()

    @classmethod
    def fill(cls) -> None:
        """What the company holds; a class that looks at another one fills it otherwise."""
        fill_demo()
        fill_roadmap()

    @classmethod
    def tearDownClass(cls) -> None:
        call_command("flush", verbosity=0, interactive=False)
        super().tearDownClass()

    def _fixture_teardown(self) -> None:
        """The tests of a class share their company: each changes records of its own."""

    def setUp(self) -> None:
        self.pages, self.complaints = [], []

    def tearDown(self) -> None:
        for context in self.pages:
            context.close()
        assert not self.complaints, self.complaints

    def enter(self, role: str = "", **options: Any) -> Page:
        """A window of its own in which this person is signed in."""
        context = self.chromium.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})
        context.set_default_timeout(PATIENCE)
        self.pages.append(context)
        if role:
            name = settings.SESSION_COOKIE_NAME
            value = self.client_of(role).cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": self.live_server_url}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if complains(said.type, said.text) else None)
        return page

    def client_of(self, role: str) -> Client:
        return sign_in(role)

    def open(self, page: Page, path: str) -> Page:
        page.goto(f"{self.live_server_url}{path}")
        return page


def case_of(request: str) -> str:
    """Cases have the number that is next: here others may have been before it."""
    return f"/cases/{Escalation.objects.get(ask__key=request).key}/"


def complains(kind: str, text: str) -> bool:
    """A refusal that the page shows (409, 422) is an answer, although the browser logs it as an error."""
    return kind == "error" and "the server responded with a status of 4" not in text
