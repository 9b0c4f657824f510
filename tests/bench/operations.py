"""The operations that are measured, and how."""

import http.client
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import psutil
from django.db import connection
from django.utils import timezone

from tracker.people.models import Token, User

WARM, ROUNDS = 60, 300
FLOORS = {"list": 0.30, "detail": 0.35, "create": 0.15, "move": 0.10, "unchanged list": 0.80}
Call = tuple[str, str, str, dict[str, str]]


@dataclass
class Figure:
    """`ratio` is bare CPU / own CPU; `cpu_ms` web and database together per request; `bytes` of one answer."""

    operation: str
    ratio: float
    cpu_ms: float
    statements: float
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


def cpu_of(processes: list[psutil.Process]) -> float:
    """CPU seconds used so far, ended children of a process included."""
    total = 0.0
    for process in processes:
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total


def processes_of(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    web = [root, *root.children(recursive=True)]
    own = connection.connection.info.backend_pid
    postmaster = psutil.Process(own).parent()
    assert postmaster is not None
    return web + [process for process in postmaster.children() if process.pid != own]


def statements_run() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query !~* '^(begin|commit|set|savepoint|release)'"
        )
        found: int = cursor.fetchone()[0]
    return found


def measure(name: str, visitor: Visitor, pid: int, calls: Iterator[Call], rows: int, bare: float | None) -> Figure:
    """Warms up, then takes CPU time around ROUNDS calls one after the other."""
    for _round in range(WARM):
        answer = visitor.call(*next(calls))
        if answer.status >= 400:
            raise SystemExit(f"{name}: {answer.status} {answer.body[:400]!r}")
    watched = processes_of(pid)
    before = cpu_of(watched)
    for _round in range(ROUNDS):
        answer = visitor.call(*next(calls))
    spent = (cpu_of(watched) - before) / ROUNDS * 1000
    return Figure(name, round((bare or spent) / spent, 3), round(spent, 3), 0, len(answer.body), rows)


def always(call: Call) -> Iterator[Call]:
    while True:
        yield call


def measure_all(port: int, pid: int, database_url: str, cto: User, marketer: User) -> None:
    visitor = Visitor(port)
    as_cto, as_marketer = bearer(cto), bearer(marketer)
    bare = measure("bare", visitor, pid, always(("GET", "/api/v1/bare/", "", {})), 0, None)
    figures = [bare]
    unchanged = visitor.call("GET", "/api/v1/sites/", "", as_cto)
    for name, calls, rows in [
        ("list", always(("GET", "/api/v1/areas/", "", as_marketer)), 2),
        ("unchanged list", always(("GET", "/api/v1/sites/", "", as_cto | {"If-None-Match": unchanged.etag})), 0),
        ("detail", always(("GET", "/api/v1/areas/search/", "", as_marketer)), 1),
    ]:
        figures.append(measure(name, visitor, pid, calls, rows, bare.cpu_ms))
    for figure in figures:
        print(figure)
    Path("bench.json").write_text(json.dumps([asdict(figure) for figure in figures], indent=1))
