"""Request types: what each kind of request asks for, and when."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.paging import answer_list
from tracker.api.resource import Resource
from tracker.api.shapes import Fields
from tracker.intake.models import RequestType

TYPE: Fields = {"key": "key", "name": "name", "fields": "fields", "position": "position", "version": "version"}


class TypeFieldOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    kind = serializers.ChoiceField(["text", "lines", "number", "money", "date", "choice"])
    stage = serializers.ChoiceField(["filing", "acceptance", "embedding", ""])
    choices = serializers.ListField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`label` and `help` are names of the serializer's own."""
        words = serializers.DictField(child=serializers.CharField())
        return {**super().get_fields(), "label": words, "help": serializers.DictField(required=False)}


class RequestTypeOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.DictField(child=serializers.CharField())
    position = serializers.IntegerField()
    version = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`fields` is a name of the serializer's own."""
        return {**super().get_fields(), "fields": TypeFieldOut(many=True)}


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


class RequestTypeDetail(RequestTypes):
    @extend_schema(responses=RequestTypeOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One type of request."""
        return self.show(key)
