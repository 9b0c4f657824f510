"""Findings of an audit and old tickets: the file, the dry run with its threshold, the report."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tracker.integrations import actions, uploads
from tracker.integrations.found_queries import VIEWS, read_found
from tracker.integrations.models import ImportFile, ImportRun, RunState, What
from tracker.integrations.words import say_unreadable
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Power, require
from tracker.web.forms.answers import answer_form, tell_refusal
from tracker.web.forms.findings import (
    FindingColumnsForm,
    FindingsFileForm,
    ThresholdForm,
    TicketsFileForm,
    TicketsForm,
)
from tracker.web.numbers import import_or_404, number_asked
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_findings(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.FILE_REQUEST)
    form = FindingsFileForm(request.POST, request.FILES) if request.method == "POST" else FindingsFileForm()
    context = {
        "title": _("Import findings: choose the file"),
        "context_line": _("They become drafts of yours. Nothing is written before you have seen what would happen."),
        "nav": "import-list",
        "what": What.FINDINGS,
    }
    return answer_form(
        request, form, lambda: _upload(request, form, What.FINDINGS), "tracker/findings/new.html", context
    )


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_tickets(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.IMPORT_TICKETS)
    form = TicketsFileForm(request.POST, request.FILES) if request.method == "POST" else TicketsFileForm()
    context = {
        "title": _("Import old tickets: choose the file"),
        "context_line": _("They become no requests yet: you decide about them group by group."),
        "nav": "import-list",
        "what": What.TICKETS,
    }
    return answer_form(
        request, form, lambda: _upload(request, form, What.TICKETS), "tracker/findings/new.html", context
    )


def _upload(request: SignedInRequest, form: FindingsFileForm | TicketsFileForm, what: What) -> HttpResponse:
    """Where all is known of the file, its dry run follows at once."""
    file, at = form.cleaned_data["file"], clock.now()
    upload = uploads.upload_findings if what == What.FINDINGS else uploads.upload_tickets
    run = upload(
        actor=request.viewer,
        at=at,
        source=form.cleaned_data["source"],
        filename=file.name.replace("\x00", ""),
        content=file.read(),
    )
    survey = run.file.survey
    if survey.get("missing") or survey.get("known") is False:
        return redirect("import-columns", run.pk)
    actions.plan_import(actor=request.viewer, at=at, run=run)
    return redirect("import", run.pk)


def choose_finding_columns(request: SignedInRequest, run: ImportRun) -> HttpResponse:
    """Which column holds what; remembered for the next file with these headers."""
    survey = ImportFile.objects.values_list("survey", flat=True).get(run=run)
    form = FindingColumnsForm(survey, request.POST if request.method == "POST" else None)

    def save() -> HttpResponse:
        at, expected = clock.now(), seen_version(request)
        viewer = request.viewer
        uploads.choose_finding_columns(actor=viewer, at=at, run=run, expected=expected, columns=form.chosen())
        actions.plan_import(actor=viewer, at=at, run=run)
        return redirect("import", run.pk)

    context = {
        "title": _("Which column holds what?"),
        "context_line": _("%(file)s · the next file with these headers is read in the same way.")
        % {"file": run.filename},
        "run": run,
        "survey": survey,
        "nav": "import-list",
    }
    return answer_form(request, form, save, "tracker/imports/columns.html", context)


def render_found(
    request: SignedInRequest, run: ImportRun, form: ThresholdForm | TicketsForm | None = None, status: int = 200
) -> HttpResponse:
    """The dry run or the report, with the form that weighs the file anew."""
    asked = request.GET.get("show", "")
    view = asked if asked in VIEWS else next((name for name in VIEWS if run.counts.get(name)), "all")
    report = read_found(run, request.viewer, view, number_asked(request, "after") or 0)
    context = {
        "title": _title_of(run),
        "context_line": run.filename,
        "run": run,
        "counts": run.counts,
        "chips": [(name, run.counts.get("rows" if name == "all" else name, 0)) for name in VIEWS],
        "report": report,
        "form": form or _settings_form(run),
        "error": say_unreadable(run.error, run.error_facts) if run.error else "",
        "next": f"?show={view}&after={report.after}" if report.after is not None else None,
        "nav": "import-list",
    }
    return render_page(request, "tracker/findings/report.html", context, status=status)


def _settings_form(run: ImportRun, given: Any = None) -> ThresholdForm | TicketsForm:
    if run.what == What.FINDINGS:
        return ThresholdForm(run.mapping, given)
    return TicketsForm(given, initial={"closed": run.mapping.get("closed", True), **_order_of(run)})


def _order_of(run: ImportRun) -> dict[str, str]:
    return {"date_order": run.mapping.get("date_order", "")}


def _title_of(run: ImportRun) -> str:
    if run.state == RunState.FAILED:
        return _("The import stopped")
    facts = {name: run.counts.get(name, 0) for name in ("new", "below", "exists", "skipped", "groups")}
    if run.what == What.TICKETS:
        return _title_of_tickets(run, facts)
    if run.state == RunState.DONE:
        told = ngettext("%(new)s draft was written", "%(new)s drafts were written", facts["new"])
        return told % facts
    told = ngettext(
        "Dry run: %(new)s draft, %(below)s below the threshold, %(exists)s there already",
        "Dry run: %(new)s drafts, %(below)s below the threshold, %(exists)s there already",
        facts["new"],
    )
    return told % facts


def _title_of_tickets(run: ImportRun, facts: dict[str, int]) -> str:
    if run.state == RunState.DONE:
        told = ngettext("%(new)s old ticket came in", "%(new)s old tickets came in", facts["new"])
        return told % facts
    told = ngettext(
        "Dry run: %(new)s old ticket, %(exists)s there already, %(skipped)s skipped",
        "Dry run: %(new)s old tickets, %(exists)s there already, %(skipped)s skipped",
        facts["new"],
    )
    return told % facts


@require_POST
@signed_in
@once
def weigh_anew(request: SignedInRequest, number: int) -> HttpResponseBase:
    """Another threshold, or other tickets: the same file is checked again."""
    run = import_or_404(request, number)
    if run.what == What.PROJECTS:
        return redirect("import", run.pk)
    form, at, expected = _settings_form(run, request.POST), clock.now(), seen_version(request)
    if not form.is_valid():
        return render_found(request, run, form, 422)
    told: dict[str, Any] = {"actor": request.viewer, "at": at, "run": run}
    try:
        if isinstance(form, ThresholdForm):
            area = form.cleaned_data["area"]
            uploads.set_threshold(**told, expected=expected, threshold=form.threshold(), area=area)
        else:
            uploads.choose_tickets(**told, expected=expected, **form.cleaned_data)
        actions.plan_import(**told)
    except Refused as refused:
        status = tell_refusal(form, refused)
        run.refresh_from_db()
        return render_found(request, run, form, status)
    return redirect("import", run.pk)
