"""Page or part: a view answers the whole page, or to htmx only what stands in <main>."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from tracker.web.shell import MAIN, part_of


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """`context` has `title` (the news, also the heading) and may have `context_line` and `nav` (the current place)."""
    response = render(request, template, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    if part_of(request) == MAIN and request.method == "GET" and _shown_before(request) != request.get_full_path():
        response.headers["HX-Push-Url"] = request.get_full_path()
    return response


def _shown_before(request: HttpRequest) -> str:
    """The address that the browser shows, without its host; empty where it tells none that can be read."""
    try:
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return ""
    return f"{shown.path}?{shown.query}".rstrip("?")
