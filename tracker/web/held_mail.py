"""Mail from outside that nobody could be sure of: taken as a comment, drafted as a request, or left."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from tracker.intake.models import HeldMail, WorkRequest
from tracker.intake.queries import hidden_keys
from tracker.kernel import clock
from tracker.kernel.errors import NotFound
from tracker.notices.actions import draft_of_held_mail, leave_held_mail, take_held_mail
from tracker.notices.held import Why, held_room
from tracker.people.access import Power, may, require
from tracker.web.forms.answers import told
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

PAGE = 20


class TakeForm(forms.Form):
    use_required_attribute = False
    request = forms.CharField(label=gettext_lazy("Request"), max_length=24, help_text=gettext_lazy("Its key: R-41."))


@dataclass(frozen=True)
class Waiting:
    """One message; `form` names the request that it speaks of, where the viewer may know of that."""

    held: HeldMail
    why: str
    form: TakeForm


@require_GET
@signed_in
def show_held(request: SignedInRequest) -> HttpResponse:
    """Latest first (four statements)."""
    require(request.viewer, Power.MANAGE_PEOPLE)
    room = held_room()
    rows = HeldMail.objects.filter(settled_at=None).select_related("ask").order_by("-id")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    hidden = hidden_keys(request.viewer, {one.ask.key for one in found if one.ask})
    said = ngettext("%(count)s message is held", "%(count)s messages are held", room.count) % {"count": room.count}
    files = may(request.viewer, Power.FILE_REQUEST)
    context = {
        "title": said if room.count else _("No message is held"),
        "context_line": _("Mail that could be anybody's waits here until you take it or leave it."),
        "rows": [tell(one, hidden) for one in found[:PAGE]],
        "full": room.full,
        "cannot_file": "" if files else _("Whoever may file requests as well can also draft one of a message here."),
        "next": f"?after={found[PAGE - 1].pk}" if len(found) > PAGE else None,
        "nav": "settings",
    }
    return render_page(request, "tracker/settings/held.html", context)


def tell(held: HeldMail, hidden: set[str]) -> Waiting:
    key = held.ask.key if held.ask and held.ask.key not in hidden else ""
    why = str(Why(held.why).label) if held.why in Why.values else held.why
    return Waiting(held, why, TakeForm(initial={"request": key}, auto_id=f"held-{held.pk}-%s"))


def find_held(request: SignedInRequest, number: int) -> HeldMail:
    require(request.viewer, Power.MANAGE_PEOPLE)
    held = HeldMail.objects.filter(pk=number).select_related("ask").first()
    if held is None:
        raise Http404
    return held


@require_POST
@signed_in
@once
def take_held(request: SignedInRequest, number: int) -> HttpResponseBase:
    """As a comment on the request with this key."""
    held = find_held(request, number)
    key = request.POST.get("request", "").strip().replace("r-", "R-")[:24]
    with told(request):
        ask = WorkRequest.objects.visible_to(request.viewer).filter(key=key).first()
        if ask is None:
            raise NotFound(_("There is no request with the key %(key)s.") % {"key": key or "–"})
        take_held_mail(actor=request.viewer, at=clock.now(), held=held, ask=ask, expected=seen_version(request))
        messages.success(request, _("It is a comment on %(key)s now.") % {"key": ask.key})
    return redirect("held-mail")


@require_POST
@signed_in
@once
def draft_held(request: SignedInRequest, number: int) -> HttpResponseBase:
    """Goes on to the draft, which its writer completes and files."""
    held = find_held(request, number)
    with told(request, _("Complete it, then file it.")):
        ask = draft_of_held_mail(actor=request.viewer, at=clock.now(), held=held, expected=seen_version(request))
        return redirect("request-edit", ask.key)
    return redirect("held-mail")


@require_POST
@signed_in
@once
def leave_held(request: SignedInRequest, number: int) -> HttpResponseBase:
    held = find_held(request, number)
    with told(request, _("The message is left.")):
        leave_held_mail(actor=request.viewer, at=clock.now(), held=held, expected=seen_version(request))
    return redirect("held-mail")
