"""Rulings and conditions over all cases, and limbo."""

from datetime import UTC, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from tracker.api.briefs import NothingIn
from tracker.api.escalations import (
    CONDITION,
    RULING,
    CaseDetailOut,
    Cases,
    ConditionOut,
    MeetIn,
    RulingOut,
)
from tracker.api.paging import LATEST_FIRST, answer_list, either, exact, one_of
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonText
from tracker.escalations import actions
from tracker.escalations.models import Condition, Ruling, RulingKind
from tracker.escalations.queries import Limbo, LimboRow, limbo_list
from tracker.escalations.states import ConditionState
from tracker.history.actions import check_version
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.people.access import Viewer
from tracker.promises.models import Kind, Promise

OF_CASE: Fields = {"case": "escalation__key", "request": "escalation__ask__key"}


class RulingListed(RulingOut):
    case = serializers.CharField()
    request = serializers.CharField()


class ConditionListed(ConditionOut):
    case = serializers.CharField()
    request = serializers.CharField()


class AcknowledgeIn(serializers.Serializer[Any]):
    until = serializers.DateField()


class InTimeOut(serializers.Serializer[Any]):
    in_time = serializers.IntegerField()
    of = serializers.IntegerField()


class LimboRowOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    filed_at = serializers.DateTimeField()
    days = serializers.IntegerField()
    holder = serializers.CharField()
    side = serializers.CharField()
    promise = serializers.ChoiceField(Kind.choices)
    due_at = serializers.DateTimeField()
    case = serializers.CharField(allow_null=True)
    to_coo_at = serializers.DateTimeField(allow_null=True)


class TeamLimboOut(serializers.Serializer[Any]):
    team = serializers.CharField()
    name = serializers.CharField()
    decided_in_time = InTimeOut()
    requests = LimboRowOut(many=True)


class LimboOut(serializers.Serializer[Any]):
    teams = TeamLimboOut(many=True)


class RulingList(Resource):
    shape = {**RULING, **OF_CASE}
    filters = {
        "kind": one_of("kind", RulingKind.values),
        "case": exact("escalation__key", "Key of its case."),
        "request": exact("escalation__ask__key", "Key of its request."),
    }
    orders = LATEST_FIRST

    def rows(self) -> QuerySet[Ruling]:
        return Ruling.objects.visible_to(self.viewer)

    @extend_schema(responses=RulingListed(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """Rulings of cases that you may see; the newest of a case counts."""
        subjects = ["ruling", "request"]
        return answer_list(request, self.rows, self.shape, subjects=subjects, filters=self.filters, orders=self.orders)


def _mine(rows: QuerySet[Any], yes: bool, viewer: Viewer) -> QuerySet[Any]:
    return rows.filter(owner=viewer.id) if yes else rows.exclude(owner=viewer.id)


class ConditionList(Resource):
    shape = {**CONDITION, **OF_CASE}
    filters = {
        "state": one_of("state", ConditionState.values),
        "case": exact("escalation__key", "Key of its case."),
        "mine": either(_mine, "Whether you see to it."),
    }
    orders = LATEST_FIRST

    def rows(self) -> QuerySet[Condition]:
        return Condition.objects.visible_to(self.viewer)

    @extend_schema(responses=ConditionListed(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """Conditions of rulings that you may see."""
        subjects = ["condition", "request"]
        return answer_list(request, self.rows, self.shape, subjects=subjects, filters=self.filters, orders=self.orders)


class ConditionMeet(Resource):
    shape = {**CONDITION, **OF_CASE}
    lookup = "pk"

    def rows(self) -> QuerySet[Condition]:
        return Condition.objects.visible_to(self.viewer)

    @extend_schema(request=MeetIn, responses=ConditionListed, operation_id="meet_condition")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """It holds, says who sees to it; late is better than not."""
        given, expected = self.read(MeetIn), self.expected(needed=False)

        def effect() -> HttpResponse:
            row = self.find(str(number), self.rows().select_related("escalation__ask"))
            actions.meet_condition(actor=self.viewer, at=self.at, condition=row, expected=expected, **given)
            fresh = self.rows().filter(pk=number)
            return answer_one(self, fresh)

        return self.once(effect)


def answer_one(resource: Resource, rows: QuerySet[Any]) -> HttpResponse:
    """One record without a key of its own, with its version as ETag."""
    found = rows.values_list(JsonText(resource.shape), "version").get()
    return HttpResponse(found[0], content_type="application/json", headers={"ETag": f'"{found[1]}"'})


class RequestTakeUp(Cases):
    @extend_schema(request=NothingIn, responses={201: CaseDetailOut}, operation_id="take_up_request")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """The mediator's own act: the request becomes a case."""
        self.read(NothingIn)
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            ask = find_seen(self, key)
            made = actions.take_up_request(actor=self.viewer, at=self.at, ask=ask, expected=expected)
            return self.show(made.key, status=201)

        return self.once(effect)


class RequestAcknowledge(Resource):
    tagged = False

    @extend_schema(request=AcknowledgeIn, responses=AcknowledgeIn, operation_id="acknowledge_breach")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Whoever owes a late answer says by which day it comes; until then nobody else is asked. Once."""
        until, expected = self.read(AcknowledgeIn)["until"], self.expected(needed=False)

        def effect() -> HttpResponse:
            ask = find_seen(self, key)
            check_version(ask, expected)
            owed = Promise.objects.visible_to(self.viewer).broken().of_matter(f"request:{ask.pk}")
            late = owed.select_related("calendar").order_by("due_at").first()
            if late is None:
                raise NotAllowed(_("Whoever owes the answer says when it comes, or their lead."))
            instant = datetime.combine(until, time(), UTC)
            actions.acknowledge_breach(actor=self.viewer, at=self.at, ask=ask, promise=late, until=instant)
            return self.answer({"until": until})

        return self.once(effect)


def find_seen(resource: Resource, key: str) -> WorkRequest:
    seen = WorkRequest.objects.visible_to(resource.viewer).select_related("type", "form", "area", "team")
    found: WorkRequest = resource.find(key, seen)
    return found


class LimboView(Resource):
    tagged = False

    @extend_schema(
        responses=LimboOut,
        operation_id="show_limbo",
        parameters=[OpenApiParameter("team", str, "query", description="Key of a team.")],
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """What is undecided and past due, by team, oldest first, with whose turn it is."""
        if not self.viewer.roles:
            raise NotAllowed(_("Ask your administrator for a role."))
        unknown = set(request.GET) - {"team"}
        if unknown:
            text = _("There is no such filter.")
            raise Invalid(text, fields=dict.fromkeys(sorted(unknown), text))
        return self.answer(_show_limbo(limbo_list(self.viewer, self.at), request.GET.get("team", "")))


def _show_limbo(limbo: Limbo, asked: str) -> dict[str, Any]:
    """Of one team, where it is asked for."""
    return {
        "teams": [
            {
                "team": team.key,
                "name": team.name,
                "decided_in_time": {"in_time": team.in_time, "of": team.of},
                "requests": [_show_row(row) for row in team.rows],
            }
            for team in limbo.teams
            if asked in ("", team.key)
        ]
    }


def _show_row(row: LimboRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "title": row.title,
        "filed_at": row.filed_at,
        "days": row.days,
        "holder": row.holder,
        "side": row.side,
        "promise": row.kind,
        "due_at": row.due_at,
        "case": row.case or None,
        "to_coo_at": row.to_coo_at,
    }
