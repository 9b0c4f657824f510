"""The whole site read in Russian: wherever three English words stand together, a text escaped its translation.

What people wrote themselves (titles, names, reasons) is told apart by asking the database. Found here are texts that
were never wrapped, were translated when the module was imported, or were put together from pieces.
"""

import re
from collections.abc import Iterator
from copy import copy
from html import unescape
from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client, TestCase

from tests.architecture.routes import API, PAGES
from tests.architecture.walker import Visit, fill
from tests.architecture.world import World, make_world
from tests.callers import Answer
from tests.messages import PACKAGES, fresh_catalogs
from tracker.people.models import Firm, User

READERS = ("analyst", "platform_lead", "frontend_lead", "cto", "admin")
BEFORE_SIGN_IN = [
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-none/",
    "/accounts/inactive/",
    "/no-such-page/",
]
UNREAD = ("/healthz", "/readyz", "/elements/", "/language/")
TONGUELESS = re.compile(
    r"<(script|style|svg|kbd|code|pre)\b.*?</\1>|<!--.*?-->|<option[^>]*value=\"\w+/[^<]*", re.DOTALL
)
SPOKEN = re.compile(r"""\b(?:aria-label|title|placeholder|alt|data-confirm|content)="([^"]+)\"""")
ENGLISH = re.compile(r"\b[a-zA-Z]['’a-zA-Z]*(?:[ ,]{1,2}[a-zA-Z]['’a-zA-Z]*){2,}")
KNOWN = {"width device-width, initial-scale", "S, M, L"}


def spoken(page: str) -> str:
    """What a person reads or hears of a page, one text a line."""
    page = TONGUELESS.sub("\n", page)
    return unescape("\n".join([*SPOKEN.findall(page), re.sub(r"<[^>]*>", "\n", page)]))


def written_by_people() -> str:
    """Every text of every row; where something was translated into a row, its English is not somebody's own words."""
    own = "\n".join(_texts())
    for message in (message for catalog in fresh_catalogs() for message in catalog):
        for text in message.id if isinstance(message.id, (list, tuple)) else [message.id]:
            if len(text.split()) > 2:
                own = own.replace(text, "")
    return own


def _texts() -> Iterator[str]:
    with connection.cursor() as cursor:
        for model in (model for name in PACKAGES for model in apps.get_app_config(name).get_models()):
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(model._meta.db_table)} t")
            for (row,) in cursor.fetchall():
                yield row


@pytest.mark.walks
class TestTheSiteInRussian(TestCase):
    world: ClassVar[World]
    own: ClassVar[str]
    clients: ClassVar[dict[str, Client]]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = make_world()
        User.objects.update(language="ru")
        cls.own = written_by_people()
        cls.clients = {name: cls.world.signed_in(name) for name in cls.world.people}
        for client in cls.clients.values():
            client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    def read(self, client: Client, visit: Visit, body: dict[str, Any]) -> str:
        """What the page says at last, after all redirections; what the visit changed is undone."""
        path = visit.path.format_map(self.world.names)
        cookies = copy(client.cookies)
        point = transaction.savepoint()
        answer: Answer
        if visit.method == "GET":
            answer = client.get(path, follow=True)
        else:
            answer = client.post(path, fill(body, self.world.names), follow=True)
        transaction.savepoint_rollback(point)
        client.cookies = cookies
        return "" if answer.streaming else answer.content.decode()

    def english(self, page: str, *bodies: Any) -> set[str]:
        """Runs of English words that nobody wrote."""
        own = self.own + str(bodies)
        return {
            run
            for line in spoken(page).splitlines()
            for run in ENGLISH.findall(line)
            if run not in KNOWN and not all(part in own for part in run.split(", "))
        }

    def check(self, found: dict[str, set[str]]) -> None:
        assert not found, "\n".join(f"{where}: {sorted(runs)}" for where, runs in found.items())

    def visited(self, method: str, *, empty: bool = False) -> dict[str, set[str]]:
        found = {}
        for visit in PAGES:
            if visit.method != method or visit.path.startswith(UNREAD):
                continue
            body = {} if empty else {**visit.body, **({"language": "ru"} if "language" in visit.body else {})}
            chosen = [name for name in READERS if name in visit.who]
            for name in chosen if method == "GET" else chosen[:1]:
                runs = self.english(self.read(self.clients[name], visit, body), body)
                if runs:
                    found[f"{visit.name} as {name}"] = runs
        return found

    def test_every_page_speaks_russian(self) -> None:
        self.check(self.visited("GET"))

    def test_what_a_step_answers_is_russian(self) -> None:
        self.check(self.visited("POST"))

    def test_what_is_wrong_with_an_empty_form_is_said_in_russian(self) -> None:
        self.check(self.visited("POST", empty=True))

    def test_whoever_may_not_is_told_so_in_russian(self) -> None:
        found = {}
        for visit in PAGES:
            if visit.path.startswith(UNREAD) or "newcomer" in visit.who:
                continue
            runs = self.english(self.read(self.clients["newcomer"], visit, visit.body), visit.body)
            if runs:
                found[visit.name] = runs
        self.check(found)

    def test_the_api_refuses_in_russian(self) -> None:
        callers = {name: self.world.caller(name) for name in (*READERS, "newcomer")}
        found = {}
        for visit in API:
            path = visit.path.format_map(self.world.names)
            for name in [*(name for name in READERS if name in visit.who), "newcomer"][::-1][:2]:
                point = transaction.savepoint()
                answer = callers[name].generic(visit.method, path, "{}", content_type="application/json")
                transaction.savepoint_rollback(point)
                runs = self.english(answer.content.decode()) if answer.status_code >= 400 else set()
                if runs:
                    found[f"{visit.name} as {name}"] = runs
        self.check(found)

    def test_pages_before_sign_in_speak_the_language_of_the_cookie(self) -> None:
        Firm.objects.update(demo=True)
        found = {}
        for path in [*BEFORE_SIGN_IN, "/demo/sign-in/"]:
            client = Client()
            client.cookies["tandem_language"] = "ru"
            runs = self.english(client.get(path, follow=True).content.decode())
            if runs:
                found[path] = runs
        self.check(found)


def test_the_first_minutes_are_in_russian(client: Client, db: None) -> None:
    client.cookies["tandem_language"] = "ru"
    page = client.get("/start/").content.decode()
    wrong = client.post("/start/", {}).content.decode()
    assert not [run for page in (page, wrong) for run in ENGLISH.findall(spoken(page)) if run not in KNOWN]


def test_english_is_found_wherever_it_hides() -> None:
    page = """<p title="Shown when it hovers">Пока <b>below the line now</b></p><script>not a text at all</script>"""
    assert ENGLISH.findall(spoken(page)) == ["Shown when it hovers", "below the line now"]
