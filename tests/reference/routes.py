"""Every route of the API in a line, from its OpenAPI schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from tests.reference.tables import table

MANAGED = (
    *("people", "teams", "sites", "areas", "freezes", "kpis", "request-types", "imports", "old-ticket-groups"),
    *("policies", "held-mail"),
)
"""Parts of the API whose changes take the scope manage (access.MANAGING); all other changes take write."""
OF_EITHER = "manage; of findings write"
SCOPES = {
    "/imports/": OF_EITHER,
    "/imports/{number}/columns/": OF_EITHER,
    "/imports/{number}/start/": OF_EITHER,
    "/imports/{number}/threshold/": "write",
    "/old-ticket-groups/keep/": "manage and write",
}
"""Findings become drafts of who imports them, and so do the groups that are kept."""
PAGING = ("limit", "cursor", "order")


@dataclass(frozen=True)
class Route:
    """One method of one path as the OpenAPI schema says it."""

    path: str
    method: str
    text: str
    filters: tuple[str, ...]

    @property
    def part(self) -> str:
        return self.path.split("/")[1]

    @property
    def scope(self) -> str:
        if self.method == "GET":
            return "read"
        return SCOPES.get(self.path) or ("manage" if self.part in MANAGED else "write")


def routes() -> Iterator[Route]:
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    for path, methods in sorted(schema["paths"].items()):
        for method in ("get", "post", "patch"):
            if method in methods:
                told = methods[method]
                asked = [one["name"] for one in told.get("parameters", []) if one["in"] == "query"]
                filters = tuple(name for name in asked if name not in PAGING)
                yield Route(path.removeprefix("/api/v1"), method.upper(), told.get("description", ""), filters)


def write_routes() -> str:
    found = list(routes())
    parts = []
    for part in dict.fromkeys(route.part for route in found):
        rows = [
            [
                route.method,
                f"`{route.path}`",
                route.text
                + (f" Filters: {', '.join(f'`{name}`' for name in route.filters)}." if route.filters else ""),
                route.scope,
            ]
            for route in found
            if route.part == part
        ]
        title = part.replace("-", " ").capitalize()
        parts.append(f"### {title}\n\n{table(['method', 'path below /api/v1', 'what it does', 'scope'], rows)}")
    return "\n\n".join(parts)
