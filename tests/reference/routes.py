"""Every route of the API in a line, from its OpenAPI schema and its view."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.urls import resolve
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from tests.reference.tables import table

MANAGED = ("people", "teams", "sites", "areas", "request-types", "imports")
"""Parts of the API whose changes take the scope manage (access.MANAGING); all other changes take write."""


WORDS = {
    "GET /line/": "Lists in rank order: what is above, below, reserved behind others; of all teams in the running quarter, unless said otherwise.",
    "POST /people/{number}/reactivate/": "The person may sign in again.",
    "POST /periods/": "Opens a quarter.",
    "POST /requests/{key}/accept/": "Accepted: it waits for a way up; with `effort_weeks` also what it takes alone.",
    "POST /requests/{key}/comments/": "Adds one; an internal note is read by the writer's side alone.",
    "POST /requests/{key}/decline/": "Declined, with a reason.",
    "POST /requests/{key}/file/": "Files a draft that lacks nothing for filing.",
    "POST /requests/{key}/park/": "Parked; it comes back by itself on the review date.",
}
"""What routes do whose verb says it in words for engineers, or not at all."""


@dataclass(frozen=True)
class Route:
    """One method of one path as the OpenAPI schema and the view say it."""

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
        return "manage" if self.part in MANAGED else "write"


def routes() -> Iterator[Route]:
    with GENERATOR_STATS.silence():
        generator: Any = SchemaGenerator
        schema = generator().get_schema(request=None, public=True)
    for path, methods in sorted(schema["paths"].items()):
        view = resolve(re.sub(r"{[^}]+}", "1", path)).func.cls  # type: ignore[attr-defined]  # Django's as_view sets it
        for method in ("get", "post", "patch"):
            if method in methods:
                short = path.removeprefix("/api/v1")
                told = WORDS.get(f"{method.upper()} {short}", "") or _first_words(inspect.unwrap(getattr(view, method)))
                if not told or told.startswith("Filters"):
                    told = _plain_words(path, method) or _words_of_verb(view, method)
                told_of = [one["name"] for one in methods[method].get("parameters", []) if one["in"] == "query"]
                filters = tuple(dict.fromkeys([*_filters_of(inspect.unwrap(getattr(view, method))), *told_of]))
                yield Route(short, method.upper(), told, filters)


def _first_words(function: Any) -> str:
    """The first paragraph of its docstring, without what it returns and raises."""
    text = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    return re.split(r" (?=Raises |Returns )|^Raises ", text)[0]


def _plain_words(path: str, method: str) -> str:
    last = path.rstrip("/").rpartition("/")[2]
    if last.startswith("{"):
        return {"get": "One of them.", "patch": "Changes the fields that are sent."}.get(method, "")
    if "{" not in path:
        return {"get": "All that you may see, in pages.", "post": "Adds one."}.get(method, "")
    return ""


def _words_of_verb(view: type, method: str) -> str:
    """What the verb says of itself that the view calls (the call that is told the actor)."""
    verb = getattr(view, "verb", None)
    if verb is not None:
        return _first_words(verb) or f"{_last_words(verb.__name__)}."
    module = inspect.getmodule(view)
    tree = ast.parse(textwrap.dedent(inspect.getsource(view)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(word.arg == "actor" for word in node.keywords):
            name = ast.unparse(node.func)
            called = attrgetter(name)(module)
            return _first_words(called) or f"{_last_words(called.__name__)}."
    return ""


def _last_words(verb: str) -> str:
    """ "reactivate_person" is "Reactivate person"."""
    return verb.replace("_", " ").capitalize()


def _filters_of(function: Any) -> list[str]:
    """The filters that a list gives to answer_list, by their names."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    named: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named[node.targets[0].id] = node.value
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            named[node.target.id] = node.value
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = [word.value for call in calls for word in call.keywords if word.arg == "filters"]
    given += [call.args[5] for call in calls if ast.unparse(call.func) == "answer_list" and len(call.args) > 5]
    if not given:
        return []
    value = named.get(given[0].id, given[0]) if isinstance(given[0], ast.Name) else given[0]
    if isinstance(value, ast.Dict):
        return [str(key.value) for key in value.keys if isinstance(key, ast.Constant)]
    known: Mapping[str, object] = getattr(inspect.getmodule(function), ast.unparse(value), {})
    return list(known)


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
