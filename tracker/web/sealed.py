"""Pages that anybody may open without an account: not too often, without a script, kept and indexed by nobody."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.core import ratelimit
from csp.constants import NONE, SELF
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

P = ParamSpec("P")
STRICT = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}
"""The page has no script and nothing of elsewhere."""


def sealed(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Around what anybody may open: not too often, indexed and kept by nobody, its address told to nobody."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        hurried = ratelimit.consume_or_429(request, action="follow", limit_get=True) is not None
        answer = show_hurried(request) if hurried else view(request, *args, **kwargs)
        answer._csp_config = STRICT  # type: ignore[attr-defined]  # what its decorator sets, which knows no arguments
        answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        answer.headers.setdefault("Referrer-Policy", "no-referrer")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return guarded


def show_hurried(request: HttpRequest) -> HttpResponse:
    context = {"title": _("Too many attempts"), "text": _("Wait a few minutes, then try again.")}
    return render(request, "tracker/follow/closed.html", context, status=429)
