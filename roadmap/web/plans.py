"""An item of the roadmap: its page, and what people do to it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from roadmap.products import actions
from roadmap.products.models import Horizon, RoadmapItem
from roadmap.products.queries import deliverer_named, plan_rows
from roadmap.products.states import PlanState
from roadmap.web.forms import CloseForm, NewPlanForm, PlanForm, TieForm, shown_plan
from roadmap.web.products import find_product
from roadmap.web.shown import show_plan as shown_of
from roadmap.web.story import tell_plan
from roadmap.web.words import say_plan
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, Refused
from tracker.people.access import Power, Viewer, may, require
from tracker.web.forms.answers import answer_edit, answer_form, tell_refusal, told
from tracker.web.forms.merging import Merge
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.undo import tell_done, undo_by
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


def find_plan(viewer: Viewer, number: int) -> RoadmapItem:
    seen = RoadmapItem.objects.visible_to(viewer).select_related("product", "objective")
    found = seen.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@require_GET
@signed_in
def show_plan(request: SignedInRequest, number: int) -> HttpResponse:
    require(request.viewer, Power.VIEW)
    return render_plan(request, find_plan(request.viewer, number))


def render_plan(request: SignedInRequest, plan: RoadmapItem, *, status: int = 200, **given: forms.Form) -> HttpResponse:
    now = clock.now()
    rows = RoadmapItem.objects.filter(pk=plan.pk).select_related("objective")
    row = plan_rows(rows, request.viewer, now.date())[0]
    editable = may(request.viewer, Power.EDIT_ROADMAP, plan.ties) and plan.state == PlanState.OPEN
    context = {
        "title": say_plan(row, now.date()),
        "now": now,
        "plan": plan,
        "shown": shown_of(row, now.date(), editable=editable),
        "product": plan.product,
        "editable": editable,
        "tie_form": given.get("tie_form") or TieForm(),
        "close_form": given.get("close_form") or CloseForm(initial={"outcome": PlanState.DROPPED}, auto_id="close_%s"),
        "stale": status == 409,
        "story": tell_plan(plan.pk, request.viewer),
        "nav": "roadmap",
    }
    return render_page(request, "roadmap/plan.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_plan(request: SignedInRequest, key: str) -> HttpResponseBase:
    product = find_product(request.viewer, key)
    require(request.viewer, Power.EDIT_ROADMAP, product.ties)
    form = NewPlanForm(request.POST or None)
    form.offer(product)

    def save() -> HttpResponse:
        plan = actions.add_roadmap_item(actor=request.viewer, at=clock.now(), product=product, **form.cleaned_data)
        messages.success(request, _("It is on the roadmap; now say what delivers it."))
        return redirect("plan", plan.pk)

    context = {"title": _("Add an item"), "product": product, "nav": "roadmap"}
    return answer_form(request, form, save, "roadmap/form.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_plan(request: SignedInRequest, number: int) -> HttpResponseBase:
    plan = find_plan(request.viewer, number)
    require(request.viewer, Power.EDIT_ROADMAP, plan.ties)
    form = PlanForm(request.POST or None, initial=shown_plan(plan))
    form.offer(plan.product)

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        actions.edit_roadmap_item(actor=request.viewer, at=clock.now(), plan=plan, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("plan", number)

    context = {"title": plan.title, "product": plan.product, "record": plan, "plan": plan, "nav": "roadmap"}
    return answer_edit(request, Merge(form, plan), save, "roadmap/form.html", context)


@require_POST
@signed_in
@once
def move(request: SignedInRequest, number: int) -> HttpResponseBase:
    """`after` is an item to follow or a horizon whose first place is meant; empty, it is the first of `horizon`."""
    plan = find_plan(request.viewer, number)
    with told(request):
        horizon, after = read_place(request)
        before = actions.move_roadmap_item(
            actor=request.viewer,
            at=clock.now(),
            plan=plan,
            horizon=horizon,
            after=after,
            expected=seen_version(request),
        )
        words = {"title": plan.title, "horizon": Horizon(plan.horizon).label}
        text = _("%(title)s stands in %(horizon)s now.") % words
        tell_done(request, text, undo_of_move(request, plan, before))
    return redirect("product", plan.product.key)


def undo_of_move(request: SignedInRequest, plan: RoadmapItem, before: tuple[str, int | None] | None) -> str:
    """Back into the horizon and behind the item that it followed; an undo is not undone."""
    if before is None or "undoes" in request.POST:
        return ""
    horizon, after = before
    fields = {"horizon": horizon, "after": after or "", "version": plan.version, "undoes": "1"}
    return undo_by(reverse("plan-move", args=[plan.pk]), fields, row=f"row-{plan.pk}")


def read_place(request: SignedInRequest) -> tuple[str, RoadmapItem | None]:
    after, horizon = request.POST.get("after", ""), request.POST.get("horizon", "")
    if after in Horizon.values:
        return after, None
    if after:
        number = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
        found = RoadmapItem.objects.visible_to(request.viewer).filter(pk=number).first()
        if found is None:
            raise Invalid(_("There is no such place."))
        return horizon if horizon in Horizon.values else found.horizon, found
    if horizon not in Horizon.values:
        raise Invalid(_("There is no such place."))
    return horizon, None


@require_POST
@signed_in
@once
def tie(request: SignedInRequest, number: int) -> HttpResponseBase:
    return tie_or_untie(request, number, TieForm(request.POST), untie=False)


@require_POST
@signed_in
@once
def untie(request: SignedInRequest, number: int) -> HttpResponseBase:
    return tie_or_untie(request, number, TieForm(request.POST), untie=True)


def tie_or_untie(request: SignedInRequest, number: int, form: TieForm, *, untie: bool) -> HttpResponse:
    plan = find_plan(request.viewer, number)
    require(request.viewer, Power.EDIT_ROADMAP, plan.ties)
    status = 422
    if form.is_valid():
        found = deliverer_named(form.cleaned_data["key"], request.viewer)
        told: dict[str, Any] = {"actor": request.viewer, "at": clock.now(), "plan": plan, "deliverer": found}
        told["expected"] = seen_version(request)
        try:
            if found is None:
                text = _("There is no backlog item or project with this key.")
                raise Invalid(text, fields={"key": text})
            if untie:
                actions.untie_item(**told)
            else:
                actions.tie_item(**told)
        except Refused as refused:
            status = tell_refusal(form, refused)
        else:
            text = _("%(key)s no longer delivers it.") if untie else _("%(key)s delivers it.")
            messages.success(request, text % {"key": found.key})
            return redirect("plan", number)
    return render_plan(request, find_plan(request.viewer, number), status=status, tie_form=form)


@require_POST
@signed_in
@once
def close(request: SignedInRequest, number: int) -> HttpResponseBase:
    plan = find_plan(request.viewer, number)
    require(request.viewer, Power.EDIT_ROADMAP, plan.ties)
    form = CloseForm(request.POST, auto_id="close_%s")
    status = 422
    if form.is_valid():
        expected, given = seen_version(request), form.cleaned_data
        try:
            actions.close_item(actor=request.viewer, at=clock.now(), plan=plan, expected=expected, **given)
        except Refused as refused:
            status = tell_refusal(form, refused)
        else:
            messages.success(request, _("%(title)s is closed.") % {"title": plan.title})
            return redirect("product", plan.product.key)
    return render_plan(request, find_plan(request.viewer, number), status=status, close_form=form)
