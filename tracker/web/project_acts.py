"""What people do to projects on their pages: each view is one verb."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tracker.history.models import Entry
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused, Stale
from tracker.people.access import Power, require
from tracker.projects import actions
from tracker.projects.models import Effort, Project
from tracker.projects.queries import period_named
from tracker.web.forms.answers import answer_edit, answer_form, tell_refusal
from tracker.web.forms.merging import Merge
from tracker.web.forms.projects import DropForm, EffortForm, PeriodForm, PinForm, ProjectForm, shown_project
from tracker.web.line import line_url, say_stale_move
from tracker.web.once import once
from tracker.web.orphans import show_orphans
from tracker.web.projects import find_project, own_ties, project_context
from tracker.web.render import render_page
from tracker.web.story import people_of
from tracker.web.undo import Values, tell_done, undo_by
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@require_POST
@signed_in
@once
def move(request: SignedInRequest, key: str) -> HttpResponseBase:
    """From the line: `after` is the key of the row to follow, empty for the first place."""
    project = find_project(request.viewer, key)
    back = line_url(request.POST.get("team", ""), request.POST.get("period", ""))
    after = find_project(request.viewer, request.POST["after"]) if request.POST.get("after") else None
    try:
        before = actions.move_project(
            actor=request.viewer,
            at=clock.now(),
            project=project,
            after=after,
            expected=seen_version(request),
            orphans_accepted="orphans_accepted" in request.POST,
        )
    except NotAllowed:
        raise
    except Refused as refused:
        if refused.code == "would_orphan":
            return show_orphans(request, refused, leave_url=back)
        text = say_stale_move(project, refused, last_actor(project)) if isinstance(refused, Stale) else str(refused)
        messages.error(request, text)
    else:
        tell_done(request, say_place(request, project), undo_of_move(request, project, before))
    return redirect(back)


def undo_of_move(request: SignedInRequest, project: Project, before: str | None) -> str:
    """Back behind the project that it followed; an undo is not undone."""
    if before is None or "undoes" in request.POST:
        return ""
    looked_at = {name: request.POST.get(name, "") for name in ("team", "period")}
    fields: Values = {"after": before, "version": project.version, "undoes": "1", **looked_at}
    return undo_by(reverse("project-move", args=[project.key]), fields, row=f"row-{project.key}")


def last_actor(project: Project) -> str:
    entry = Entry.objects.filter(subject="project", subject_id=project.pk).order_by("-version").first()
    people = people_of([entry.actor]) if entry else {}
    return people[entry.actor].name if entry and entry.actor in people else ""


def say_place(request: SignedInRequest, project: Project) -> str:
    """The new place in the list that was looked at."""
    team, period = (request.POST.get(name, "").replace("\x00", "") for name in ("team", "period"))
    shown = Effort.objects.filter(team__key=team, period__key=period)
    if not shown.filter(project=project).exists():
        return _("%(key)s has a new place.") % {"key": project.key}
    place = shown.filter(project__rank__lte=project.rank).exclude(project__stage="dropped").count()
    return _("%(key)s is at place %(place)s now.") % {"key": project.key, "place": place}


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_project(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.EDIT_PROJECT, own_ties(request.viewer))
    form = ProjectForm(request.POST or None, initial={"owner": request.viewer.id, "team": request.viewer.team})

    def save() -> HttpResponse:
        project = actions.add_project(actor=request.viewer, at=clock.now(), **form.cleaned_data)
        project.refresh_from_db(fields=["key"])
        messages.success(request, _("%(key)s is there, ranked last. Now its estimate.") % {"key": project.key})
        return redirect("project", project.key)

    context = {"title": _("Add a project"), "nav": "project-list"}
    return answer_form(request, form, save, "tracker/projects/form.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit(request: SignedInRequest, key: str) -> HttpResponse:
    project = find_project(request.viewer, key)
    require(request.viewer, Power.EDIT_PROJECT, project.ties)
    form = ProjectForm(request.POST or None, initial=shown_project(project))

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        actions.edit_project(actor=request.viewer, at=clock.now(), project=project, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("project", key)

    context = {"title": _("Edit %(project)s") % {"project": project}, "project": project, "nav": "project-list"}
    return answer_edit(request, Merge(form, project), save, "tracker/projects/form.html", context)


@require_POST
@signed_in
@once
def estimate(request: SignedInRequest, key: str) -> HttpResponseBase:
    def verb(project: Project, given: dict[str, Any], accepted: bool) -> None:
        actions.set_effort(
            actor=request.viewer,
            at=clock.now(),
            project=project,
            expected=seen_version(request),
            orphans_accepted=accepted,
            **given,
        )

    return act(request, key, verb, _("The line is drawn on the new estimate."), EffortForm, "effort_form")


@require_POST
@signed_in
@once
def pin(request: SignedInRequest, key: str) -> HttpResponseBase:
    def verb(project: Project, given: dict[str, Any], accepted: bool) -> None:
        actions.pin_project(
            actor=request.viewer,
            at=clock.now(),
            project=project,
            expected=seen_version(request),
            orphans_accepted=accepted,
            **given,
        )

    return act(request, key, verb, _("%(key)s is pinned to the top.") % {"key": key}, PinForm, "pin_form")


@require_POST
@signed_in
@once
def unpin(request: SignedInRequest, key: str) -> HttpResponseBase:
    def verb(project: Project, given: dict[str, Any], accepted: bool) -> None:
        actions.unpin_project(
            actor=request.viewer,
            at=clock.now(),
            project=project,
            expected=seen_version(request),
            orphans_accepted=accepted,
        )

    return act(request, key, verb, _("%(key)s is no longer pinned.") % {"key": key})


@require_POST
@signed_in
@once
def start(request: SignedInRequest, key: str) -> HttpResponseBase:
    def verb(project: Project, given: dict[str, Any], accepted: bool) -> None:
        actions.start_project(actor=request.viewer, at=clock.now(), project=project, expected=seen_version(request))

    return act(request, key, verb, _("%(key)s is running.") % {"key": key})


@require_POST
@signed_in
@once
def launch(request: SignedInRequest, key: str) -> HttpResponseBase:
    def verb(project: Project, given: dict[str, Any], accepted: bool) -> None:
        actions.launch_project(actor=request.viewer, at=clock.now(), project=project, expected=seen_version(request))

    return act(request, key, verb, _("%(key)s is launched.") % {"key": key})


@require_POST
@signed_in
@once
def drop(request: SignedInRequest, key: str) -> HttpResponseBase:
    def verb(project: Project, given: dict[str, Any], accepted: bool) -> None:
        actions.drop_project(
            actor=request.viewer, at=clock.now(), project=project, expected=seen_version(request), **given
        )

    return act(request, key, verb, _("%(key)s is dropped.") % {"key": key}, DropForm, "drop_form")


Verb = Callable[[Project, dict[str, Any], bool], None]


def act(
    request: SignedInRequest,
    key: str,
    verb: Verb,
    done: str,
    form_class: type[forms.Form] | None = None,
    form_name: str = "",
) -> HttpResponse:
    """One verb on the page of a project: done, or the page again with what was typed and why it did not go."""
    project = find_project(request.viewer, key)
    form = form_class(request.POST) if form_class else None
    status = 422
    if form is None or form.is_valid():
        try:
            verb(project, form.cleaned_data if form else {}, "orphans_accepted" in request.POST)
        except Refused as refused:
            if refused.code == "would_orphan":
                return show_orphans(request, refused, leave_url=reverse("project", args=[key]))
            if form is None and isinstance(refused, NotAllowed):
                raise
            if form is None:
                messages.error(request, str(refused))
                return redirect("project", key)
            status = tell_refusal(form, refused)
        else:
            messages.success(request, done)
            return redirect("project", key)
    more = {form_name: form, "stale": status == 409}
    context = project_context(request, find_project(request.viewer, key), **more)
    return render_page(request, "tracker/projects/detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_period(request: SignedInRequest) -> HttpResponseBase:
    require(request.viewer, Power.RANK_PROJECTS)
    form = PeriodForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if period_named(form.cleaned_data["key"], clock.now().date()):
                form.add_error("key", _("This quarter is open already."))
            else:
                try:
                    period = actions.open_period(actor=request.viewer, at=clock.now(), **form.cleaned_data)
                except Refused as refused:
                    status = tell_refusal(form, refused)
                else:
                    messages.success(request, _("%(period)s is open; now its capacities.") % {"period": period})
                    return redirect(f"{reverse('capacity')}?period={period.key}")
    context = {"title": _("Open a quarter"), "form": form, "nav": "line"}
    return render_page(request, "tracker/line/period_form.html", context, status=status)
