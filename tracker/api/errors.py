"""One shape for every error: {type, errors: [{code, detail, attr}], facts}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_standardized_errors.handler import exception_handler
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from tracker.kernel.errors import Invalid, Refused

FORESEEN = (APIException, Http404, PermissionDenied)


class PreconditionRequired(Refused):
    """A change without If-Match: nobody can know what was looked at."""

    code = "precondition_required"
    status = 428


class TooLarge(Refused):
    code = "too_large"
    status = 413


def answer_error(exc: Exception, context: Any) -> Response | None:
    """None for what nobody foresaw: it becomes a server error with a number, or 400 where Django suspects the call."""
    if not isinstance(exc, (Refused, *FORESEEN)):
        return None
    if not isinstance(exc, Refused):
        response: Response | None = exception_handler(exc, context)
        return response
    listed: list[dict[str, Any]] = [
        {"code": exc.code, "detail": str(text), "attr": name} for name, text in exc.fields.items()
    ]
    kind = "validation_error" if isinstance(exc, Invalid) else "client_error"
    body = {
        "type": kind,
        "errors": listed or [{"code": exc.code, "detail": str(exc.message), "attr": None}],
        "facts": exc.facts,
    }
    return Response(body, status=exc.status)
