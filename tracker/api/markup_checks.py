"""What the sample pages of a request hold as structured data."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import PersonBrief
from tracker.api.requests import Requests
from tracker.api.shapes import Fields, JsonPart, person
from tracker.intake.actions import check_markup
from tracker.intake.actions.markup import LONGEST_PASTED
from tracker.intake.markup.models import MarkupCheck
from tracker.intake.markup.rules import CHECKED
from tracker.kernel.errors import Invalid

MOST_CHECKS = 50
MARKUP_CHECK: Fields = {
    "id": "id",
    "wanted": "wanted",
    "urls": "urls",
    "found": "found",
    "asked_by": person("asked_by"),
    "asked_at": "asked_at",
    "done_at": "done_at",
}


class MarkupItemOut(serializers.Serializer[Any]):
    type = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField(), help_text="By their way: offers.price.")


class MarkupPageOut(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Empty for what was pasted.")
    fault = serializers.CharField(
        help_text="Why it was not read: refused, unresolved, unreachable, too_slow, too_large, not_a_page, "
        "too_many_hops, broken, status; else empty."
    )
    detail = serializers.CharField()
    broken = serializers.ListField(child=serializers.IntegerField(), help_text="Lines where a JSON-LD block ends.")
    items = MarkupItemOut(many=True)


class MarkupCheckIn(serializers.Serializer[Any]):
    wanted = serializers.ChoiceField(CHECKED, required=False, help_text="Without one any kind counts.")
    pasted = serializers.CharField(
        max_length=LONGEST_PASTED, required=False, trim_whitespace=False, help_text="JSON-LD or HTML, read at once."
    )


class MarkupCheckOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    wanted = serializers.CharField()
    urls = serializers.ListField(child=serializers.CharField())
    found = MarkupPageOut(many=True)
    asked_by = PersonBrief()
    asked_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True, help_text="Empty while the pages are looked at.")


class MarkupCheckList(Requests):
    tagged = versioned = polled = False

    @extend_schema(responses=MarkupCheckOut(many=True), operation_id="list_markup_checks")
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The last 50, the latest first."""
        if request.GET:
            raise Invalid(_("There is no such filter."))
        rows = MarkupCheck.objects.filter(ask=self.find(key)).order_by("-pk")
        found = rows.values_list(JsonPart(MARKUP_CHECK), flat=True)[:MOST_CHECKS]
        return self.answer({"results": list(found), "next": None})

    @extend_schema(request=MarkupCheckIn, responses={201: MarkupCheckOut}, operation_id="check_markup")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Has the first five example pages looked at by a worker; what is pasted is read at once instead."""
        given = self.read(MarkupCheckIn)

        def effect() -> HttpResponse:
            made = check_markup(actor=self.viewer, at=self.at, ask=self.find(key), **given)
            rows = MarkupCheck.objects.filter(pk=made.pk)
            return self.answer(rows.values_list(JsonPart(MARKUP_CHECK), flat=True)[0], status=201)

        return self.once(effect)
