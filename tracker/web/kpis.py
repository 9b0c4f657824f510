"""KPIs: what requests are to move, kept in one list so that everybody calls it alike."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed
from tracker.measures import actions
from tracker.measures.models import Kpi
from tracker.people.access import Power, may, require
from tracker.web.forms.answers import answer_edit, answer_form, told
from tracker.web.forms.kpis import KpiForm
from tracker.web.forms.merging import Merge
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@require_GET
@signed_in
def show_kpis(request: SignedInRequest) -> HttpResponse:
    if not request.viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    rows = list(Kpi.objects.visible_to(request.viewer))
    offered = [one for one in rows if one.retired_at is None]
    title = ngettext("%(count)s KPI is offered", "%(count)s KPIs are offered", len(offered)) % {"count": len(offered)}
    context = {
        "title": title if rows else _("No KPI yet"),
        "context_line": _("A request names the KPI that it is to move, with baseline, target and measuring date."),
        "offered": offered,
        "retired": [one for one in rows if one.retired_at is not None],
        "editable": may(request.viewer, Power.MANAGE_TYPES),
        "nav": "settings",
    }
    return render_page(request, "tracker/kpis/index.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_kpi(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.MANAGE_TYPES)
    form = KpiForm(request.POST or None)

    def save() -> HttpResponse:
        kpi = actions.add_kpi(actor=request.viewer, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("%(name)s is offered on requests.") % {"name": kpi.name})
        return redirect("kpi-list")

    context = {"title": _("Add a KPI"), "nav": "settings"}
    return answer_form(request, form, save, "tracker/kpis/form.html", context)


def kpi_or_404(request: SignedInRequest, number: int) -> Kpi:
    kpi = Kpi.objects.visible_to(request.viewer).filter(pk=number).first()
    if kpi is None:
        raise Http404
    return kpi


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_kpi(request: SignedInRequest, number: int) -> HttpResponse:
    require(request.viewer, Power.MANAGE_TYPES)
    kpi = kpi_or_404(request, number)
    form = KpiForm(request.POST or None, initial={name: getattr(kpi, name) for name in KpiForm.base_fields})

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        actions.edit_kpi(actor=request.viewer, at=clock.now(), kpi=kpi, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("kpi-list")

    context = {"title": kpi.name, "kpi": kpi, "nav": "settings"}
    return answer_edit(request, Merge(form, kpi), save, "tracker/kpis/form.html", context)


@require_POST
@signed_in
@once
def retire_kpi(request: SignedInRequest, number: int) -> HttpResponseBase:
    kpi = kpi_or_404(request, number)
    with told(request, _("%(name)s is offered no more.") % {"name": kpi.name}):
        actions.retire_kpi(actor=request.viewer, at=clock.now(), kpi=kpi, expected=seen_version(request))
    return redirect("kpi-list")


@require_POST
@signed_in
@once
def restore_kpi(request: SignedInRequest, number: int) -> HttpResponseBase:
    kpi = kpi_or_404(request, number)
    with told(request, _("%(name)s is offered again.") % {"name": kpi.name}):
        actions.restore_kpi(actor=request.viewer, at=clock.now(), kpi=kpi, expected=seen_version(request))
    return redirect("kpi-list")
