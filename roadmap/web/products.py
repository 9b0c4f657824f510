"""Products: the roadmap as columns, its objectives, and the forms of both."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from roadmap.products import actions
from roadmap.products.models import Objective, Product, RoadmapItem
from roadmap.products.queries import Roadmap, plan_rows, products_seen, roadmap_of
from roadmap.web.forms import ObjectiveForm, ProductForm, shown_product
from roadmap.web.shown import show_columns, show_plan
from roadmap.web.words import say_roadmap
from tracker.kernel import clock
from tracker.people.access import Power, Viewer, may, require
from tracker.web.forms.answers import answer_edit, answer_form
from tracker.web.forms.merging import Merge
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in


def find_product(viewer: Viewer, key: str) -> Product:
    found = products_seen(viewer).filter(key=key).first()
    if found is None:
        raise Http404
    return found


@require_GET
@signed_in
def show_products(request: SignedInRequest) -> HttpResponse:
    """The roadmap itself where there is one product, else the products with their news."""
    require(request.viewer, Power.VIEW)
    products = list(products_seen(request.viewer))
    if len(products) == 1:
        return show_roadmap(request, products[0])
    plans = plan_rows(
        RoadmapItem.objects.filter(product__in=products).select_related("objective"), request.viewer, today()
    )
    rows = []
    for product in products:
        own = Roadmap(product, [], [plan for plan in plans if plan.product == product.pk])
        rows.append((product, say_roadmap(own), own.at_risk))
    count = len(products)
    title = ngettext("%(count)s product", "%(count)s products", count) % {"count": count}
    context = {
        "title": title if products else _("No product yet"),
        "rows": rows,
        "may_add": may(request.viewer, Power.EDIT_ROADMAP),
        "nav": "roadmap",
    }
    return render_page(request, "roadmap/index.html", context)


@require_GET
@signed_in
def show_product(request: SignedInRequest, key: str) -> HttpResponse:
    require(request.viewer, Power.VIEW)
    return show_roadmap(request, find_product(request.viewer, key))


def today() -> date:
    """In the reader's zone."""
    return timezone.localtime(clock.now()).date()


def show_roadmap(request: SignedInRequest, product: Product) -> HttpResponse:
    on = today()
    roadmap = roadmap_of(product, request.viewer, on)
    editable = may(request.viewer, Power.EDIT_ROADMAP, product.ties)
    columns = show_columns(roadmap, on, editable=editable)
    asked = request.GET.get("move", "")
    movable = [plan for column in columns for plan in column.plans if plan.move_url]
    context = {
        "title": say_roadmap(roadmap),
        "context_line": product.vision,
        "product": product,
        "columns": columns,
        "movable": bool(movable),
        "chosen": next((plan for plan in movable if str(plan.id) == asked), None),
        "objectives": roadmap.objectives,
        "closed": [show_plan(plan, on, editable=False) for plan in roadmap.closed],
        "editable": editable,
        "may_add": may(request.viewer, Power.EDIT_ROADMAP),
        "nav": "roadmap",
    }
    return render_page(request, "roadmap/product.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_product(request: SignedInRequest) -> HttpResponseBase:
    require(request.viewer, Power.EDIT_ROADMAP)
    form = ProductForm(request.POST or None)

    def save() -> HttpResponse:
        product = actions.add_product(actor=request.viewer, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("%(name)s is there; now its objectives.") % {"name": product.name})
        return redirect("product", product.key)

    return answer_form(request, form, save, "roadmap/form.html", {"title": _("Add a product"), "nav": "roadmap"})


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_product(request: SignedInRequest, key: str) -> HttpResponseBase:
    product = find_product(request.viewer, key)
    require(request.viewer, Power.EDIT_ROADMAP, product.ties)
    form = ProductForm(request.POST or None, initial=shown_product(product))

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        actions.edit_product(actor=request.viewer, at=clock.now(), product=product, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("product", key)

    context = {"title": product.name, "product": product, "record": product, "nav": "roadmap"}
    return answer_edit(request, Merge(form, product), save, "roadmap/form.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_objective(request: SignedInRequest, key: str) -> HttpResponseBase:
    product = find_product(request.viewer, key)
    require(request.viewer, Power.EDIT_ROADMAP, product.ties)
    form = ObjectiveForm(request.POST or None)

    def save() -> HttpResponse:
        actions.add_objective(actor=request.viewer, at=clock.now(), product=product, **form.cleaned_data)
        messages.success(request, _("The objective is there."))
        return redirect("product", key)

    context = {"title": _("Add an objective"), "product": product, "nav": "roadmap"}
    return answer_form(request, form, save, "roadmap/form.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_objective(request: SignedInRequest, number: int) -> HttpResponseBase:
    seen = Objective.objects.visible_to(request.viewer).select_related("product")
    objective = seen.filter(pk=number).first()
    if objective is None:
        raise Http404
    require(request.viewer, Power.EDIT_ROADMAP, objective.product.ties)
    names: list[Any] = list(ObjectiveForm.base_fields)
    form = ObjectiveForm(request.POST or None, initial={name: getattr(objective, name) for name in names})

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        actions.edit_objective(
            actor=request.viewer, at=clock.now(), objective=objective, expected=expected, changes=changes
        )
        messages.success(request, _("Saved."))
        return redirect("product", objective.product.key)

    context = {"title": objective.title, "product": objective.product, "record": objective, "nav": "roadmap"}
    return answer_edit(request, Merge(form, objective), save, "roadmap/form.html", context)
