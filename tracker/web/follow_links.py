"""Links to follow one request without an account: made, listed and revoked by who may speak for it or triages it."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tracker.intake.actions import make_follow_link, revoke_follow_link
from tracker.intake.links import open_links
from tracker.intake.models import FollowLink, WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Power, require
from tracker.web.forms.answers import INVALID, tell_refusal
from tracker.web.forms.follow import FollowLinkForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.requests import find_request
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@require_GET
@signed_in
def show_links(request: SignedInRequest, key: str) -> HttpResponse:
    return render_links(request, find_shared(request, key), FollowLinkForm())


def find_shared(request: SignedInRequest, key: str) -> WorkRequest:
    ask = find_request(request.viewer, key)
    require(request.viewer, Power.SHARE_REQUEST, ask.ties)
    return ask


def render_links(
    request: SignedInRequest, ask: WorkRequest, form: FollowLinkForm, *, address: str = "", status: int = 200
) -> HttpResponse:
    now = clock.now()
    context = {
        "title": _("Links to follow %(key)s") % {"key": ask.key},
        "context_line": _("Whoever has one sees where it stands without an account, and answers what it is asked."),
        "ask": ask,
        "links": open_links(ask, now),
        "form": form,
        "address": address,
        "now": now,
        "nav": "request-list",
    }
    answer = render_page(request, "tracker/follow/links.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@signed_in
@once
def new_link(request: SignedInRequest, key: str) -> HttpResponseBase:
    ask = find_shared(request, key)
    form = FollowLinkForm(request.POST)
    if not form.is_valid():
        return render_links(request, ask, form, status=INVALID)
    try:
        _link, secret = make_follow_link(actor=request.viewer, at=clock.now(), ask=ask, **form.cleaned_data)
    except Refused as refused:
        return render_links(request, ask, form, status=tell_refusal(form, refused))
    address = request.build_absolute_uri(reverse("follow", args=[secret]))
    return render_links(request, ask, FollowLinkForm(), address=address)


@require_POST
@signed_in
@once
def revoke_link(request: SignedInRequest, key: str, number: int) -> HttpResponseBase:
    ask = find_shared(request, key)
    link = FollowLink.objects.filter(ask=ask, pk=number).select_related("ask").first()
    if link is None:
        raise Http404
    try:
        revoke_follow_link(actor=request.viewer, at=clock.now(), link=link, expected=seen_version(request))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The link opens nothing any more."))
    return redirect("request-links", ask.key)
