"""Requests: filing in a minute, the page of one, editing it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tracker.backlog.rules import last_day_to_join
from tracker.escalations.queries import similar_rulings
from tracker.intake.actions import BUSINESS, LOCKED, draft_request, edit_request, file_draft, file_request
from tracker.intake.evidence import find_evidence, weigh_samples
from tracker.intake.models import RequestType, WorkRequest
from tracker.intake.queries import kinds_by_key, needs_of
from tracker.intake.rules import Stage
from tracker.intake.similar import find_similar, read_question
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.measures.queries import names_of_kpis
from tracker.people.access import Power, Viewer, may, require
from tracker.projects.models import Project
from tracker.sites.models import Area
from tracker.web.emergency import is_expedited, read_expedite
from tracker.web.evidence_words import say_finding, say_shortly, similar_case
from tracker.web.follow_card import read_follow_card
from tracker.web.forms.answers import INVALID, STALE, save_merged, tell_refusal, tell_since
from tracker.web.forms.cases import AcknowledgeForm
from tracker.web.forms.decisions import decision_forms
from tracker.web.forms.merging import Merge
from tracker.web.forms.requests import FILING, CommentForm, RequestForm, shown_values, step_forms
from tracker.web.hurry import say_hurry
from tracker.web.joining import say_last_day
from tracker.web.markup_card import read_markup_card
from tracker.web.merging import alike_of, assign_form, near_hosts
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.request_page import LOADED, Editing, Missed, RequestPage, projects_near, read_request_page
from tracker.web.together import note_before, undo_of
from tracker.web.undo import tell_done
from tracker.web.viewer import SignedInRequest, signed_in
from tracker.web.ways import ways_up


def language() -> str:
    return get_language() or "en"


def known_areas(viewer: Viewer) -> dict[str, Area]:
    rows = Area.objects.visible_to(viewer).select_related("site", "team").order_by("site__name", "name")
    return {area.key: area for area in rows}


def find_request(viewer: Viewer, key: str) -> WorkRequest:
    """404 for what the viewer may not know of."""
    if "\x00" in key:
        raise Http404
    rows = WorkRequest.objects.visible_to(viewer).with_snooze(viewer).select_related(*LOADED)
    return get_object_or_404(rows.annotate(expedited=is_expedited()), key=key)


def filing_form(request: SignedInRequest, areas: dict[str, Area], given: Any = None, **more: Any) -> RequestForm:
    """The form of a minute: what filing needs, and the chosen type's own questions for it."""
    kinds = offered_kinds()
    files = request.FILES if given is not None else None
    form = RequestForm(given, files, kinds=kinds, areas=areas, language=language(), **more)
    form.keep(FILING)
    form.add_files()
    chosen = (given or request.GET).get("type") or next(iter(kinds), "")
    if given is None:
        form.initial.setdefault("type", chosen)
    form.add_answers(kinds[chosen].fields if chosen in kinds else (), [Stage.FILING])
    return form


def offered_kinds(*keys: str) -> dict[str, RequestType]:
    """The types in force, and those with these keys."""
    return {key: kind for key, kind in kinds_by_key().items() if kind.retired_at is None or key in keys}


def hosts_to_join(viewer: Viewer, area: Area | None) -> list[tuple[Project, str]]:
    """Projects that could carry a request on this area, each with the last day to join it, where it has an end; what the
    request takes is not said yet, so it is the latest imaginable."""
    today, found = timezone.localdate(), []
    for project in projects_near(viewer, area):
        last = project.ends_on and last_day_to_join(project.starts_on, project.ends_on, Decimal(0))
        if not project.ends_on or (last and last >= today):
            found.append((project, say_last_day(last, None, today)))
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
        **(read_near(request.viewer, title, area) if request.method == "POST" else {}),
        "findings": findings_on(form, area),
        "chosen_area": area,
        "checked": checked,
        "nav": "request-list",
    }
    return render_page(request, "tracker/requests/new.html", context, status=status)


def findings_on(form: RequestForm, area: Area | None) -> list[str]:
    """What does not fit about the evidence as it stands in the form, read or not."""
    kind = form.kinds.get(str(form["type"].value() or ""))
    lists = {one.name: str(one.value() or "").splitlines() for one in form.answers}
    answers = {name: list(filter(None, map(str.strip, lines))) for name, lines in lists.items()}
    examples = str(form["example_urls"].value() or "").split()
    return [say_finding(one) for one in weigh_samples(area, kind.fields if kind else (), answers, examples)]


def _add_request(request: SignedInRequest, form: RequestForm) -> HttpResponseBase:
    given, at = {**form.changes(), "files": form.held()}, clock.now()
    if "draft" in request.POST:
        ask = draft_request(actor=request.viewer, at=at, **given)
        messages.success(request, _("%(key)s is kept as a draft; only you see it.") % {"key": ask.key})
        return redirect("request", ask.key)
    ask = file_request(actor=request.viewer, at=at, **given)
    team = ask.area.team.name if ask.area else ""
    messages.success(request, _("%(key)s is filed with %(team)s.") % {"key": ask.key, "team": team})
    if findings := find_evidence(ask, timezone.localdate()):
        messages.warning(request, say_shortly(findings))
    return redirect("request", ask.key)


@require_GET
@signed_in
def show_similar(request: SignedInRequest) -> HttpResponse:
    """While typing: similar requests and rulings for a title, projects above the line for an area."""
    require(request.viewer, Power.FILE_REQUEST)
    area = known_areas(request.viewer).get(request.GET.get("area", "")) if request.GET.get("area") else None
    context = {**read_near(request.viewer, request.GET.get("title", ""), area), "chosen_area": area}
    return render(request, "tracker/requests/_near.html", context)


def read_near(viewer: Viewer, title: str, area: Area | None) -> dict[str, Any]:
    """What is known about a title that is being typed, and which projects could carry it."""
    question = read_question(title)
    similar = [one.request for one in find_similar(viewer, question, area=area.pk if area else None)]
    return {
        "similar": similar,
        "rulings": similar_rulings(viewer, question, [ask.pk for ask in similar]),
        "hosts": hosts_to_join(viewer, area),
    }


@require_GET
@signed_in
def show_questions(request: SignedInRequest) -> HttpResponse:
    """The questions that the chosen type asks for filing."""
    require(request.viewer, Power.FILE_REQUEST)
    kinds, chosen = offered_kinds(), request.GET.get("type", "")
    form = RequestForm(initial=request.GET.dict(), kinds=kinds, areas={}, language=language())
    form.keep([])
    form.add_answers(kinds[chosen].fields if chosen in kinds else (), [Stage.FILING])
    form.show_needed()
    return render(request, "tracker/requests/_questions.html", {"form": form})


def show_detail(
    request: SignedInRequest,
    ask: WorkRequest,
    refused: Mapping[str, Form] | None = None,
    *,
    missed: Missed | None = None,
    editing: Editing | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a request; `refused` are forms by the name of their verb, `missed` what came too late, `editing` the
    comment that is being put better."""
    page = read_request_page(ask, request.viewer, clock.now(), editing)
    refused = dict(refused or {})
    alike = alike_of(request.viewer, ask) if page.may_triage else []
    context = {
        "title": ask.title,
        "page": page,
        "ask": ask,
        "now": page.now,
        "forms": {
            **step_forms(refused, lacking=page.acceptance.lacking),
            **decision_forms(refused, alike=alike),
            "assign": assign_form(refused, page),
        },
        "near_hosts": near_hosts(page.now, ask) if page.may_triage else [],
        "comment": refused.get("comment") or CommentForm(auto_id="comment-%s"),
        "fill": _filling_forms(request, page),
        "follow": read_follow_card(ask, request.viewer, page.now),
        "acknowledge": AcknowledgeForm(auto_id="acknowledge-%s") if page.late else None,
        "ways": ways_up(request.viewer, ask, page.now, page.item),
        "hurry": say_hurry(ask, page.now),
        "expedite": read_expedite(page.expedites, request.viewer, page.promises, refused),
        "markup": read_markup_card(ask, request.viewer, refused),
        "similar_case": similar_case(ask, request.viewer),
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
        names = set(need.names) | ({"confidence_source", "similar_to"} if "confidence" in need.names else set())
        if not page.may_edit_business:
            names -= {*BUSINESS, "similar_to"}
        form = RequestForm(
            initial=shown_values(ask), kinds={}, areas={}, language=language(), auto_id=f"{need.stage}-%s"
        )
        form.keep(names)
        form.add_answers(ask.fields, [need.stage])
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
    if "since" in request.GET and request.method == "GET":
        return tell_since(request, ask)
    merge, status = Merge(form, ask), 200

    def save(expected: int | None) -> HttpResponse:
        at, before = clock.now(), note_before(ask)
        changes, files = form.changes(), form.held()
        edit_request(actor=request.viewer, at=at, ask=ask, expected=expected, changes=changes, files=files)
        if "file" in request.POST and ask.state == State.DRAFT:
            file_draft(actor=request.viewer, at=at, ask=ask)
        moved = form.changed_data == ["area"]
        undo = undo_of("move", [before], reverse("request", args=[ask.key]))[0] if moved else ""
        tell_done(request, _("%(key)s is saved.") % {"key": ask.key}, undo)
        return redirect("request", ask.key)

    if request.method == "POST":
        status, answer = save_merged(request, merge, save)
        if answer is not None:
            return answer
        merge.record = ask = find_request(request.viewer, key)
        form.initial = shown_values(ask)
    form.show_needed_for(_stage_asked(request) or Stage.FILING)
    context = {
        "title": _("Edit %(key)s") % {"key": ask.key},
        "context_line": ask.title,
        "ask": ask,
        "form": form,
        "findings": [say_finding(one) for one in find_evidence(ask, timezone.localdate())],
        "kpis": names_of_kpis(request.viewer) if "kpi" in form.fields else [],
        "merging": merge,
        "draft": ask.state == State.DRAFT,
        "stale": status == STALE and not merge.open,
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
        request.FILES or None,
        initial=shown_values(ask),
        kinds=offered_kinds(ask.type.key),
        areas=known_areas(viewer),
        language=language(),
        auto_id="edit-%s",
    )
    names = set(form.fields)
    if ask.state != State.DRAFT and not may(viewer, Power.EDIT_BUSINESS, ask.ties):
        names -= {*BUSINESS, "similar_to"}
    if stage:
        names &= {*needs_of(ask, language())[stage].names, "confidence_source", "similar_to"}
        form.keep(names)
        form.add_answers(ask.fields, [stage])
        return form
    if ask.state not in (State.DRAFT, State.FILED, State.NEEDS_INFORMATION):
        names -= {"type"}
        if not may(viewer, Power.TRIAGE, ask.ties):
            names -= {"area"}
        for name in LOCKED & names:
            if getattr(ask, name) not in (None, ""):
                form.fields[name].help_text = _("Fixed since triage.")
    form.keep(names)
    chosen = form.kinds.get(request.POST.get("type", ""), ask.type)
    form.add_answers(ask.fields if chosen == ask.type else chosen.fields)
    form.add_files()
    return form
