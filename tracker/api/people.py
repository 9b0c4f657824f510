"""People and teams. Work addresses are seen by every colleague who is signed in: verbs name people by them."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from tracker.api.briefs import NothingIn, ReasonIn
from tracker.api.paging import LATEST_FIRST, answer_list, exact, one_of, yes_no
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, NullablePart
from tracker.people.access import Role
from tracker.people.actions import (
    add_team,
    deactivate_person,
    edit_person,
    edit_team,
    invite_again,
    invite_person,
    reactivate_person,
    set_roles,
)
from tracker.people.models import Side, Team, User

PERSON: Fields = {
    "id": "id",
    "name": "name",
    "email": "email",
    "title": "title",
    "roles": "roles",
    "team": NullablePart("team", {"key": "team__key", "name": "team__name", "side": "team__side"}),
    "active": "is_active",
    "language": "language",
    "time_zone": "time_zone",
    "version": "version",
}
TEAM: Fields = {"key": "key", "name": "name", "side": "side", "version": "version"}


class TeamEdit(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    side = serializers.ChoiceField(choices=Side.choices)


class TeamIn(TeamEdit):
    key = serializers.SlugField(max_length=30, required=False)


class TeamOut(TeamEdit):
    key = serializers.CharField()
    version = serializers.IntegerField()


class TeamOfPerson(TeamEdit):
    key = serializers.CharField()


class RolesIn(serializers.Serializer[Any]):
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices), allow_empty=False, max_length=20)


class PersonEdit(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254)
    title = serializers.CharField(max_length=120, allow_blank=True, required=False)
    team = serializers.SlugRelatedField("key", queryset=Team.objects.all(), allow_null=True, required=False)


class PersonIn(PersonEdit, RolesIn):
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    time_zone = serializers.CharField(max_length=60, required=False)


class PersonOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()
    title = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))
    team = TeamOfPerson(allow_null=True)
    active = serializers.BooleanField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    version = serializers.IntegerField()


class People(Resource):
    """People are named by their number, which is looked up as text like every other key."""

    shape = PERSON
    lookup = "number"

    def rows(self) -> QuerySet[User]:
        return User.objects.visible_to(self.viewer).annotate(number=Cast("pk", TextField()))


class PersonList(People):
    filters = {
        "active": yes_no("is_active", "Whether the person may sign in; without it everybody, those who left too."),
        "role": one_of("roles", Role.values, lookup="overlap", text="Whoever holds at least one of them."),
        "team": exact("team__key", "Key of a team."),
        "email": exact("email"),
    }
    orders = LATEST_FIRST

    @extend_schema(responses=PersonOut(many=True))
    def get(self, request: Request) -> HttpResponse:
        """Everybody, those who left too (`active=false`)."""
        subjects = ["user", "team"]
        return answer_list(request, self.rows, PERSON, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=PersonIn, responses={201: PersonOut})
    def post(self, request: Request) -> HttpResponseBase:
        """Invites: a mail brings a link with which the person chooses a password."""
        given = self.read(PersonIn)
        return self.once(lambda: self.show(str(invite_person(actor=self.viewer, at=self.at, **given).pk), status=201))


class PersonDetail(People):
    @extend_schema(responses=PersonOut)
    def get(self, request: Request, number: int) -> HttpResponse:
        """One person."""
        return self.show(str(number))

    @extend_schema(request=PersonEdit, responses=PersonOut)
    def patch(self, request: Request, number: int) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        person = self.find(str(number))
        changes = self.read(PersonEdit, partial=True)
        edit_person(actor=self.viewer, at=self.at, person=person, expected=expected, changes=changes)
        return self.show(str(number))


class PersonRoles(People):
    @extend_schema(request=RolesIn, responses=PersonOut, operation_id="set_person_roles")
    def post(self, request: Request, number: int) -> HttpResponseBase:
        """Sets the roles, all of them; nobody sets their own above level Start."""
        return self.once(lambda: self._set(number, self.read(RolesIn)["roles"]))

    def _set(self, number: int, roles: list[str]) -> HttpResponse:
        expected = self.expected(needed=False)
        person = self.find(str(number))
        set_roles(actor=self.viewer, at=self.at, person=person, expected=expected, roles=roles)
        return self.show(str(number))


class PersonDeactivate(People):
    @extend_schema(request=ReasonIn, responses=PersonOut)
    def post(self, request: Request, number: int) -> HttpResponseBase:
        """From now on neither password nor token of this person opens anything."""
        return self.once(lambda: self._deactivate(number, self.read(ReasonIn).get("reason", "")))

    def _deactivate(self, number: int, reason: str) -> HttpResponse:
        expected = self.expected(needed=False)
        person = self.find(str(number))
        deactivate_person(actor=self.viewer, at=self.at, person=person, expected=expected, reason=reason)
        return self.show(str(number))


class PersonReactivate(People):
    @extend_schema(request=NothingIn, responses=PersonOut)
    def post(self, request: Request, number: int) -> HttpResponseBase:
        """The person may sign in again."""
        self.read(NothingIn)
        return self.once(lambda: self._reactivate(number))

    def _reactivate(self, number: int) -> HttpResponse:
        expected = self.expected(needed=False)
        reactivate_person(actor=self.viewer, at=self.at, person=self.find(str(number)), expected=expected)
        return self.show(str(number))


class PersonInvite(People):
    @extend_schema(request=NothingIn, responses=PersonOut)
    def post(self, request: Request, number: int) -> HttpResponseBase:
        """Sends the invitation again, with a new link."""
        self.read(NothingIn)
        return self.once(lambda: self._invite(number))

    def _invite(self, number: int) -> HttpResponse:
        expected = self.expected(needed=False)
        invite_again(actor=self.viewer, at=self.at, person=self.find(str(number)), expected=expected)
        return self.show(str(number))


class Teams(Resource):
    shape = TEAM

    def rows(self) -> QuerySet[Team]:
        return Team.objects.visible_to(self.viewer)


class TeamList(Teams):
    filters = {"side": one_of("side", Side.values)}
    orders = LATEST_FIRST

    @extend_schema(responses=TeamOut(many=True))
    def get(self, request: Request) -> HttpResponse:
        """All teams, in pages."""
        return answer_list(request, self.rows, TEAM, subjects=["team"], filters=self.filters, orders=self.orders)

    @extend_schema(request=TeamIn, responses={201: TeamOut})
    def post(self, request: Request) -> HttpResponseBase:
        """Adds a team; without a key one is made of its name."""
        given = self.read(TeamIn)
        return self.once(lambda: self.show(add_team(actor=self.viewer, at=self.at, **given).key, status=201))


class TeamDetail(Teams):
    @extend_schema(responses=TeamOut)
    def get(self, request: Request, key: str) -> HttpResponse:
        """One team."""
        return self.show(key)

    @extend_schema(request=TeamEdit, responses=TeamOut)
    def patch(self, request: Request, key: str) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        team = self.find(key)
        changes = self.read(TeamEdit, partial=True)
        edit_team(actor=self.viewer, at=self.at, team=team, expected=expected, changes=changes)
        return self.show(key)
