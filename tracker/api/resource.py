"""What every resource needs: who asks, when, which version, and a POST that takes effect once."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast

import orjson
from django.core.exceptions import EmptyResultSet, ObjectDoesNotExist, RequestDataTooBig
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, ParseError, UnsupportedMediaType
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from tracker.api.doorway import WEAK, ApiViewer
from tracker.api.errors import PreconditionRequired, TooLarge, answer_error
from tracker.api.paging import Filter, Pages
from tracker.api.shapes import Fields, JsonText
from tracker.kernel import idempotency
from tracker.kernel.errors import Invalid, NotAllowed, NotFound
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Scope, Viewer

SPOKEN = {"get", "post", "patch", "head", "options"}
TAG = re.compile(r'^(?:W/)?"(\d{1,9})"$')


ANY_KEY = "\x1f"
KEPT = 2_000
_kept: dict[tuple[type, Viewer], tuple[str, tuple[Any, ...]]] = {}
_readers: dict[tuple[type[Serializer[Any]], bool], Serializer[Any]] = {}
"""Kept, since making one copies each of its fields; checking a body leaves no trace in it."""


def holds_nul(value: Any) -> bool:
    """The database keeps no text with NUL in it."""
    if isinstance(value, dict):
        return any(holds_nul(name) or holds_nul(one) for name, one in value.items())
    if isinstance(value, list):
        return any(holds_nul(one) for one in value)
    return isinstance(value, str) and "\x00" in value


class Resource(APIView):
    """`shape` and `rows()` say what a record looks like and which may be seen; a list has `orders`, maybe `filters`.

    For the description: `tagged`, answers carry an ETag; `polled`, a GET may be answered 304; `versioned`, a verb looks
    at If-Match.
    """

    shape: ClassVar[Fields] = {}
    lookup: ClassVar[str] = "key"
    filters: ClassVar[Mapping[str, Filter]] = {}
    orders: ClassVar[Sequence[str]] = ()
    tagged: ClassVar[bool] = True
    polled: ClassVar[bool] = True
    versioned: ClassVar[bool] = True
    pagination_class = Pages

    @property
    def viewer(self) -> ApiViewer:
        return cast(ApiViewer, cast(Any, self.request).token_owner)

    @property
    def at(self) -> datetime:
        """The database's now when the token was found."""
        return self.viewer.at

    def rows(self) -> QuerySet[Any]:
        """The records that the viewer may see."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """REST framework's own dispatch negotiates what has one answer here, at a third of the cost of a list."""
        self.request, self.args, self.kwargs = cast(Any, request), args, kwargs
        try:
            self.admit()
            if any("\x00" in str(value) for value in kwargs.values()):
                raise NotFound(_("There is no such record."))
            method = (request.method or "").lower()
            answer = getattr(self, method, None) if method in SPOKEN else None
            if answer is None:
                raise MethodNotAllowed(request.method or "")
            return cast(HttpResponseBase, answer(request, *args, **kwargs))
        except Exception as exc:
            return self.refuse(exc)
        finally:
            translation.deactivate()

    def admit(self) -> None:
        """Who asks, and whether the token reaches this far; raises 401 and 403."""
        owner: ApiViewer | None = getattr(self.request, "token_owner", None)
        if owner is None:
            raise NotAuthenticated(
                _("Send Authorization: Bearer with a token that is known, in force and not revoked.")
            )
        translation.activate(owner.language)
        scopes = owner.scopes or frozenset()
        reads = self.request.method in ("GET", "HEAD", "OPTIONS")
        if scopes.isdisjoint({Scope.READ} if reads else {Scope.WRITE, Scope.MANAGE}):
            raise NotAllowed(_("The scopes of this token do not reach this."), code="scope")

    def refuse(self, exc: Exception) -> HttpResponse:
        """The one error shape; what nobody foresaw goes on to the page of server errors."""
        told = answer_error(exc, {"view": self, "request": self.request})
        if told is None:
            raise exc
        headers = {"WWW-Authenticate": "Bearer"} if told.status_code == 401 else {}
        if told.status_code == 405:
            headers["Allow"] = ", ".join(self.allowed_methods)
        return HttpResponse(
            orjson.dumps(told.data, default=str),
            status=told.status_code,
            content_type="application/json",
            headers=headers,
        )

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """What may be asked of this address; pages of other origins are told nothing that lets them in."""
        return HttpResponse(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def read(self, kind: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The checked body; unknown names are refused, not swallowed."""
        body = self.body()
        if not isinstance(body, dict):
            raise Invalid(_("The body is a JSON object."))
        wanted = _readers.get((kind, partial)) or _readers.setdefault((kind, partial), kind(partial=partial))
        unknown = set(body) - set(wanted.fields)
        if unknown:
            text = _("There is no such field.")
            raise Invalid(text, fields={str(name): text for name in sorted(unknown)})
        return cast(dict[str, Any], wanted.run_validation(body))

    def body(self) -> Any:
        """The body as JSON values; raises 415 for another type, 400 for what cannot be read."""
        try:
            raw = self.request.body
        except RequestDataTooBig:
            raise TooLarge(_("The body is larger than 1 MiB.")) from None
        if raw and not (self.request.content_type or "").startswith("application/json"):
            raise UnsupportedMediaType(self.request.content_type or "")
        try:
            body = orjson.loads(raw) if raw else {}
        except orjson.JSONDecodeError as wrong:
            raise ParseError(_("The body is not JSON.")) from wrong
        if b"\\u0000" in raw and holds_nul(body):
            text = _("No text may hold the character NUL.")
            named = body.items() if isinstance(body, dict) else ()
            raise Invalid(text, fields={name: text for name, value in named if holds_nul(value)})
        return body

    def find(self, key: str, rows: QuerySet[Any] | None = None) -> Any:
        """The record with this key, or NotFound: one may not know of what one may not see."""
        try:
            return (self.rows() if rows is None else rows).get(**{self.lookup: key})
        except ObjectDoesNotExist:
            raise NotFound(_("There is no such record.")) from None

    def expected(self, *, needed: bool = True) -> int | None:
        """The version in If-Match; raises 428 where it is needed and missing."""
        header = self.request.headers.get("If-Match")
        if header is None:
            if needed:
                raise PreconditionRequired(_("Send If-Match with the ETag of what you looked at."))
            return None
        match = TAG.match(header)
        return int(match[1]) if match else -1

    def answer(self, values: Any, *, status: int = 200) -> HttpResponse:
        """JSON values that are not the shape of one record."""
        return HttpResponse(orjson.dumps(values, default=str), status=status, content_type="application/json")

    def show(self, key: str, *, status: int = 200) -> HttpResponse:
        """The record as JSON with its version as ETag (one statement, written once for each viewer and kept)."""
        kept = _kept.get((type(self), self.viewer)) or self._keep_statement()
        sql, params = kept
        found = fetch_rows(sql, [key if value == ANY_KEY else value for value in params])
        if not found:
            raise NotFound(_("There is no such record."))
        text, version = found[0]
        etag = f'"{version}"'
        if self.request.META.get("HTTP_IF_NONE_MATCH", "").removeprefix(WEAK) == etag and self.request.method == "GET":
            return HttpResponse(status=304, headers={"ETag": etag})
        return HttpResponse(text, status=status, content_type="application/json", headers={"ETag": etag})

    def _keep_statement(self) -> tuple[str, tuple[Any, ...]]:
        rows = self.rows().filter(**{self.lookup: ANY_KEY}).values_list(JsonText(self.shape), "version")
        try:
            kept = rows.query.sql_with_params()
        except EmptyResultSet:
            raise NotFound(_("There is no such record.")) from None
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[type(self), self.viewer] = kept
        return kept

    def once(self, effect: Callable[[], HttpResponse], sent: bytes | None = None) -> HttpResponse:
        """Runs `effect()`, which returns the answer; with an Idempotency-Key at most once. `sent` stands for a body that
        is not kept in memory."""
        key = self.request.headers.get("Idempotency-Key", "")
        if not key:
            return effect()
        with transaction.atomic():
            earlier = idempotency.claim_call(
                actor=self.viewer.key,
                key=key,
                fingerprint=idempotency.fingerprint_call(
                    "POST", self.request.path, self.request.body if sent is None else sent
                ),
                at=self.at,
            )
            if earlier is not None:
                return HttpResponse(
                    earlier.answer,
                    status=earlier.status or 200,
                    content_type="application/json",
                    headers={"Idempotency-Replayed": "true"},
                )
            answer = effect()
            idempotency.keep_answer(
                actor=self.viewer.key, key=key, status=answer.status_code, answer=answer.content.decode()
            )
        return answer
