"""Who stands behind a request and with what; watching one."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NamedBrief, NothingIn, PersonBrief
from tracker.api.requests import Requests
from tracker.api.shapes import Fields, JsonPart, NullablePart, person
from tracker.intake.actions import back_request, mute_request, watch_request, withdraw_backing
from tracker.intake.families import families_of
from tracker.intake.models import Backing, Stake, Watch, WorkRequest
from tracker.kernel.errors import Invalid, NotFound
from tracker.people.models import Team, User

BACKING: Fields = {
    "id": "id",
    "request": "ask__key",
    "person": person("person"),
    "team": NullablePart("team", {"key": "team__key", "name": "team__name"}),
    "stake": "stake",
    "kpi": "kpi",
    "amount": "amount",
    "campaign_on": "campaign_on",
    "note": "note",
    "entered_by": person("entered_by"),
    "at": "at",
    "withdrawn_at": "withdrawn_at",
}
MOST_BACKINGS = 500


class BackingIn(serializers.Serializer[Any]):
    stake = serializers.ChoiceField(Stake.choices)
    kpi = serializers.CharField(max_length=120, required=False, allow_blank=True)
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, required=False, allow_null=True)
    campaign_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    person = serializers.EmailField(required=False, help_text="Who backs it, if it is not you.")
    team = serializers.SlugField(max_length=40, required=False, help_text="The team that backs it, if it is not you.")


class BackingOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    request = serializers.CharField()
    person = PersonBrief(allow_null=True)
    team = NamedBrief(allow_null=True)
    stake = serializers.ChoiceField(Stake.choices)
    kpi = serializers.CharField()
    amount = serializers.FloatField(allow_null=True)
    campaign_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()
    entered_by = PersonBrief()
    at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class WatchOut(serializers.Serializer[Any]):
    watching = serializers.BooleanField()


class Backings(Requests):
    tagged = versioned = polled = False

    def backings(self, ask: int) -> QuerySet[Backing]:
        """With those of what was merged into it, as far as the viewer may see that."""
        return Backing.objects.filter(ask__in=self.rows().filter(pk__in=list(families_of([ask]))).values("pk"))


class BackingList(Backings):
    @extend_schema(responses=BackingOut(many=True), operation_id="list_backings")
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The first 500, also withdrawn ones, with those of what was merged into it."""
        if request.GET:
            raise Invalid(_("There is no such filter."))
        rows = self.backings(self.find(key).pk).order_by("id")
        found = rows.values_list(JsonPart(BACKING), flat=True)[:MOST_BACKINGS]
        return self.answer({"results": list(found), "next": None})

    @extend_schema(request=BackingIn, responses={201: BackingOut}, operation_id="back_request")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Stands behind it with a KPI, a budget or a campaign: yourself, or the person or team that you name."""
        given = self.read(BackingIn)

        def effect() -> HttpResponse:
            _name_backer(given)
            made = back_request(actor=self.viewer, at=self.at, ask=self.find(key), **given)
            rows = Backing.objects.filter(pk=made.pk)
            return self.answer(rows.values_list(JsonPart(BACKING), flat=True)[0], status=201)

        return self.once(effect)


def _name_backer(given: dict[str, Any]) -> None:
    """Puts the person and the team in the place of their names."""
    wrong = {}
    if "person" in given:
        given["person"] = User.objects.filter(email__iexact=given["person"], is_active=True).first()
        if given["person"] is None:
            wrong["person"] = _("There is no such person.")
    if "team" in given:
        given["team"] = Team.objects.filter(key=given["team"]).first()
        if given["team"] is None:
            wrong["team"] = _("There is no such team.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


class BackingWithdraw(Backings):
    @extend_schema(request=NothingIn, responses=BackingOut, operation_id="withdraw_backing")
    def post(self, request: HttpRequest, key: str, number: int) -> HttpResponseBase:
        """By who backs it, who entered it, or the lead of the team that backs it."""
        self.read(NothingIn)

        def effect() -> HttpResponse:
            found = self.backings(self.find(key).pk).filter(pk=number).first()
            if found is None:
                raise NotFound(_("There is no such backing."))
            withdraw_backing(actor=self.viewer, at=self.at, backing=found)
            return self.answer(Backing.objects.filter(pk=found.pk).values_list(JsonPart(BACKING), flat=True)[0])

        return self.once(effect)


class Watching(Requests):
    """Whether you hear of each turn because you watch it."""

    tagged = versioned = polled = False

    def tell(self, ask: WorkRequest) -> HttpResponse:
        watching = Watch.objects.filter(ask=ask, person=self.viewer.id, muted=False).exists()
        return self.answer({"watching": watching})


class RequestWatch(Watching):
    @extend_schema(request=NothingIn, responses=WatchOut, operation_id="watch_request")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """From now on you hear of each turn."""
        self.read(NothingIn)

        def effect() -> HttpResponse:
            ask = self.find(key)
            watch_request(actor=self.viewer, at=self.at, ask=ask)
            return self.tell(ask)

        return self.once(effect)


class RequestMute(Watching):
    @extend_schema(request=NothingIn, responses=WatchOut, operation_id="mute_request")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """You hear no news of it any more, whatever tie you have to it; what waits for your answer you still hear."""
        self.read(NothingIn)

        def effect() -> HttpResponse:
            ask = self.find(key)
            mute_request(actor=self.viewer, at=self.at, ask=ask)
            return self.tell(ask)

        return self.once(effect)
