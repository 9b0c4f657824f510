"""Sites and their areas: what requests are about, and where they are routed."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed
from tracker.people.access import Power, Ties, may, require
from tracker.people.models import Team
from tracker.sites import actions
from tracker.sites.models import Area, Site
from tracker.sites.queries import list_sites
from tracker.web.forms.answers import answer_edit, answer_form
from tracker.web.forms.merging import Merge
from tracker.web.forms.sites import AreaForm, SiteForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in


def may_add_areas(request: SignedInRequest) -> bool:
    """Somebody may where they may for some team: at least for their own."""
    return may(request.viewer, Power.MANAGE_AREAS, Ties(team=request.viewer.team))


@require_GET
@signed_in
def show_sites(request: SignedInRequest) -> HttpResponse:
    if not request.viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    sites = list_sites(request.viewer)
    context = {
        "title": ngettext("%(count)s site", "%(count)s sites", len(sites)) % {"count": len(sites)},
        "context_line": _("A request names an area; the team that owns the area answers it."),
        "sites": sites,
        "editable": may(request.viewer, Power.MANAGE_SITES),
        "areas_editable": may_add_areas(request),
    }
    return render_page(request, "tracker/sites/index.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_site(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.MANAGE_SITES)
    form = SiteForm(request.POST or None)

    def save() -> HttpResponse:
        site = actions.add_site(actor=request.viewer, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("%(name)s is there; now its areas.") % {"name": site.name})
        return redirect("area-new", site.key)

    return answer_form(request, form, save, "tracker/sites/site.html", {"title": _("Add a site"), "nav": "site-list"})


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_site(request: SignedInRequest, key: str) -> HttpResponse:
    require(request.viewer, Power.MANAGE_SITES)
    site = Site.objects.visible_to(request.viewer).filter(key=key).first()
    if site is None:
        raise Http404
    form = SiteForm(request.POST or None, initial={"name": site.name, "url": site.url})

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        actions.edit_site(actor=request.viewer, at=clock.now(), site=site, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("site-list")

    context = {"title": site.name, "site": site, "nav": "site-list"}
    return answer_edit(request, Merge(form, site), save, "tracker/sites/site.html", context)


def area_form(request: SignedInRequest, area: Area | None = None) -> AreaForm:
    """Leads choose among their own team alone, which is all they may answer for."""
    shown: dict[str, object] = {}
    if area is not None:
        shown = {"name": area.name, "pattern": area.pattern, "team": area.team.key, "url_count": area.url_count}
        shown["components"] = "\n".join(area.components)
    form = AreaForm(request.POST or None, initial=shown)
    if not may(request.viewer, Power.MANAGE_AREAS):
        form.offer(Team.objects.filter(members=request.viewer.id))
    return form


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_area(request: SignedInRequest, key: str) -> HttpResponse:
    require(request.viewer, Power.MANAGE_AREAS, Ties(team=request.viewer.team))
    site = Site.objects.visible_to(request.viewer).filter(key=key).first()
    if site is None:
        raise Http404
    form = area_form(request)

    def save() -> HttpResponse:
        area = actions.add_area(actor=request.viewer, at=clock.now(), site=site, **form.cleaned_data)
        messages.success(request, _("Area %(name)s is there.") % {"name": area.name})
        return redirect("site-list")

    context = {"title": _("Add an area to %(site)s") % {"site": site.name}, "nav": "site-list"}
    return answer_form(request, form, save, "tracker/sites/area.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_area(request: SignedInRequest, key: str) -> HttpResponse:
    area = Area.objects.visible_to(request.viewer).select_related("team", "site").filter(key=key).first()
    if area is None:
        raise Http404
    require(request.viewer, Power.MANAGE_AREAS, area.ties)
    form = area_form(request, area)

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        actions.edit_area(actor=request.viewer, at=clock.now(), area=area, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("site-list")

    context = {"title": area.name, "context_line": area.site.name, "area": area, "nav": "site-list"}
    return answer_edit(request, Merge(form, area), save, "tracker/sites/area.html", context)
