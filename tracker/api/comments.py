"""Comments of a request: listed, added, put better by whoever wrote them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import PersonBrief
from tracker.api.requests import LONGEST, Requests
from tracker.api.shapes import Fields, JsonPart, person
from tracker.intake import actions
from tracker.intake.families import families_of
from tracker.intake.models import Comment, Wording
from tracker.kernel.errors import Invalid, NotFound

COMMENT: Fields = {
    "id": "id",
    "request": "ask__key",
    "author": person("author"),
    "guest": "guest",
    "text": "text",
    "internal_to": "internal_to",
    "at": "at",
    "edited_at": "edited_at",
    "version": "version",
}
MOST_COMMENTS = 500


class CommentIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST)
    internal = serializers.BooleanField(required=False, default=False)


class CommentEditIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST)


class CommentOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    request = serializers.CharField()
    author = PersonBrief(allow_null=True)
    guest = serializers.CharField(help_text="The name of a writer without an account.")
    text = serializers.CharField()
    internal_to = serializers.CharField()
    at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class WordingOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    at = serializers.DateTimeField()


class CommentShown(CommentOut):
    earlier = WordingOut(many=True, help_text="What it said before, oldest first, and since when.")


class Comments(Requests):
    tagged = versioned = polled = False

    def comments(self, ask: int) -> QuerySet[Comment]:
        """With those of what was merged into it, as far as the viewer may see that."""
        members = self.rows().filter(pk__in=list(families_of([ask]))).values("pk")
        return Comment.objects.filter(ask__in=members).visible_to(self.viewer)


class CommentList(Comments):
    @extend_schema(responses=CommentOut(many=True), operation_id="list_comments")
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The first 500, oldest first, with those of what was merged into it; internal notes of the other side are left
        out."""
        if request.GET:
            raise Invalid(_("There is no such filter."))
        rows = self.comments(self.find(key).pk).order_by("id")
        found = rows.values_list(JsonPart(COMMENT), flat=True)[:MOST_COMMENTS]
        return self.answer({"results": list(found), "next": None})

    @extend_schema(request=CommentIn, responses={201: CommentOut}, operation_id="add_comment")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Adds a comment; an internal one is read by the writer's side alone."""
        given = self.read(CommentIn)

        def effect() -> HttpResponse:
            made = actions.add_comment(actor=self.viewer, at=self.at, ask=self.find(key), **given)
            rows = self.comments(made.ask_id).filter(pk=made.pk)
            return self.answer(rows.values_list(JsonPart(COMMENT), flat=True)[0], status=201)

        return self.once(effect)


class CommentDetail(Comments):
    tagged = versioned = True

    def the_comment(self, key: str, number: int) -> QuerySet[Comment]:
        """One of this very request."""
        rows = Comment.objects.filter(ask__in=self.rows().filter(key=key).values("pk")).visible_to(self.viewer)
        return rows.filter(pk=number) if number < 2**63 else rows.none()

    def tell(self, rows: QuerySet[Comment]) -> HttpResponse:
        shown = rows.values_list(JsonPart(COMMENT), flat=True).first()
        if shown is None:
            raise NotFound(_("There is no such comment."))
        earlier = Wording.objects.filter(comment=shown["id"]).order_by("id").values("text", "at")
        answer = self.answer({**shown, "earlier": list(earlier)})
        answer.headers["ETag"] = f'"{shown["version"]}"'
        return answer

    @extend_schema(responses=CommentShown, operation_id="read_comment")
    def get(self, request: HttpRequest, key: str, comment: int) -> HttpResponse:
        """One comment, with what it said before it was edited."""
        return self.tell(self.the_comment(key, comment))

    @extend_schema(request=CommentEditIn, responses=CommentShown, operation_id="edit_comment")
    def patch(self, request: HttpRequest, key: str, comment: int) -> HttpResponse:
        """Puts one's own words better; what they were stays readable. Whoever is newly named hears of it."""
        expected, given = self.expected(), self.read(CommentEditIn, partial=True)
        rows = self.the_comment(key, comment)
        found = rows.select_related("ask").first()
        if found is None:
            raise NotFound(_("There is no such comment."))
        text = given.get("text", found.text)
        actions.edit_comment(actor=self.viewer, at=self.at, comment=found, expected=expected, text=text)
        return self.tell(rows)
