"""Saved views of lists: what a list is narrowed to and how it looks, under a name."""

from typing import Any

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NothingIn, PersonBrief
from tracker.api.paging import LATEST_FIRST, answer_list, one_of, yes_no
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonPart
from tracker.people.actions import LONGEST_QUERY, change_view, delete_view, save_view
from tracker.people.models import Place, SavedView

VIEW: Fields = {
    "id": "id",
    "place": "place",
    "name": "name",
    "query": "query",
    "shared": "shared",
    "default": F("is_default"),
    "owner": JsonPart({"id": "owner__id", "name": "owner__name", "email": "owner__email"}),
    "version": "version",
}


class ViewEdit(serializers.Serializer[Any]):
    """`query` is the part of the list's address behind the ?, such as state=filed&group=team; `default` opens it first
    for its owner."""

    name = serializers.CharField(max_length=60)
    query = serializers.CharField(max_length=LONGEST_QUERY, allow_blank=True, required=False)
    shared = serializers.BooleanField(required=False)
    default = serializers.BooleanField(required=False, source="is_default")


class ViewIn(ViewEdit):
    place = serializers.ChoiceField(choices=Place.choices, required=False)


class ViewOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    place = serializers.ChoiceField(choices=Place.choices)
    name = serializers.CharField()
    query = serializers.CharField(allow_blank=True)
    shared = serializers.BooleanField()
    default = serializers.BooleanField()
    owner = PersonBrief()
    version = serializers.IntegerField()


class ViewDeleted(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    deleted = serializers.BooleanField()


class Views(Resource):
    """Named by their number, which is looked up as text like every other key."""

    shape = VIEW
    lookup = "number"

    def rows(self) -> QuerySet[SavedView]:
        return SavedView.objects.visible_to(self.viewer).annotate(number=Cast("pk", TextField()))


class ViewList(Views):
    filters = {
        "place": one_of("place", Place.values, text="The list of which they are views."),
        "shared": yes_no("shared", "Whether everybody sees it."),
    }
    orders = LATEST_FIRST

    @extend_schema(responses=ViewOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """Your own views, and those that others share."""
        subjects = ["view", "user"]
        return answer_list(request, self.rows, VIEW, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=ViewIn, responses={201: ViewOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Saves a view; which page is shown is left out of its query."""
        given = {"query": "", **self.read(ViewIn)}
        return self.once(lambda: self.show(str(save_view(actor=self.viewer, at=self.at, **given).pk), status=201))


class ViewDetail(Views):
    @extend_schema(responses=ViewOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One view."""
        return self.show(str(number))

    @extend_schema(request=ViewEdit, responses=ViewOut)
    def patch(self, request: HttpRequest, number: int) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        view, changes = self.find(str(number)), self.read(ViewEdit, partial=True)
        change_view(actor=self.viewer, at=self.at, view=view, expected=expected, changes=changes)
        return self.show(str(number))


class ViewDelete(Views):
    tagged = False

    @extend_schema(request=NothingIn, responses=ViewDeleted)
    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Deletes a view: nobody sees it any more."""
        self.read(NothingIn)
        expected = self.expected(needed=False)
        return self.once(lambda: self._delete(number, expected))

    def _delete(self, number: int, expected: int | None) -> HttpResponse:
        delete_view(actor=self.viewer, at=self.at, view=self.find(str(number)), expected=expected)
        return self.answer({"id": number, "deleted": True})
