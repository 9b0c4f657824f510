"""Has the structured data of a request looked at: its example pages by a worker, a pasted text at once."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tracker.intake.actions import check_markup
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.web.forms.answers import INVALID, tell_refusal
from tracker.web.forms.markup import MarkupForm
from tracker.web.once import once
from tracker.web.requests import find_request, show_detail
from tracker.web.viewer import SignedInRequest, signed_in


@require_POST
@signed_in
@once
def look_at_markup(request: SignedInRequest, key: str) -> HttpResponseBase:
    ask = find_request(request.viewer, key)
    form, status = MarkupForm(request.POST, auto_id="markup-%s"), INVALID
    if form.is_valid():
        try:
            check_markup(actor=request.viewer, at=clock.now(), ask=ask, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refused:
            status = tell_refusal(form, refused)
        else:
            return redirect("request", ask.key)
    if not request.POST.get("pasted"):
        messages.error(request, " ".join(str(one) for found in form.errors.values() for one in found))
        return redirect("request", ask.key)
    return show_detail(request, ask, {"markup": form}, status=status)
