"""KPIs: what requests are to move."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NothingIn
from tracker.api.paging import LATEST_FIRST, answer_list, either
from tracker.api.resource import Resource
from tracker.api.shapes import Fields
from tracker.measures.actions import add_kpi, edit_kpi, restore_kpi, retire_kpi
from tracker.measures.models import Better, Kpi
from tracker.people.models import Side

KPI: Fields = {
    "id": "id",
    "name": "name",
    "unit": "unit",
    "better": "better",
    "side": "side",
    "source": "source",
    "retired_at": "retired_at",
    "version": "version",
}


class KpiIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True)
    better = serializers.ChoiceField(Better.choices, required=False)
    side = serializers.ChoiceField(Side.choices, required=False, allow_blank=True, help_text="Whose it is.")
    source = serializers.CharField(  # type: ignore[assignment]  # a field of the record, no option of REST framework
        max_length=200, required=False, allow_blank=True
    )


class KpiOut(KpiIn):
    id = serializers.IntegerField()
    retired_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class Kpis(Resource):
    """Named by its number, which is looked up as text like every other key."""

    shape = KPI
    lookup = "number"

    def rows(self) -> QuerySet[Kpi]:
        return Kpi.objects.visible_to(self.viewer).annotate(number=Cast("pk", TextField()))


class KpiList(Kpis):
    filters = {"retired": either(lambda rows, yes, _viewer: rows.filter(retired_at__isnull=not yes))}
    orders = LATEST_FIRST

    @extend_schema(responses=KpiOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All KPIs, also retired ones, in pages."""
        return answer_list(request, self.rows, KPI, subjects=["kpi"], filters=self.filters, orders=self.orders)

    @extend_schema(request=KpiIn, responses={201: KpiOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Adds one; each name is there once, however it is written."""
        given = self.read(KpiIn)
        return self.once(lambda: self.show(str(add_kpi(actor=self.viewer, at=self.at, **given).pk), status=201))


class KpiDetail(Kpis):
    @extend_schema(responses=KpiOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One KPI."""
        return self.show(str(number))

    @extend_schema(request=KpiIn, responses=KpiOut)
    def patch(self, request: HttpRequest, number: int) -> HttpResponse:
        """Changes the fields that are sent; requests keep the name they were filed with."""
        expected = self.expected()
        kpi, changes = self.find(str(number)), self.read(KpiIn, partial=True)
        edit_kpi(actor=self.viewer, at=self.at, kpi=kpi, expected=expected, changes=changes)
        return self.show(str(number))


class KpiStep(Kpis):
    def take(self, verb: Callable[..., None], number: int) -> HttpResponseBase:
        self.read(NothingIn)
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            verb(actor=self.viewer, at=self.at, kpi=self.find(str(number)), expected=expected)
            return self.show(str(number))

        return self.once(effect)


class KpiRetire(KpiStep):
    @extend_schema(request=NothingIn, responses=KpiOut)
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """It is offered no more."""
        return self.take(retire_kpi, number)


class KpiRestore(KpiStep):
    @extend_schema(request=NothingIn, responses=KpiOut)
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """It is offered again."""
        return self.take(restore_kpi, number)
