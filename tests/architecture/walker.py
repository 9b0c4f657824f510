"""Walks every route as every person of the cast and as a stranger, and looks at what the database has to say."""

import json
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.architecture.world import EVERYBODY, World
from tests.callers import Answer

UNWATCHED = {"Session", "IdempotentCall", "EmailAddress", "EmailConfirmation", "ContentType", "Permission", "Group"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SIGN_IN = "/accounts/login/?next="


@dataclass(frozen=True)
class Visit:
    """One line of the matrix: `who` are those who may, everybody else may not.

    `writes` says whether the database is another one afterwards, None where that differs; `told` are further statuses
    that refuse, such as 422 where a form does not even offer the choice.
    """

    method: str
    path: str
    who: frozenset[str]
    body: dict[str, Any] = field(default_factory=dict)
    writes: bool | None = None
    told: frozenset[int] = frozenset()

    @property
    def api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def known_routes() -> Iterator[str]:
    """Every route of the resolver as `resolve` names it, such as `api/v1/requests/<slug:key>/ask/`."""

    def walk(entries: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for entry in entries:
            route = prefix + str(entry.pattern).removeprefix("^")
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, route)
            else:
                yield route

    yield from walk(get_resolver().url_patterns, "")


def route_of(path: str) -> str:
    return resolve(path.partition("?")[0]).route.replace("^", "")


@cache
def watched_tables() -> list[type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model.__name__ not in UNWATCHED and not model._meta.proxy]


def fingerprint() -> tuple[Any, ...]:
    """Number and content of the rows of all tables (one statement): equal where nothing was changed."""
    parts = [
        f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t"
        for table in sorted(model._meta.db_table for model in watched_tables())
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return tuple(sorted(cursor.fetchall()))


def count_writes() -> int:
    """Rows of all tables that this transaction has ever inserted, updated or deleted, what was undone included."""
    tables = ", ".join(f"'{model._meta.db_table}'::regclass" for model in watched_tables())
    counters = ("inserted", "updated", "deleted")
    total = " + ".join(f"pg_stat_get_xact_tuples_{counter}(told)" for counter in counters)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum({total}) FROM unnest(ARRAY[{tables}]) told")
        (found,) = cursor.fetchone()
    return int(found)


@dataclass(frozen=True)
class Outcome:
    """What a visit came to; `text` is what the visitor read, `kind` its media type."""

    status: int
    changed: bool
    sent_away: bool
    text: str
    kind: str

    @property
    def let_in(self) -> bool:
        return self.status < 400 and not self.sent_away

    def __str__(self) -> str:
        return f"{self.status}{', sent away' if self.sent_away else ''}{', changed' if self.changed else ''}"


class Undone(Exception):
    """Ends every visit: what it changed is rolled back."""


class Walker:
    """Pays visits to a world; everybody signs in once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browsers = {person: world.signed_in(person) for person in EVERYBODY}
        self.callers = {person: world.caller(person) for person in EVERYBODY}
        self.look_around()

    def look_around(self) -> None:
        """What the tables hold now is what they hold before each visit."""
        self.before, self.writes = fingerprint(), count_writes()

    def has_changed(self) -> bool:
        """Where no row was written none can have changed: that answer costs a tenth of reading all of them."""
        writes, self.writes = self.writes, count_writes()
        return writes != self.writes and fingerprint() != self.before

    def client(self, visit: Visit, person: str) -> Client:
        return self.callers[person] if visit.api else self.browsers[person]

    def path(self, visit: Visit) -> str:
        return visit.path.format_map(self.world.names)

    def pay(self, visit: Visit, person: str, **headers: str | None) -> Outcome:
        """One visit, undone afterwards; a header that is None is not sent."""
        client = self.client(visit, person)
        usual = {"If-Match": self.tag(visit)} if visit.method == "PATCH" and "If-Match" not in headers else {}
        sent = {name: value for name, value in {**usual, **headers}.items() if value is not None}
        return self.undone(client, lambda: self.send(visit, client, sent))

    def undone(self, client: Client, send: Callable[[], Answer]) -> Outcome:
        cookies = copy(client.cookies)
        outcome = None
        try:
            with transaction.atomic():
                answer = send()
                text = "" if answer.streaming else answer.content.decode(errors="replace")
                away = answer.headers.get("Location", "").startswith(SIGN_IN)
                kind = answer.headers.get("Content-Type", "").partition(";")[0]
                outcome = Outcome(answer.status_code, self.has_changed(), away, text, kind)
                raise Undone
        except Undone:
            client.cookies = cookies
        assert outcome is not None
        return outcome

    def send(self, visit: Visit, client: Client, headers: dict[str, str]) -> Answer:
        path = self.path(visit)
        if visit.method == "GET":
            return client.get(path, headers=headers)
        body = fill(visit.body, self.world.names)
        if visit.method == "POST" and visit.api and any(isinstance(value, bytes) for value in visit.body.values()):
            form = {name: value for name, value in body.items() if value is not None}
            return client.post(path, form, headers=headers)
        if visit.api:
            return client.generic(
                visit.method, path, json.dumps(body, default=str), content_type="application/json", headers=headers
            )
        if visit.method == "POST":
            return client.post(path, body, headers=headers)
        return client.generic(visit.method, path, headers=headers)

    def tag(self, visit: Visit) -> str:
        """The ETag of the record as somebody reads it who may change it."""
        reader = self.client(visit, sorted(visit.who)[0])
        return str(reader.get(self.path(visit)).headers["ETag"])


def fill(value: Any, names: dict[str, str]) -> Any:
    """Placeholders in a body become what the world calls them; a bytes value becomes a file."""
    if isinstance(value, dict):
        return {name: fill(inner, names) for name, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, names) for inner in value]
    if isinstance(value, bytes):
        return SimpleUploadedFile("jira.csv", value)
    return value.format_map(names) if isinstance(value, str) else value
