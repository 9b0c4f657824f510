"""Request types: what each kind of request asks for, and when."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers

from tracker.api.briefs import NothingIn
from tracker.api.paging import answer_list
from tracker.api.resource import Resource
from tracker.api.shapes import Fields
from tracker.intake.actions import (
    add_request_type,
    edit_request_type,
    move_request_type,
    restore_request_type,
    retire_request_type,
)
from tracker.intake.catalog import KINDS, MOST_FIELDS
from tracker.intake.models import RequestType
from tracker.intake.rules import Stage

TYPE: Fields = {
    "key": "key",
    "name": "name",
    "fields": "fields",
    "position": "position",
    "retired_at": "retired_at",
    "version": "version",
}
WORDS = {
    "type": "object",
    "required": ["en"],
    "properties": {"en": {"type": "string", "maxLength": 300}, "ru": {"type": "string", "maxLength": 300}},
}
FIELD = {
    "type": "object",
    "required": ["key", "kind", "stage", "label"],
    "properties": {
        "key": {
            "type": "string",
            "maxLength": 40,
            "pattern": "^[a-z][a-z0-9]*(_[a-z0-9]+)*$",
            "description": "Its answers are kept under it.",
        },
        "kind": {"type": "string", "enum": list(KINDS)},
        "stage": {
            "type": "string",
            "enum": [*map(str, Stage), ""],
            "description": "What it is required for; empty where it never is.",
        },
        "label": WORDS,
        "help": WORDS,
        "choices": {
            "type": "array",
            "maxItems": 200,
            "description": "Of choice and choices: the value that is kept, and its words.",
            "items": {"type": "array", "items": {"anyOf": [{"type": "string"}, WORDS]}, "minItems": 2, "maxItems": 2},
        },
        "unit": WORDS,
        "least": {"type": "integer", "description": "The least that a number or an amount of money may be."},
        "most": {"type": "integer", "description": "The most that it may be."},
    },
}


@extend_schema_field({"type": "array", "maxItems": MOST_FIELDS, "items": FIELD})
class TypeFields(serializers.ListField):
    """Checked by the verb, which says what is wrong with which field."""

    child = serializers.DictField()


class Words(serializers.Serializer[Any]):
    en = serializers.CharField(max_length=60)
    ru = serializers.CharField(max_length=60, required=False, allow_blank=True)


class Named(serializers.Serializer[Any]):
    name = Words()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`fields` is a name of the serializer's own."""
        return {**super().get_fields(), "fields": TypeFields(required=False, max_length=MOST_FIELDS)}


class RequestTypeEdit(Named):
    pass


class RequestTypeIn(Named):
    key = serializers.SlugField(max_length=40, required=False)


class MoveTypeIn(serializers.Serializer[Any]):
    up = serializers.BooleanField()


class RequestTypeOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.DictField(child=serializers.CharField())
    position = serializers.IntegerField()
    retired_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`fields` is a name of the serializer's own."""
        return {**super().get_fields(), "fields": TypeFields()}


class RequestTypes(Resource):
    shape = TYPE

    def rows(self) -> QuerySet[RequestType]:
        return RequestType.objects.all() if self.viewer.roles else RequestType.objects.none()


class RequestTypeList(RequestTypes):
    orders = ("id", "-id", "key", "-key")

    @extend_schema(responses=RequestTypeOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All types of request, with the fields that each asks for and when it asks."""
        subjects = ["request-type"]
        return answer_list(request, self.rows, TYPE, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=RequestTypeIn, responses={201: RequestTypeOut})
    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Adds a type behind the others; without a key one is made of its English name."""
        given = self.read(RequestTypeIn)
        return self.once(lambda: self.show(add_request_type(actor=self.viewer, at=self.at, **given).key, status=201))


class RequestTypeDetail(RequestTypes):
    @extend_schema(responses=RequestTypeOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One type of request."""
        return self.show(key)

    @extend_schema(request=RequestTypeEdit, responses=RequestTypeOut)
    def patch(self, request: HttpRequest, key: str) -> HttpResponse:
        """Changes its name or its fields, which are sent all together; what was filed keeps the form it was filed with."""
        expected, given = self.expected(), self.read(RequestTypeEdit, partial=True)
        kind = self.find(key)
        edit_request_type(actor=self.viewer, at=self.at, kind=kind, expected=expected, changes=given)
        return self.show(key)


class RequestTypeMove(RequestTypes):
    @extend_schema(request=MoveTypeIn, responses=RequestTypeOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """One place up or down in the order in which types are offered."""
        expected, up = self.expected(needed=False), self.read(MoveTypeIn)["up"]

        def effect() -> HttpResponse:
            move_request_type(actor=self.viewer, at=self.at, kind=self.find(key), up=up, expected=expected)
            return self.show(key)

        return self.once(effect)


class RequestTypeRetire(RequestTypes):
    @extend_schema(request=NothingIn, responses=RequestTypeOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Nobody files with it any more; what was filed stays as it is."""
        expected = self.expected(needed=False)
        self.read(NothingIn)

        def effect() -> HttpResponse:
            retire_request_type(actor=self.viewer, at=self.at, kind=self.find(key), expected=expected)
            return self.show(key)

        return self.once(effect)


class RequestTypeRestore(RequestTypes):
    @extend_schema(request=NothingIn, responses=RequestTypeOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Brings a retired type back."""
        expected = self.expected(needed=False)
        self.read(NothingIn)

        def effect() -> HttpResponse:
            restore_request_type(actor=self.viewer, at=self.at, kind=self.find(key), expected=expected)
            return self.show(key)

        return self.once(effect)
