"""Every page of the table of routes, each as the person who sees most of it, in a world filled with every record.

Pages that are added to the table are walked by themselves. What is no page of its own (a part, a picture, a file, an
answer to scripts) is known by what it answers and left out.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.test import Client
from playwright.sync_api import Page, Response

from tests.architecture.routes import PAGES
from tests.architecture.walker import Visit
from tests.architecture.world import EVERYBODY, STRANGER, World, make_world
from tests.browser.live import WIDE, InChromium
from tests.browser.sight import MEASURES

SEES_MOST = {"/docket/": "coo", "/cases/": "coo", "/triage/": "platform_lead", "/people/": "admin"}
ALSO = {"/": ("analyst", "frontend_lead", "coo", "admin", "newcomer"), "/requests/": ("seo_lead",)}
"""Pages that are another page to others."""


def viewers(visit: Visit) -> tuple[str, ...]:
    """Who walks it: the CTO wherever they may, whoever it is made for, and those to whom it is another page."""
    if visit.who == set(EVERYBODY):
        return (STRANGER,)
    made_for = [name for prefix, name in SEES_MOST.items() if visit.path.startswith(prefix)]
    first = next(name for name in (*made_for, "cto", *EVERYBODY) if name in visit.who)
    return (first, *(name for name in ALSO.get(visit.path, ()) if name in visit.who))


class WalkInChromium(InChromium):
    """The world of the table of routes behind a live server."""

    world: ClassVar[World]

    @classmethod
    def fill(cls) -> None:
        cls.world = make_world()

    def setUp(self) -> None:
        super().setUp()
        self.others: list[str] = []
        self.windows: dict[str, Page] = {}

    def client_of(self, role: str) -> Client:
        return self.world.signed_in(role)

    def addresses(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """Person and path of every page of which this is true."""
        clients = {name: self.world.signed_in(name) for name in EVERYBODY}
        for visit in PAGES:
            path = visit.path.format_map(self.world.names)
            if visit.method == "GET" and visit.who and wanted(path):
                yield from ((name, path) for name in viewers(visit) if is_page(clients[name], path))

    def visit(self, person: str, path: str, **options: Any) -> tuple[Page, Response]:
        """In a window of this person, as wide as a desk and light."""
        if person not in self.windows:
            page = self.enter("" if person == STRANGER else person, color_scheme="light", **options)
            page.add_init_script(MEASURES)
            page.on("request", lambda asked: self.note_host(asked.url))
            self.windows[person] = page
        page = self.windows[person]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"]})
        answer = page.goto(f"{self.live_server_url}{path}")
        assert answer is not None
        return page, answer

    def note_host(self, url: str) -> None:
        if urlsplit(url).scheme not in {"data", "blob"} and not url.startswith(self.live_server_url):
            self.others.append(url)


def is_page(client: Client, path: str) -> bool:
    answer = client.get(path)
    if answer.streaming or "html" not in answer.headers.get("Content-Type", ""):
        return False
    return b"<html" in answer.content
