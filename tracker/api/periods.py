"""Periods and capacities."""

from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NamedBrief
from tracker.api.paging import LATEST_FIRST, answer_list, exact
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonPart
from tracker.kernel.errors import Invalid, Refused
from tracker.kernel.prepared import fetch_rows
from tracker.people.models import Team
from tracker.projects.actions import open_period, set_capacity
from tracker.projects.models import Capacity, Period

PERIOD: Fields = {"key": "key", "starts_on": "starts_on", "ends_on": "ends_on", "version": "version"}
CAPACITY: Fields = {
    "id": "id",
    "team": JsonPart({"key": "team__key", "name": "team__name"}),
    "period": "period__key",
    "gross": "gross",
    "reserve_percent": "reserve_percent",
    "allowance": "allowance",
    "drawn": "drawn",
    "version": "version",
}


NAMED = """
SELECT (SELECT id FROM tracker_team WHERE key = %s), (SELECT id FROM tracker_period WHERE key = %s),
       (SELECT c.id FROM tracker_capacity c JOIN tracker_team t ON t.id = c.team_id
        JOIN tracker_period d ON d.id = c.period_id WHERE t.key = %s AND d.key = %s)
"""


class PeriodIn(serializers.Serializer[Any]):
    key = serializers.RegexField(r"^\d{4}-Q[1-4]$", max_length=7)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class PeriodOut(PeriodIn):
    version = serializers.IntegerField()


class Weeks(serializers.DecimalField):
    def __init__(self, **more: Any) -> None:
        super().__init__(max_digits=8, decimal_places=2, coerce_to_string=False, **more)


class CapacityEdit(serializers.Serializer[Any]):
    gross = Weeks(min_value=0, max_value=100_000)
    reserve_percent = Weeks(min_value=0, max_value=100, required=False)
    allowance = Weeks(min_value=0, max_value=100_000, required=False)
    orphans_accepted = serializers.BooleanField(required=False, default=False)


class CapacityIn(CapacityEdit):
    team = serializers.SlugField(max_length=30)
    period = serializers.CharField(max_length=10)


class CapacityOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    team = NamedBrief()
    period = serializers.CharField()
    gross = Weeks()
    reserve_percent = Weeks()
    allowance = Weeks()
    drawn = Weeks()
    version = serializers.IntegerField()


class PeriodList(Resource):
    shape = PERIOD
    filters = {"key": exact("key")}
    orders = ("-key", "key")

    def rows(self) -> QuerySet[Period]:
        return Period.objects.all() if self.viewer.roles else Period.objects.none()

    @extend_schema(responses=PeriodOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All quarters that were opened, in pages."""
        return answer_list(request, self.rows, PERIOD, subjects=["period"], filters=self.filters, orders=self.orders)

    @extend_schema(request=PeriodIn, responses={201: PeriodOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Opens a quarter, once and for all; it overlaps no other."""
        given = self.read(PeriodIn)
        return self.once(lambda: self.show(open_period(actor=self.viewer, at=self.at, **given).key, status=201))


class PeriodDetail(Resource):
    shape = PERIOD

    def rows(self) -> QuerySet[Period]:
        return Period.objects.all() if self.viewer.roles else Period.objects.none()

    @extend_schema(responses=PeriodOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One quarter."""
        return self.show(key)


class Capacities(Resource):
    shape = CAPACITY
    lookup = "number"

    def rows(self) -> QuerySet[Capacity]:
        rows = Capacity.objects.select_related("team", "period").annotate(number=Cast("id", TextField()))
        return rows if self.viewer.roles else rows.none()

    def change(self, key: str) -> HttpResponse:
        expected = self.expected()
        row = self.find(key)
        given = self.read(CapacityEdit, partial=True)
        set_capacity(
            actor=self.viewer,
            at=self.at,
            team=row.team,
            period=row.period,
            capacity=row,
            expected=expected,
            **given,
        )
        return self.show(key)


class CapacityList(Capacities):
    filters = {"team": exact("team__key", "Key of a team."), "period": exact("period__key", "Key of a period.")}
    orders = LATEST_FIRST

    @extend_schema(responses=CapacityOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """What each team has in each quarter, in pages."""
        subjects = ["capacity", "team"]
        return answer_list(request, self.rows, CAPACITY, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=CapacityIn, responses={201: CapacityOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """The first capacity of a team in a period; an existing one is changed by PATCH, with its version."""
        given = self.read(CapacityIn)
        team_key, period_key = given.pop("team"), given.pop("period")

        def effect() -> HttpResponse:
            team_id, period_id, taken = fetch_rows(NAMED, [team_key, period_key, team_key, period_key])[0]
            missing = _("There is no such record.")
            if team_id is None or period_id is None:
                raise Invalid(missing, fields={"team" if team_id is None else "period": missing})
            if taken is not None:
                raise Refused(_("This team has a capacity in this quarter: change it."), code="exists", id=taken)
            team, period = Team(pk=team_id, key=team_key), Period(pk=period_id, key=period_key)
            row = set_capacity(actor=self.viewer, at=self.at, team=team, period=period, **given)
            return self.show(str(row.pk), status=201)

        return self.once(effect)


class CapacityDetail(Capacities):
    @extend_schema(responses=CapacityOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One capacity."""
        return self.show(str(number))

    @extend_schema(request=CapacityEdit, responses=CapacityOut)
    def patch(self, request: HttpRequest, number: int) -> HttpResponse:
        """Changes the numbers that are sent and draws the team's line again."""
        return self.change(str(number))


class CapacityOf(Capacities):
    """The same, named by team and period."""

    lookup = "named"

    def rows(self) -> QuerySet[Capacity]:
        return super().rows().annotate(named=Concat("team__key", Value("/"), "period__key", output_field=TextField()))

    @extend_schema(responses=CapacityOut, operation_id="show_capacity_of")
    def get(self, request: HttpRequest, team: str, period: str) -> HttpResponse:
        """The capacity of a team in a quarter."""
        return self.show(f"{team}/{period}")

    @extend_schema(request=CapacityEdit, responses=CapacityOut, operation_id="edit_capacity_of")
    def patch(self, request: HttpRequest, team: str, period: str) -> HttpResponse:
        """Changes the numbers that are sent and draws the team's line again."""
        return self.change(f"{team}/{period}")
