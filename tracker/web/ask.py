"""The public form of a site, and the page on which it is opened and closed."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tracker.intake.actions import Filed, Sender, asked_of, file_by_form, public_type
from tracker.kernel import clock
from tracker.kernel.errors import NotFound, Refused, TooOften
from tracker.people.access import Power, may, require
from tracker.people.models import User
from tracker.sites.models import Site
from tracker.sites.publishing import close_public_form, open_public_form, public_site
from tracker.web.forms.answers import INVALID, answer_form, tell_refusal, told
from tracker.web.forms.ask import AskForm, PublicFormForm
from tracker.web.once import once
from tracker.web.sealed import sealed
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

HOUR = 3600


@require_http_methods(["GET", "POST"])
@sealed
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Where the form is closed there is nothing, as where there is no such site."""
    site, type = public_site(key), public_type()
    if site is None or type is None:
        context = {"title": _("There is no form here"), "text": _("Check that the address was copied as a whole.")}
        return render(request, "tracker/follow/closed.html", context, status=404)
    form = AskForm(request.POST or None, site=site, asked=asked_of(type), language=get_language() or "en")
    if request.method != "POST":
        return show_ask(request, site, form)
    if not form.is_valid():
        return show_ask(request, site, form, status=INVALID)
    try:
        filed = send(request, site, form)
    except NotFound as refused:
        context = {"title": _("There is no form here"), "text": str(refused)}
        return render(request, "tracker/follow/closed.html", context, status=404)
    except Refused as refused:
        refused.fields = form.named(refused.fields)
        status = tell_refusal(form, refused)
        return show_ask(request, site, form, status=refused.status if isinstance(refused, TooOften) else status)
    return HttpResponseRedirect(f"{reverse('follow', args=[filed.secret])}?filed=1")


def send(request: HttpRequest, site: Site, form: AskForm) -> Filed:
    given = form.cleaned_data
    sender = Sender(
        name=given["name"],
        email=given["email"],
        address=get_adapter(request).get_client_ip(request) or "",
        once=request.POST.get("idempotency", ""),
        language=get_language() or "en",
    )
    asked = {name: given[name] for name in ("title", "area", "example_url", "why")}
    return file_by_form(at=clock.now(), site=site, sender=sender, answers=form.answers, **asked)


def show_ask(request: HttpRequest, site: Site, form: AskForm, *, status: int = 200) -> HttpResponse:
    title = _("What shall be different at %(site)s?") % {"site": site.name}
    context = {"title": title, "site": site, "form": form, "page": True}
    answer = render(request, "tracker/follow/ask.html", context, status=status)
    answer.headers["Referrer-Policy"] = "same-origin"
    if status == TooOften.status:
        answer.headers["Retry-After"] = str(HOUR)
    return answer


def filers() -> dict[int, str]:
    """Who may file requests, by name (one statement)."""
    people = User.objects.active().select_related("team").order_by("name", "pk")
    return {one.pk: one.name for one in people if may(one.viewer(), Power.FILE_REQUEST)}


def site_or_404(request: SignedInRequest, key: str) -> Site:
    require(request.viewer, Power.MANAGE_SITES)
    site = Site.objects.visible_to(request.viewer).select_related("public_owner__team").filter(key=key).first()
    if site is None:
        raise Http404
    return site


@require_http_methods(["GET", "POST"])
@signed_in
@once
def public_form(request: SignedInRequest, key: str) -> HttpResponseBase:
    """Whether strangers may file about the site, where, and who stands for it."""
    site = site_or_404(request, key)
    form = PublicFormForm(request.POST or None, people=filers(), initial={"owner": site.public_owner_id})

    def save() -> HttpResponse:
        owner = User.objects.get(pk=form.cleaned_data["owner"])
        expected = seen_version(request)
        open_public_form(actor=request.viewer, at=clock.now(), site=site, owner=owner, expected=expected)
        messages.success(request, _("The form is open: pass its address on."))
        return redirect("site-public", site.key)

    context = {
        "title": _("Public form of %(site)s") % {"site": site.name},
        "context_line": _("People without an account file about this site, and follow what becomes of it by a link."),
        "site": site,
        "address": f"{settings.ORIGIN}{reverse('ask', args=[site.key])}",
        "open": public_site(site.key) is not None,
        "unfit": public_type() is None,
        "nav": "site-list",
    }
    return answer_form(request, form, save, "tracker/sites/public.html", context)


@require_POST
@signed_in
@once
def close_form(request: SignedInRequest, key: str) -> HttpResponseBase:
    site = site_or_404(request, key)
    with told(request, _("The form is closed: its address shows nothing any more.")):
        close_public_form(actor=request.viewer, at=clock.now(), site=site, expected=seen_version(request))
    return redirect("site-public", site.key)
