"""Emergencies: starting one, and every step below it as a plain form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tracker.intake import actions
from tracker.intake.expedites import Expedite
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.people.access import Power, require
from tracker.web.emergency import FORMS, number_this_quarter, say_count
from tracker.web.forms.answers import INVALID, answer_form, tell_refusal
from tracker.web.forms.expedites import StartExpediteForm
from tracker.web.once import once
from tracker.web.requests import find_request, show_detail
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@require_http_methods(["GET", "POST"])
@signed_in
@once
def start_expedite(request: SignedInRequest, key: str) -> HttpResponseBase:
    """What an emergency means stands beside the form, with how many there were this quarter and which one runs."""
    ask = find_request(request.viewer, key)
    require(request.viewer, Power.START_EXPEDITE, ask.ties)
    at = clock.now()
    form = StartExpediteForm(request.POST or None, auto_id="expedite-%s")

    def save() -> HttpResponse:
        given = {**form.cleaned_data, "expected": seen_version(request)}
        row = actions.start_expedite(actor=request.viewer, at=at, ask=ask, **given)
        text = _("%(key)s is an emergency now: %(owner)s is told, and the other side is asked to confirm it.")
        messages.success(request, text % {"key": ask.key, "owner": row.owner.name})
        return redirect("request", ask.key)

    running = Expedite.objects.running().exists()
    context = {
        "title": _("Expedite %(key)s") % {"key": ask.key},
        "context_line": ask.title,
        "ask": ask,
        "counted": say_count(number_this_quarter(at)),
        "running": str(actions.refuse_second_expedite(request.viewer)) if running else "",
        "nav": "request-list",
    }
    return answer_form(request, form, save, "tracker/requests/expedite.html", context)


@dataclass(frozen=True)
class ExpediteStep:
    """`said` is what the flash says once it is done."""

    act: Callable[..., Any]
    said: str | Promise


STEPS: Mapping[str, ExpediteStep] = {
    "confirm": ExpediteStep(actions.confirm_expedite, gettext_lazy("The emergency is confirmed.")),
    "refuse": ExpediteStep(
        actions.refuse_expedite, gettext_lazy("It is no emergency any more; who started it is told.")
    ),
    "withdraw": ExpediteStep(actions.withdraw_expedite, gettext_lazy("The emergency is taken back.")),
    "answer": ExpediteStep(actions.answer_expedite, gettext_lazy("The emergency is answered; the fix comes next.")),
    "fix": ExpediteStep(actions.fix_expedite, gettext_lazy("The emergency is over.")),
    "explain": ExpediteStep(actions.explain_expedite, gettext_lazy("The cause is kept.")),
}


@require_http_methods(["GET", "POST"])
@signed_in
@once
def take_expedite_step(request: SignedInRequest, number: int, name: str) -> HttpResponseBase:
    """One step; what is refused comes back on the page of the request with all that was typed."""
    rows = Expedite.objects.visible_to(request.viewer).select_related("ask", "owner__team")
    row, step = get_object_or_404(rows, pk=number), STEPS[name]
    if request.method == "GET":
        return redirect("request", row.ask.key)
    form, status = FORMS[name](request.POST, auto_id=f"expedite-{name}-%s"), INVALID
    if form.is_valid():
        given = {**form.cleaned_data, "expected": seen_version(request)}
        try:
            step.act(actor=request.viewer, at=clock.now(), expedite=row, **given)
        except NotAllowed:
            raise
        except Refused as refused:
            status = tell_refusal(form, refused)
            messages.error(request, str(refused))
        else:
            messages.success(request, str(step.said))
            return redirect("request", row.ask.key)
    ask = find_request(request.viewer, row.ask.key)
    return show_detail(request, ask, {f"expedite_{name}": form}, status=status)
