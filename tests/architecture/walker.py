"""Walks every route as every person of the cast and as a stranger, and looks at what the database has to say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.callers import Caller

UNWATCHED = {"Session", "IdempotentCall", "EmailAddress", "EmailConfirmation", "ContentType", "Permission", "Group"}


@dataclass(frozen=True)
class Visit:
    """One line of the matrix: `who` are the people of the cast who may, everybody else may not."""

    method: str
    path: str
    who: frozenset[str]
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def route(self) -> str:
        return f"{self.method} {resolve(self.path.partition('?')[0]).route}"


def known_routes() -> Iterator[str]:
    """Every route of the resolver with the methods that its view answers, such as `POST api/v1/requests/<str:key>/ask/`."""

    def walk(entries: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, Any]]:
        for entry in entries:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, route)
            else:
                yield route, entry.callback

    for route, view in walk(get_resolver().url_patterns, ""):
        kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
        if kind is not None:
            for method in ("get", "post", "put", "patch", "delete"):
                if hasattr(kind, method):
                    yield f"{method.upper()} {route}"
        else:
            allowed = getattr(view, "methods", ("GET", "POST"))
            for method in allowed:
                yield f"{method} {route}"


def watched_tables() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__name__ not in UNWATCHED and not model._meta.proxy]


def fingerprint() -> tuple[Any, ...]:
    """Counts and versions of all tables: equal before and after where nothing was changed (one statement)."""
    parts = []
    for model in watched_tables():
        table = model._meta.db_table
        names = {column.column for column in model._meta.local_concrete_fields}
        version = "coalesce(sum(version), 0)" if "version" in names else "0"
        extra = "".join(
            f" || coalesce(max({name})::text, '')" for name in ("read_at", "revoked_at", "updated_at") if name in names
        )
        parts.append(f"SELECT '{table}', count(*), {version}::text{extra} FROM {table}")
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return tuple(sorted(cursor.fetchall()))


@dataclass
class Outcome:
    status: int
    changed: bool
    sent_away: bool

    @property
    def let_in(self) -> bool:
        return self.status < 400 and not self.sent_away


class Undone(Exception):
    pass


def pay(visit: Visit, client: Client | Caller) -> Outcome:
    """One visit, undone afterwards."""
    outcome = Outcome(0, False, False)
    try:
        with transaction.atomic():
            before = fingerprint()
            response = send(visit, client)
            away = response.status_code in (301, 302, 303) and "/accounts/login" in response.headers["Location"]
            outcome = Outcome(response.status_code, fingerprint() != before, away)
            raise Undone
    except Undone:
        return outcome


def send(visit: Visit, client: Client | Caller) -> HttpResponse:
    if isinstance(client, Caller):
        if visit.method == "GET":
            return client.get(visit.path)
        body = dict(visit.body)
        match = body.pop("If-Match", None)
        if visit.method == "PATCH":
            return client.patch(visit.path, body, match=match)
        return client.post(visit.path, body, match=match)
    if visit.method == "GET":
        return client.get(visit.path)
    return client.post(visit.path, visit.body)
