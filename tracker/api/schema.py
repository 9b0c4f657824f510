"""How the routes are described in OpenAPI 3.1."""

from collections.abc import Iterator
from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

SINGULAR = {"people": "person", "capacities": "capacity", "history": "history"}
TAG = {"type": "string", "pattern": r'^"\d{1,9}"$'}
KEY = {"type": "string", "minLength": 1, "maxLength": 80, "pattern": r"^[!-~]+$"}
REFUSALS = {
    400: "The body or a parameter is wrong; `attr` names it.",
    401: "No token that is known, in force and not revoked.",
    403: "You may see it but not do this, or the scopes of the token do not reach this.",
    404: "There is no such record, or you may not know of it.",
    409: "The state of things does not allow it; `code` says why, `facts` help to decide.",
    412: "Stale: somebody changed the record first; `facts.version` is the version it has now.",
    413: "The body is larger than 1 MiB.",
    415: "The body is not JSON.",
    428: "Send If-Match with the ETag of what you looked at.",
}


class OneError(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ErrorOut(serializers.Serializer[Any]):
    """Every error: `code` is stable and for machines, `detail` is for people."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = OneError(many=True)  # type: ignore[assignment]  # shown, never checked
    facts = serializers.DictField(required=False)


class Schema(AutoSchema):
    """Reads filters, orders and headers off the resource; see Resource for the words it goes by."""

    def get_tags(self) -> list[str]:
        return [self._steps()[0]]

    def get_description(self) -> str:  # type: ignore[override]  # as AutoSchema has it
        """The docstring of the method, on one line a paragraph."""
        told = super().get_description() or ""
        return "\n\n".join(" ".join(part.split()) for part in told.split("\n\n"))

    def get_operation_id(self) -> str:
        """Verb and noun: list_requests, show_request, edit_request, add_site, move_project."""
        steps = self._steps()
        named = [step.replace("-", "_") for step in steps if not step.startswith("{")]
        noun = SINGULAR.get(named[0], named[0].removesuffix("s"))
        if len(named) > 1:
            return f"{named[-1]}_{noun}" if self.method == "POST" else f"show_{noun}_{named[-1]}"
        if self.method == "GET" and self._is_list_view():
            return f"list_{named[0]}"
        return f"{ {'GET': 'show', 'PATCH': 'edit', 'POST': 'add'}[self.method] }_{noun}"

    def get_override_parameters(self) -> list[Any]:
        return list(self._headers())

    def _headers(self) -> Iterator[OpenApiParameter]:
        view: Any = self.view
        below = "{" in self.path
        if self.method == "GET" and view.tagged and view.polled:
            yield _header("If-None-Match", {"type": "string"}, "The ETag of what you have: 304 while it is the same.")
        if self.method == "PATCH":
            yield _header("If-Match", TAG, 'The ETag of what you looked at, such as `"7"`.', required=True)
        if self.method == "POST":
            yield _header("Idempotency-Key", KEY, "The same call with the same key takes effect once.")
            if below and view.versioned:
                yield _header("If-Match", TAG, 'Refuse if the record is no longer at this version, such as `"7"`.')
        if view.tagged:
            text = "Of a record its version; of a list a stamp of what it shows."
            yield _header("ETag", {"type": "string"}, text, response=[200, 201])

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        """What the method declares, and the refusals that it may meet, all of one shape."""
        told: dict[str, Any] = super()._get_response_bodies(direction)
        view, describe = cast(Any, self.view), cast(Any, self._get_response_for_code)
        if self.method == "GET" and view.tagged and view.polled:
            told["304"] = {"description": "Nothing changed."}
        for status in self._refusals():
            refusal = OpenApiResponse(ErrorOut, description=REFUSALS[status])
            told[str(status)] = describe(refusal, str(status))
        return told

    def _refusals(self) -> list[int]:
        view: Any = self.view
        below = "{" in self.path
        found = [401, 403]
        if self.method != "GET":
            found += [400, 409, 413, 415]
        elif not below:
            found.append(400)
        if below or not view.shape:
            found.append(404)
        if self.method == "PATCH":
            found += [412, 428]
        elif self.method == "POST" and below and view.versioned:
            found.append(412)
        return sorted(found)

    def _steps(self) -> list[str]:
        return self.path.removeprefix("/api/v1/").strip("/").split("/")


def _header(name: str, values: dict[str, Any], text: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, values, OpenApiParameter.HEADER, description=text, **more)


def close_bodies(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Bodies hold the fields that are described and no others: an unknown one is refused (see Resource.read)."""
    known = result["components"]["schemas"]
    waiting = [
        named
        for path in result["paths"].values()
        for operation in path.values()
        for named in _named_in(operation.get("requestBody"))
    ]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if "properties" in known[name]:
            known[name]["additionalProperties"] = False
        waiting += _named_in(known[name])
    return result


def _named_in(part: Any) -> list[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            return [part["$ref"].rpartition("/")[2]]
        return [name for one in part.values() for name in _named_in(one)]
    if isinstance(part, list):
        return [name for one in part for name in _named_in(one)]
    return []


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself by its class
    target_class = "tracker.api.bearer.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
