"""Mail from outside that waits for an administrator."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NothingIn
from tracker.api.paging import LATEST_FIRST, answer_list, either
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonPart
from tracker.intake.models import HeldMail, WorkRequest
from tracker.kernel.errors import NotFound
from tracker.notices.actions import draft_of_held_mail, leave_held_mail, take_held_mail
from tracker.notices.held import Why
from tracker.people.access import Power, require

HELD: Fields = {
    "id": "id",
    "sender": "sender",
    "title": "title",
    "text": "text",
    "why": "why",
    "at": "at",
    "settled_at": "settled_at",
    "version": "version",
}


class HeldMailOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    sender = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    why = serializers.ChoiceField(choices=Why.choices)
    at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class TakeIn(serializers.Serializer[Any]):
    request = serializers.CharField(max_length=24, help_text="Key of the request that gets it as a comment.")


class DraftedOut(serializers.Serializer[Any]):
    request = serializers.CharField(help_text="Key of the draft.")


class HeldMails(Resource):
    shape = HELD
    tagged = False
    filters = {"settled": either(lambda rows, yes, _viewer: rows.filter(settled_at__isnull=not yes))}
    orders = LATEST_FIRST

    def rows(self) -> QuerySet[HeldMail]:
        require(self.viewer, Power.MANAGE_PEOPLE)
        return HeldMail.objects.all()

    def the_mail(self, number: int) -> HeldMail:
        rows = self.rows().select_related("ask")
        found: HeldMail | None = rows.filter(pk=number).first() if number < 2**63 else None
        if found is None:
            raise NotFound(_("There is no such record."))
        return found

    def tell(self, number: int) -> HttpResponse:
        return self.answer(self.rows().filter(pk=number).values_list(JsonPart(HELD), flat=True)[0])


class HeldMailList(HeldMails):
    @extend_schema(responses=HeldMailOut(many=True), operation_id="list_held_mail")
    def get(self, request: HttpRequest) -> HttpResponse:
        """Messages that wait or were settled, latest first; what was settled a month ago says nothing any more."""
        self.rows()
        return answer_list(request, self.rows, HELD, subjects=["held-mail"], filters=self.filters, orders=self.orders)


class HeldMailTake(HeldMails):
    @extend_schema(request=TakeIn, responses=HeldMailOut, operation_id="take_held_mail")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Makes a comment for all of it, in the name of its sender."""
        given, expected = self.read(TakeIn), self.expected(needed=False)

        def effect() -> HttpResponse:
            held = self.the_mail(number)
            ask = WorkRequest.objects.visible_to(self.viewer).filter(key=given["request"]).first()
            if ask is None:
                raise NotFound(_("There is no request with the key %(key)s.") % {"key": given["request"]})
            take_held_mail(actor=self.viewer, at=self.at, held=held, ask=ask, expected=expected)
            return self.tell(number)

        return self.once(effect)


class HeldMailDraft(HeldMails):
    @extend_schema(request=NothingIn, responses={201: DraftedOut}, operation_id="draft_of_held_mail")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Makes a draft of your own of it; for who may file requests as well."""
        self.read(NothingIn)
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            held = self.the_mail(number)
            ask = draft_of_held_mail(actor=self.viewer, at=self.at, held=held, expected=expected)
            return self.answer({"request": ask.key}, status=201)

        return self.once(effect)


class HeldMailLeave(HeldMails):
    @extend_schema(request=NothingIn, responses=HeldMailOut, operation_id="leave_held_mail")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Nothing becomes of it."""
        self.read(NothingIn)
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            leave_held_mail(actor=self.viewer, at=self.at, held=self.the_mail(number), expected=expected)
            return self.tell(number)

        return self.once(effect)
