"""Pages for what went wrong."""

import logging
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger("tandem.errors")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "tracker/errors/csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "tracker/errors/404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "tracker/errors/403.html", {"reason": str(exception)}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """The cause is in the log under the id that the page shows."""
    number = uuid.uuid4().hex[:12]
    log.error("server error %s at %s", number, request.path)
    return render(request, "tracker/errors/500.html", {"number": number}, status=500)
