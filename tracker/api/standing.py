"""Who stands in: absences with a deputy, and the rota of a team."""

from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NamedBrief, NothingIn, PersonBrief
from tracker.api.paging import LATEST_FIRST, answer_list, exact
from tracker.api.people import Teams
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonPart, person
from tracker.kernel.errors import NotFound
from tracker.people.actions import add_absence, change_absence, end_absence, set_rota
from tracker.people.models import Absence, Rota, User

ABSENCE: Fields = {
    "id": "id",
    "person": person("person"),
    "deputy": person("deputy"),
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "ended_at": "ended_at",
    "version": "version",
}


class AbsenceEdit(serializers.Serializer[Any]):
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    deputy = serializers.SlugRelatedField("email", queryset=User.objects.active(), allow_null=True, required=False)


class AbsenceIn(AbsenceEdit):
    person = serializers.SlugRelatedField(
        "email", queryset=User.objects.active(), required=False, help_text="Who is away, if it is not you."
    )


class AbsenceOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    person = PersonBrief()
    deputy = PersonBrief(allow_null=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    ended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class Absences(Resource):
    """Named by their number, which is looked up as text like every other key."""

    shape = ABSENCE
    lookup = "number"

    def rows(self) -> QuerySet[Absence]:
        return Absence.objects.visible_to(self.viewer).select_related("person").annotate(number=Cast("pk", TextField()))


class AbsenceList(Absences):
    filters = {"person": exact("person__email"), "deputy": exact("deputy__email")}
    orders = LATEST_FIRST

    @extend_schema(responses=AbsenceOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """Who is, was or will be away, and who stands in."""
        subjects = ["absence", "user"]
        return answer_list(request, self.rows, ABSENCE, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=AbsenceIn, responses={201: AbsenceOut})
    def post(self, request: HttpRequest) -> HttpResponseBase:
        """First and last day included; on these days the deputy may triage what you may."""
        given = self.read(AbsenceIn)

        def effect() -> HttpResponse:
            given.setdefault("person", User.objects.get(pk=self.viewer.id))
            return self.show(str(add_absence(actor=self.viewer, at=self.at, **given).pk), status=201)

        return self.once(effect)


class AbsenceDetail(Absences):
    @extend_schema(responses=AbsenceOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One absence."""
        return self.show(str(number))

    @extend_schema(request=AbsenceEdit, responses=AbsenceOut)
    def patch(self, request: HttpRequest, number: int) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        absence, changes = self.find(str(number)), self.read(AbsenceEdit, partial=True)
        change_absence(actor=self.viewer, at=self.at, absence=absence, expected=expected, changes=changes)
        return self.show(str(number))


class AbsenceEnd(Absences):
    @extend_schema(request=NothingIn, responses=AbsenceOut, operation_id="end_absence")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Back early, or not away at all."""
        self.read(NothingIn)
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            end_absence(actor=self.viewer, at=self.at, absence=self.find(str(number)), expected=expected)
            return self.show(str(number))

        return self.once(effect)


class RotaIn(serializers.Serializer[Any]):
    """`people` in their order, by address; none of them ends the rota."""

    people = serializers.ListField(
        child=serializers.SlugRelatedField("email", queryset=User.objects.active()), max_length=20
    )
    starts_on = serializers.DateField(help_text="Any day of the first week.")


class RotaOut(serializers.Serializer[Any]):
    """`people` are the numbers of people, a week each, from the Monday `starts_on` on."""

    team = NamedBrief()
    people = serializers.ListField(child=serializers.IntegerField())
    starts_on = serializers.DateField()
    version = serializers.IntegerField()


class TeamRota(Teams):
    """Who triages for a team in which week, beside its lead."""

    shape = {
        "team": JsonPart({"key": "team__key", "name": "team__name"}),
        "people": "people",
        "starts_on": "starts_on",
        "version": "version",
    }
    lookup = "team__key"

    def rows(self) -> QuerySet[Any]:
        return Rota.objects.filter(team__in=super().rows())

    @extend_schema(responses=RotaOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The rota of a team; 404 where it has none."""
        return self.show(key)

    @extend_schema(request=RotaIn, responses=RotaOut, operation_id="set_rota")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """A week each in this order, from the Monday of the week of `starts_on` on."""
        given, expected = self.read(RotaIn), self.expected(needed=False)

        def effect() -> HttpResponse:
            team = super(TeamRota, self).rows().filter(key=key).first()
            if team is None:
                raise NotFound(_("There is no such record."))
            set_rota(actor=self.viewer, at=self.at, team=team, expected=expected, **given)
            return self.show(key)

        return self.once(effect)
