"""Cases before the mediator: raised, heard, settled, ruled; their positions, rulings and conditions."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import PersonBrief, ReasonIn
from tracker.api.paging import LATEST_FIRST, answer_list, either, exact, one_of
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonList, JsonPart, person
from tracker.escalations import actions
from tracker.escalations.models import (
    CHOICES,
    Condition,
    Escalation,
    Origin,
    Position,
    Reason,
    Ruling,
    RulingKind,
)
from tracker.escalations.rules import Effect
from tracker.escalations.states import CaseState, ConditionState
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Invalid
from tracker.people.access import Viewer
from tracker.people.models import Side, User

EVENING = time(18)
LONGEST = 5_000
CASE: dict[str, Any] = {
    "key": "key",
    "request": JsonPart({"key": "ask__key", "title": "ask__title", "state": "ask__state"}),
    "state": "state",
    "reason": "reason",
    "origin": "origin",
    "wanted": "wanted",
    "options": "options",
    "tried": "tried",
    "sealed": "sealed",
    "opened_at": "opened_at",
    "raised_by": person("raised_by"),
    "taken_by": person("taken_by"),
    "taken_at": "taken_at",
    "acknowledged_until": "acknowledged_until",
    "proposal": "proposal",
    "proposal_side": "proposal_side",
    "proposal_due_on": "proposal_due_on",
    "created_at": "created_at",
    "ended_at": "ended_at",
    "version": "version",
}
POSITION: Fields = {
    "side": "side",
    "author": person("author"),
    "text": "text",
    "accepts": "accepts",
    "written_at": "written_at",
    "version": "version",
}
RULING: Fields = {
    "id": "id",
    "kind": "kind",
    "sentence": "sentence",
    "due_on": "due_on",
    "rationale": "rationale",
    "accepted_risk": "accepted_risk",
    "effects": "effects",
    "ruled_by": person("ruled_by"),
    "ruled_at": "ruled_at",
}
CONDITION: Fields = {
    "id": "id",
    "text": "text",
    "owner": person("owner"),
    "due_on": "due_on",
    "state": "state",
    "met_at": "met_at",
    "note": "note",
    "version": "version",
}
CASE_WITH_RULINGS = {
    **CASE,
    "rulings": JsonList(Ruling.objects.filter(escalation=OuterRef("pk")).order_by("-id"), RULING),
    "conditions": JsonList(Condition.objects.filter(escalation=OuterRef("pk")).order_by("id"), CONDITION),
}


class RequestOfCase(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()


class RulingOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(RulingKind.choices)
    sentence = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    rationale = serializers.CharField()
    accepted_risk = serializers.CharField()
    effects = serializers.ListField(child=serializers.DictField())
    ruled_by = PersonBrief()
    ruled_at = serializers.DateTimeField()


class ConditionOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()
    owner = PersonBrief()
    due_on = serializers.DateField()
    state = serializers.ChoiceField(ConditionState.choices)
    met_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    version = serializers.IntegerField()


class PositionOut(serializers.Serializer[Any]):
    """Sealed ones are listed to their author and to the mediator alone."""

    side = serializers.ChoiceField(Side.choices)
    author = PersonBrief()
    text = serializers.CharField()
    accepts = serializers.ListField(child=serializers.CharField())
    written_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class CaseOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    request = RequestOfCase()
    state = serializers.ChoiceField(CaseState.choices)
    reason = serializers.ChoiceField(Reason.choices)
    origin = serializers.ChoiceField(Origin.choices)
    wanted = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    tried = serializers.CharField()
    sealed = serializers.BooleanField()
    opened_at = serializers.DateTimeField(allow_null=True)
    raised_by = PersonBrief(allow_null=True)
    taken_by = PersonBrief(allow_null=True)
    taken_at = serializers.DateTimeField(allow_null=True)
    acknowledged_until = serializers.DateTimeField(allow_null=True)
    proposal = serializers.CharField()
    proposal_side = serializers.CharField()
    proposal_due_on = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class CaseDetailOut(CaseOut):
    rulings = RulingOut(many=True)
    conditions = ConditionOut(many=True)


class RaiseIn(serializers.Serializer[Any]):
    request = serializers.CharField(max_length=24)
    reason = serializers.ChoiceField(Reason.choices)
    wanted = serializers.CharField(max_length=500)
    options = serializers.ListField(child=serializers.CharField(max_length=500), required=False, max_length=10)
    tried = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)


class TakeUpIn(serializers.Serializer[Any]):
    """The ruling is owed at the latest `until` 18:00 UTC of that day; without it, or after the usual time, by then."""

    until = serializers.DateField(required=False)


class PositionIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST)
    accepts = serializers.ListField(
        child=serializers.ChoiceField([str(kind) for kind in CHOICES]), required=False, max_length=3
    )


class SettleIn(serializers.Serializer[Any]):
    """With a sentence it proposes; without one it confirms what the other side proposed."""

    sentence = serializers.CharField(max_length=500, required=False)
    due_on = serializers.DateField(required=False)


class EffectIn(serializers.Serializer[Any]):
    effect = serializers.ChoiceField([str(effect) for effect in Effect])
    project = serializers.CharField(max_length=20, required=False)
    after = serializers.CharField(max_length=20, required=False, allow_blank=True)
    team = serializers.CharField(max_length=30, required=False)
    weeks = serializers.DecimalField(max_digits=6, decimal_places=2, required=False)


class ConditionIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=500)
    owner = serializers.SlugRelatedField("email", queryset=User.objects.active())
    due_on = serializers.DateField()


class RuleIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([str(kind) for kind in CHOICES])
    sentence = serializers.CharField(max_length=500)
    due_on = serializers.DateField()
    rationale = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)
    accepted_risk = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)
    effects = EffectIn(many=True, required=False)
    conditions = ConditionIn(many=True, required=False)


class SendBackIn(serializers.Serializer[Any]):
    sentence = serializers.CharField(max_length=500)


class MeetIn(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class Cases(Resource):
    """What all resources of cases share."""

    shape = CASE_WITH_RULINGS

    def rows(self) -> QuerySet[Escalation]:
        return Escalation.objects.visible_to(self.viewer)

    def case(self, key: str) -> Escalation:
        found: Escalation = self.find(
            key, self.rows().select_related("ask__type", "ask__form", "ask__area", "ask__team")
        )
        return found

    def act(self, key: str, verb: Callable[[Escalation, int | None], object]) -> HttpResponseBase:
        """Runs one verb on the case, at most once, and answers with the case as it is then."""
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            verb(self.case(key), expected)
            return self.show(key)

        return self.once(effect)


def _mine(rows: QuerySet[Any], yes: bool, viewer: Viewer) -> QuerySet[Any]:
    mine = {"parties__contains": [viewer.id]}
    return rows.filter(**mine) if yes else rows.exclude(**mine)


class CaseList(Cases):
    filters = {
        "state": one_of("state", CaseState.values),
        "reason": one_of("reason", Reason.values),
        "origin": one_of("origin", Origin.values),
        "request": exact("ask__key", "Key of its request."),
        "mine": either(_mine, "Whether you are a party to it."),
    }
    orders = LATEST_FIRST

    @extend_schema(responses=CaseOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """Cases and lines of the docket that you may see, in pages."""
        subjects = ["escalation", "request"]
        return answer_list(request, self.rows, CASE, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=RaiseIn, responses={201: CaseDetailOut})
    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Asks the mediator for a decision about a request; a line on the docket becomes the case."""
        given = self.read(RaiseIn)
        key = given.pop("request")

        def effect() -> HttpResponse:
            seen = WorkRequest.objects.visible_to(self.viewer).select_related("type", "form", "area", "team")
            ask = seen.filter(key=key).first()
            if ask is None:
                text = _("There is no such record.")
                raise Invalid(text, fields={"request": text})
            made = actions.raise_case(actor=self.viewer, at=self.at, ask=ask, **given)
            return self.show(made.key, status=201)

        return self.once(effect)


class CaseDetail(Cases):
    polled = False

    @extend_schema(responses=CaseDetailOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One case with its rulings, the newest first, and conditions; never 304."""
        # Its conditions have versions of their own: the tag of the case says nothing about them.
        request.META.pop("HTTP_IF_NONE_MATCH", None)
        return self.show(key)


class CaseTakeUp(Cases):
    @extend_schema(request=TakeUpIn, responses=CaseDetailOut, operation_id="take_up_case")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """The mediator takes a line of the docket as a case, or a case that waits; a ruling is owed from now on."""
        day = self.read(TakeUpIn).get("until")
        until = datetime.combine(day, EVENING, UTC) if day else None
        return self.act(
            key,
            lambda case, expected: actions.take_up_case(
                actor=self.viewer, at=self.at, case=case, until=until, expected=expected
            ),
        )


class CasePositions(Cases):
    tagged = False

    @extend_schema(responses=PositionOut(many=True), operation_id="list_positions")
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """What the sides said, as far as it is open to you."""
        found = Position.objects.visible_to(self.viewer).filter(escalation=self.find(key))
        rows = found.order_by("side").values_list(JsonPart(POSITION), flat=True)
        return self.answer({"results": list(rows), "next": None})

    @extend_schema(request=PositionIn, responses=CaseDetailOut, operation_id="write_position")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """What your side wants; sealed until both are in, or time is up."""
        given = self.read(PositionIn)
        return self.act(
            key,
            lambda case, expected: actions.write_position(
                actor=self.viewer, at=self.at, case=case, expected=expected, **given
            ),
        )


class CaseSettle(Cases):
    @extend_schema(request=SettleIn, responses=CaseDetailOut, operation_id="settle_case")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """One side proposes with a sentence and a date, the other confirms with an empty body."""
        given = self.read(SettleIn)
        return self.act(
            key,
            lambda case, expected: actions.settle_case(
                actor=self.viewer, at=self.at, case=case, expected=expected, **given
            ),
        )


class CaseRule(Cases):
    @extend_schema(request=RuleIn, responses=CaseDetailOut, operation_id="issue_ruling")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Grant, compromise or deny; its effects are done at once, or nothing is. Never on one's own case."""
        given = self.read(RuleIn)
        acts = actions.read_acts(given.pop("effects", []))
        conditions = [actions.NewCondition(**one) for one in given.pop("conditions", [])]
        return self.act(
            key,
            lambda case, expected: actions.issue_ruling(
                actor=self.viewer, at=self.at, case=case, acts=acts, conditions=conditions, expected=expected, **given
            ),
        )


class CaseSendBack(Cases):
    @extend_schema(request=SendBackIn, responses=CaseDetailOut, operation_id="send_back")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """It is not the mediator's to decide: says what is missing."""
        given = self.read(SendBackIn)
        return self.act(
            key,
            lambda case, expected: actions.send_back(
                actor=self.viewer, at=self.at, case=case, expected=expected, **given
            ),
        )


class CaseWithdraw(Cases):
    @extend_schema(request=ReasonIn, responses=CaseDetailOut, operation_id="withdraw_case")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Whoever raised it takes it back."""
        given = self.read(ReasonIn)
        return self.act(
            key,
            lambda case, expected: actions.withdraw_case(
                actor=self.viewer, at=self.at, case=case, expected=expected, **given
            ),
        )
