"""Expedites: emergencies that pass the rank by, one at a time; each step a POST below one."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from tracker.api.briefs import NothingIn, PersonBrief
from tracker.api.paging import LATEST_FIRST, answer_list, either, exact, one_of
from tracker.api.requests import LONGEST, Requests
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, person
from tracker.intake import actions
from tracker.intake.expedites import Expedite
from tracker.intake.states import ExpediteState
from tracker.people.models import User

EXPEDITE: Fields = {
    "id": "id",
    "request": "ask__key",
    "title": "ask__title",
    "state": "state",
    "reason": "reason",
    "owner": person("owner"),
    "started_by": person("started_by"),
    "started_at": "started_at",
    "confirm_by": "confirm_by",
    "confirmed_by": person("confirmed_by"),
    "confirmed_at": "confirmed_at",
    "lapsed_at": "lapsed_at",
    "answered_at": "answered_at",
    "answer": "answer",
    "fixed_at": "fixed_at",
    "cause": "cause",
    "lesson": "lesson",
    "refusal": "refusal",
    "ended_at": "ended_at",
    "version": "version",
}


class ExpediteOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    request = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(ExpediteState.choices)
    reason = serializers.CharField()
    owner = PersonBrief()
    started_by = PersonBrief()
    started_at = serializers.DateTimeField()
    confirm_by = serializers.DateTimeField()
    confirmed_by = PersonBrief(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    lapsed_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()
    fixed_at = serializers.DateTimeField(allow_null=True)
    cause = serializers.CharField()
    lesson = serializers.CharField()
    refusal = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class ExpediteIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST)
    owner = serializers.SlugRelatedField("email", queryset=User.objects.active().select_related("team"))


class ExpediteReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST)


class ExpediteAnswerIn(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=LONGEST)


class ExpediteFixIn(serializers.Serializer[Any]):
    cause = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)
    lesson = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ExpediteExplainIn(serializers.Serializer[Any]):
    cause = serializers.CharField(max_length=LONGEST)
    lesson = serializers.CharField(max_length=300, required=False, allow_blank=True)


class Expedites(Resource):
    """Named by their number, which is looked up as text like every other key."""

    shape = EXPEDITE
    lookup = "number"

    def rows(self) -> QuerySet[Expedite]:
        return Expedite.objects.visible_to(self.viewer).annotate(number=Cast("pk", TextField()))


class ExpediteList(Expedites):
    filters = {
        "state": one_of("state", ExpediteState.values),
        "request": exact("ask__key", "Key of its request."),
        "running": either(lambda rows, yes, _viewer: rows.filter(ended_at__isnull=yes), "Whether it runs now."),
    }
    orders = LATEST_FIRST

    @extend_schema(responses=ExpediteOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All expedites of requests that you may see, in pages."""
        subjects = ["expedite", "request", "user"]
        return answer_list(request, self.rows, EXPEDITE, subjects=subjects, filters=self.filters, orders=self.orders)


class ExpediteDetail(Expedites):
    @extend_schema(responses=ExpediteOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One expedite."""
        return self.show(str(number))


class RequestExpedite(Expedites):
    @extend_schema(request=ExpediteIn, responses={201: ExpediteOut}, operation_id="start_expedite")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Starts an emergency: one at a time, with who fixes it; If-Match carries the version of the request."""
        given, expected = self.read(ExpediteIn), self.expected(needed=False)
        asks = Requests()
        asks.request = self.request

        def effect() -> HttpResponse:
            made = actions.start_expedite(actor=self.viewer, at=self.at, ask=asks.ask(key), expected=expected, **given)
            return self.show(str(made.pk), status=201)

        return self.once(effect)


class ExpediteStep(Expedites):
    """One verb: If-Match is welcome, not needed; the answer is the expedite as it is then."""

    given: ClassVar[type[serializers.Serializer[Any]]] = NothingIn
    verb: ClassVar[Callable[..., None]]

    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        given, expected, act = self.read(self.given), self.expected(needed=False), type(self).verb

        def effect() -> HttpResponse:
            found = self.find(str(number), self.rows().select_related("ask", "owner__team"))
            act(actor=self.viewer, at=self.at, expedite=found, expected=expected, **given)
            return self.show(str(number))

        return self.once(effect)


def _step(
    name: str, verb: Callable[..., None], text: str, given: type[serializers.Serializer[Any]] = NothingIn
) -> type[ExpediteStep]:
    """The resource of one verb, described in the schema."""
    made = type(name, (ExpediteStep,), {"verb": staticmethod(verb), "given": given, "__doc__": text})
    described = extend_schema_view(
        post=extend_schema(request=given, responses=ExpediteOut, description=text, operation_id=verb.__name__)
    )
    kept: type[ExpediteStep] = described(made)
    return kept


STEPS = {
    "confirm": _step("ExpediteConfirm", actions.confirm_expedite, "The second signature, by the other side."),
    "refuse": _step(
        "ExpediteRefuse",
        actions.refuse_expedite,
        "The other side says that it is none; the request goes its usual way.",
        ExpediteReasonIn,
    ),
    "withdraw": _step(
        "ExpediteWithdraw", actions.withdraw_expedite, "Whoever started it takes it back.", ExpediteReasonIn
    ),
    "answer": _step("ExpediteAnswer", actions.answer_expedite, "The owner says what is done.", ExpediteAnswerIn),
    "fix": _step("ExpediteFix", actions.fix_expedite, "It is over; cause and lesson may be said later.", ExpediteFixIn),
    "explain": _step(
        "ExpediteExplain",
        actions.explain_expedite,
        "What caused a fixed one, and in one line what was learnt.",
        ExpediteExplainIn,
    ),
}
