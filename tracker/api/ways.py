"""The two ways up of a request: embed it into a project that exists, or make it a project of its own."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.backlog_items import HostOfItem, ItemDetailOut, Items
from tracker.backlog.actions import embed_request, outrank_request
from tracker.backlog.queries import Found, TeamList, find_hosts, lists_of, suggested_weeks
from tracker.backlog.rules import Reason
from tracker.history.actions import stale
from tracker.intake.models import WorkRequest
from tracker.people.models import User
from tracker.projects.models import Project


class EmbedIn(serializers.Serializer[Any]):
    host = serializers.SlugRelatedField("key", queryset=Project.objects.all())
    added_weeks = serializers.DecimalField(max_digits=6, decimal_places=2)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class OutrankIn(serializers.Serializer[Any]):
    after = serializers.SlugRelatedField("key", queryset=Project.objects.all(), allow_null=True)
    weeks = serializers.DecimalField(max_digits=6, decimal_places=2)
    owner = serializers.SlugRelatedField("email", queryset=User.objects.active())
    orphans_accepted = serializers.BooleanField(required=False)


class Displaced(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    owner = serializers.CharField(allow_null=True)


class OutrankOut(serializers.Serializer[Any]):
    item = serializers.CharField()
    project = serializers.CharField()
    displaced = Displaced(many=True)


class HostOut(HostOfItem):
    """`place` is its rank in the list of its team in the running quarter, null where it has no estimate in it."""

    place = serializers.IntegerField(allow_null=True)
    owner = serializers.CharField(allow_null=True)
    last_day = serializers.DateField(allow_null=True)
    reasons = serializers.ListField(child=serializers.ChoiceField([str(reason) for reason in Reason]))
    suggested_weeks = serializers.FloatField(allow_null=True)


class Ways(Items):
    """Acts on a request and answers with its item."""

    def ask(self, key: str) -> WorkRequest:
        seen = WorkRequest.objects.visible_to(self.viewer).select_related("type", "form", "area", "team")
        found: WorkRequest = self.find(key, seen)
        expected = self.expected(needed=False)
        if expected not in (None, found.version):
            raise stale(found.version)
        return found


class RequestHosts(Ways):
    tagged = False

    @extend_schema(responses=HostOut(many=True), operation_id="list_hosts")
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The projects that could carry it, the best first."""
        ask = self.ask(key)
        weeks = suggested_weeks(ask.effort_weeks)
        found = find_hosts(ask, self.at)
        teams = {one.host.team_id or ask.team_id for one in found} - {None}
        lists = lists_of([team for team in teams if team is not None], self.at.date()) if found else {}
        shown = [_show_host(one, weeks, lists.get(one.host.team_id or ask.team_id or 0)) for one in found]
        return self.answer({"results": shown, "next": None})


def _show_host(found: Found, weeks: Decimal | None, listed: TeamList | None) -> dict[str, Any]:
    return {
        "key": found.host.key,
        "title": found.host.title,
        "above": found.host.above,
        "place": listed.rank_of(found.host.id) if listed else None,
        "owner": found.host.owner or None,
        "last_day": found.last_day,
        "reasons": list(found.reasons),
        "suggested_weeks": None if weeks is None else float(weeks),
    }


class RequestEmbed(Ways):
    @extend_schema(request=EmbedIn, responses={201: ItemDetailOut})
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Proposes that a project carries it for so many added person-weeks; the owner of the project answers."""
        given = self.read(EmbedIn)
        return self.once(
            lambda: self.show(embed_request(actor=self.viewer, at=self.at, ask=self.ask(key), **given).key, status=201)
        )


class RequestOutrank(Ways):
    tagged = False

    @extend_schema(request=OutrankIn, responses={201: OutrankOut})
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Makes it a project of its own, ranked behind `after` (null: first), and names whom that displaces."""
        given = self.read(OutrankIn)

        def effect() -> HttpResponse:
            done = outrank_request(actor=self.viewer, at=self.at, ask=self.ask(key), **given)
            displaced = [
                {"key": project.key, "title": project.title, "owner": project.owner.name if project.owner else None}
                for project in done.displaced
            ]
            return self.answer({"item": done.item.key, "project": done.project.key, "displaced": displaced}, status=201)

        return self.once(effect)
