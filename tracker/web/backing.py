"""Standing behind a request with a stake, and watching one."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tracker.intake.actions import back_request, mute_request, watch_request, withdraw_backing
from tracker.intake.models import Backing, WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import WrongState
from tracker.people.models import Team, User
from tracker.web.forms.answers import answer_form, told
from tracker.web.forms.decisions import BackForm
from tracker.web.once import once
from tracker.web.requests import find_request
from tracker.web.viewer import SignedInRequest, signed_in


@require_http_methods(["GET", "POST"])
@signed_in
@once
def back(request: SignedInRequest, key: str) -> HttpResponseBase:
    ask = find_request(request.viewer, key)
    people = User.objects.active().exclude(pk=request.viewer.id).exclude(roles=[]).order_by("name")
    form = BackForm(request.POST or None, people=list(people), teams=list(Team.objects.all()), auto_id="back-%s")

    def save() -> HttpResponse:
        back_request(actor=request.viewer, at=clock.now(), ask=ask, **form.arguments())
        return redirect("request", ask.key)

    context = {
        "title": _("Back %(key)s") % {"key": ask.key},
        "context_line": ask.title,
        "ask": ask,
        "nav": "request-list",
    }
    return answer_form(request, form, save, "tracker/requests/back.html", context)


@require_POST
@signed_in
@once
def take_backing_back(request: SignedInRequest, key: str, number: int) -> HttpResponseBase:
    rows = Backing.objects.filter(ask__in=WorkRequest.objects.visible_to(request.viewer))
    backing = get_object_or_404(rows.select_related("ask"), pk=number)
    ask = find_request(request.viewer, key)
    try:
        withdraw_backing(actor=request.viewer, at=clock.now(), backing=backing)
    except WrongState as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The backing is withdrawn."))
    return redirect("request", ask.key)


@require_POST
@signed_in
@once
def watch(request: SignedInRequest, key: str) -> HttpResponseBase:
    ask = find_request(request.viewer, key)
    with told(request, _("You hear of each turn of %(key)s.") % {"key": ask.key}):
        watch_request(actor=request.viewer, at=clock.now(), ask=ask)
    return redirect("request", ask.key)


@require_POST
@signed_in
@once
def mute(request: SignedInRequest, key: str) -> HttpResponseBase:
    ask = find_request(request.viewer, key)
    with told(request, _("You hear no news of %(key)s any more.") % {"key": ask.key}):
        mute_request(actor=request.viewer, at=clock.now(), ask=ask)
    return redirect("request", ask.key)
