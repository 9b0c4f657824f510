"""The steps of an import, each a POST below it: columns, what counts, the dry run again, the run."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NothingIn
from tracker.api.imports import ImportOut, Imports, lacking
from tracker.integrations import actions, uploads
from tracker.integrations.findings.cells import MOST_URLS, PRIORITIES
from tracker.integrations.findings.threshold import Threshold, threshold_from_values
from tracker.integrations.jira_csv.mapping import KINDS, TREATMENTS, mapping_from_values
from tracker.integrations.jira_csv.reader import MAX_COLUMNS
from tracker.integrations.models import ImportFile, ImportRun, What
from tracker.integrations.words import say_unreadable
from tracker.kernel.errors import Invalid, Refused
from tracker.people.models import Team
from tracker.projects.models import Stage
from tracker.sites.models import Area

ORDERS = ("day_first", "month_first", "")


class DatesIn(serializers.Serializer[Any]):
    date_order = serializers.ChoiceField(
        ORDERS, required=False, help_text="Which number of a date is the day; empty: as the dates of the file suggest."
    )


class ColumnsIn(serializers.Serializer[Any]):
    columns = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=MAX_COLUMNS),
        help_text="The field to the column that holds it, from 0 as in `survey.header`.",
    )


class MappingIn(DatesIn):
    kind = serializers.ChoiceField(KINDS, required=False, help_text="What counts as a project.")
    types = serializers.ListField(
        child=serializers.CharField(max_length=1000), max_length=1000, required=False, help_text="Types that are epics."
    )
    labels = serializers.ListField(
        child=serializers.CharField(max_length=1000), max_length=1000, required=False, help_text="Labels that count."
    )
    stages = serializers.DictField(
        child=serializers.ChoiceField(TREATMENTS, allow_blank=True),
        required=False,
        help_text="The status to its stage, or skip; empty: unknown. What is not named stays.",
    )
    default_stage = serializers.ChoiceField(Stage.choices, required=False)
    absent_parents = serializers.BooleanField(
        required=False, help_text="Also epics that issues name but the file does not hold."
    )
    team = serializers.SlugField(max_length=40, required=False, help_text="Key of the team whose projects they are.")


class ThresholdIn(serializers.Serializer[Any]):
    urls = serializers.IntegerField(min_value=0, max_value=MOST_URLS, required=False)
    share = serializers.DecimalField(
        max_digits=6, decimal_places=3, min_value=Decimal(0), max_value=Decimal(100), required=False
    )
    priority = serializers.ChoiceField(PRIORITIES, required=False)
    area = serializers.SlugField(
        max_length=60, required=False, allow_null=True, help_text="Key of the area of rows that name none."
    )


class TicketsIn(DatesIn):
    closed = serializers.BooleanField(required=False, help_text="Also tickets that are closed there.")


class ImportStep(Imports):
    """One step: If-Match is welcome, not needed; the answer is the import as it is then."""

    given: ClassVar[type[serializers.Serializer[Any]]] = NothingIn
    kinds: ClassVar[tuple[What, ...]] = tuple(What)

    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        given, expected = self.read(self.given), self.expected(needed=False)

        @transaction.atomic
        def effect() -> HttpResponse:
            run = self.run(number)
            if run.what not in self.kinds:
                raise Refused(_("This step belongs to another kind of import."), code="wrong_kind", what=run.what)
            self.act(run, given, {"actor": self.viewer, "at": self.at, "run": run, "expected": expected})
            return self.show_run(number)

        return self.once(effect)

    def act(self, run: ImportRun, given: dict[str, Any], told: dict[str, Any]) -> None:
        """Calls the verb; `told` is what every verb of an import is told."""
        raise NotImplementedError

    def survey_of(self, run: ImportRun) -> dict[str, Any]:
        survey: dict[str, Any] = ImportFile.objects.values_list("survey", flat=True).get(run=run)
        return survey

    def plan(self, run: ImportRun) -> None:
        actions.plan_import(actor=self.viewer, at=self.at, run=run)

    def require_columns(self, run: ImportRun, name: str) -> None:
        missing = lacking(self.survey_of(run))
        if missing:
            text = say_unreadable("columns_missing", {})
            raise Invalid(text, fields={name: text}, missing=missing)


class ImportColumns(ImportStep):
    given = ColumnsIn

    @extend_schema(request=ColumnsIn, responses=ImportOut, operation_id="choose_import_columns")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Says which column holds what; the dry run of findings and old tickets follows."""
        return super().post(request, number)

    def act(self, run: ImportRun, given: dict[str, Any], told: dict[str, Any]) -> None:
        choose = {
            What.PROJECTS: actions.choose_import_columns,
            What.FINDINGS: uploads.choose_finding_columns,
            What.TICKETS: uploads.choose_ticket_columns,
        }[What(run.what)]
        choose(**told, columns=given["columns"])
        self.require_columns(run, "columns")
        if run.what != What.PROJECTS:
            self.plan(run)


class ImportMapping(ImportStep):
    given, kinds = MappingIn, (What.PROJECTS,)

    @extend_schema(request=MappingIn, responses=ImportOut, operation_id="map_import")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Says what counts as a project, and checks the file by it. What is not given stays as it is: at first what the
        file suggests, so the team alone may be enough."""
        return super().post(request, number)

    def act(self, run: ImportRun, given: dict[str, Any], told: dict[str, Any]) -> None:
        self.require_columns(run, "kind")
        team = self._team(run, given)
        order = given.pop("date_order", run.mapping.get("date_order") or "")
        stages = {**run.mapping.get("stages", {}), **given.pop("stages", {})}
        values = {**run.mapping, **given, "stages": {status: stage for status, stage in stages.items() if stage}}
        self._check(values, self.survey_of(run), given)
        actions.map_import(**told, mapping=mapping_from_values(values), team=team, date_order=order)
        self.plan(run)

    def _team(self, run: ImportRun, given: dict[str, Any]) -> Team:
        team = Team.objects.filter(key=given.pop("team")).first() if "team" in given else run.team
        if team is None:
            text = _("There is no such team.") if "team" in self.body() else _("Say whose projects they are.")
            raise Invalid(text, fields={"team": text})
        return team

    def _check(self, values: dict[str, Any], survey: dict[str, Any], given: dict[str, Any]) -> None:
        wrong: dict[str, str] = {}
        if values["kind"] == "epic" and not values.get("types") and not values.get("absent_parents"):
            wrong["types"] = _("Choose at least one type, or count something else as a project.")
        if values["kind"] == "label" and not values.get("labels"):
            wrong["labels"] = _("Choose at least one label.")
        for name in ("types", "labels"):
            strange = [word for word in given.get(name, ()) if word not in survey[name]]
            if strange:
                wrong[name] = _("The file does not hold: %(names)s.") % {"names": ", ".join(strange[:10])}
        if wrong:
            raise Invalid(next(iter(wrong.values())), fields=wrong)


class ImportThreshold(ImportStep):
    given, kinds = ThresholdIn, (What.FINDINGS,)

    @extend_schema(request=ThresholdIn, responses=ImportOut, operation_id="set_threshold")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Says what is too small to ask for and the area of rows that name none, and checks the file again. What is not
        given stays as it is."""
        return super().post(request, number)

    def act(self, run: ImportRun, given: dict[str, Any], told: dict[str, Any]) -> None:
        self.require_columns(run, "urls")
        now = threshold_from_values(run.mapping)
        threshold = Threshold(
            given.get("urls", now.urls), given.get("share", now.share), given.get("priority", now.priority)
        )
        uploads.set_threshold(**told, threshold=threshold, area=self._area(run, given))
        self.plan(run)

    def _area(self, run: ImportRun, given: dict[str, Any]) -> Area | None:
        if "area" not in given:
            return Area.objects.filter(pk=run.mapping.get("area")).first() if run.mapping.get("area") else None
        if given["area"] is None:
            return None
        area = Area.objects.filter(key=given["area"]).first()
        if area is None:
            text = _("There is no such area.")
            raise Invalid(text, fields={"area": text})
        return area


class ImportChoose(ImportStep):
    given, kinds = TicketsIn, (What.TICKETS,)

    @extend_schema(request=TicketsIn, responses=ImportOut, operation_id="choose_tickets")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Says which old tickets are taken, and checks the file again. What is not given stays as it is."""
        return super().post(request, number)

    def act(self, run: ImportRun, given: dict[str, Any], told: dict[str, Any]) -> None:
        self.require_columns(run, "closed")
        closed = given.get("closed", run.mapping.get("closed", True))
        order = given.get("date_order", run.mapping.get("date_order") or "")
        uploads.choose_tickets(**told, closed=closed, date_order=order)
        self.plan(run)


class ImportStart(ImportStep):
    @extend_schema(request=NothingIn, responses=ImportOut, operation_id="run_import")
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Hands a checked import to the workers; `rows_done` says how far it is."""
        return super().post(request, number)

    def act(self, run: ImportRun, given: dict[str, Any], told: dict[str, Any]) -> None:
        actions.run_import(**told)
