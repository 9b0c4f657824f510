"""Requests: the list, filing in a minute, the page of one, editing it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tracker.backlog.rules import last_day_to_join
from tracker.intake.actions import BUSINESS, LOCKED, draft_request, edit_request, file_draft, file_request
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.queries import (
    SORTS,
    Wanted,
    count_standing,
    examples_outside,
    kinds_by_key,
    list_requests,
    needs_of,
    order_requests,
    read_cursor,
    similar_requests,
)
from tracker.intake.rules import Stage
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.people.access import Power, Viewer, may, require
from tracker.people.models import Team
from tracker.projects.models import Project
from tracker.sites.models import Area
from tracker.web.exports import Column, send_list
from tracker.web.forms.answers import INVALID, STALE, tell_refusal
from tracker.web.forms.cases import AcknowledgeForm
from tracker.web.forms.requests import FILING, CommentForm, FilterForm, RequestForm, shown_values, step_forms
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.request_page import LOADED, Missed, RequestPage, projects_near, read_request_page, tone_of
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in
from tracker.web.ways import ways_up

DEFAULT_SORT = "-key"
COLUMNS = (
    Column("key", gettext_lazy("Key"), "key"),
    Column("title", gettext_lazy("Title"), "title"),
    Column("state", gettext_lazy("State"), "state", State.choices),
    Column("delivery", gettext_lazy("Delivery"), "delivery", Delivery.choices),
    Column("restricted", gettext_lazy("Restricted"), "restricted"),
    Column("type", gettext_lazy("Type"), "type__key"),
    Column("area", gettext_lazy("Area"), "area__name"),
    Column("team", gettext_lazy("Team"), "team__name"),
    Column("requester", gettext_lazy("Requester"), "requester__name"),
    Column("effort_weeks", gettext_lazy("Alone, weeks"), "effort_weeks"),
    Column("filed_at", gettext_lazy("Filed"), "filed_at"),
    Column("updated_at", gettext_lazy("Changed"), "updated_at"),
)


def language() -> str:
    return get_language() or "en"


def known_areas(viewer: Viewer) -> dict[str, Area]:
    rows = Area.objects.visible_to(viewer).select_related("site", "team").order_by("site__name", "name")
    return {area.key: area for area in rows}


def find_request(viewer: Viewer, key: str) -> WorkRequest:
    """404 for what the viewer may not know of."""
    if "\x00" in key:
        raise Http404
    return get_object_or_404(WorkRequest.objects.visible_to(viewer).select_related(*LOADED), key=key)


@require_GET
@signed_in
def show_requests(request: SignedInRequest) -> HttpResponseBase:
    viewer = request.viewer
    if not viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    areas, teams = list(known_areas(viewer).values()), list(Team.objects.all())
    form = FilterForm(request.GET, kinds=kinds_by_key(), areas=areas, teams=teams, language=language())
    form.is_valid()
    chosen = {name: form.cleaned_data.get(name, "") for name in form.fields}
    wanted = Wanted(text=chosen.pop("q").strip(), mine=request.GET.get("mine") == "1", **chosen)
    sort = request.GET.get("sort", DEFAULT_SORT)
    if sort.removeprefix("-") not in SORTS:
        sort = DEFAULT_SORT
    if file := send_list(request, order_requests(viewer, wanted, sort), COLUMNS, "requests"):
        return file
    listed = list_requests(viewer, wanted, sort=sort, after=read_cursor(request.GET.get("after", ""), sort))
    standing = count_standing(viewer)
    form.show_needed()
    context = {
        "title": say_to_triage(standing.to_triage),
        "context_line": f"{say_below(standing.below)} {say_asked(standing.asked)}",
        "rows": [(ask, tone_of(ask)) for ask in listed.rows],
        "next": _next_page(request, listed.next),
        "form": form,
        "wanted": wanted,
        "filtered": any(request.GET.get(name) for name in (*form.fields, "mine")),
        "chips": _chips(wanted),
        "may_file": may(viewer, Power.FILE_REQUEST),
        "now": clock.now(),
    }
    return render_page(request, "tracker/requests/index.html", context)


def say_to_triage(count: int) -> str:
    said = ngettext("%(count)s request waits for triage", "%(count)s requests wait for triage", count)
    return said % {"count": count} if count else _("No request waits for triage")


def say_below(count: int) -> str:
    said = ngettext("%(count)s is below the line.", "%(count)s are below the line.", count)
    return said % {"count": count} if count else _("None is below the line.")


def say_asked(count: int) -> str:
    said = ngettext("%(count)s waits for its requester.", "%(count)s wait for their requesters.", count)
    return said % {"count": count} if count else _("None waits for its requester.")


def _next_page(request: HttpRequest, cursor: str) -> str | None:
    if not cursor:
        return None
    query = request.GET.copy()
    query["after"] = cursor
    return f"?{query.urlencode()}"


def _chips(wanted: Wanted) -> list[tuple[str, str, bool]]:
    """The usual questions: label, query, whether it is the present one."""
    asked: list[tuple[str, dict[str, str]]] = [
        (_("All"), {}),
        (_("Mine"), {"mine": "1"}),
        (_("To triage"), {"state": State.FILED}),
        (_("Questions"), {"state": State.NEEDS_INFORMATION}),
        (_("Below the line"), {"delivery": "waiting"}),
        (_("In progress"), {"delivery": "in_progress"}),
        (_("Parked"), {"state": State.PARKED}),
    ]
    present = {"mine": "1" if wanted.mine else "", "state": wanted.state, "delivery": wanted.delivery}
    now = {name: value for name, value in present.items() if value}
    return [(label, f"?{urlencode(query)}", query == now) for label, query in asked]


def filing_form(request: SignedInRequest, areas: dict[str, Area], given: Any = None, **more: Any) -> RequestForm:
    """The form of a minute: what filing needs, and the chosen type's own questions for it."""
    kinds = kinds_by_key()
    form = RequestForm(given, kinds=kinds, areas=areas, language=language(), **more)
    form.keep(FILING)
    chosen = (given or request.GET).get("type") or next(iter(kinds), "")
    if given is None:
        form.initial.setdefault("type", chosen)
    form.add_answers(kinds.get(chosen), [Stage.FILING])
    return form


def hosts_to_join(viewer: Viewer, area: Area | None) -> list[tuple[Project, date | None]]:
    """Projects that could carry a request on this area, each with the last day to join it, where it has an end."""
    today, found = timezone.localdate(), []
    for project in projects_near(viewer, area):
        last = project.ends_on and last_day_to_join(project.starts_on, project.ends_on, Decimal(0))
        if not project.ends_on or (last and last >= today):
            found.append((project, last))
    return found


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_request(request: SignedInRequest) -> HttpResponseBase:
    require(request.viewer, Power.FILE_REQUEST)
    areas = known_areas(request.viewer)
    status, checked = 200, False
    if request.method == "POST":
        form = filing_form(request, areas, request.POST)
        checked = "check" in request.POST
        if not checked:
            status = INVALID
            if form.is_valid():
                try:
                    return _add_request(request, form)
                except Refused as refused:
                    status = tell_refusal(form, refused)
    else:
        form = filing_form(request, areas, initial={"area": request.GET.get("area", "")})
    title, area = form["title"].value() or "", areas.get(form["area"].value() or "")
    if checked:
        form.errors.clear()
    form.show_needed()
    context = {
        "title": _("File a request"),
        "context_line": _("A minute is enough: the rest is asked for when it is needed."),
        "form": form,
        "similar": similar_requests(request.viewer, title) if request.method == "POST" else [],
        "hosts": hosts_to_join(request.viewer, area) if request.method == "POST" else [],
        "outside": examples_outside((form["example_urls"].value() or "").split(), area),
        "chosen_area": area,
        "checked": checked,
        "nav": "request-list",
    }
    return render_page(request, "tracker/requests/new.html", context, status=status)


def _add_request(request: SignedInRequest, form: RequestForm) -> HttpResponseBase:
    given, at = form.changes(), clock.now()
    if "draft" in request.POST:
        ask = draft_request(actor=request.viewer, at=at, **given)
        messages.success(request, _("%(key)s is kept as a draft; only you see it.") % {"key": ask.key})
        return redirect("request", ask.key)
    ask = file_request(actor=request.viewer, at=at, **given)
    team = ask.area.team.name if ask.area else ""
    messages.success(request, _("%(key)s is filed with %(team)s.") % {"key": ask.key, "team": team})
    if examples_outside(ask.example_urls, ask.area):
        messages.warning(request, _("Some example pages lie outside the area. If it is another area, change it."))
    return redirect("request", ask.key)


@require_GET
@signed_in
def show_similar(request: SignedInRequest) -> HttpResponse:
    """While typing: similar requests for a title, projects above the line for an area."""
    require(request.viewer, Power.FILE_REQUEST)
    area = known_areas(request.viewer).get(request.GET.get("area", "")) if request.GET.get("area") else None
    context = {
        "similar": similar_requests(request.viewer, request.GET.get("title", "")),
        "hosts": hosts_to_join(request.viewer, area),
        "chosen_area": area,
    }
    return render(request, "tracker/requests/_near.html", context)


@require_GET
@signed_in
def show_questions(request: SignedInRequest) -> HttpResponse:
    """The questions that the chosen type asks for filing."""
    require(request.viewer, Power.FILE_REQUEST)
    kinds = kinds_by_key()
    form = RequestForm(initial=request.GET.dict(), kinds=kinds, areas={}, language=language())
    form.keep([])
    form.add_answers(kinds.get(request.GET.get("type", "")), [Stage.FILING])
    form.show_needed()
    return render(request, "tracker/requests/_questions.html", {"form": form})


def show_detail(
    request: SignedInRequest,
    ask: WorkRequest,
    refused: Mapping[str, Form] | None = None,
    *,
    missed: Missed | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a request; `refused` are forms by the name of their verb, `missed` what came too late."""
    page = read_request_page(ask, request.viewer, clock.now())
    refused = dict(refused or {})
    context = {
        "title": ask.title,
        "page": page,
        "ask": ask,
        "now": page.now,
        "forms": step_forms(refused, lacking=page.acceptance.lacking),
        "comment": refused.get("comment") or CommentForm(auto_id="comment-%s"),
        "fill": _filling_forms(request, page),
        "acknowledge": AcknowledgeForm(auto_id="acknowledge-%s") if page.late else None,
        "ways": ways_up(request.viewer, ask, page.now, page.item),
        "missed": missed,
        "stale": status == STALE,
        "nav": "request-list",
    }
    return render_page(request, "tracker/requests/detail.html", context, status=status)


def _filling_forms(request: SignedInRequest, page: RequestPage) -> dict[str, RequestForm]:
    """What acceptance and embedding still lack, to be filled in right there."""
    ask = page.ask
    wanted = [need for need in (page.acceptance, page.embedding) if page.may_fill and not need.complete]
    forms = {}
    for need in wanted:
        names = set(need.names) | ({"confidence_source"} if "confidence" in need.names else set())
        if not page.may_edit_business:
            names -= BUSINESS
        form = RequestForm(
            initial=shown_values(ask), kinds={}, areas={}, language=language(), auto_id=f"{need.stage}-%s"
        )
        form.keep(names)
        form.add_answers(ask.type, [need.stage])
        form.show_needed(need.names)
        forms[str(need.stage)] = form
    return forms


@require_GET
@signed_in
def show_request(request: SignedInRequest, key: str) -> HttpResponse:
    return show_detail(request, find_request(request.viewer, key))


@require_http_methods(["GET", "POST"])
@signed_in
@once
def change_request(request: SignedInRequest, key: str) -> HttpResponseBase:
    """All fields, or with `?stage=` those that one stage asks for."""
    ask = find_request(request.viewer, key)
    form = _edit_form(request, ask)
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                expected, at = seen_version(request), clock.now()
                edit_request(actor=request.viewer, at=at, ask=ask, expected=expected, changes=form.changes())
                if "file" in request.POST and ask.state == State.DRAFT:
                    file_draft(actor=request.viewer, at=at, ask=ask)
            except Refused as refused:
                status = tell_refusal(form, refused)
                ask = find_request(request.viewer, key)
            else:
                messages.success(request, _("%(key)s is saved.") % {"key": ask.key})
                return redirect("request", ask.key)
    form.show_needed_for(_stage_asked(request) or Stage.FILING)
    context = {
        "title": _("Edit %(key)s") % {"key": ask.key},
        "context_line": ask.title,
        "ask": ask,
        "form": form,
        "draft": ask.state == State.DRAFT,
        "stale": status == STALE,
        "nav": "request-list",
    }
    return render_page(request, "tracker/requests/edit.html", context, status=status)


def _stage_asked(request: HttpRequest) -> Stage | None:
    stage = request.GET.get("stage", "")
    return Stage(stage) if stage in (Stage.ACCEPTANCE, Stage.EMBEDDING) else None


def _edit_form(request: SignedInRequest, ask: WorkRequest) -> RequestForm:
    viewer = request.viewer
    if not may(viewer, Power.SPEAK_FOR, ask.ties):
        require(viewer, Power.EDIT_BUSINESS, ask.ties)
    stage = _stage_asked(request)
    form = RequestForm(
        request.POST or None,
        initial=shown_values(ask),
        kinds=kinds_by_key(),
        areas=known_areas(viewer),
        language=language(),
        auto_id="edit-%s",
    )
    names = set(form.fields)
    if ask.state != State.DRAFT and not may(viewer, Power.EDIT_BUSINESS, ask.ties):
        names -= BUSINESS
    if stage:
        names &= {*needs_of(ask, language())[stage].names, "confidence_source"}
        form.keep(names)
        form.add_answers(ask.type, [stage])
        return form
    if ask.state not in (State.DRAFT, State.FILED, State.NEEDS_INFORMATION):
        names -= {"type"}
        if not may(viewer, Power.TRIAGE, ask.ties):
            names -= {"area"}
        for name in LOCKED & names:
            if getattr(ask, name) not in (None, ""):
                form.fields[name].help_text = _("Fixed since triage.")
    form.keep(names)
    form.add_answers(form.kinds.get(request.POST.get("type", "")) or ask.type)
    return form
