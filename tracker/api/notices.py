"""Word to the owner of the token, and how it comes by mail."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.paging import LATEST_FIRST, either, read_page, write_cursor
from tracker.api.resource import Resource
from tracker.kernel.errors import NotAllowed
from tracker.notices.actions import mark_read
from tracker.notices.models import Notice
from tracker.notices.queries import told_to
from tracker.notices.texts import TURNS, say_guarded
from tracker.people.access import Scope

MOST_AT_ONCE = 200


class NoticeOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    your_turn = serializers.BooleanField()
    what = serializers.CharField()
    then = serializers.CharField()
    why = serializers.CharField()
    path = serializers.CharField()
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class ReadIn(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        max_length=MOST_AT_ONCE,
    )


class ReadOut(serializers.Serializer[Any]):
    read = serializers.IntegerField()


class Notices(Resource):
    tagged = False
    filters = {"unread": either(lambda rows, yes, _viewer: rows.filter(read_at__isnull=yes))}
    orders = LATEST_FIRST

    def rows(self) -> QuerySet[Notice]:
        return told_to(self.viewer)


class NoticeList(Notices):
    @extend_schema(responses=NoticeOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """What you were told, in your language, latest first."""
        page = read_page(request, self.rows(), self.filters, self.orders)
        found = list(page.rows)
        shown = found[: page.limit]
        following = write_cursor(shown[-1].pk) if len(found) > page.limit else None
        return self.answer({"results": [_shape(notice) for notice in shown], "next": following})


class NoticesRead(Notices):
    versioned = False

    @extend_schema(request=ReadIn, responses=ReadOut, operation_id="read_notices")
    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Marks these as read, or all of them where no ids are sent; what is read is not mailed any more."""
        if Scope.WRITE not in (self.viewer.scopes or ()):
            raise NotAllowed(_("The scopes of this token do not reach this."), code="scope")
        given = self.read(ReadIn)

        def effect() -> HttpResponse:
            return self.answer({"read": mark_read(actor=self.viewer, at=self.at, notices=given.get("ids"))})

        return self.once(effect)


def _shape(notice: Notice) -> dict[str, Any]:
    told = say_guarded(notice.kind, notice.facts, hidden=notice.hidden)
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "your_turn": notice.kind in TURNS,
        "what": told.what,
        "then": told.then,
        "why": told.why,
        "path": notice.url,
        "at": notice.at,
        "read_at": notice.read_at,
    }
