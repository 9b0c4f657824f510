"""Freezes: days on which nothing goes live on a site, or nothing of a team."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed
from tracker.people.access import Power, may, require
from tracker.people.models import Team
from tracker.sites import actions
from tracker.sites.models import Freeze, Site
from tracker.sites.queries import list_freezes
from tracker.templatetags.times import say_date
from tracker.web.forms.answers import answer_edit, answer_form, told
from tracker.web.forms.merging import Merge
from tracker.web.forms.sites import FreezeForm, NewFreezeForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


def say_title(freezes: list[Freeze], today: date) -> str:
    """What holds now, else what comes next."""
    running = [one for one in freezes if one.starts_on <= today]
    if running:
        last = max(one.ends_on for one in running)
        values = {"of": ", ".join(dict.fromkeys(one.of for one in running)), "day": say_date(last, today)}
        return _("%(of)s: nothing goes live until %(day)s") % values
    if freezes:
        values = {"of": freezes[0].of, "day": say_date(freezes[0].starts_on, today)}
        return _("%(of)s: nothing goes live from %(day)s") % values
    return _("No freeze ahead")


@require_GET
@signed_in
def show_freezes(request: SignedInRequest) -> HttpResponse:
    if not request.viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    today = timezone.localdate()
    freezes = list_freezes(request.viewer, today)
    context = {
        "title": say_title(freezes, today),
        "context_line": _("A deadline that lies in a freeze is told on its request: what is not live before waits."),
        "freezes": freezes,
        "today": today,
        "editable": may(request.viewer, Power.MANAGE_SITES),
        "nav": "site-list",
    }
    return render_page(request, "tracker/sites/freezes.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_freeze(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.MANAGE_SITES)
    sites, teams = Site.objects.visible_to(request.viewer), Team.objects.visible_to(request.viewer)
    chosen = {"of": f"site:{request.GET['site']}"} if "site" in request.GET else {}
    form = NewFreezeForm(request.POST or None, initial=chosen, sites=list(sites), teams=list(teams))

    def save() -> HttpResponse:
        freeze = actions.add_freeze(actor=request.viewer, at=clock.now(), **form.arguments())
        messages.success(request, _("%(reason)s is kept.") % {"reason": freeze.reason})
        return redirect("freeze-list")

    context = {"title": _("Add a freeze"), "nav": "site-list"}
    return answer_form(request, form, save, "tracker/sites/freeze.html", context)


def freeze_or_404(request: SignedInRequest, number: int) -> Freeze:
    rows = Freeze.objects.visible_to(request.viewer).select_related("site", "team")
    freeze = rows.filter(pk=number).first()
    if freeze is None:
        raise Http404
    return freeze


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_freeze(request: SignedInRequest, number: int) -> HttpResponse:
    require(request.viewer, Power.MANAGE_SITES)
    freeze = freeze_or_404(request, number)
    shown = {name: getattr(freeze, name) for name in FreezeForm.base_fields}
    form = FreezeForm(request.POST or None, initial=shown)

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        actions.edit_freeze(actor=request.viewer, at=clock.now(), freeze=freeze, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("freeze-list")

    context = {"title": freeze.reason, "context_line": freeze.of, "freeze": freeze, "nav": "site-list"}
    return answer_edit(request, Merge(form, freeze), save, "tracker/sites/freeze.html", context)


@require_POST
@signed_in
@once
def end_freeze(request: SignedInRequest, number: int) -> HttpResponseBase:
    freeze = freeze_or_404(request, number)
    with told(request, _("%(reason)s holds nothing back any more.") % {"reason": freeze.reason}):
        actions.end_freeze(actor=request.viewer, at=clock.now(), freeze=freeze, expected=seen_version(request))
    return redirect("freeze-list")
