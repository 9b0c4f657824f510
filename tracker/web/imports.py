"""The import wizard: file, mapping, dry run, progress, report. Each step is a plain form."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.integrations import actions, uploads
from tracker.integrations.jira_csv.mapping import mapping_from_values
from tracker.integrations.models import POWERS, ImportFile, ImportRun, RunState, What
from tracker.integrations.queries import PAGE, VIEWS, list_runs, read_report
from tracker.integrations.words import say_unreadable
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Power, Ties, may, require
from tracker.web.findings import choose_finding_columns, render_found
from tracker.web.forms.answers import answer_form
from tracker.web.forms.imports import ColumnsForm, DateOrderForm, MappingForm, UploadForm
from tracker.web.numbers import import_or_404, number_asked
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@require_GET
@signed_in
def list_imports(request: SignedInRequest) -> HttpResponse:
    own = Ties(team=request.viewer.team)
    offered = {what: may(request.viewer, power, own) for what, power in POWERS.items()}
    if not any(offered.values()):
        require(request.viewer, Power.IMPORT_PROJECTS, own)
    runs = list_runs(request.viewer, number_asked(request, "before"))
    shown = runs[:PAGE]
    working = sum(run.active for run in shown)
    title = ngettext("%(count)s import is at work", "%(count)s imports are at work", working) % {"count": working}
    context = {
        "title": title if working else _("Imports from other trackers"),
        "context_line": _(
            "Projects, findings of an audit and old tickets; a second import changes only what is new there."
        ),
        "runs": shown,
        "offered": offered,
        "next": f"?before={shown[-1].pk}" if len(runs) > PAGE else None,
    }
    return render_page(request, "tracker/imports/index.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_import(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.IMPORT_PROJECTS, Ties(team=request.viewer.team))
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    context = {
        "title": _("Import projects: choose the file"),
        "context_line": _("Step 1 of 4. Nothing is written before you have seen what would happen."),
        "nav": "import-list",
    }
    return answer_form(request, form, lambda: _upload(request, form), "tracker/imports/new.html", context)


def _upload(request: SignedInRequest, form: UploadForm) -> HttpResponse:
    file = form.cleaned_data["file"]
    run = actions.upload_import(
        actor=request.viewer,
        at=clock.now(),
        source=form.cleaned_data["source"],
        filename=file.name.replace("\x00", ""),
        content=file.read(),
    )
    return redirect("import-mapping", run.pk)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def map_import(request: SignedInRequest, number: int) -> HttpResponse:
    """Step 2: what counts as a project; first the columns, where their names were not understood."""
    run = import_or_404(request, number)
    if run.what != What.PROJECTS:
        return redirect("import", run.pk)
    survey = ImportFile.objects.values_list("survey", flat=True).get(run=run)
    if survey["missing"]:
        return redirect("import-columns", run.pk)
    form = MappingForm(run, survey, request.viewer, request.POST if request.method == "POST" else None)
    rows = survey["rows"]
    context = {
        "title": ngettext("%(count)s row: what in it is a project?", "%(count)s rows: what in them is a project?", rows)
        % {"count": rows},
        "context_line": _("Step 2 of 4 · %(file)s") % {"file": run.filename},
        "run": run,
        "survey": survey,
        "nav": "import-list",
    }
    return answer_form(
        request, form, lambda: _map_and_plan(request, run, form), "tracker/imports/mapping.html", context
    )


def _map_and_plan(request: SignedInRequest, run: ImportRun, form: MappingForm) -> HttpResponse:
    at = clock.now()
    actions.map_import(
        actor=request.viewer,
        at=at,
        run=run,
        expected=seen_version(request),
        mapping=form.mapping(),
        team=form.cleaned_data["team"],
        date_order=form.cleaned_data["date_order"],
    )
    actions.plan_import(actor=request.viewer, at=at, run=run)
    return redirect("import", run.pk)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def choose_columns(request: SignedInRequest, number: int) -> HttpResponse:
    run = import_or_404(request, number)
    if run.what == What.FINDINGS:
        return choose_finding_columns(request, run)
    survey = ImportFile.objects.values_list("survey", flat=True).get(run=run)
    form = ColumnsForm(survey, request.POST if request.method == "POST" else None)

    def save() -> HttpResponse:
        expected, columns = seen_version(request), form.chosen()
        if run.what == What.TICKETS:
            return _choose_ticket_columns(request, run, expected, columns)
        actions.choose_import_columns(actor=request.viewer, at=clock.now(), run=run, expected=expected, columns=columns)
        return redirect("import-mapping", run.pk)

    context = {
        "title": _("Which column holds what?"),
        "context_line": _("Step 2 of 4 · %(file)s") % {"file": run.filename},
        "run": run,
        "nav": "import-list",
    }
    return answer_form(request, form, save, "tracker/imports/columns.html", context)


def _choose_ticket_columns(
    request: SignedInRequest, run: ImportRun, expected: int | None, columns: dict[str, int]
) -> HttpResponse:
    at = clock.now()
    uploads.choose_ticket_columns(actor=request.viewer, at=at, run=run, expected=expected, columns=columns)
    actions.plan_import(actor=request.viewer, at=at, run=run)
    return redirect("import", run.pk)


@require_GET
@signed_in
def show_import(request: SignedInRequest, number: int) -> HttpResponseBase:
    """Wherever the import stands: the mapping, the progress, the dry run or the report."""
    run = import_or_404(request, number)
    if run.state == RunState.UPLOADED:
        return redirect("import-mapping" if run.what == What.PROJECTS else "import-columns", run.pk)
    if run.active:
        return render_page(request, "tracker/imports/progress.html", _progress(run))
    if run.what != What.PROJECTS:
        return render_found(request, run)
    return _render_report(request, run)


def _progress(run: ImportRun) -> dict[str, Any]:
    done, total = run.rows_done, run.rows_total
    checking = run.state == RunState.PLANNING
    titles = {
        RunState.PLANNING: _("The file is being checked"),
        RunState.QUEUED: _("The import waits for a worker"),
        RunState.RUNNING: _("%(done)s of %(total)s rows are imported") % {"done": done, "total": total},
    }
    return {
        "title": titles[RunState(run.state)],
        "context_line": run.filename,
        "label": _("%(total)s rows to check") % {"total": total} if checking else titles[RunState(run.state)],
        "run": run,
        "checking": checking,
        "nav": "import-list",
    }


@require_GET
@signed_in
def show_progress(request: SignedInRequest, number: int) -> HttpResponseBase:
    """The part that asks again each second; once the work is done it sends the browser to the report."""
    run = import_or_404(request, number)
    page = reverse("import", args=[run.pk])
    if request.headers.get("HX-Request") != "true":
        return redirect(page)
    if not run.active:
        return HttpResponse(headers={"HX-Redirect": page})
    return render(request, "tracker/imports/_progress.html", _progress(run))


def _render_report(request: SignedInRequest, run: ImportRun, status: int = 200, refusal: str = "") -> HttpResponse:
    asked = request.GET.get("show", "")
    view = asked if asked in VIEWS else _first_view(run)
    after = number_asked(request, "after")
    report = read_report(run, view, -1 if after is None else after)
    context = {
        "title": _report_title(run),
        "context_line": _("Step 3 of 4 · %(file)s") % {"file": run.filename}
        if run.state == RunState.PLANNED
        else run.filename,
        "run": run,
        "counts": run.counts,
        "anything": any(run.counts.get(name) for name in ("new", "changed", "links_changed")),
        "report": report,
        "error": say_unreadable(run.error, run.error_facts) if run.error else "",
        "dates": DateOrderForm(initial={"date_order": run.counts.get("date_order")}),
        "next": f"?show={view}&after={report.after}" if report.after is not None else None,
        "refusal": refusal,
        "nav": "import-list",
    }
    return render_page(request, "tracker/imports/report.html", context, status=status)


def _first_view(run: ImportRun) -> str:
    return next((view for view in ("new", "changed", "unchanged") if run.counts.get(view)), "all")


def _report_title(run: ImportRun) -> str:
    if run.state == RunState.FAILED:
        return _("The import stopped")
    facts = {name: run.counts.get(name, 0) for name in ("new", "changed", "unchanged")}
    if run.state == RunState.PLANNED:
        return (
            ngettext(
                "Dry run: %(new)s project new, %(changed)s changed, %(unchanged)s unchanged",
                "Dry run: %(new)s projects new, %(changed)s changed, %(unchanged)s unchanged",
                facts["new"],
            )
            % facts
        )
    return (
        ngettext(
            "Imported: %(new)s project new, %(changed)s changed, %(unchanged)s unchanged",
            "Imported: %(new)s projects new, %(changed)s changed, %(unchanged)s unchanged",
            facts["new"],
        )
        % facts
    )


@require_POST
@signed_in
@once
def choose_dates(request: SignedInRequest, number: int) -> HttpResponseBase:
    """A person says which number is the day; the file is checked again."""
    run = import_or_404(request, number)
    form = DateOrderForm(request.POST)
    if run.what != What.PROJECTS:
        return redirect("import", run.pk)
    if not form.is_valid() or run.team is None:
        return _render_report(request, run, 422, _("Choose which number is the day."))
    at = clock.now()
    order = form.cleaned_data["date_order"]
    mapping = mapping_from_values(run.mapping)
    try:
        actions.map_import(
            actor=request.viewer,
            at=at,
            run=run,
            expected=seen_version(request),
            mapping=mapping,
            team=run.team,
            date_order=order,
        )
        actions.plan_import(actor=request.viewer, at=at, run=run)
    except Refused as refused:
        run.refresh_from_db()
        return _render_report(request, run, refused.status, str(refused))
    return redirect("import", run.pk)


@require_POST
@signed_in
@once
def start_import(request: SignedInRequest, number: int) -> HttpResponseBase:
    run = import_or_404(request, number)
    try:
        actions.run_import(actor=request.viewer, at=clock.now(), run=run, expected=seen_version(request))
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("import", run.pk)
    messages.success(request, _("The import has started. You may leave this page."))
    return redirect("import", run.pk)
