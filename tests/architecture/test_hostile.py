"""Whatever is sent: a clear answer, never a server error, and nothing changed by what is refused."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, ClassVar
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.apps import apps
from django.http import QueryDict
from django.test import Client
from django.urls import resolve

from tests.architecture.routes import API, PAGES, ROUTES
from tests.architecture.test_routes import PART, OnTheWorld
from tests.architecture.walker import Outcome, Visit, fill
from tests.architecture.world import EVERYBODY

pytestmark = pytest.mark.walks

MEBIBYTE = 1024 * 1024
SCRIPT = "<script>alert(1)</script>"
NO_PAGES = ("application/json", "text/csv")
"""Media types that no browser runs: every answer forbids it to guess another."""
DEEP = "[" * 100_000
VALUES: tuple[Any, ...] = (
    "a\x00b",
    10**30,
    -(10**30),
    2**63,
    1e308,
    "NaN",
    "-Infinity",
    "1e400",
    "9" * 400,
    "\u202e\u0007\ufffe",
    "x" * 30_000,
    None,
    True,
    [],
    [[]],
    ["a\x00b"],
    {"a": {"b": "\x00"}},
    [{"a": 1}],
    "",
)
"""Put into every field of every body."""
TYPED = ("NaN", "1e400", "9" * 400, "٣", "x" * 30_000)
"""The same for forms, where everything is text."""
NUL = "a\x00b"
ASKED = (NUL, "\udcff", "9" * 30, "-1", "٣", "%", "x" * 3_000)
"""Values of a query; the second is no UTF-8."""
HIDDEN = (
    "version",
    "idempotency",
    "next",
    "after",
    "team",
    "period",
    "orphans_accepted",
    "answer",
    "stage",
    "file",
    "horizon",
)
"""What views read beside their forms."""
ASKING = {
    "/": (),
    "/search/": ("q",),
    "/people/": ("q", "role", "left", "after"),
    "/imports/": ("before",),
    "/imports/{planned_import}/": ("show", "after"),
    "/imports/{planned_findings}/": ("show", "after"),
    "/tickets/": ("show", "count", "after"),
    "/tickets/decide/": ("do", "pick"),
    "/requests/": ("q", "state", "delivery", "type", "area", "team", "mine", "sort", "after"),
    "/requests/new/": ("type", "area", "title"),
    "/requests/similar/": ("title", "area"),
    "/requests/questions/": ("type", "answers"),
    "/requests/{filed}/": ("dialog",),
    "/requests/{filed}/edit/": ("stage",),
    "/requests/{accepted}/embed/": ("host",),
    "/triage/": ("key", "show"),
    "/requests/{filed}/suggestions/": ("next",),
    "/backlog/": ("state", "project", "mine", "orphaned", "after"),
    "/notices/": ("after",),
    "/line/": ("team", "period", "move", "all"),
    "/capacity/": ("period",),
    "/projects/": ("team", "stage", "line", "owner", "area", "q", "after"),
    "/roadmap/": ("move", "dialog"),
    "/roadmap/items/{plan}/": ("dialog",),
    "/accounts/login/": ("next",),
}
NEVER_GIVEN = {
    *("id", "version", "rank", "state", "requester", "requester_team", "parties", "delivery", "created_at"),
    *("updated_at", "filed_at", "decided_by", "decided_at", "password", "is_active", "drawn", "overflow", "embedded"),
    *("above", "pinned", "pin_approver", "business_owner", "proposed_by", "digest", "user", "demo", "level", "seal"),
}
"""No body may set these, whatever it belongs to."""
GIVEN_HERE = {"/api/v1/products/": {"business_owner"}, "/api/v1/products/{product}/": {"business_owner"}}
"""A product is given its owners; a backlog item takes them from its request and its host."""


class Hostile(OnTheWorld):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        for client in (*cls.walker.browsers.values(), *cls.walker.callers.values()):
            client.raise_request_exception = False

    def first(self, visit: Visit) -> str:
        return next((name for name in ("cto", "admin", *EVERYBODY) if name in visit.who), "cto")

    def answered(self, outcome: Outcome, what: str) -> list[str]:
        return [f"{what}: {outcome}"] if outcome.status >= 500 else []

    def ask(self, path: str, person: str = "cto", **headers: str) -> Outcome:
        return self.walker.pay(Visit("GET", path, frozenset()), person, **headers)

    def post(self, path: str, body: str | bytes, kind: str = "application/json", person: str = "cto") -> Outcome:
        client = self.walker.client(Visit("POST", path, frozenset()), person)
        filled = path.format_map(self.world.names)
        return self.walker.undone(client, lambda: client.post(filled, data=body, content_type=kind, headers=PART))


EVERYTHING = "*"


@contextmanager
def noted_questions() -> Iterator[set[str]]:
    """The names that are looked for in what was sent; `EVERYTHING` where all of it is gone through."""
    asked: set[str] = set()

    def noting(method: str, *, one: bool) -> Any:
        original = getattr(QueryDict, method)

        def note(values: Any, *args: Any, **more: Any) -> Any:
            asked.add(args[0] if one else EVERYTHING)
            return original(values, *args, **more)

        return patch.object(QueryDict, method, note)

    with ExitStack() as patches:
        for method in ("__getitem__", "__contains__", "_getlist", "pop"):
            patches.enter_context(noting(method, one=True))
        for method in ("__iter__", "lists", "keys"):
            patches.enter_context(noting(method, one=False))
        yield asked


def writes(visits: list[Visit]) -> Iterator[Visit]:
    return (visit for visit in visits if visit.method in ("POST", "PATCH") and visit.who)


class TestBodies(Hostile):
    def test_no_value_in_a_body_breaks_a_resource(self) -> None:
        wrong = []
        for visit in writes(API):
            for name in visit.body:
                for value in VALUES:
                    bad = Visit(visit.method, visit.path, visit.who, {**visit.body, name: value})
                    outcome = self.walker.pay(bad, self.first(visit))
                    wrong += self.answered(outcome, f"{visit.name} {name}={str(value)[:30]!r}")
                    if outcome.status >= 400 and (outcome.changed or "errors" not in json.loads(outcome.text)):
                        wrong.append(f"{visit.name} {name}={str(value)[:30]!r}: {outcome} {outcome.text[:80]}")
        assert not wrong, "\n".join(wrong)

    def test_no_value_in_a_form_breaks_a_page(self) -> None:
        wrong = []
        for visit in writes(PAGES):
            own = [name for name in visit.body if name != "file"]
            tried = [dict.fromkeys([name], value) for name in own for value in ("NaN", "9" * 400)]
            tried += [dict.fromkeys(own, value) for value in TYPED]
            tried += [dict.fromkeys(set(HIDDEN) - set(own), value) for value in ("NaN", "9" * 30)]
            for values in tried:
                bad = Visit(visit.method, visit.path, visit.who, {**visit.body, **values})
                outcome = self.walker.pay(bad, self.first(visit), **PART)
                wrong += self.answered(outcome, f"{visit.name} {str(values)[:60]}")
        assert not wrong, "\n".join(wrong)

    def test_a_nul_anywhere_in_a_form_breaks_nothing(self) -> None:
        for visit in (visit for visit in writes(PAGES) if "/accounts/" not in visit.path):
            for name in self.read_by(visit):
                bad = Visit(visit.method, visit.path, visit.who, {**visit.body, name: NUL})
                outcome = self.walker.pay(bad, self.first(visit), **PART)
                assert outcome.status < 500, f"{visit.name} {name}: {outcome}"
                assert not outcome.changed or outcome.status < 400, f"{visit.name} {name}: {outcome}"

    def read_by(self, visit: Visit) -> list[str]:
        """Its own fields and all that it asks for beside them: no value can break what nobody reads."""
        with noted_questions() as asked:
            self.walker.pay(visit, self.first(visit), **PART)
        beside = asked | set(HIDDEN) if EVERYTHING in asked else asked
        return sorted({*visit.body, *beside} - {EVERYTHING, "file"})

    BODIES: ClassVar[list[tuple[str, bytes, str, set[int]]]] = [
        ("too large", b'{"title": "' + b"x" * MEBIBYTE + b'"}', "application/json", {413}),
        ("deep", DEEP.encode(), "application/json", {400}),
        ("deep and closed", DEEP.encode() + b"]" * 100_000, "application/json", {400}),
        ("half", b'{"title": "a', "application/json", {400}),
        ("not UTF-8", b'{"title": "\xff\xfe"}', "application/json", {400}),
        ("a lone surrogate", b'{"title": "\\ud800"}', "application/json", {400}),
        ("a list", b"[]", "application/json", {400}),
        ("a number", b"7", "application/json", {400}),
        ("no number", b'{"weeks": NaN, "added_weeks": Infinity}', "application/json", {400}),
        ("a huge number", b'{"weeks": 1' + b"0" * 5000 + b"}", "application/json", {400}),
        ("unknown fields", b'{"surprise": 1}', "application/json", {400}),
        ("a NUL as a name", b'{"\\u0000": 1}', "application/json", {400}),
        ("another type", b"title=a", "application/x-www-form-urlencoded", {415}),
        ("no type", b"{}x", "", {400, 415}),
        ("xml", b"<a/>", "application/xml", {415}),
    ]

    def test_a_body_that_cannot_be_read_is_refused_everywhere(self) -> None:
        wrong = []
        for visit in writes(API):
            client = self.walker.client(visit, self.first(visit))
            match = {"If-Match": self.walker.tag(visit)} if visit.method == "PATCH" else {}
            for what, body, kind, expected in self.BODIES:
                path = self.walker.path(visit)
                send = partial(client.generic, visit.method, path, body, content_type=kind, headers=match)
                outcome = self.walker.undone(client, send)
                if outcome.status not in expected or outcome.changed:
                    wrong.append(f"{visit.name}, {what}: {outcome} {outcome.text[:100]}")
        assert not wrong, "\n".join(wrong)

    def test_a_form_that_is_too_large_or_unreadable_is_refused(self) -> None:
        wrong = []
        form = "application/x-www-form-urlencoded"
        for visit in writes(PAGES):
            for what, body, kind in (
                ("too large", b"title=" + b"x" * MEBIBYTE, form),
                ("too many", b"&".join(b"a%d=1" % number for number in range(2_000)), form),
                ("not UTF-8", b"title=%ff%fe&name=%ff&key=%ff&after=%ff", form),
                (
                    "half a multipart",
                    b"--x\r\nContent-Disposition: form-data; name=",
                    "multipart/form-data; boundary=x",
                ),
                ("no boundary", b"--x", "multipart/form-data"),
                ("json", b"{}", "application/json"),
            ):
                outcome = self.post(visit.path, body, kind, self.first(visit))
                wrong += self.answered(outcome, f"{visit.name}, {what}")
                if what in ("too large", "too many") and (
                    outcome.status not in (302, 400, 413, 429) or outcome.changed
                ):
                    wrong.append(f"{visit.name}, {what}: {outcome}")
        assert not wrong, "\n".join(wrong)

    def test_a_long_idempotency_key_is_refused(self) -> None:
        client = self.walker.callers["seo_lead"]
        for key, expected in (("x" * 81, 400), ("x" * 10_000, 400)):
            headers = {"Idempotency-Key": key}
            send = partial(client.post, "/api/v1/requests/", {}, "application/json", headers=headers)
            outcome = self.walker.undone(client, send)
            assert outcome.status == expected


class TestAddresses(Hostile):
    def test_no_value_in_a_query_breaks_a_page(self) -> None:
        wrong = []
        for path, names in ASKING.items():
            for name in names:
                for value in ASKED:
                    asked = f"{path}?{name}={quote(value, errors='surrogateescape')}"
                    wrong += self.answered(self.ask(asked, **PART), asked[:80])
        assert not wrong, "\n".join(wrong)

    def test_every_page_bears_what_it_does_not_know(self) -> None:
        wrong = []
        for visit in (visit for visit in PAGES if visit.method == "GET"):
            path = visit.path.partition("?")[0]
            outcome = self.ask(f"{path}?surprise=%00&after=%00&q=%00&dialog=%00", self.first(visit), **PART)
            wrong += self.answered(outcome, visit.name)
        assert not wrong, "\n".join(wrong)

    def filters(self, visit: Visit) -> list[str]:
        view = resolve(self.walker.path(visit).partition("?")[0]).func
        return [*getattr(view.cls, "filters", {}), "limit", "cursor", "order", "key", "id", "team", "period", "q"]  # type: ignore[attr-defined]  # set by as_view

    def test_no_value_in_a_query_breaks_a_resource_and_what_it_does_not_know_is_refused(self) -> None:
        wrong = []
        for visit in (visit for visit in API if visit.method == "GET" and visit.who != set(EVERYBODY)):
            glue = "&" if "?" in visit.path else "?"
            for name in dict.fromkeys(self.filters(visit)):
                for value in ASKED:
                    asked = f"{visit.path}{glue}{name}={quote(value, errors='surrogateescape')}"
                    wrong += self.answered(self.ask(asked, self.first(visit)), asked[:90])
            listed = visit.path.count("/") == 4
            unknown = self.ask(f"{visit.path}{glue}surprise=1", self.first(visit))
            if listed and unknown.status != 400:
                wrong.append(f"{visit.name}, unknown filter: {unknown}")
        assert not wrong, "\n".join(wrong)

    def test_lists_refuse_limits_orders_and_cursors_that_mean_nothing(self) -> None:
        for query in ("limit=0", "limit=101", "limit=-1", "limit=1e1", "order=password", "order=-requester__password"):
            assert self.ask(f"/api/v1/requests/?{query}").status == 400, query
        for cursor in ("x", "%00", "AAAA", "////", "x" * 5000):
            assert self.ask(f"/api/v1/requests/?cursor={cursor}").status == 400, cursor

    def test_no_key_in_a_path_breaks_anything(self) -> None:
        wrong = []
        for visit in ROUTES:
            if "{" not in visit.path:
                continue
            for key in ("R-1%00", "%FF", "9" * 30, "R-" + "9" * 30, "x" * 500, "-1"):
                names = dict.fromkeys(self.world.names, key)
                path = visit.path.format_map(names)
                client = self.walker.client(visit, self.first(visit))
                body = fill(visit.body, self.world.names)
                sent = json.dumps(body, default=str) if visit.api and visit.method != "GET" else ""
                kind = "application/json" if visit.api else "application/x-www-form-urlencoded"
                headers = {"If-Match": '"1"', **({} if visit.api else PART)}
                send = partial(client.generic, visit.method, path, sent, content_type=kind, headers=headers)
                outcome = self.walker.undone(client, send)
                if outcome.status >= 500 or outcome.changed:
                    wrong.append(f"{visit.method} {path[:80]}: {outcome}")
        assert not wrong, "\n".join(wrong)

    def test_no_method_and_no_token_breaks_anything(self) -> None:
        wrong = []
        for visit in ROUTES:
            client = self.walker.client(visit, "cto")
            for method in ("OPTIONS", "HEAD", "TRACE", "CONNECT", "NONSENSE"):
                send = partial(client.generic, method, self.walker.path(visit), headers={} if visit.api else PART)
                outcome = self.walker.undone(client, send)
                if outcome.status >= 500 or outcome.changed:
                    wrong.append(f"{method} {visit.path}: {outcome}")
        for header in (
            "Bearer",
            "Bearer ",
            "Bearer \x00",
            "Bearer \xff",
            "Basic eDp5",
            "Bearer " + "x" * 9_000,
            "\x00",
        ):
            stranger = Client(raise_request_exception=False)
            answer = stranger.get("/api/v1/requests/", headers={"Authorization": header})
            if answer.status_code != 401:
                wrong.append(f"{header[:20]!r}: {answer.status_code}")
        assert not wrong, "\n".join(wrong)

    def test_no_header_breaks_anything(self) -> None:
        wrong = []
        for name in ("If-None-Match", "If-Match", "Accept-Language", "HX-Current-URL", "Accept", "Range", "Cookie"):
            for value in ("\x00", "\xff", "x" * 9_000, '"request.\x00-a"', '"' + "a." * 500 + '-b"', "//[", "*"):
                for path in ("/api/v1/requests/", "/requests/", "/api/v1/projects/{host}/"):
                    headers = {
                        name: value,
                        **({"HX-Request": "true", "HX-Target": "main#main"} if path[1] == "r" else {}),
                    }
                    outcome = self.ask(path, **headers)
                    wrong += self.answered(outcome, f"{path} {name}: {value[:20]!r}")
        assert not wrong, "\n".join(wrong)


class TestMarkup(Hostile):
    """What people write is shown as they wrote it, and is never a part of the page."""

    def test_markup_in_every_text_comes_out_escaped(self) -> None:
        for visit in writes(PAGES):
            texts = {
                name: SCRIPT for name in visit.body if name in ("title", "name", "text", "why", "reason", "question")
            }
            if not texts or "/accounts/" in visit.path:
                continue
            client = self.walker.client(visit, self.first(visit))
            client.post(self.walker.path(visit), fill({**visit.body, **texts}, self.world.names))
        self.walker.before = ()
        seen = 0
        for visit in (visit for visit in PAGES if visit.method == "GET" and visit.who):
            outcome = self.ask(visit.path, self.first(visit))
            text = outcome.text
            assert SCRIPT not in text or outcome.kind in NO_PAGES, f"{visit.name}: a browser would run it"
            seen += "&lt;script&gt;alert(1)" in text
        assert seen > 10


class TestMassAssignment(Hostile):
    def inputs(self) -> dict[tuple[str, str], set[str]]:
        """Fields of the body by method and path, as the description of the API names them."""
        schema = Client().get("/api/v1/schema/?format=json").json()
        parts = schema["components"]["schemas"]
        found = {}
        for path, methods in schema["paths"].items():
            for method, told in methods.items():
                ways: dict[str, Any] = told.get("requestBody", {}).get("content", {})
                content = next(iter(ways.values()))["schema"] if ways else {}
                part = parts.get(content.get("$ref", "").rpartition("/")[2], content)
                found[method.upper(), path] = set(part.get("properties", ()))
        return found

    def test_no_field_of_a_model_is_written_but_those_that_a_body_names(self) -> None:
        models = [model for name in ("tracker", "roadmap") for model in apps.get_app_config(name).get_models()]
        fields = {column.name for model in models for column in model._meta.fields}
        wrong, asked = [], self.inputs()
        for visit in writes(API):
            known = self.known(visit, asked)
            unknown = fields - known
            body = {**visit.body, **dict.fromkeys(unknown, 1)}
            outcome = self.walker.pay(Visit(visit.method, visit.path, visit.who, body), self.first(visit))
            refused = {error["attr"] for error in json.loads(outcome.text).get("errors", [])}
            if outcome.status != 400 or outcome.changed or not unknown <= refused:
                wrong.append(f"{visit.name}: {outcome}, taken: {sorted(unknown - refused)}")
            never = (NEVER_GIVEN & known) - GIVEN_HERE.get(visit.path, set())
            if never:
                wrong.append(f"{visit.name} takes {sorted(never)}")
        assert not wrong, "\n".join(wrong)

    def known(self, visit: Visit, asked: dict[tuple[str, str], set[str]]) -> set[str]:
        words = visit.path.partition("?")[0].strip("/").split("/")
        for (method, path), names in asked.items():
            other = path.strip("/").split("/")
            if method == visit.method and len(other) == len(words):
                same = [one == two or two.startswith("{") for one, two in zip(words, other, strict=True)]
                if all(same):
                    return names
        raise AssertionError(f"{visit.name} is not in the description of the API")
