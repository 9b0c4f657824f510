"""Imports: a file sent in as a form, where each import stands, and what becomes of every row."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from tracker.api.briefs import NamedBrief, NothingIn, PersonBrief
from tracker.api.paging import LATEST_FIRST, answer_list, exact, one_of, read_place, refuse_unknown, write_cursor
from tracker.api.resource import Resource
from tracker.api.schema import REFUSALS, ErrorOut
from tracker.api.shapes import Fields, JsonPart, NullablePart, person
from tracker.integrations import actions, found_queries, queries, uploads
from tracker.integrations.actions import refuse_file
from tracker.integrations.found_queries import FoundRow
from tracker.integrations.jira_csv.errors import Unreadable
from tracker.integrations.jira_csv.reader import MAX_BYTES
from tracker.integrations.models import ImportRun, RunState, What
from tracker.integrations.queries import FieldChange, ReportRow
from tracker.integrations.words import say_unreadable
from tracker.kernel.errors import Invalid, NotFound
from tracker.people.access import Viewer
from tracker.sites.models import Area

LISTED: Fields = {
    "id": "id",
    "what": "what",
    "source": "source",
    "filename": "filename",
    "team": NullablePart("team", {"key": "team__key", "name": "team__name"}),
    "state": "state",
    "started_by": person("started_by"),
    "rows_total": "rows_total",
    "counts": "counts",
    "error": "error",
    "created_at": "created_at",
    "version": "version",
}
SHOWN: Fields = {
    **LISTED,
    "rows_done": "rows_done",
    "updated_at": "updated_at",
    "columns": "columns",
    "mapping": "mapping",
    "survey": "file__survey",
    "error_facts": "error_facts",
}
SENT = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "what": {"type": "string", "enum": What.values},
            "source": {
                "type": "string",
                "pattern": "^[-a-zA-Z0-9_]{1,40}$",
                "description": "Name of the source, the same each time: by it what came before is recognised.",
            },
        },
        "required": ["file", "what", "source"],
        "additionalProperties": False,
    }
}
UPLOADS = {
    What.PROJECTS: actions.upload_import,
    What.FINDINGS: uploads.upload_findings,
    What.TICKETS: uploads.upload_tickets,
}
VIEWS = tuple(dict.fromkeys((*found_queries.VIEWS, *queries.VIEWS)))


class ImportIn(serializers.Serializer[Any]):
    what = serializers.ChoiceField(What.choices)
    source = serializers.SlugField(max_length=40)  # type: ignore[assignment]  # a field of the body, not where one is read from


class ImportRow(serializers.Serializer[Any]):
    """`counts` is what the dry run or the import found, `error` the code of why it stopped."""

    id = serializers.IntegerField()
    what = serializers.ChoiceField(What.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # a field of the body, not where one is read from
    filename = serializers.CharField()
    team = NamedBrief(allow_null=True)
    state = serializers.ChoiceField(RunState.choices)
    started_by = PersonBrief()
    rows_total = serializers.IntegerField()
    counts = serializers.DictField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class ImportOut(ImportRow):
    """`survey` is what the file offers, `missing` the fields whose column has to be chosen before it goes on, `columns`
    what was chosen (field to column, from 0), `mapping` what counts, `error_text` what to do about an error."""

    rows_done = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    columns = serializers.DictField(child=serializers.IntegerField())
    mapping = serializers.DictField()
    survey = serializers.DictField()
    missing = serializers.ListField(child=serializers.CharField())
    error_text = serializers.CharField()


class ChangeOut(serializers.Serializer[Any]):
    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class FileRowOut(serializers.Serializer[Any]):
    """A row of the file, or with new, changed, unchanged, refused and kept of an import of projects a project to be,
    which may have no row of its own. `outcome` is for machines, the names and sentences are in the language of the
    token's owner; what does not apply to this kind is null or empty."""

    row = serializers.IntegerField(allow_null=True)
    external_id = serializers.CharField()
    title = serializers.CharField()
    outcome = serializers.CharField()
    reason = serializers.CharField()
    doubts = serializers.ListField(child=serializers.CharField())
    project = serializers.CharField(allow_null=True)
    stage = serializers.CharField(allow_null=True)
    weeks = serializers.FloatField(allow_null=True)
    owner = serializers.CharField(allow_null=True)
    issues = serializers.IntegerField(allow_null=True)
    links_changed = serializers.IntegerField(allow_null=True)
    targets = serializers.CharField(allow_null=True)
    changes = ChangeOut(many=True)
    kept = ChangeOut(many=True)
    request = serializers.CharField(allow_null=True)
    type = serializers.CharField(allow_null=True)
    area = serializers.CharField(allow_null=True)
    urls = serializers.IntegerField(allow_null=True)
    share = serializers.FloatField(allow_null=True)
    priority = serializers.CharField(allow_null=True)
    group = serializers.CharField(allow_null=True)
    status = serializers.CharField(allow_null=True)


OF_PROJECTS = ("project", "stage", "weeks", "owner", "issues", "links_changed", "targets")
OF_FOUND = ("request", "type", "area", "urls", "share", "priority", "group", "status")


def reading(viewer: Viewer) -> Viewer:
    """Who looks: the scopes of the token were asked for at the door, and a power to import is no power to read."""
    return replace(viewer, scopes=None)


def lacking(survey: dict[str, Any]) -> list[str]:
    """The fields whose column a person has to choose."""
    found: list[str] = list(survey.get("missing", ()))
    return found or ([] if survey.get("known", True) else ["issue"])


class Imports(Resource):
    """How far one is touches no version, so one is always answered in full."""

    shape = LISTED
    polled = False

    def rows(self) -> QuerySet[ImportRun]:
        return ImportRun.objects.visible_to(reading(self.viewer))

    def run(self, number: int) -> ImportRun:
        rows = self.rows().select_related("team", "started_by")
        found = rows.filter(pk=number).first() if number < 2**63 else None
        if found is None:
            raise NotFound(_("There is no such import."))
        return found

    def show_run(self, number: int, *, status: int = 200) -> HttpResponse:
        rows = self.rows().filter(pk=number) if number < 2**63 else self.rows().none()
        found: list[Any] = list(rows.values_list(JsonPart(SHOWN), flat=True)[:1])
        if not found:
            raise NotFound(_("There is no such import."))
        told: dict[str, Any] = found[0]
        facts = told.pop("error_facts")
        told["error_text"] = say_unreadable(told["error"], facts) if told["error"] else ""
        told["missing"] = lacking(told["survey"])
        if told["mapping"].get("area"):
            told["mapping"]["area"] = Area.objects.filter(pk=told["mapping"]["area"]).values_list("key", flat=True)[0]
        answer = self.answer(told, status=status)
        answer.headers["ETag"] = f'"{told["version"]}"'
        return answer


class ImportList(Imports):
    polled = True
    filters = {
        "what": one_of("what", What.values),
        "state": one_of("state", RunState.values),
        "source": exact("source", "Name of the source."),
    }
    orders = LATEST_FIRST

    @extend_schema(responses=ImportRow(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """Imports that you may see, in pages; how far one is, it says itself."""
        subjects = ["import", "team", "user"]
        return answer_list(request, self.rows, LISTED, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=SENT, responses={201: ImportOut}, operation_id="upload_import")
    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Sends a file of at most 32 MB, as a form. Where all is known of it the dry run of findings and old tickets
        follows at once; projects wait for their mapping. Findings take the scope write, the others manage."""
        if not (request.content_type or "").startswith("multipart/form-data"):
            self.read(NothingIn)
            raise Invalid(_("Choose a file."), fields={"file": _("Choose a file.")})
        file = self._file(request)
        given = ImportIn().run_validation(request.POST.dict())
        what, content = What(given["what"]), file.read()
        name = (file.name or "").replace("\x00", "")
        sent = f"{what} {given['source']} {name} {hashlib.sha256(content).hexdigest()}"
        told = {"source": given["source"], "filename": name, "content": content}
        return self.once(lambda: self._upload(what, told), sent.encode())

    @transaction.atomic
    def _upload(self, what: What, told: dict[str, Any]) -> HttpResponse:
        run = UPLOADS[what](actor=self.viewer, at=self.at, **told)
        if what != What.PROJECTS and not lacking(run.file.survey):
            actions.plan_import(actor=self.viewer, at=self.at, run=run)
        return self.show_run(run.pk, status=201)

    def _file(self, request: HttpRequest) -> "UploadedFile[Any]":
        unknown = (set(request.POST) | set(request.FILES)) - {"file", "what", "source"}
        if unknown:
            text = _("There is no such field.")
            raise Invalid(text, fields=dict.fromkeys(sorted(unknown), text))
        sent = [one for one in request.FILES.getlist("file") if isinstance(one, UploadedFile)]
        if len(sent) != 1:
            text = _("Send one file.") if sent else _("Choose a file.")
            raise Invalid(text, fields={"file": text})
        size = sent[0].size or 0
        if size > MAX_BYTES:
            raise refuse_file(Unreadable("too_large", limit=MAX_BYTES, size=size))
        return sent[0]


class ImportDetail(Imports):
    @extend_schema(responses=ImportOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One import: where it stands, what its file offers, what it found; never 304."""
        return self.show_run(number)


class ImportRows(Imports):
    tagged = False

    @extend_schema(
        parameters=[
            OpenApiParameter("show", str, enum=VIEWS, default="all", description="Only rows of this outcome."),
            OpenApiParameter("cursor", str, description="The `next` of the page before."),
        ],
        responses={200: FileRowOut(many=True), 400: OpenApiResponse(ErrorOut, description=REFUSALS[400])},
        operation_id="list_import_rows",
    )
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """What becomes or became of every row, with the reason, 100 on a page. Of findings and old tickets: new, below,
        exists, skipped, unclear; of a file of projects: its rows by link, skipped, unclear, its projects by new, changed,
        unchanged, refused, kept; of all: doubtful, what was read with a guess."""
        run = self.run(number)
        refuse_unknown(request, {"show", "cursor"})
        views = queries.VIEWS if run.what == What.PROJECTS else found_queries.VIEWS
        view = request.GET.get("show", "all")
        if view not in views:
            text = _("Choose among: %(choices)s.") % {"choices": ", ".join(views)}
            raise Invalid(text, fields={"show": text})
        place = read_place(request.GET.get("cursor", ""), 1)
        rows, after = self._read(run, view, place[0] if place else None)
        return self.answer({"results": rows, "next": None if after is None else write_cursor(after)})

    def _read(self, run: ImportRun, view: str, after: int | None) -> tuple[list[dict[str, Any]], int | None]:
        if run.what == What.PROJECTS:
            report = queries.read_report(run, view, -1 if after is None else after)
            return [_tell_project(row) for row in report.rows], report.after
        found = found_queries.read_found(run, reading(self.viewer), view, after or 0)
        return [_tell_found(row) for row in found.rows], found.after


def _tell_project(row: ReportRow) -> dict[str, Any]:
    whole = row.stage != ""
    told: dict[str, Any] = {
        "project": row.project_key or None,
        "stage": row.stage or None,
        "weeks": None if row.weeks is None else float(row.weeks),
        "owner": row.owner or None,
        "issues": row.issues if whole else None,
        "links_changed": row.links_changed if whole else None,
        "targets": row.targets or None,
        "changes": _tell_changes(row.changes),
        "kept": _tell_changes(row.kept),
    }
    return {**_tell_row(row, row.row), **told, **dict.fromkeys(OF_FOUND)}


def _tell_found(row: FoundRow) -> dict[str, Any]:
    told: dict[str, Any] = {
        "request": row.ask or None,
        "type": row.type or None,
        "area": row.area or None,
        "urls": row.urls,
        "share": None if row.share is None else float(row.share),
        "priority": row.priority or None,
        "group": row.group or None,
        "status": row.status or None,
        "changes": [],
        "kept": [],
    }
    return {**_tell_row(row, row.number), **told, **dict.fromkeys(OF_PROJECTS)}


def _tell_row(row: ReportRow | FoundRow, number: int | None) -> dict[str, Any]:
    return {
        "row": number,
        "external_id": row.external_id,
        "title": row.title,
        "outcome": row.outcome,
        "reason": row.reason,
        "doubts": list(row.doubts),
    }


def _tell_changes(changes: Sequence[FieldChange]) -> list[dict[str, str]]:
    return [{"field": str(one.field), "before": str(one.before), "after": str(one.after)} for one in changes]
