"""Files of requests: held while a form is filled in, sent out, removed."""

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tracker.intake.actions import remove_attachment
from tracker.intake.files import mark_of
from tracker.intake.models import Attachment
from tracker.intake.sending import send_file
from tracker.kernel import clock
from tracker.kernel.errors import Invalid
from tracker.people.access import Power, require
from tracker.web.forms.answers import INVALID
from tracker.web.forms.files import hold_upload
from tracker.web.once import once
from tracker.web.requests import find_request
from tracker.web.undo import tell_done
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

BIGGEST = 2**63 - 1


@require_POST
@signed_in
def hold(request: SignedInRequest) -> HttpResponse:
    """Keeps the bytes of one file and answers with its mark, which the form that it is for sends along."""
    require(request.viewer, Power.COMMENT)
    sent = request.FILES.get("file")
    if sent is None:
        return JsonResponse({"error": _("Choose a file.")}, status=INVALID)
    try:
        held = hold_upload(sent)
    except Invalid as refused:
        return JsonResponse({"error": str(refused)}, status=INVALID)
    return JsonResponse({"mark": mark_of(held), "name": held.name, "size": held.size})


def find_attachment(request: SignedInRequest, key: str, number: int) -> Attachment:
    """404 for what is removed, and for what the viewer may not know of."""
    ask = find_request(request.viewer, key)
    if number > BIGGEST:
        raise Http404
    rows = Attachment.objects.living().visible_to(request.viewer).select_related("ask__type", "ask__form")
    return get_object_or_404(rows, ask=ask, pk=number)


@require_GET
@signed_in
def download(request: SignedInRequest, key: str, number: int) -> HttpResponseBase:
    return send_file(find_attachment(request, key, number))


@require_POST
@signed_in
@once
def remove(request: SignedInRequest, key: str, number: int) -> HttpResponseBase:
    attachment = find_attachment(request, key, number)
    remove_attachment(actor=request.viewer, at=clock.now(), attachment=attachment, expected=seen_version(request))
    tell_done(request, _("%(name)s is removed.") % {"name": attachment.name})
    return redirect("request", key)
