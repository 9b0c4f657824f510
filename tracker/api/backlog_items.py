"""Backlog items: the accepted request as a piece of work inside a project, and its checks."""

from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, Case, CharField, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NothingIn, PersonBrief, ReasonIn
from tracker.api.paging import LATEST_FIRST, answer_list, either, exact, one_of
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonList, JsonPart, person
from tracker.backlog.actions import (
    Rest,
    accept_counter,
    answer_embed,
    counter_embed,
    decline_counter,
    drop_item,
    measure_item,
    move_item,
    rehome_item,
    set_tracker_key,
    ship_item,
    start_item,
)
from tracker.backlog.models import BacklogItem, CounterAnswer, Way
from tracker.backlog.queries import ticket_of
from tracker.backlog.states import OUTCOMES, ItemState
from tracker.kernel.errors import NotFound
from tracker.launches.actions import decide_check
from tracker.launches.models import Check, CheckState
from tracker.people.access import Viewer
from tracker.people.models import User
from tracker.projects.models import Project

CHECK: Fields = {
    "id": "id",
    "text": "text",
    "state": "state",
    "evidence": "evidence",
    "decided_by": person("decided_by"),
    "decided_at": "decided_at",
    "version": "version",
}
ITEM: dict[str, Any] = {
    "key": "key",
    "request": JsonPart({"key": "ask__key", "title": "ask__title", "state": "ask__state", "delivery": "ask__delivery"}),
    "project": JsonPart({"key": "project__key", "title": "project__title", "above": "project__above"}),
    "way": "way",
    "state": "state",
    "orphaned": Case(
        When(orphaned_at__isnull=False, then=Value(True)), default=Value(False), output_field=BooleanField()
    ),
    "orphaned_at": "orphaned_at",
    "orphan_cause": "orphan_cause",
    "team": "team__key",
    "period": "period__key",
    "business_owner": person("business_owner"),
    "delivery_owner": person("delivery_owner"),
    "proposed_by": person("proposed_by"),
    "added_weeks": "added_weeks",
    "from_allowance": "drawn",
    "overflow": "overflow",
    "conditions": "conditions",
    "note": "note",
    "refusal": "refusal",
    "counter": Case(
        When(
            countered_at__isnull=False,
            then=JsonPart(
                {
                    "offer": "counter_offer",
                    "added_weeks": "counter_weeks",
                    "checks": "counter_checks",
                    "ready_on": "counter_ready_on",
                    "project": "counter_project__key",
                    "by": person("countered_by"),
                    "at": "countered_at",
                    "answer": "counter_answer",
                }
            ),
        )
    ),
    "tracker_key": "tracker_key",
    "measure_on": "measure_on",
    "measured_value": "measured_value",
    "measured_note": "measured_note",
    "answered_at": "answered_at",
    "shipped_at": "shipped_at",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "version": "version",
}
ITEM_WITH_CHECKS = {
    **ITEM,
    "checks": JsonList(
        Check.objects.filter(source=Cast(OuterRef("key"), CharField())).order_by("position", "id"), CHECK
    ),
}


class RequestOfItem(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    delivery = serializers.CharField()


class HostOfItem(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    above = serializers.BooleanField()


class CheckOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()
    state = serializers.ChoiceField(CheckState.choices)
    evidence = serializers.CharField()
    decided_by = PersonBrief(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class CounterOut(serializers.Serializer[Any]):
    """What the host's owner offers instead; `project` where it is another one."""

    offer = serializers.CharField()
    added_weeks = serializers.FloatField()
    checks = serializers.ListField(child=serializers.CharField())
    ready_on = serializers.DateField(allow_null=True)
    project = serializers.CharField(allow_null=True)
    by = PersonBrief(allow_null=True)
    at = serializers.DateTimeField()
    answer = serializers.ChoiceField(CounterAnswer.choices)


class ItemOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    request = RequestOfItem()
    project = HostOfItem()
    way = serializers.ChoiceField(Way.choices)
    state = serializers.ChoiceField(ItemState.choices)
    orphaned = serializers.BooleanField()
    orphaned_at = serializers.DateTimeField(allow_null=True)
    orphan_cause = serializers.CharField()
    team = serializers.CharField()
    period = serializers.CharField()
    business_owner = PersonBrief()
    delivery_owner = PersonBrief(allow_null=True)
    proposed_by = PersonBrief()
    added_weeks = serializers.FloatField()
    from_allowance = serializers.FloatField()
    overflow = serializers.FloatField()
    conditions = serializers.CharField()
    note = serializers.CharField()
    refusal = serializers.CharField()
    counter = CounterOut(allow_null=True)
    tracker_key = serializers.CharField()
    measure_on = serializers.DateField(allow_null=True)
    measured_value = serializers.FloatField(allow_null=True)
    measured_note = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class ItemDetailOut(ItemOut):
    checks = CheckOut(many=True)


class ItemEdit(serializers.Serializer[Any]):
    tracker_key = serializers.CharField(max_length=80, allow_blank=True)


class RestIn(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    review_on = serializers.DateField()


class EmbedAnswerIn(serializers.Serializer[Any]):
    answer = serializers.ChoiceField(["agree", "refuse"])
    conditions = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    added_weeks = serializers.DecimalField(max_digits=6, decimal_places=2, required=False)
    delivery_owner = serializers.SlugRelatedField("email", queryset=User.objects.active(), required=False)
    refusal = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    split_rest = RestIn(required=False, allow_null=True)
    tracker_key = serializers.CharField(max_length=80, required=False, allow_blank=True)


class CounterIn(serializers.Serializer[Any]):
    offer = serializers.CharField(max_length=2000)
    added_weeks = serializers.DecimalField(max_digits=6, decimal_places=2)
    checks = serializers.ListField(child=serializers.CharField(max_length=500), max_length=20, required=False)
    ready_on = serializers.DateField(required=False, allow_null=True)
    host = serializers.SlugRelatedField("key", queryset=Project.objects.all(), required=False, allow_null=True)


class DeclineCounterIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class MeasureIn(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField([str(outcome) for outcome in OUTCOMES])
    value = serializers.DecimalField(max_digits=16, decimal_places=4, required=False, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ItemMoveIn(serializers.Serializer[Any]):
    after = serializers.CharField(max_length=24, allow_null=True)


class RehomeIn(serializers.Serializer[Any]):
    host = serializers.SlugRelatedField("key", queryset=Project.objects.all())
    added_weeks = serializers.DecimalField(max_digits=6, decimal_places=2, required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class DecideIn(serializers.Serializer[Any]):
    passed = serializers.BooleanField()
    evidence = serializers.CharField(max_length=500, required=False, allow_blank=True)


class TextOut(serializers.Serializer[Any]):
    text = serializers.CharField()


class Items(Resource):
    """What all resources of items share."""

    shape = ITEM_WITH_CHECKS

    def rows(self) -> QuerySet[BacklogItem]:
        return BacklogItem.objects.visible_to(self.viewer)

    def item(self, key: str) -> BacklogItem:
        loaded = self.rows().select_related("ask__type", "ask__form", "project__owner", "team", "period")
        found: BacklogItem = self.find(key, loaded)
        return found

    def act(self, key: str, verb: Callable[[BacklogItem, int | None], object]) -> HttpResponseBase:
        """Runs one verb on the item, at most once, and answers with the item as it is then."""
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            verb(self.item(key), expected)
            return self.show(key)

        return self.once(effect)


def _mine(rows: QuerySet[Any], yes: bool, viewer: Viewer) -> QuerySet[Any]:
    mine = BacklogItem.objects.owned_by(viewer.id)
    return rows.filter(pk__in=mine) if yes else rows.exclude(pk__in=mine)


class ItemList(Items):
    filters = {
        "state": one_of("state", ItemState.values),
        "project": exact("project__key", "Key of its project."),
        "request": exact("ask__key", "Key of its request."),
        "team": exact("team__key", "Key of a team."),
        "way": one_of("way", Way.values),
        "orphaned": either(lambda rows, yes, _viewer: rows.filter(orphaned_at__isnull=not yes)),
        "mine": either(_mine, "Whether you own it, for the business or its delivery."),
    }
    orders = LATEST_FIRST

    @extend_schema(responses=ItemOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All items that you may see, in pages."""
        subjects = ["backlog-item", "request", "project"]
        return answer_list(request, self.rows, ITEM, subjects=subjects, filters=self.filters, orders=self.orders)


class ItemDetail(Items):
    polled = False

    @extend_schema(responses=ItemDetailOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One item with its checks; never 304."""
        # Its checks have versions of their own: the tag of the item says nothing about them.
        request.META.pop("HTTP_IF_NONE_MATCH", None)
        return self.show(key)

    @extend_schema(request=ItemEdit, responses=ItemDetailOut)
    def patch(self, request: HttpRequest, key: str) -> HttpResponse:
        """Sets the key that the item has in the tracker where engineers work."""
        expected = self.expected()
        given = self.read(ItemEdit)
        set_tracker_key(actor=self.viewer, at=self.at, item=self.item(key), expected=expected, **given)
        return self.show(key)


class ItemText(Items):
    tagged = False

    @extend_schema(responses=TextOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The text to copy into the tracker where engineers work."""
        return self.answer({"text": ticket_of(self.item(key))})


class ItemAnswer(Items):
    @extend_schema(request=EmbedAnswerIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """The answer of the host's owner, agree or refuse; a yes accepts a request that is still undecided."""
        given = self.read(EmbedAnswerIn)
        rest = given.pop("split_rest", None)
        split = Rest(rest["title"], rest["review_on"]) if rest else None
        return self.act(
            key,
            lambda item, expected: answer_embed(
                actor=self.viewer, at=self.at, item=item, expected=expected, split_rest=split, **given
            ),
        )


class ItemCounter(Items):
    @extend_schema(request=CounterIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """The third answer of the host's owner: something else, once a proposal; whoever proposed it answers."""
        given = self.read(CounterIn)
        return self.act(
            key,
            lambda item, expected: counter_embed(actor=self.viewer, at=self.at, item=item, expected=expected, **given),
        )


class ItemAcceptCounter(Items):
    @extend_schema(request=NothingIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Agreed as the host offered it, by who asks or proposed it."""
        self.read(NothingIn)
        return self.act(
            key, lambda item, expected: accept_counter(actor=self.viewer, at=self.at, item=item, expected=expected)
        )


class ItemDeclineCounter(Items):
    @extend_schema(request=DeclineCounterIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """The proposal stands as it was made; the host's owner accepts or refuses it."""
        given = self.read(DeclineCounterIn)
        return self.act(
            key,
            lambda item, expected: decline_counter(
                actor=self.viewer, at=self.at, item=item, expected=expected, **given
            ),
        )


class ItemStart(Items):
    @extend_schema(request=NothingIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Work has begun."""
        self.read(NothingIn)
        return self.act(
            key, lambda item, expected: start_item(actor=self.viewer, at=self.at, item=item, expected=expected)
        )


class ItemShip(Items):
    @extend_schema(request=NothingIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """It is live and blocks its host no longer; every check has passed."""
        self.read(NothingIn)
        return self.act(
            key, lambda item, expected: ship_item(actor=self.viewer, at=self.at, item=item, expected=expected)
        )


class ItemDrop(Items):
    @extend_schema(request=ReasonIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Takes it out of its host: the requester agrees, or the CMO; a proposal may also be taken back by who made it."""
        given = self.read(ReasonIn)
        return self.act(
            key,
            lambda item, expected: drop_item(actor=self.viewer, at=self.at, item=item, expected=expected, **given),
        )


class ItemMeasure(Items):
    @extend_schema(request=MeasureIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Says what came of it: met, partly met or not met. Shipped is not the end."""
        given = self.read(MeasureIn)
        return self.act(
            key,
            lambda item, expected: measure_item(actor=self.viewer, at=self.at, item=item, expected=expected, **given),
        )


class ItemMove(Items):
    @extend_schema(request=ItemMoveIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Puts the item behind another one of its project (null: first)."""
        wanted = self.read(ItemMoveIn)["after"]
        after = self.item(wanted) if wanted else None
        return self.act(
            key,
            lambda item, expected: move_item(actor=self.viewer, at=self.at, item=item, after=after, expected=expected),
        )


class ItemRehome(Items):
    @extend_schema(request=RehomeIn, responses=ItemDetailOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Proposes an orphan to another host: the old one is freed, the item keeps its key and its story."""
        given = self.read(RehomeIn)
        return self.act(
            key,
            lambda item, expected: rehome_item(actor=self.viewer, at=self.at, item=item, expected=expected, **given),
        )


class ItemCheckDecide(Items):
    @extend_schema(request=DecideIn, responses=ItemDetailOut, operation_id="decide_check")
    def post(self, request: HttpRequest, key: str, check: int) -> HttpResponseBase:
        """Passed or failed, with what shows it; If-Match carries the version of the check."""
        given = self.read(DecideIn)

        def decide(item: BacklogItem, expected: int | None) -> None:
            found = Check.objects.filter(source=item.key, pk=check).select_related("project").first()
            if found is None:
                raise NotFound(_("There is no such record."))
            decide_check(actor=self.viewer, at=self.at, check=found, expected=expected, **given)

        return self.act(key, decide)
