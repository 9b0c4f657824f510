"""The firm: its name and its level."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people import actions
from tracker.people.access import Power, require
from tracker.people.models import Firm, Level
from tracker.web.forms.answers import tell_refusal
from tracker.web.forms.people import FirmForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


def firm_or_404(request: SignedInRequest) -> Firm:
    require(request.viewer, Power.MANAGE_PEOPLE)
    firm = Firm.objects.first()
    if firm is None:
        raise Http404
    return firm


@require_http_methods(["GET", "POST"])
@signed_in
@once
def show_settings(request: SignedInRequest) -> HttpResponseBase:
    firm = firm_or_404(request)
    form = FirmForm(request.POST or None, initial={"name": firm.name})
    if request.method != "POST":
        return _render_settings(request, firm, form)
    if not form.is_valid():
        return _render_settings(request, firm, form, 422)
    name = form.cleaned_data["name"]
    try:
        actions.name_firm(actor=request.viewer, at=clock.now(), firm=firm, expected=seen_version(request), name=name)
    except Refused as refused:
        return _render_settings(request, firm, form, tell_refusal(form, refused))
    messages.success(request, _("Saved."))
    return redirect("settings")


def _render_settings(request: SignedInRequest, firm: Firm, form: FirmForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "title": _("Settings of %(firm)s") % {"firm": firm.name},
        "context_line": _("Level %(level)s") % {"level": Level(firm.level).label},
        "firm": firm,
        "form": form,
        "level": Level(firm.level).label,
        "stale": status == 409,
    }
    return render_page(request, "tracker/settings/index.html", context, status=status)
