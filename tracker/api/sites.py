"""Sites and areas."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NamedBrief, NothingIn, PersonBrief
from tracker.api.paging import LATEST_FIRST, answer_list, exact
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonPart, person
from tracker.people.models import Team, User
from tracker.sites.actions import add_area, add_site, edit_area, edit_site
from tracker.sites.models import Area, Site
from tracker.sites.publishing import close_public_form, open_public_form

SITE: Fields = {
    "key": "key",
    "name": "name",
    "url": "url",
    "public_owner": person("public_owner"),
    "version": "version",
}
AREA: Fields = {
    "key": "key",
    "name": "name",
    "site": "site__key",
    "pattern": "pattern",
    "components": "components",
    "url_count": "url_count",
    "team": JsonPart({"key": "team__key", "name": "team__name"}),
    "version": "version",
}


class SiteIn(serializers.Serializer[Any]):
    key = serializers.SlugField(max_length=30, required=False)
    name = serializers.CharField(max_length=120)
    url = serializers.URLField(max_length=300)


class SiteEdit(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    url = serializers.URLField(max_length=300)


class PublicFormIn(serializers.Serializer[Any]):
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.active().select_related("team"), help_text="Id of the person who is the requester."
    )


class SiteOut(SiteIn):
    key = serializers.SlugField()
    public_owner = PersonBrief(allow_null=True, help_text="Who stands for its public form; null where it is closed.")
    version = serializers.IntegerField()


class AreaEdit(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    pattern = serializers.CharField(max_length=300, allow_blank=True, required=False)
    components = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=50)
    url_count = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False)
    team = serializers.SlugRelatedField("key", queryset=Team.objects.all())


class AreaIn(AreaEdit):
    key = serializers.SlugField(max_length=40, required=False)
    site = serializers.SlugRelatedField("key", queryset=Site.objects.all())


class AreaOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    site = serializers.CharField()
    pattern = serializers.CharField()
    components = serializers.ListField(child=serializers.CharField())
    url_count = serializers.IntegerField()
    team = NamedBrief()
    version = serializers.IntegerField()


class SiteList(Resource):
    shape = SITE
    filters = {"key": exact("key")}
    orders = LATEST_FIRST

    def rows(self) -> QuerySet[Site]:
        return Site.objects.visible_to(self.viewer)

    @extend_schema(responses=SiteOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All sites, in pages."""
        return answer_list(request, self.rows, SITE, subjects=["site"], filters=self.filters, orders=self.orders)

    @extend_schema(request=SiteIn, responses={201: SiteOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Adds a site; without a key one is made of its name."""
        given = self.read(SiteIn)
        return self.once(lambda: self.show(add_site(actor=self.viewer, at=self.at, **given).key, status=201))


class SiteDetail(Resource):
    shape = SITE

    def rows(self) -> QuerySet[Site]:
        return Site.objects.visible_to(self.viewer)

    @extend_schema(responses=SiteOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One site."""
        return self.show(key)

    @extend_schema(request=SiteEdit, responses=SiteOut)
    def patch(self, request: HttpRequest, key: str) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        edit_site(
            actor=self.viewer,
            at=self.at,
            site=self.find(key),
            expected=expected,
            changes=self.read(SiteEdit, partial=True),
        )
        return self.show(key)


class SiteStep(Resource):
    shape = SITE

    def rows(self) -> QuerySet[Site]:
        return Site.objects.visible_to(self.viewer)


class SitePublicOpen(SiteStep):
    @extend_schema(request=PublicFormIn, responses=SiteOut, operation_id="open_public_form")
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Opens the public form at /ask/{key}/, or lets somebody else stand for it."""
        given, expected = self.read(PublicFormIn), self.expected(needed=False)

        def effect() -> HttpResponse:
            open_public_form(actor=self.viewer, at=self.at, site=self.find(key), expected=expected, **given)
            return self.show(key)

        return self.once(effect)


class SitePublicClose(SiteStep):
    @extend_schema(request=NothingIn, responses=SiteOut, operation_id="close_public_form")
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Closes it: its address answers 404."""
        self.read(NothingIn)
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            close_public_form(actor=self.viewer, at=self.at, site=self.find(key), expected=expected)
            return self.show(key)

        return self.once(effect)


class AreaList(Resource):
    shape = AREA
    filters = {"site": exact("site__key", "Key of a site."), "team": exact("team__key", "Key of a team.")}
    orders = LATEST_FIRST

    def rows(self) -> QuerySet[Area]:
        return Area.objects.visible_to(self.viewer)

    @extend_schema(responses=AreaOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All areas, in pages."""
        subjects = ["area", "team", "site"]
        return answer_list(request, self.rows, AREA, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=AreaIn, responses={201: AreaOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Adds an area to a site; its team answers what is filed there."""
        given = self.read(AreaIn)
        return self.once(lambda: self.show(add_area(actor=self.viewer, at=self.at, **given).key, status=201))


class AreaDetail(Resource):
    shape = AREA

    def rows(self) -> QuerySet[Area]:
        return Area.objects.visible_to(self.viewer)

    @extend_schema(responses=AreaOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One area."""
        return self.show(key)

    @extend_schema(request=AreaEdit, responses=AreaOut)
    def patch(self, request: HttpRequest, key: str) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        edit_area(
            actor=self.viewer,
            at=self.at,
            area=self.find(key),
            expected=expected,
            changes=self.read(AreaEdit, partial=True),
        )
        return self.show(key)
