"""Files of a request: listed, sent in as a form, sent out piece by piece, removed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NothingIn, PersonBrief
from tracker.api.requests import Requests
from tracker.api.shapes import Fields, JsonPart, person
from tracker.intake.actions import add_attachments, edit_request, remove_attachment
from tracker.intake.families import families_of
from tracker.intake.files import MOST_FILES, Held, hold_file
from tracker.intake.models import Attachment, WorkRequest
from tracker.intake.sending import send_file
from tracker.kernel.errors import Invalid, NotFound

ATTACHMENT: Fields = {
    "id": "id",
    "request": "ask__key",
    "comment": "comment_id",
    "field": "field",
    "name": "name",
    "media_type": "media_type",
    "size": "size",
    "sha256": "digest",
    "added_by": person("added_by"),
    "at": "at",
}
MOST_ATTACHMENTS = 500
SENT = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "file": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": MOST_FILES},
            "field_key": {"type": "string", "description": "Key of the field of the form that this one file answers."},
        },
        "required": ["file"],
        "additionalProperties": False,
    }
}


class AttachmentOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    request = serializers.CharField()
    comment = serializers.IntegerField(allow_null=True)
    field = serializers.CharField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    added_by = PersonBrief(allow_null=True)
    at = serializers.DateTimeField()


class Attachments(Requests):
    tagged = versioned = polled = False

    def attachments(self, ask: int) -> QuerySet[Attachment]:
        """With those of what was merged into it, as far as the viewer may see that."""
        members = self.rows().filter(pk__in=list(families_of([ask]))).values("pk")
        return Attachment.objects.living().visible_to(self.viewer).filter(ask__in=members)

    def attachment(self, key: str, number: int) -> Attachment:
        """One of this very request."""
        own = self.rows().filter(key=key).values("pk")
        rows = Attachment.objects.living().visible_to(self.viewer).filter(ask__in=own)
        found = rows.select_related("ask__type", "ask__form").filter(pk=number).first() if number < 2**63 else None
        if found is None:
            raise NotFound(_("There is no such file."))
        return found

    def tell(self, rows: QuerySet[Attachment], *, status: int = 200) -> HttpResponse:
        found = rows.order_by("id").values_list(JsonPart(ATTACHMENT), flat=True)[:MOST_ATTACHMENTS]
        return self.answer({"results": list(found), "next": None}, status=status)


class AttachmentList(Attachments):
    @extend_schema(responses=AttachmentOut(many=True), operation_id="list_attachments")
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The first 500, with those of what was merged into it; those of internal notes of the other side are left out."""
        if request.GET:
            raise Invalid(_("There is no such filter."))
        return self.tell(self.attachments(self.find(key).pk))

    @extend_schema(request=SENT, responses={201: AttachmentOut(many=True)}, operation_id="add_attachments")
    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Up to 10 files of 20 MB each, sent as a form with parts called `file`; with `field_key` the one file answers that
        question of the request's form, in the place of the one before."""
        ask, expected = self.ask(key), self.expected(needed=False)
        if not (request.content_type or "").startswith("multipart/form-data"):
            self.read(NothingIn)
            raise Invalid(_("Choose a file."), fields={"file": _("Choose a file.")})
        field = self._field(request)
        held = [replace(one, field=field) for one in self._held(request)]

        def effect() -> HttpResponse:
            return self.tell(self._add(ask, held, expected), status=201)

        return self.once(effect, " ".join([field, *(one.name + one.digest for one in held)]).encode())

    def _add(self, ask: WorkRequest, held: list[Held], expected: int | None) -> QuerySet[Attachment]:
        field = held[0].field
        if field:
            edit_request(actor=self.viewer, at=self.at, ask=ask, expected=expected, changes={}, files=held)
            return Attachment.objects.living().filter(ask=ask, field=field)
        made = add_attachments(actor=self.viewer, at=self.at, ask=ask, files=held)
        return Attachment.objects.filter(pk__in=[one.pk for one in made])

    def _field(self, request: HttpRequest) -> str:
        unknown = (set(request.POST) | set(request.FILES)) - {"file", "field_key"}
        if unknown:
            raise Invalid(
                _("There is no such field."), fields=dict.fromkeys(sorted(unknown), _("There is no such field."))
            )
        field = request.POST.get("field_key", "")
        if field and len(request.FILES.getlist("file")) != 1:
            raise Invalid(_("A question is answered by one file."), fields={"field_key": _("Send one file.")})
        return field

    def _held(self, request: HttpRequest) -> Iterator[Held]:
        sent = [one for one in request.FILES.getlist("file") if isinstance(one, UploadedFile)]
        if not 0 < len(sent) <= MOST_FILES:
            text = _("At most %(most)s files at once.") % {"most": MOST_FILES} if sent else _("Choose a file.")
            raise Invalid(text, fields={"file": text})
        for one in sent:
            yield hold_file(one.name or "", one.size, one.chunks())


class AttachmentContent(Attachments):
    @extend_schema(
        responses={(200, "*/*"): OpenApiTypes.BINARY},
        operation_id="read_attachment",
    )
    def get(self, request: HttpRequest, key: str, file: int) -> HttpResponseBase:
        """The bytes, as a file to be saved, with the type that they have."""
        return send_file(self.attachment(key, file))


class AttachmentRemove(Attachments):
    versioned = True

    @extend_schema(request=NothingIn, responses=AttachmentOut(many=True), operation_id="remove_attachment")
    def post(self, request: HttpRequest, key: str, file: int) -> HttpResponseBase:
        """By whoever added it, or by triage; answers with the files that are left."""
        self.read(NothingIn)
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            found = self.attachment(key, file)
            remove_attachment(actor=self.viewer, at=self.at, attachment=found, expected=expected)
            return self.tell(self.attachments(found.ask_id))

        return self.once(effect)
