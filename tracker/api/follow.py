"""Links by which somebody without an account follows a request."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NothingIn, PersonBrief
from tracker.api.requests import Requests
from tracker.api.shapes import Fields, JsonPart, person
from tracker.intake.actions import make_follow_link, revoke_follow_link
from tracker.intake.actions.linking import LONGEST_DAYS, LONGEST_NAME
from tracker.intake.models import FollowLink, WorkRequest
from tracker.kernel.errors import Invalid, NotFound
from tracker.people.access import Power, require

FOLLOW_LINK: Fields = {
    "id": "id",
    "request": "ask__key",
    "name": "name",
    "email": "email",
    "made_by": person("made_by"),
    "made_at": "made_at",
    "expires_at": "expires_at",
    "revoked_at": "revoked_at",
}
MOST_SHOWN = 500


class FollowLinkIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=LONGEST_NAME, help_text="Whom it is for; their answers stand by this name.")
    email = serializers.EmailField(required=False, allow_blank=True)
    days = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_DAYS, help_text="90 unless told.")


class FollowLinkOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    request = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField(allow_blank=True)
    made_by = PersonBrief(allow_null=True, help_text="Null where it came by a public form.")
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class MadeFollowLinkOut(FollowLinkOut):
    secret = serializers.CharField(allow_null=True, help_text="Told once; null where the call is repeated.")
    path = serializers.CharField(allow_null=True)


class FollowLinks(Requests):
    tagged = versioned = polled = False

    def find_shared(self, key: str) -> WorkRequest:
        ask: WorkRequest = self.find(key)
        require(self.viewer, Power.SHARE_REQUEST, ask.ties)
        return ask

    def shown(self, rows: QuerySet[FollowLink]) -> list[Any]:
        return list(rows.order_by("-id").values_list(JsonPart(FOLLOW_LINK), flat=True)[:MOST_SHOWN])


class FollowLinkList(FollowLinks):
    @extend_schema(responses=FollowLinkOut(many=True), operation_id="list_follow_links")
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The latest 500, also revoked ones; their secrets are not kept."""
        if request.GET:
            raise Invalid(_("There is no such filter."))
        rows = FollowLink.objects.filter(ask=self.find_shared(key))
        return self.answer({"results": self.shown(rows), "next": None})

    @extend_schema(request=FollowLinkIn, responses={201: MadeFollowLinkOut}, operation_id="make_follow_link")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Makes a link for somebody without an account, by default for 90 days; its secret is told once."""
        given = self.read(FollowLinkIn)
        told: dict[str, Any] = {}

        def effect() -> HttpResponse:
            link, secret = make_follow_link(actor=self.viewer, at=self.at, ask=self.find(key), **given)
            kept = self.shown(FollowLink.objects.filter(pk=link.pk))[0]
            told.update(kept, secret=secret, path=reverse("follow", args=[secret]))
            return self.answer({**kept, "secret": None, "path": None}, status=201)

        answer = self.once(effect)
        # The answer that is kept for repetitions is the one without the secret.
        return self.answer(told, status=201) if told else answer


class FollowLinkRevoke(FollowLinks):
    @extend_schema(request=NothingIn, responses=FollowLinkOut, operation_id="revoke_follow_link")
    def post(self, request: HttpRequest, key: str, number: int) -> HttpResponseBase:
        """It opens nothing any more."""
        self.read(NothingIn)

        def effect() -> HttpResponse:
            rows = FollowLink.objects.filter(ask=self.find_shared(key), pk=number)
            link = rows.select_related("ask").first()
            if link is None:
                raise NotFound(_("There is no such link."))
            revoke_follow_link(actor=self.viewer, at=self.at, link=link)
            return self.answer(self.shown(rows)[0])

        return self.once(effect)
