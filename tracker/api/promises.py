"""Promises and the policies behind them."""

from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NamedBrief, PersonBrief
from tracker.api.paging import LATEST_FIRST, answer_list, either, exact, one_of
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, NullablePart, person
from tracker.promises.actions import edit_policy
from tracker.promises.models import Kind, Policy, Promise
from tracker.promises.states import PromiseState

PROMISE: Fields = {
    "id": "id",
    "kind": "kind",
    "about": "facts__key",
    "holder": person("holder"),
    "team": NullablePart("team", {"key": "team__key", "name": "team__name"}),
    "state": "state",
    "started_at": "started_at",
    "due_at": "due_at",
    "breached_at": "breached_at",
    "next_at": "next_at",
    "ended_at": "ended_at",
    "version": "version",
}
POLICY: Fields = {
    "kind": "kind",
    "days": "days",
    "reminders": "reminders",
    "chiefs_after": "chiefs_after",
    "docket_after": "docket_after",
    "version": "version",
}


class PromiseOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    about = serializers.CharField()
    holder = PersonBrief(allow_null=True)
    team = NamedBrief(allow_null=True)
    state = serializers.ChoiceField(PromiseState.choices)
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    breached_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class PolicyEdit(serializers.Serializer[Any]):
    days = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0)
    reminders = serializers.ListField(child=serializers.IntegerField(), max_length=10)
    chiefs_after = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0)
    docket_after = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0)


class PolicyOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Kind.choices)
    days = serializers.FloatField()
    reminders = serializers.ListField(child=serializers.IntegerField())
    chiefs_after = serializers.FloatField()
    docket_after = serializers.FloatField()
    version = serializers.IntegerField()


class PromiseList(Resource):
    shape = PROMISE
    filters = {
        "kind": one_of("kind", Kind.values),
        "state": one_of("state", PromiseState.values),
        "team": exact("team__key", "Key of the holder's team."),
        "broken": either(lambda rows, yes, _viewer: rows.filter(breached_at__isnull=not yes)),
        "mine": either(lambda rows, yes, viewer: rows.filter(Q(holder=viewer.id) if yes else ~Q(holder=viewer.id))),
    }
    orders = LATEST_FIRST

    def rows(self) -> QuerySet[Promise]:
        return Promise.objects.visible_to(self.viewer)

    @extend_schema(responses=PromiseOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """The answers that you or your team owe; the CTO, the CMO and the COO see everybody's."""
        subjects = ["promise", "user", "team"]
        return answer_list(request, self.rows, PROMISE, subjects=subjects, filters=self.filters, orders=self.orders)


class PromiseDetail(Resource):
    """Named by its number, which is looked up as text like every other key."""

    shape = PROMISE
    lookup = "number"

    def rows(self) -> QuerySet[Promise]:
        return Promise.objects.visible_to(self.viewer).annotate(number=Cast("pk", TextField()))

    @extend_schema(responses=PromiseOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One promise."""
        return self.show(str(number))


class Policies(Resource):
    shape = POLICY
    lookup = "kind"

    def rows(self) -> QuerySet[Policy]:
        return Policy.objects.all()


class PolicyList(Policies):
    orders = LATEST_FIRST

    @extend_schema(responses=PolicyOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """How long each kind of answer may take."""
        return answer_list(request, self.rows, POLICY, subjects=["policy"], filters={}, orders=self.orders)


class PolicyDetail(Policies):
    @extend_schema(responses=PolicyOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One policy."""
        return self.show(key)

    @extend_schema(request=PolicyEdit, responses=PolicyOut)
    def patch(self, request: HttpRequest, key: str) -> HttpResponse:
        """Changes the fields that are sent; clocks that run keep what they began with."""
        expected = self.expected()
        changes = self.read(PolicyEdit, partial=True)
        edit_policy(actor=self.viewer, at=self.at, policy=self.find(key), expected=expected, changes=changes)
        return self.show(key)
