"""The backlog: the list, the page of an item, the answer of a host, and every step below an item."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.backlog import actions
from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import add_to_host, find_hosts, lists_of, suggested_weeks
from tracker.backlog.states import ItemState
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.launches.actions import decide_check
from tracker.launches.models import Check
from tracker.people.access import Power, Viewer, require
from tracker.projects.models import Project
from tracker.projects.words import say_weeks
from tracker.web.exports import Column, send_list
from tracker.web.forms.answers import INVALID, STALE, answer_form, save_merged, tell_refusal, told
from tracker.web.forms.backlog import (
    AnswerForm,
    CheckForm,
    CounterForm,
    DeclineCounterForm,
    DropForm,
    MeasureForm,
    PlainForm,
    RehomeForm,
    TrackerKeyForm,
    plain_weeks,
)
from tracker.web.forms.merging import Merge
from tracker.web.item_page import LOADED, read_item_page, say_item
from tracker.web.joining import suggestions
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.shell import count_waiting
from tracker.web.undo import Values, tell_done, undo_by
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in
from tracker.web.ways import say_line, say_weight

PAGE = 50
COLUMNS = (
    Column("key", gettext_lazy("Key"), "key"),
    Column("request", gettext_lazy("Request"), "ask__key"),
    Column("title", gettext_lazy("Title"), "ask__title"),
    Column("project", gettext_lazy("Project"), "project__key"),
    Column("state", gettext_lazy("State"), "state", ItemState.choices),
    Column("orphaned_at", gettext_lazy("Orphaned"), "orphaned_at"),
    Column("business_owner", gettext_lazy("Business owner"), "business_owner__name"),
    Column("delivery_owner", gettext_lazy("Delivery owner"), "delivery_owner__name"),
    Column("added_weeks", gettext_lazy("Effort, weeks"), "added_weeks"),
)
count_waiting("backlog", lambda viewer: BacklogItem.objects.to_answer_by(viewer))


def find_item(viewer: Viewer, key: str) -> BacklogItem:
    """404 for what the viewer may not know of."""
    rests = WorkRequest.objects.visible_to(viewer).filter(split_from=OuterRef("ask")).order_by("id").values("key")
    found = BacklogItem.objects.visible_to(viewer).select_related(*LOADED).annotate(rests=ArraySubquery(rests))
    return get_object_or_404(found, key=key)


@dataclass(frozen=True)
class Filter:
    label: str | Promise
    url: str
    active: bool


@require_GET
@signed_in
def show_backlog(request: SignedInRequest) -> HttpResponseBase:
    viewer = request.viewer
    if not viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    chosen = {name: request.GET[name] for name in ("state", "project", "mine", "orphaned") if request.GET.get(name)}
    rows = BacklogItem.objects.visible_to(viewer)
    if chosen.get("state") in ItemState.values:
        rows = rows.filter(state=chosen["state"])
    elif not chosen.get("project"):
        rows = rows.live()
    if chosen.get("project"):
        rows = rows.filter(project__key=chosen["project"])
    if chosen.get("mine"):
        rows = rows.owned_by(viewer.id)
    if chosen.get("orphaned"):
        rows = rows.orphaned()
    if file := send_list(request, rows.order_by("-id"), COLUMNS, "backlog"):
        return file
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    people = ("ask", "project", "business_owner__team", "delivery_owner__team")
    found = list(rows.select_related(*people).order_by("-id")[: PAGE + 1])
    items = found[:PAGE]
    standing = BacklogItem.objects.visible_to(viewer)
    carried, orphaned = standing.blocking().count(), standing.orphaned().count()
    title = ngettext(
        "%(count)s request is carried by a project", "%(count)s requests are carried by projects", carried
    ) % {"count": carried}
    lost = ngettext("%(count)s of them lost its project.", "%(count)s of them lost their project.", orphaned)
    context = {
        "title": title,
        "context_line": lost % {"count": orphaned} if orphaned else _("None of them has lost its project."),
        "items": items,
        "filters": _filters(chosen),
        "project": chosen.get("project", ""),
        "without_project": _query({**chosen, "project": ""}),
        "next": _query({**chosen, "after": str(items[-1].pk)}) if len(found) > PAGE else None,
        "first": _query(chosen) if after else None,
        "nav": "backlog",
    }
    return render_page(request, "tracker/backlog/index.html", context)


def _query(values: Mapping[str, str]) -> str:
    return f"?{urlencode({name: value for name, value in values.items() if value})}"


def _filters(chosen: Mapping[str, str]) -> list[Filter]:
    state = chosen.get("state", "")
    states = [
        Filter(one.label, _query({**chosen, "state": "" if state == one else str(one)}), state == one)
        for one in ItemState
    ]
    flags = [
        Filter(label, _query({**chosen, name: "" if chosen.get(name) else "1"}), bool(chosen.get(name)))
        for name, label in (("mine", _("mine")), ("orphaned", _("orphaned")))
    ]
    return [*flags, *states]


@require_GET
@signed_in
def show_item(request: SignedInRequest, key: str) -> HttpResponse:
    return _show(request, find_item(request.viewer, key))


def _show(
    request: SignedInRequest,
    item: BacklogItem,
    *,
    refused: Refused | None = None,
    given: Mapping[str, forms.Form] | None = None,
    status: int = 200,
    merge: Merge | None = None,
) -> HttpResponse:
    now = clock.now()
    page = read_item_page(item, request.viewer, now, given)
    tracker_key = (given or {}).get("tracker_key") or TrackerKeyForm(initial={"tracker_key": item.tracker_key})
    context = {
        "title": page.title,
        "context_line": item.ask.title,
        "page": page,
        "now": now,
        "forms": {"tracker_key": tracker_key},
        "merging": merge or Merge(tracker_key, item),
        "refused": str(refused) if refused else "",
        "refused_facts": refused.facts.get("checks", []) if refused else [],
        "stale": refused is not None and refused.code == "stale",
        "nav": "backlog",
    }
    return render_page(request, "tracker/backlog/detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def counter_item(request: SignedInRequest, key: str) -> HttpResponseBase:
    """The third answer of a host: something else, which whoever proposed it accepts or declines."""
    item = find_item(request.viewer, key)
    require(request.viewer, Power.ANSWER_EMBED, item.project.ties)
    if item.state != ItemState.PROPOSED:
        messages.info(request, _("It has been answered."))
        return redirect("item", item.key)
    initial = {"added_weeks": plain_weeks(item.added_weeks), "checks": "\n".join(item.ask.acceptance_tests)}
    form = CounterForm(request.POST or None, initial=initial, auto_id="counter-%s")
    at = clock.now()

    def save() -> HttpResponse:
        given = dict(form.cleaned_data)
        if given["host"]:
            given["host"] = Project.objects.visible_to(request.viewer).filter(key=given["host"]).first()
            if given["host"] is None:
                raise Refused(_("There is no such project."), fields={"host": _("There is no such project.")})
        given["host"] = given["host"] or None
        actions.counter_embed(actor=request.viewer, at=at, item=item, expected=seen_version(request), **given)
        text = _("Your offer is with %(person)s, who accepts or declines it.")
        messages.success(request, text % {"person": item.proposed_by.name})
        return redirect("item", item.key)

    context = {
        "title": _("Offer something else for %(request)s") % {"request": item.ask.key},
        "context_line": item.ask.title,
        "item": item,
        "nav": "backlog",
    }
    return answer_form(request, form, save, "tracker/backlog/counter.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def answer_item(request: SignedInRequest, key: str) -> HttpResponseBase:
    """What a yes would do to the line stands above the answer."""
    item = find_item(request.viewer, key)
    require(request.viewer, Power.ANSWER_EMBED, item.project.ties)
    if item.state != ItemState.PROPOSED:
        messages.info(request, _("It has been answered."))
        return redirect("item", item.key)
    form = AnswerForm(request.POST or None, initial={"added_weeks": plain_weeks(item.added_weeks)})
    status = 200
    at = clock.now()
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            given = _read_answer(request, form)
            try:
                actions.answer_embed(actor=request.viewer, at=at, item=item, expected=seen_version(request), **given)
            except NotAllowed:
                raise
            except Refused as refused:
                status = tell_refusal(form, refused)
                item = find_item(request.viewer, key)
            else:
                messages.success(request, f"{say_item(item, at.date())}.")
                return redirect("item", item.key)
    listed = lists_of([item.team_id], at.date()).get(item.team_id)
    effect = add_to_host(listed, item.project_id, item.added_weeks) if listed else None
    context = {
        "title": _("%(request)s wants to join %(project)s for %(weeks)s")
        % {"request": item.ask.key, "project": item.project.key, "weeks": say_weeks(item.added_weeks)},
        "context_line": item.ask.title,
        "item": item,
        "form": form,
        "weighs": say_weight(effect, item.project.key) if effect else "",
        "line": say_line(effect, listed) if effect and listed else "",
        "stale": status == STALE,
        "nav": "backlog",
    }
    return render_page(request, "tracker/backlog/answer.html", context, status=status)


def _read_answer(request: SignedInRequest, form: AnswerForm) -> dict[str, Any]:
    given = dict(form.cleaned_data)
    title, review_on = given.pop("rest_title"), given.pop("review_on")
    answer = request.POST.get("answer", "agree")
    rest = actions.Rest(title, review_on) if title and answer == "agree" else None
    return {**given, "answer": answer, "split_rest": rest}


@dataclass(frozen=True)
class ItemStep:
    """`said` is what the flash says once it is done."""

    act: Callable[..., Any]
    said: str | Promise
    form: type[forms.Form] = PlainForm


STEPS: Mapping[str, ItemStep] = {
    "start": ItemStep(actions.start_item, gettext_lazy("%(key)s is in progress.")),
    "ship": ItemStep(actions.ship_item, gettext_lazy("%(key)s is live.")),
    "accept-counter": ItemStep(actions.accept_counter, gettext_lazy("%(key)s is agreed as it was offered.")),
    "decline-counter": ItemStep(
        actions.decline_counter,
        gettext_lazy("The offer is declined; the proposal waits for its answer again."),
        DeclineCounterForm,
    ),
    "drop": ItemStep(actions.drop_item, gettext_lazy("%(key)s is dropped."), DropForm),
    "measure": ItemStep(actions.measure_item, gettext_lazy("The outcome of %(key)s is recorded."), MeasureForm),
}


@require_POST
@signed_in
@once
def take_item_step(request: SignedInRequest, key: str, name: str) -> HttpResponseBase:
    """One step; what is refused comes back on the page of the item with all that was typed."""
    item, step = find_item(request.viewer, key), STEPS[name]
    form = step.form(request.POST, auto_id=f"{name}-%s")
    refusal, status = None, INVALID
    if form.is_valid():
        given = form.cleaned_data
        try:
            step.act(actor=request.viewer, at=clock.now(), item=item, expected=seen_version(request), **given)
        except NotAllowed:
            raise
        except Refused as refused:
            refusal, status = refused, tell_refusal(form, refused)
            item = find_item(request.viewer, key)
        else:
            messages.success(request, step.said % {"key": item.key})
            return redirect("item", item.key)
    return _show(request, item, refused=refusal, given={name.replace("-", "_"): form}, status=status)


@require_POST
@signed_in
@once
def keep_tracker_key(request: SignedInRequest, key: str) -> HttpResponseBase:
    """Two people may note it at the same time, beside whatever else happens to the item."""
    item = find_item(request.viewer, key)
    form = TrackerKeyForm(request.POST, initial={"tracker_key": item.tracker_key})
    merge = Merge(form, item)

    def save(expected: int | None) -> HttpResponse:
        actions.set_tracker_key(actor=request.viewer, at=clock.now(), item=item, expected=expected, **form.cleaned_data)
        messages.success(request, _("The key is kept."))
        return redirect("item", item.key)

    status, answer = save_merged(request, merge, save)
    return answer or _show(request, item, given={"tracker_key": form}, status=status, merge=merge)


@require_POST
@signed_in
@once
def decide_item_check(request: SignedInRequest, key: str, check: int) -> HttpResponseBase:
    item = find_item(request.viewer, key)
    found = Check.objects.filter(source=item.key, pk=check).select_related("project").first()
    if found is None:
        raise Http404
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _show(request, item, status=INVALID)
    passed, evidence = form.cleaned_data["passed"] == "yes", form.cleaned_data["evidence"]
    try:
        decide_check(
            actor=request.viewer,
            at=clock.now(),
            check=found,
            passed=passed,
            evidence=evidence,
            expected=seen_version(request),
        )
    except NotAllowed:
        raise
    except Refused as refused:
        return _show(request, item, refused=refused, status=tell_refusal(form, refused))
    messages.success(request, _("Noted."))
    return redirect("item", item.key)


@require_POST
@signed_in
@once
def move(request: SignedInRequest, key: str) -> HttpResponseBase:
    """The one way in which a ranked list moves: behind `after`, first where it is empty."""
    item = find_item(request.viewer, key)
    after = request.POST.get("after", "")
    behind = find_item(request.viewer, after) if after else None
    with told(request):
        before = actions.move_item(
            actor=request.viewer, at=clock.now(), item=item, after=behind, expected=seen_version(request)
        )
        text = _("%(key)s stands behind %(after)s now.") if behind else _("%(key)s is first now.")
        undo = ""
        if before is not None and "undoes" not in request.POST:
            fields: Values = {"after": before, "version": item.version, "undoes": "1"}
            undo = undo_by(reverse("item-move", args=[item.key]), fields, row=f"row-{item.key}")
        tell_done(request, text % {"key": item.key, "after": after}, undo)
    return redirect("project", item.project.key)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def rehome(request: SignedInRequest, key: str) -> HttpResponseBase:
    """Two clicks: another project, and the proposal."""
    item = find_item(request.viewer, key)
    form = RehomeForm(request.POST or None, initial={"added_weeks": plain_weeks(item.added_weeks)})
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            host = Project.objects.visible_to(request.viewer).filter(key=form.cleaned_data["host"]).first()
            try:
                if host is None:
                    raise Refused(_("There is no such project."))
                actions.rehome_item(
                    actor=request.viewer,
                    at=clock.now(),
                    item=item,
                    host=host,
                    expected=seen_version(request),
                    added_weeks=form.cleaned_data["added_weeks"],
                    note=form.cleaned_data["note"],
                )
            except NotAllowed:
                raise
            except Refused as refused:
                status = tell_refusal(form, refused)
            else:
                messages.success(request, _("%(project)s is asked to carry it.") % {"project": host.key})
                return redirect("item", item.key)
    at, weeks = clock.now(), suggested_weeks(item.ask.effort_weeks)
    hosts = [one for one in find_hosts(item.ask, at) if one.host.id != item.project_id]
    context = {
        "title": _("Another project for %(request)s") % {"request": item.ask.key},
        "context_line": item.ask.title,
        "item": item,
        "form": form,
        "hosts": suggestions(item.ask, hosts, weeks, at),
        "stale": status == STALE,
        "nav": "backlog",
    }
    return render_page(request, "tracker/backlog/rehome.html", context, status=status)
