"""How the routes are described in OpenAPI 3.1."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


class Schema(AutoSchema):
    """Tags by the first part of the path below /api/v1/."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself by its class
    target_class = "tracker.api.bearer.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class OneError(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ErrorOut(serializers.Serializer[Any]):
    """Every error: `code` is stable and for machines, `detail` is for people."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = OneError(many=True)
    facts = serializers.DictField(required=False)
