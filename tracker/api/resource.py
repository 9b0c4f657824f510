"""What every resource needs: who asks, when, which version, and a POST that takes effect once."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from tracker.api.doorway import ApiViewer
from tracker.api.errors import PreconditionRequired
from tracker.api.shapes import Fields, JsonText
from tracker.kernel import idempotency
from tracker.kernel.errors import Invalid, NotAllowed, NotFound
from tracker.people.access import Scope

TAG = re.compile(r'^(?:W/)?"(\d{1,9})"$')


class Resource(APIView):
    """`shape` and `rows()` say what a record looks like and which may be seen."""

    shape: ClassVar[Fields] = {}
    lookup: ClassVar[str] = "key"

    @property
    def viewer(self) -> ApiViewer:
        return cast(ApiViewer, self.request.user)

    @property
    def at(self) -> datetime:
        """The database's now when the token was found."""
        return self.viewer.at

    def rows(self) -> QuerySet[Any]:
        """The records that the viewer may see."""
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        translation.activate(self.viewer.language)
        needed = Scope.READ if request.method in ("GET", "HEAD", "OPTIONS") else None
        scopes = self.viewer.scopes or frozenset()
        if (needed and needed not in scopes) or not (needed or scopes & {Scope.WRITE, Scope.MANAGE}):
            raise NotAllowed(_("The scopes of this token do not reach this."), code="scope")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        translation.deactivate()
        return answer

    def read(self, kind: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The checked body; unknown names are refused, not swallowed."""
        body = self.request.data
        if not isinstance(body, Mapping):
            raise Invalid(_("The body is a JSON object."))
        wanted = kind(data=body, partial=partial)
        unknown = set(body) - set(wanted.fields)
        if unknown:
            text = _("There is no such field.")
            raise Invalid(text, fields={str(name): text for name in sorted(unknown)})
        wanted.is_valid(raise_exception=True)
        return cast(dict[str, Any], wanted.validated_data)

    def find(self, key: str, rows: QuerySet[Any] | None = None) -> Any:
        """The record with this key, or NotFound: one may not know of what one may not see."""
        found = (self.rows() if rows is None else rows).filter(**{self.lookup: key}).first()
        if found is None:
            raise NotFound(_("There is no such record."))
        return found

    def expected(self, *, needed: bool = True) -> int | None:
        """The version in If-Match; raises 428 where it is needed and missing."""
        header = self.request.headers.get("If-Match")
        if header is None:
            if needed:
                raise PreconditionRequired(_("Send If-Match with the ETag of what you looked at."))
            return None
        match = TAG.match(header)
        return int(match[1]) if match else -1

    def show(self, key: str, *, status: int = 200, rows: QuerySet[Any] | None = None) -> HttpResponse:
        """The record as JSON with its version as ETag (one statement)."""
        chosen = self.rows() if rows is None else rows
        found = chosen.filter(**{self.lookup: key}).values_list(JsonText(self.shape), "version").first()
        if found is None:
            raise NotFound(_("There is no such record."))
        etag = f'"{found[1]}"'
        if self.request.META.get("HTTP_IF_NONE_MATCH") == etag and self.request.method == "GET":
            return HttpResponse(status=304, headers={"ETag": etag})
        return HttpResponse(found[0], status=status, content_type="application/json", headers={"ETag": etag})

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """With an Idempotency-Key the effect and its answer are one transaction; a repeat gets that answer."""
        self.once_key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
        return super().dispatch(request, *args, **kwargs)

    def once(self, effect: Any) -> HttpResponseBase:
        """Runs `effect()`, which returns the answer; with an Idempotency-Key at most once."""
        if not self.once_key:
            return cast(HttpResponseBase, effect())
        with transaction.atomic():
            body = orjson.dumps(self.request.data, option=orjson.OPT_SORT_KEYS)
            earlier = idempotency.claim_call(
                actor=self.viewer.key,
                key=self.once_key,
                fingerprint=idempotency.fingerprint_call("POST", self.request.path, body),
                at=self.at,
            )
            if earlier is not None:
                return HttpResponse(
                    earlier.answer,
                    status=earlier.status or 200,
                    content_type="application/json",
                    headers={"Idempotency-Replayed": "true"},
                )
            answer = cast(HttpResponse | Response, effect())
            text = orjson.dumps(answer.data).decode() if isinstance(answer, Response) else answer.content.decode()
            idempotency.keep_answer(actor=self.viewer.key, key=self.once_key, status=answer.status_code, answer=text)
        return answer
