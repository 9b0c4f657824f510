"""Requests: file, read, edit; their steps are in request_steps.py."""

from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from tracker.api.briefs import NamedBrief, PersonBrief
from tracker.api.paging import LATEST_FIRST, Filter, answer_list, either, exact, one_of, yes_no
from tracker.api.request_types import TypeFields
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonPart, NullablePart, person
from tracker.intake.actions import draft_request, edit_request, file_request
from tracker.intake.models import Confidence, Delivery, RequestType, WorkRequest
from tracker.intake.rules import Stage, missing
from tracker.intake.states import State
from tracker.intake.wishes import PREFIX, narrow_answers, read_wish
from tracker.kernel.errors import Invalid
from tracker.kernel.prepared import fetch_rows
from tracker.kernel.words import at_word_start
from tracker.people.access import Viewer
from tracker.sites.models import Area

LISTED: dict[str, Any] = {
    "key": "key",
    "title": "title",
    "type": "type__key",
    "area": "area__key",
    "team": "team__key",
    "requester": person("requester"),
    "guest": "guest_name",
    "state": "state",
    "delivery": "delivery",
    "restricted": "restricted",
    "effort_weeks": "effort_weeks",
    "deadline_on": "deadline_on",
    "review_on": "review_on",
    "filed_at": "filed_at",
    "decided_at": "decided_at",
    "updated_at": "updated_at",
    "version": "version",
}
REQUEST: Fields = {
    **LISTED,
    "area": NullablePart("area", {"key": "area__key", "name": "area__name"}),
    "team": NullablePart("team", {"key": "team__key", "name": "team__name"}),
    "type": JsonPart({"key": "type__key", "name": "type__name"}),
    "why": "why",
    "example_urls": "example_urls",
    "kpi": "kpi",
    "baseline": "baseline",
    "target": "target",
    "measure_on": "measure_on",
    "confidence": "confidence",
    "confidence_source": "confidence_source",
    "similar_to": "similar_to__key",
    "value_per_week": "value_per_week",
    "deadline_reason": "deadline_reason",
    "acceptance_tests": "acceptance_tests",
    "how_to_test": "how_to_test",
    "answers": "answers",
    "form": Coalesce("form__fields", "type__fields"),
    "question": "question",
    "asked_by": person("asked_by"),
    "decision_reason": "decision_reason",
    "decided_by": person("decided_by"),
    "assigned_to": person("assigned_to"),
    "split_from": "split_from__key",
    "merged_into": "merged_into__key",
    "contested_at": "contested_at",
    "contest_reason": "contest_reason",
    "contest_answered_at": "contest_answered_at",
    "times_parked": "times_parked",
    "times_asked": "times_asked",
    "rank_asked_at": "rank_asked_at",
    "created_at": "created_at",
}
LONGEST = 20_000


class TypeBrief(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.DictField(child=serializers.CharField())


class RequestRow(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    type = serializers.CharField()
    area = serializers.CharField(allow_null=True)
    team = serializers.CharField(allow_null=True)
    requester = PersonBrief()
    guest = serializers.CharField(help_text="Who filed it by a public form; empty for all others.")
    state = serializers.ChoiceField(State.choices)
    delivery = serializers.ChoiceField(Delivery.choices)
    restricted = serializers.BooleanField()
    effort_weeks = serializers.FloatField(allow_null=True)
    deadline_on = serializers.DateField(allow_null=True)
    review_on = serializers.DateField(allow_null=True)
    filed_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class RequestOut(RequestRow):
    type = TypeBrief()  # type: ignore[assignment]  # a row names it, the record shows it
    area = NamedBrief(allow_null=True)  # type: ignore[assignment]  # as above
    team = NamedBrief(allow_null=True)  # type: ignore[assignment]  # as above
    why = serializers.CharField()
    example_urls = serializers.ListField(child=serializers.CharField())
    kpi = serializers.CharField()
    baseline = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    measure_on = serializers.DateField(allow_null=True)
    confidence = serializers.CharField()
    confidence_source = serializers.CharField()
    similar_to = serializers.CharField(allow_null=True)
    value_per_week = serializers.FloatField(allow_null=True)
    deadline_reason = serializers.CharField()
    acceptance_tests = serializers.ListField(child=serializers.CharField())
    how_to_test = serializers.CharField()
    answers = serializers.DictField(
        help_text="By the key of the field, as JSON of its kind: a number, a day, a list of values, the number of a person."
    )
    form = TypeFields(help_text="The fields it was filed with; of a draft those of its type.")
    question = serializers.CharField()
    asked_by = PersonBrief(allow_null=True)
    decision_reason = serializers.CharField()
    decided_by = PersonBrief(allow_null=True)
    assigned_to = PersonBrief(allow_null=True)
    split_from = serializers.CharField(allow_null=True)
    merged_into = serializers.CharField(allow_null=True)
    contested_at = serializers.DateTimeField(allow_null=True)
    contest_reason = serializers.CharField()
    contest_answered_at = serializers.DateTimeField(allow_null=True)
    times_parked = serializers.IntegerField()
    times_asked = serializers.IntegerField()
    rank_asked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class LinesIn(serializers.ListField):
    def __init__(self, **more: Any) -> None:
        super().__init__(child=serializers.CharField(max_length=2_000), required=False, max_length=100, **more)


class RequestEdit(serializers.Serializer[Any]):
    type = serializers.SlugField(max_length=40)
    title = serializers.CharField(max_length=200)
    area = serializers.SlugField(max_length=40, required=False)
    why = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)
    example_urls = LinesIn()
    kpi = serializers.CharField(max_length=120, required=False, allow_blank=True)
    baseline = serializers.DecimalField(max_digits=16, decimal_places=4, required=False, allow_null=True)
    target = serializers.DecimalField(max_digits=16, decimal_places=4, required=False, allow_null=True)
    measure_on = serializers.DateField(required=False, allow_null=True)
    confidence = serializers.ChoiceField(Confidence.choices, required=False, allow_blank=True)
    confidence_source = serializers.CharField(max_length=300, required=False, allow_blank=True)
    similar_to = serializers.CharField(
        max_length=24,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="Key of the request that is the case.",
    )
    value_per_week = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    deadline_on = serializers.DateField(required=False, allow_null=True)
    deadline_reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    acceptance_tests = LinesIn()
    how_to_test = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)
    answers = serializers.DictField(required=False)


class RequestIn(RequestEdit):
    draft = serializers.BooleanField(required=False, default=False)


class MissingOut(serializers.Serializer[Any]):
    filing = serializers.ListField(child=serializers.CharField())
    acceptance = serializers.ListField(child=serializers.CharField())
    embedding = serializers.ListField(child=serializers.CharField())


LOOK_UP = """
SELECT t.id, t.fields::text, t.form_id, t.retired_at, a.id, a.team_id FROM (VALUES (1)) AS one (row)
LEFT JOIN tracker_requesttype t ON t.key = %s LEFT JOIN tracker_area a ON a.key = %s
"""


def look_up(given: dict[str, Any]) -> None:
    """Puts the type and the area of these keys in their place, both by one statement."""
    if "type" not in given and "area" not in given:
        return
    keys = [given.get("type", ""), given.get("area", "")]
    kind, fields, form, retired, area, team = fetch_rows(LOOK_UP, keys)[0]
    wrong = {}
    if "type" in given and kind is None:
        wrong["type"] = _("There is no such type.")
    if "area" in given and area is None:
        wrong["area"] = _("There is no such area.")
    if wrong:
        raise Invalid(_("Something in it is unknown."), fields=wrong)
    if "type" in given:
        given["type"] = RequestType(pk=kind, key=keys[0], fields=orjson.loads(fields), form_id=form, retired_at=retired)
    if "area" in given:
        given["area"] = Area(pk=area, key=keys[1], team_id=team)


class Requests(Resource):
    """What all resources of requests share."""

    shape = REQUEST

    def rows(self) -> QuerySet[WorkRequest]:
        return WorkRequest.objects.visible_to(self.viewer)

    def ask(self, key: str) -> WorkRequest:
        found: WorkRequest = self.find(key, self.rows().select_related("type", "form"))
        return found


ANSWERS = OpenApiParameter(
    "f.{key}",
    {
        "type": "object",
        "patternProperties": {r"^f\.[a-z0-9_]{1,40}(\.least|\.most)?$": {"type": "string"}},
        "additionalProperties": False,
    },
    style="form",
    explode=True,
    description=(
        "Narrows the requests of one `type` by the answers to its own fields, each a parameter by itself: "
        "`f.metric=LCP` for a choice, one of several choices, the number of a person or the key of an area; "
        "`f.duration.least=2` and `f.duration.most=8` for a number, an amount of money or a day."
    ),
)


def answer_filters(query: QueryDict) -> dict[str, Filter]:
    """One for each `f.` parameter; the type is looked up where a statement has to be written."""

    def filter_by(name: str) -> Filter:
        def narrow(rows: QuerySet[Any], text: str, _viewer: Viewer) -> QuerySet[Any]:
            kind = RequestType.objects.filter(key=query.get("type", "").replace("\x00", "")).first()
            if kind is None:
                raise Invalid(_("Name the type whose field it is."))
            return narrow_answers(rows, [read_wish(kind.fields, name, text)])

        return Filter(narrow)

    return {name: filter_by(name) for name in query if name.startswith(PREFIX)}


class RequestList(Requests):
    filters = {
        "state": one_of("state", State.values),
        "delivery": one_of("delivery", Delivery.values),
        "type": exact("type__key", "Key of a request type."),
        "area": exact("area__key", "Key of an area."),
        "team": exact("team__key", "Key of the team that it is routed to."),
        "requester": exact("requester__email", "E-mail address of who asks."),
        "restricted": yes_no("restricted"),
        "mine": either(
            lambda rows, yes, viewer: rows.filter(Q(requester=viewer.id) if yes else ~Q(requester=viewer.id))
        ),
        "q": Filter(
            lambda rows, text, _viewer: rows.filter(Q(title__iregex=at_word_start(text)) | Q(key__iexact=text)),
            "Words of the title, or a key.",
        ),
    }
    orders = LATEST_FIRST

    @extend_schema(parameters=[ANSWERS], responses=RequestRow(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All requests that you may see, in pages."""
        subjects = ["request", "area", "team", "user", "request-type"]
        filters = {**self.filters, **answer_filters(request.GET)}
        return answer_list(request, self.rows, LISTED, subjects=subjects, filters=filters, orders=self.orders)

    @extend_schema(request=RequestIn, responses={201: RequestOut}, operation_id="add_request")
    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Files it; with `draft` keeps it for its writer alone, who may leave out all but type and title."""
        given = self.read(RequestIn)
        draft = given.pop("draft", False)

        def effect() -> HttpResponse:
            look_up(given)
            if draft:
                made = draft_request(actor=self.viewer, at=self.at, **given)
            else:
                empty: dict[str, Any] = {"area": None, "example_urls": [], "why": ""}
                made = file_request(actor=self.viewer, at=self.at, **{**empty, **given})
            return self.show(made.key, status=201)

        return self.once(effect)


class RequestDetail(Requests):
    @extend_schema(responses=RequestOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One request."""
        return self.show(key)

    @extend_schema(request=RequestEdit, responses=RequestOut)
    def patch(self, request: HttpRequest, key: str) -> HttpResponse:
        """What is not given stays; `answers` are merged, null takes one away. After triage KPI and deadline are fixed."""
        expected, given = self.expected(), self.read(RequestEdit, partial=True)
        ask = self.ask(key)
        look_up(given)
        edit_request(actor=self.viewer, at=self.at, ask=ask, expected=expected, changes=given)
        return self.show(key)


class RequestMissing(Requests):
    tagged = False

    @extend_schema(responses=MissingOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The fields that it lacks, by the stage that needs them; each stage needs those before it too."""
        ask = self.ask(key)
        lacking = {stage: missing(stage, ask.core, ask.fields, ask.answers) for stage in Stage}
        return self.answer({str(stage): names for stage, names in lacking.items()})
