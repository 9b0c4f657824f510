"""The demo company in an installation of one's own: loaded from the first steps, removed under Settings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tracker.backlog.models import BacklogItem
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Power, require
from tracker.people.demo import demo_people, load_demo, real_people, remove_demo, who_worked
from tracker.people.models import Firm
from tracker.projects.models import Project
from tracker.web.forms.answers import tell_refusal
from tracker.web.forms.setup import RemoveDemoForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.shell import FOUNDER
from tracker.web.viewer import SignedInRequest, signed_in


@require_POST
@signed_in
@once
def load(request: SignedInRequest) -> HttpResponseBase:
    require(request.viewer, Power.MANAGE_PEOPLE)
    try:
        load_demo(actor=request.viewer, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("start-next")
    request.session[FOUNDER] = request.viewer.id
    messages.success(request, _("The demo company is here. Look at it through the eyes of one of its people."))
    return redirect("demo-signin")


@require_http_methods(["GET", "POST"])
@signed_in
@once
def remove(request: SignedInRequest) -> HttpResponseBase:
    """What goes and what stays, and a field for the name of the firm."""
    require(request.viewer, Power.MANAGE_PEOPLE)
    firm = Firm.objects.filter(demo=True).first()
    if firm is None:
        raise Http404
    form = RemoveDemoForm(request.POST or None, firm=firm.name)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                remove_demo(actor=request.viewer, at=clock.now())
            except Refused as refused:
                status = tell_refusal(form, refused)
            else:
                return _leave(request)
    return render_page(request, "tracker/settings/demo.html", _told_of(firm, form), status=status)


def _leave(request: SignedInRequest) -> HttpResponseBase:
    if not real_people().filter(pk=request.viewer.id).exists():
        logout(request)
        return redirect("first-admin")
    request.session.pop(FOUNDER, None)
    messages.success(request, _("The demo company is gone. Begin with the first steps."))
    return redirect("start-next")


GOES = (
    (gettext_lazy("People of the demo"), demo_people),
    (gettext_lazy("Projects"), Project.objects.all),
    (gettext_lazy("Requests"), WorkRequest.objects.all),
    (gettext_lazy("Backlog items"), BacklogItem.objects.all),
)


def _told_of(firm: Firm, form: RemoveDemoForm) -> dict[str, Any]:
    return {
        "title": _("Remove the demo company"),
        "context_line": _("Everything that was made here goes, by the demo or by you."),
        "firm": firm,
        "form": form,
        "goes": [(name, rows().count()) for name, rows in GOES],
        "stays": list(real_people().select_related(None)),
        "worked": who_worked(),
        "nav": "settings",
    }
