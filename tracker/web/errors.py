"""Pages for what went wrong: what happened and what to do, never how it works inside; below /api/ as JSON."""

import logging
import uuid
from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import bad_request

from tracker.kernel.errors import NotAllowed, NotFound, Refused
from tracker.web.render import render_page

log = logging.getLogger("tandem.errors")
API = "/api/"


class RefusalMiddleware:
    """Whatever a view lets through of what verbs and powers refuse becomes a page that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.path.startswith(API):
            return None
        if isinstance(exception, (ValueError, DataError)) and holds_nul(request):
            return malformed(request, exception)
        if not isinstance(exception, Refused):
            return None
        if isinstance(exception, NotFound):
            return not_found(request, exception)
        if isinstance(exception, NotAllowed):
            return not_allowed(request, exception)
        context = {"title": _("This could not be done"), "reason": str(exception)}
        return render_page(request, "tracker/errors/refused.html", context, status=exception.status)


def holds_nul(request: HttpRequest) -> bool:
    """No text in the database may hold a NUL, and nobody types one: what a view does not make of it is refused."""
    if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    given = request.POST.lists() if request.method == "POST" else ()
    return any("\x00" in str(value) for _name, values in given for value in values)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render_page(request, "tracker/errors/csrf.html", {"title": _("This form is too old")}, status=403)


def answer_json(status: int, code: str, detail: str, **facts: str) -> HttpResponse:
    """The one shape of errors (tracker/api/errors.py) for what never reached a resource."""
    kind = "server_error" if status >= 500 else "client_error"
    told = {"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}], "facts": facts}
    return JsonResponse(told, status=status)


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return answer_json(400, "invalid", _("This call cannot be read."))
    return bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return answer_json(404, "not_found", _("There is nothing at this address."))
    return render_page(request, "tracker/errors/404.html", {"title": _("There is nothing here")}, status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    reason = str(exception) if isinstance(exception, NotAllowed) else ""
    context = {"title": _("You may not do this"), "reason": reason}
    return render_page(request, "tracker/errors/403.html", context, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Asks neither the database nor the session: they may be what broke. The cause is in the log under the number."""
    number = uuid.uuid4().hex[:12]
    log.error("server error %s at %s", number, request.path)
    if request.path.startswith(API):
        return answer_json(500, "error", _("Something broke on our side. The log has it under this id."), id=number)
    return HttpResponse(render_to_string("tracker/errors/500.html", {"number": number}), status=500)
