"""The operations that are measured, and how."""

import http.client
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

import psutil
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.ledger import counted
from tracker.people.models import Token, User
from tracker.projects.models import Project

WARM, ROUNDS = 100, 500
FLOORS = {"list": 0.30, "detail": 0.35, "create": 0.15, "move": 0.10, "unchanged list": 0.80}
Call = tuple[str, str, str, dict[str, str]]


@dataclass
class Figure:
    """`ratio` is bare CPU / own CPU, `cpu_ms` the CPU of the web process, `database_ms` that of PostgreSQL beside it,
    each per call; `statements` leave out the one that finds the caller; `bytes` are those of one answer."""

    operation: str
    ratio: float
    cpu_ms: float
    database_ms: float
    statements: int
    bytes: int
    rows: int


@dataclass
class Answer:
    status: int
    body: bytes
    etag: str


class Visitor:
    """One kept connection that calls the server."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def call(self, method: str, path: str, body: str, headers: dict[str, str]) -> Answer:
        self.connection.request(method, path, body or None, headers)
        response = self.connection.getresponse()
        return Answer(response.status, response.read(), response.headers.get("ETag", ""))


def bearer(user: User) -> dict[str, str]:
    secret = secrets.token_urlsafe(32)
    Token.objects.create(
        user=user,
        digest=sha256(secret.encode()).digest(),
        scopes=["read", "write", "manage"],
        created_at=timezone.now(),
    )
    return {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}


def cookie(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    session: SessionStore = client.session  # type: ignore[assignment]
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}


def cpu_of(processes: list[psutil.Process]) -> float:
    """CPU seconds used so far."""
    total = 0.0
    for process in processes:
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total


def web_processes(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def database_processes() -> list[psutil.Process]:
    """The processes of our own PostgreSQL, without the one that serves this script."""
    connection.ensure_connection()
    own = connection.connection.info.backend_pid
    postmaster = psutil.Process(own).parent()
    assert postmaster is not None
    return [process for process in postmaster.children() if process.pid != own]


def statements_of(call: Call) -> int:
    """Counted in this process by the same code, without the one that finds who calls."""
    method, path, body, headers = call
    with counted() as seen:
        Client(headers=headers, SERVER_NAME="127.0.0.1").generic(method, path, body, content_type="application/json")
    finders = sum("tracker_token" in sql or "django_session" in sql for sql in seen.statements)
    people = sum(sql.startswith("SELECT") and '"tracker_user"."password"' in sql for sql in seen.statements)
    return len(seen) - finders - people


def measure(name: str, visitor: Visitor, pid: int, calls: Iterator[Call], rows: int, bare: float | None) -> Figure:
    """Warms up, then takes CPU time around ROUNDS calls, one after the other."""
    for _round in range(WARM):
        answer = visitor.call(*next(calls))
        if answer.status >= 400:
            raise SystemExit(f"{name}: {answer.status} {answer.body[:400]!r}")
    web, database = web_processes(pid), database_processes()
    before = cpu_of(web), cpu_of(database)
    for _round in range(ROUNDS):
        answer = visitor.call(*next(calls))
    own = (cpu_of(web) - before[0]) / ROUNDS * 1000
    theirs = (cpu_of(database) - before[1]) / ROUNDS * 1000
    statements = statements_of(next(calls)) if bare else 0
    return Figure(
        name, round((bare or own) / own, 3), round(own, 3), round(theirs, 3), statements, len(answer.body), rows
    )


def always(call: Call) -> Iterator[Call]:
    while True:
        yield call


def filings(headers: dict[str, str]) -> Iterator[Call]:
    for number in count():
        body = {
            "type": "structured-data",
            "title": f"Measured request {number}",
            "area": "product-pages",
            "example_urls": ["https://lumen.example/p/1"],
            "why": "To know what it costs.",
        }
        yield "POST", "/api/v1/requests/", json.dumps(body), headers


def moves(headers: dict[str, str]) -> Iterator[Call]:
    """The same few projects wander up and down their lists, over the line and back."""
    keys = list(Project.objects.order_by("rank").values_list("key", flat=True))
    for number in count():
        mover = keys[200 + number % 7 * 100]
        after = keys[(number * 397) % 1900]
        if mover != after:
            yield "POST", f"/api/v1/projects/{mover}/move/", json.dumps({"after": after}), headers


def measure_all(port: int, pid: int, cto: User, marketer: User) -> list[Figure]:
    visitor = Visitor(port)
    as_cto, as_marketer = bearer(cto), bearer(marketer)
    bare = measure("bare", visitor, pid, always(("GET", "/api/v1/bare/", "", {})), 0, None)
    page = ("GET", "/api/v1/requests/?limit=50", "", as_marketer)
    tag = {"If-None-Match": visitor.call(*page).etag}
    plan: list[tuple[str, Iterator[Call], int]] = [
        ("list", always(page), 50),
        ("unchanged list", always((*page[:3], as_marketer | tag)), 0),
        ("detail", always(("GET", "/api/v1/requests/R-77/", "", as_marketer)), 1),
        ("create", filings(as_marketer), 1),
        ("move", moves(as_cto), 1),
        ("line", always(("GET", "/api/v1/line/?team=team-3", "", as_marketer)), 107),
        ("home", always(("GET", "/", "", cookie(marketer))), 0),
    ]
    figures = [bare]
    for name, calls, rows in plan:
        figures.append(measure(name, visitor, pid, calls, rows, bare.cpu_ms))
        print(figures[-1], flush=True)
    return figures


def table(figures: list[Figure]) -> str:
    lines = [f"{'operation':16} {'ratio':>7} {'floor':>6} {'cpu ms':>8} {'db ms':>8} {'stmts':>6} {'bytes':>8}"]
    for figure in figures:
        floor = FLOORS.get(figure.operation)
        mark = "" if floor is None else f"{floor:.2f}"
        missed = "  below its floor" if floor is not None and figure.ratio < floor else ""
        lines.append(
            f"{figure.operation:16} {figure.ratio:7.3f} {mark:>6} {figure.cpu_ms:8.3f} {figure.database_ms:8.3f}"
            f" {figure.statements:6} {figure.bytes:8}{missed}"
        )
    return "\n".join(lines)
