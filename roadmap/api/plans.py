"""Items of roadmaps as records, their verbs, and the roadmap as it is computed from what delivers them."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from roadmap.api.products import NUMBER, product_of
from roadmap.products import actions
from roadmap.products.models import Horizon, ItemTie, Objective, Origin, Product, ProjectTie, RoadmapItem
from roadmap.products.queries import PlanRow, decimal_share, deliverer_named, items_seen, roadmap_of
from roadmap.products.states import PlanState
from tracker.api.paging import LATEST_FIRST, answer_list, exact, one_of
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonList, NullablePart
from tracker.backlog.states import ItemState
from tracker.kernel.errors import Invalid, NotFound
from tracker.people.access import Power, require
from tracker.projects.models import Stage

PLAN: Fields = {
    "id": "id",
    "product": "product__key",
    "title": "title",
    "horizon": "horizon",
    "state": "state",
    "objective": NullablePart("objective", {"id": "objective__id", "title": "objective__title"}),
    "origin": "origin",
    "note": "note",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "closed_at": "closed_at",
    "projects": JsonList(
        ProjectTie.objects.filter(plan=OuterRef("pk")).order_by("project__key"),
        {"key": "project__key", "title": "project__title", "stage": "project__stage"},
    ),
    "backlog_items": "seen_items",
    "unseen": "unseen_items",
    "version": "version",
}
SUBJECTS = ["roadmap-item", "product", "objective", "project", "backlog-item", "request"]


class PlanEdit(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    objective = serializers.IntegerField(allow_null=True, required=False, **NUMBER)
    origin = serializers.ChoiceField(choices=Origin.choices, required=False)
    note = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    starts_on = serializers.DateField(allow_null=True, required=False)
    ends_on = serializers.DateField(allow_null=True, required=False)


class PlanIn(PlanEdit):
    product = serializers.SlugField(max_length=30)
    horizon = serializers.ChoiceField(choices=Horizon.choices, required=False)


class PlanMoveIn(serializers.Serializer[Any]):
    """`after`: the item of that horizon to follow, null for its first place."""

    horizon = serializers.ChoiceField(choices=Horizon.choices)
    after = serializers.IntegerField(allow_null=True, required=False, **NUMBER)


class TieIn(serializers.Serializer[Any]):
    """The key of a backlog item or of a project."""

    key = serializers.CharField(max_length=24)


class CloseIn(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=[str(PlanState.DONE), str(PlanState.DROPPED)])
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ObjectiveOfPlan(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()


class ProjectOfPlan(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    stage = serializers.ChoiceField(choices=Stage.choices)


class ItemOfPlan(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=ItemState.choices)


class PlanOut(serializers.Serializer[Any]):
    """`unseen` counts backlog items of requests that you may not see."""

    id = serializers.IntegerField()
    product = serializers.CharField()
    title = serializers.CharField()
    horizon = serializers.ChoiceField(choices=Horizon.choices)
    state = serializers.ChoiceField(choices=PlanState.choices)
    objective = ObjectiveOfPlan(allow_null=True)
    origin = serializers.ChoiceField(choices=Origin.choices)
    note = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    projects = ProjectOfPlan(many=True)
    backlog_items = ItemOfPlan(many=True)
    unseen = serializers.IntegerField()
    version = serializers.IntegerField()


class ProgressOut(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    count = serializers.IntegerField()
    share = serializers.FloatField()
    weighed = serializers.BooleanField()


class RiskOut(serializers.Serializer[Any]):
    """`kind` is orphaned, below, late or unowned; `key` what is meant, `teams` where it does not fit."""

    kind = serializers.CharField()
    key = serializers.CharField()
    teams = serializers.ListField(child=serializers.CharField())
    since = serializers.DateField(allow_null=True)


class StandingOfPlan(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    horizon = serializers.ChoiceField(choices=Horizon.choices)
    progress = ProgressOut(allow_null=True)
    at_risk = serializers.BooleanField()
    risks = RiskOut(many=True)
    delivered_by = serializers.ListField(child=serializers.CharField())
    unseen = serializers.IntegerField()


class RoadmapOut(serializers.Serializer[Any]):
    product = serializers.CharField()
    count = serializers.IntegerField()
    at_risk = serializers.IntegerField()
    results = StandingOfPlan(many=True)


def tell_standing(plan: PlanRow) -> dict[str, Any]:
    progress = plan.progress
    told = None
    if progress is not None:
        share = float(decimal_share(progress) or 0)
        told = {"done": progress.done, "count": progress.count, "share": share, "weighed": progress.weighed}
    risks = [
        {"kind": risk.kind.name.lower(), "key": risk.key, "teams": list(risk.teams), "since": risk.since}
        for risk in plan.risks
    ]
    return {
        "id": plan.id,
        "title": plan.title,
        "horizon": plan.horizon,
        "progress": told,
        "at_risk": plan.at_risk,
        "risks": risks,
        "delivered_by": [one.key for one in plan.deliverers],
        "unseen": plan.unseen,
    }


class ProductRoadmap(Resource):
    tagged = False
    shape = PLAN

    def rows(self) -> QuerySet[Product]:
        return Product.objects.visible_to(self.viewer)

    @extend_schema(responses=RoadmapOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The open items in their order, with progress and risk as they follow from what delivers them."""
        require(self.viewer, Power.VIEW)
        roadmap = roadmap_of(self.find(key), self.viewer, self.at.date())
        results = [tell_standing(plan) for _horizon, plans in roadmap.columns for plan in plans]
        told = {"product": key, "count": len(results), "at_risk": roadmap.at_risk, "results": results}
        return self.answer(told)


class Plans(Resource):
    shape = PLAN
    lookup = "number"

    def rows(self) -> QuerySet[RoadmapItem]:
        ties = ItemTie.objects.filter(plan=OuterRef("pk"))
        seen = items_seen(self.viewer).order_by().values("pk")
        shown = {"key": "item__key", "title": "item__ask__title", "state": "item__state"}
        hidden = ties.exclude(item__in=seen).order_by().values("plan").annotate(count=Count("pk")).values("count")
        return RoadmapItem.objects.visible_to(self.viewer).annotate(
            number=Cast("pk", TextField()),
            seen_items=JsonList(ties.filter(item__in=seen).order_by("item_id"), shown),
            unseen_items=Coalesce(Subquery(hidden, output_field=IntegerField()), 0),
        )

    def plan(self, number: int) -> RoadmapItem:
        rows = RoadmapItem.objects.visible_to(self.viewer).select_related("product")
        found = rows.filter(pk=number).first()
        if found is None:
            raise NotFound(_("There is no such record."))
        return found

    def objective(self, given: dict[str, Any]) -> dict[str, Any]:
        """The number of an objective as the objective; raises Invalid where there is none."""
        if given.get("objective") is None:
            return given
        found = Objective.objects.visible_to(self.viewer).filter(pk=given["objective"]).first()
        if found is None:
            text = _("There is no such record.")
            raise Invalid(text, fields={"objective": text})
        return given | {"objective": found}

    def act(self, number: int, verb: Callable[[RoadmapItem, int | None], object]) -> HttpResponse:
        """Runs one verb on the item, at most once, and answers with the item as it is then."""
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            verb(self.plan(number), expected)
            return self.show(str(number))

        return self.once(effect)


class PlanList(Plans):
    filters = {
        "product": exact("product__key", "Key of its product."),
        "horizon": one_of("horizon", Horizon.values),
        "state": one_of("state", PlanState.values),
    }
    orders = LATEST_FIRST

    @extend_schema(responses=PlanOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All items of roadmaps, in pages; their order stands in the roadmap of their product."""
        return answer_list(request, self.rows, PLAN, subjects=SUBJECTS, filters=self.filters, orders=self.orders)

    @extend_schema(request=PlanIn, responses={201: PlanOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Adds an item as the last of its horizon."""
        given = self.objective(self.read(PlanIn))
        given["product"] = product_of(given["product"])
        return self.once(
            lambda: self.show(str(actions.add_roadmap_item(actor=self.viewer, at=self.at, **given).pk), status=201)
        )


class PlanDetail(Plans):
    polled = False

    @extend_schema(responses=PlanOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One item; never 304, because what delivers it has versions of its own."""
        request.META.pop("HTTP_IF_NONE_MATCH", None)
        return self.show(str(number))

    @extend_schema(request=PlanEdit, responses=PlanOut)
    def patch(self, request: HttpRequest, number: int) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        changes = self.objective(self.read(PlanEdit, partial=True))
        actions.edit_roadmap_item(
            actor=self.viewer, at=self.at, plan=self.plan(number), expected=expected, changes=changes
        )
        return self.show(str(number))


class PlanMove(Plans):
    @extend_schema(request=PlanMoveIn, responses=PlanOut)
    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Puts it into a horizon, behind another item or first."""
        given = self.read(PlanMoveIn)
        after = given.get("after")
        followed = RoadmapItem(pk=after) if after is not None else None

        def verb(plan: RoadmapItem, expected: int | None) -> None:
            actions.move_roadmap_item(
                actor=self.viewer,
                at=self.at,
                plan=plan,
                horizon=given["horizon"],
                after=followed,
                expected=expected,
            )

        return self.act(number, verb)


class PlanTie(Plans):
    @extend_schema(request=TieIn, responses=PlanOut)
    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Says that a backlog item or a project delivers it."""
        key = self.read(TieIn)["key"]

        def verb(plan: RoadmapItem, expected: int | None) -> None:
            deliverer = deliverer_named(key, self.viewer)
            if deliverer is None:
                text = _("There is no backlog item or project with this key.")
                raise Invalid(text, fields={"key": text})
            actions.tie_item(actor=self.viewer, at=self.at, plan=plan, deliverer=deliverer, expected=expected)

        return self.act(number, verb)


class PlanUntie(Plans):
    @extend_schema(request=TieIn, responses=PlanOut)
    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Says that a backlog item or a project no longer delivers it."""
        key = self.read(TieIn)["key"]

        def verb(plan: RoadmapItem, expected: int | None) -> None:
            deliverer = deliverer_named(key, self.viewer)
            if deliverer is None:
                raise NotFound(_("There is no backlog item or project with this key."))
            actions.untie_item(actor=self.viewer, at=self.at, plan=plan, deliverer=deliverer, expected=expected)

        return self.act(number, verb)


class PlanClose(Plans):
    @extend_schema(request=CloseIn, responses=PlanOut)
    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Done, or dropped with a reason."""
        given = self.read(CloseIn)
        return self.act(
            number,
            lambda plan, expected: actions.close_item(
                actor=self.viewer, at=self.at, plan=plan, expected=expected, **given
            ),
        )
