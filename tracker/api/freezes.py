"""Freezes: days on which nothing goes live on a site, or nothing of a team."""

from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NamedBrief, NothingIn
from tracker.api.paging import LATEST_FIRST, answer_list, exact
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, NullablePart
from tracker.people.models import Team
from tracker.sites.actions import add_freeze, edit_freeze, end_freeze
from tracker.sites.models import Freeze, Site

FREEZE: Fields = {
    "id": "id",
    "site": NullablePart("site", {"key": "site__key", "name": "site__name"}),
    "team": NullablePart("team", {"key": "team__key", "name": "team__name"}),
    "reason": "reason",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "ended_at": "ended_at",
    "version": "version",
}


class FreezeEdit(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day that is frozen.")


class FreezeIn(FreezeEdit):
    site = serializers.SlugRelatedField("key", queryset=Site.objects.all(), required=False)
    team = serializers.SlugRelatedField("key", queryset=Team.objects.all(), required=False)


class FreezeOut(FreezeEdit):
    id = serializers.IntegerField()
    site = NamedBrief(allow_null=True)
    team = NamedBrief(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class Freezes(Resource):
    """Named by its number, which is looked up as text like every other key."""

    shape = FREEZE
    lookup = "number"

    def rows(self) -> QuerySet[Freeze]:
        return Freeze.objects.visible_to(self.viewer).annotate(number=Cast("pk", TextField()))


class FreezeList(Freezes):
    filters = {"site": exact("site__key", "Key of a site."), "team": exact("team__key", "Key of a team.")}
    orders = LATEST_FIRST

    @extend_schema(responses=FreezeOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All freezes, also those that are over or were ended, in pages."""
        subjects = ["freeze", "site", "team"]
        return answer_list(request, self.rows, FREEZE, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=FreezeIn, responses={201: FreezeOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Adds a freeze of a site or of a team; both its days are frozen."""
        given = self.read(FreezeIn)
        return self.once(lambda: self.show(str(add_freeze(actor=self.viewer, at=self.at, **given).pk), status=201))


class FreezeDetail(Freezes):
    @extend_schema(responses=FreezeOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One freeze."""
        return self.show(str(number))

    @extend_schema(request=FreezeEdit, responses=FreezeOut)
    def patch(self, request: HttpRequest, number: int) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        freeze, changes = self.find(str(number)), self.read(FreezeEdit, partial=True)
        edit_freeze(actor=self.viewer, at=self.at, freeze=freeze, expected=expected, changes=changes)
        return self.show(str(number))


class FreezeEnd(Freezes):
    @extend_schema(request=NothingIn, responses=FreezeOut)
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Called off, or over before its time: its days hold nothing back any more."""
        self.read(NothingIn)
        return self.once(lambda: self._end(number))

    def _end(self, number: int) -> HttpResponse:
        expected = self.expected(needed=False)
        end_freeze(actor=self.viewer, at=self.at, freeze=self.find(str(number)), expected=expected)
        return self.show(str(number))
