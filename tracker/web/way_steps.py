"""Going up: the forms that propose an embed, ask for a rank, or give one."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tracker.backlog.actions import Outranked, ask_for_rank, embed_request, outrank_request
from tracker.backlog.queries import find_hosts, lists_of, outrank_at, suggested_weeks, words_lacking
from tracker.intake.actions import check_asking
from tracker.intake.models import WorkRequest
from tracker.intake.states import REQUEST
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.people.access import Power, Viewer, may, require
from tracker.projects.models import Project
from tracker.web.forms.answers import tell_refusal, told
from tracker.web.forms.backlog import EmbedForm, OutrankForm, plain_weeks
from tracker.web.forms.requests import AskForm, question_for
from tracker.web.joining import joining_of
from tracker.web.once import once
from tracker.web.orphans import show_orphans
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in
from tracker.web.ways import host_cards, lists_around, say_lacking


def find_ask(viewer: Viewer, key: str) -> WorkRequest:
    """404 for what the viewer may not know of."""
    loaded = WorkRequest.objects.visible_to(viewer).select_related("type", "form", "area", "team", "requester__team")
    ask = loaded.filter(key=key).first()
    if ask is None:
        raise Http404
    return ask


@require_http_methods(["GET", "POST"])
@signed_in
@once
def embed(request: SignedInRequest, key: str) -> HttpResponseBase:
    """Proposes to any project by its key; the finder's suggestions stand beside the form."""
    ask = find_ask(request.viewer, key)
    at = clock.now()
    weeks = suggested_weeks(ask.effort_weeks)
    initial = {"host": request.GET.get("host", ""), "added_weeks": plain_weeks(weeks)}
    form = EmbedForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        host = _find_host(request.viewer, form) if form.is_valid() else None
        if host is not None:
            given = {name: form.cleaned_data[name] for name in ("added_weeks", "note")}
            try:
                item = embed_request(actor=request.viewer, at=at, ask=ask, host=host, **given)
            except Refused as refused:
                status = tell_refusal(form, refused)
            else:
                text = _("%(project)s is asked to carry %(request)s; its owner answers.")
                messages.success(request, text % {"project": host.key, "request": ask.key})
                return redirect("item", item.key)
    asked = joining_of(ask, _asked_host(request, form), _typed_weeks(form), at)
    found, lacking = find_hosts(ask, at), words_lacking(ask)
    cards = host_cards(request.viewer, ask, found, lists_around(ask, found, at), at)
    context = {
        "title": _("Embed %(request)s in a project that is there already") % {"request": ask.key},
        "context_line": ask.title,
        "ask": ask,
        "form": form,
        "lacking": say_lacking(lacking),
        "question": _question_form(request.viewer, ask, lacking),
        "asked": asked,
        "card": next((one for one in cards if one.key == asked.key), None),
        "hosts": cards,
        "nav": "request-list",
    }
    return render_page(request, "tracker/requests/embed.html", context, status=status)


def _question_form(viewer: Viewer, ask: WorkRequest, lacking: list[str]) -> AskForm | None:
    """Asks the requester for what is missing; None where nothing is, or where the viewer may not ask."""
    if not (lacking and REQUEST.allows(ask.state, "ask") and may(viewer, Power.TRIAGE, ask.ties)):
        return None
    try:
        check_asking(viewer, ask)
    except NotAllowed:
        return None
    return AskForm(initial={"question": question_for(lacking)}, auto_id="ask-%s")


def _asked_host(request: SignedInRequest, form: EmbedForm) -> Project | None:
    """The project that the form names, or that its address did; also where something else in it is wrong."""
    key = str(form["host"].value() or "").strip().upper()
    return Project.objects.visible_to(request.viewer).select_related("owner").filter(key=key).first() if key else None


def _typed_weeks(form: EmbedForm) -> Decimal | None:
    try:
        return max(Decimal(str(form["added_weeks"].value())), Decimal(0))
    except InvalidOperation:
        return None


def _find_host(viewer: Viewer, form: EmbedForm) -> Project | None:
    host = Project.objects.visible_to(viewer).filter(key=form.cleaned_data["host"]).first()
    if host is None:
        form.add_error("host", _("There is no such project."))
    return host


@require_POST
@signed_in
@once
def ask_rank(request: SignedInRequest, key: str) -> HttpResponseBase:
    ask = find_ask(request.viewer, key)
    with told(request, _("The CTO is asked to rank %(request)s.") % {"request": ask.key}):
        ask_for_rank(actor=request.viewer, at=clock.now(), ask=ask)
    return redirect("request", ask.key)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def outrank(request: SignedInRequest, key: str) -> HttpResponseBase:
    """Whoever ranks makes it a project; what would be orphaned is shown before it happens."""
    require(request.viewer, Power.RANK_PROJECTS)
    ask = find_ask(request.viewer, key)
    at = clock.now()
    listed = lists_of([ask.team_id], at.date()).get(ask.team_id) if ask.team_id else None
    rows = list(listed.rows) if listed else []
    place = outrank_at(listed, ask.effort_weeks) if listed and ask.effort_weeks else None
    weeks = plain_weeks(ask.effort_weeks)
    initial = {"after": place.after.key if place and place.after else "", "weeks": weeks}
    form = OutrankForm(request.POST or None, rows=rows, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = outrank_request(actor=request.viewer, at=at, ask=ask, **_read_outrank(request, form))
            except Refused as refused:
                if refused.code == "would_orphan":
                    return show_orphans(request, refused, leave_url=reverse("request", args=[ask.key]))
                status = tell_refusal(form, refused)
            else:
                messages.success(request, say_displaced(done))
                return redirect("item", done.item.key)
    return _show_outrank(request, ask, form, place.pushed if place else [], status)


def _read_outrank(request: SignedInRequest, form: OutrankForm) -> dict[str, Any]:
    after = form.cleaned_data["after"]
    weeks: Decimal = form.cleaned_data["weeks"]
    return {
        "after": Project.objects.visible_to(request.viewer).filter(key=after).first() if after else None,
        "weeks": weeks,
        "owner": form.cleaned_data["owner"],
        "orphans_accepted": request.POST.get("orphans_accepted") == "1",
    }


def _show_outrank(
    request: SignedInRequest, ask: WorkRequest, form: OutrankForm, pushed: list[Any], status: int
) -> HttpResponse:
    context = {
        "title": _("Make %(request)s a project of its own") % {"request": ask.key},
        "context_line": ask.title,
        "ask": ask,
        "form": form,
        "pushed": pushed,
        "nav": "request-list",
    }
    return render_page(request, "tracker/requests/outrank.html", context, status=status)


def say_displaced(done: Outranked) -> str:
    values = {"project": done.project.key, "fallen": ", ".join(project.key for project in done.displaced)}
    if not done.displaced:
        return _("%(project)s is ranked; nobody fell below the line for it.") % values
    return (
        ngettext(
            "%(project)s is ranked; it pushed %(fallen)s below the line.",
            "%(project)s is ranked; it pushed these below the line: %(fallen)s.",
            len(done.displaced),
        )
        % values
    )
