"""Links to a roadmap: made, listed and revoked by its owners, and the page that they open."""

from datetime import datetime

from csp.constants import NONE, SELF
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from roadmap.products import actions
from roadmap.products.models import Product, ShareLink
from roadmap.products.queries import product_shared, roadmap_of
from roadmap.web.forms import ShareForm
from roadmap.web.products import find_product
from roadmap.web.shown import show_columns, show_plan
from roadmap.web.timeline import drawn, timeline_picture
from roadmap.web.words import say_roadmap
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Power, require
from tracker.promises.queries import firm_zone
from tracker.web.forms.answers import tell_refusal
from tracker.web.once import once
from tracker.web.pictures import send_picture
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

STRICT = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}
"""The page has no script, no form and nothing of elsewhere."""


@require_GET
@signed_in
def show_links(request: SignedInRequest, key: str) -> HttpResponse:
    product = find_product(request.viewer, key)
    require(request.viewer, Power.EDIT_ROADMAP, product.ties)
    return render_links(request, product, ShareForm())


def render_links(
    request: SignedInRequest, product: Product, form: ShareForm, *, address: str = "", status: int = 200
) -> HttpResponse:
    links = ShareLink.objects.visible_to(request.viewer).filter(product=product).select_related("made_by__team")
    context = {
        "title": _("Links to the roadmap of %(product)s") % {"product": product.name},
        "context_line": _("Whoever has the link reads the roadmap without an account, and nothing that is restricted."),
        "product": product,
        "links": links,
        "form": form,
        "address": address,
        "now": clock.now(),
        "nav": "roadmap",
    }
    answer = render_page(request, "roadmap/links.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@signed_in
@once
def share(request: SignedInRequest, key: str) -> HttpResponseBase:
    product = find_product(request.viewer, key)
    require(request.viewer, Power.EDIT_ROADMAP, product.ties)
    form = ShareForm(request.POST)
    if not form.is_valid():
        return render_links(request, product, form, status=422)
    try:
        _link, secret = actions.share_roadmap(
            actor=request.viewer, at=clock.now(), product=product, **form.cleaned_data
        )
    except Refused as refused:
        return render_links(request, product, form, status=tell_refusal(form, refused))
    address = request.build_absolute_uri(reverse("shared", args=[secret]))
    return render_links(request, product, ShareForm(), address=address)


@require_POST
@signed_in
@once
def revoke(request: SignedInRequest, number: int) -> HttpResponseBase:
    link = ShareLink.objects.visible_to(request.viewer).select_related("product").filter(pk=number).first()
    if link is None:
        raise Http404
    try:
        actions.revoke_share(actor=request.viewer, at=clock.now(), link=link, expected=seen_version(request))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The link opens nothing any more."))
    return redirect("product-links", link.product.key)


@require_GET
def show_shared(request: HttpRequest, secret: str) -> HttpResponse:
    """Unknown, expired and revoked links are answered alike."""
    now = clock.now()
    product = product_shared(secret, now)
    if product is None:
        raise Http404
    # Whoever has no account has no zone either: days and times are those of the firm.
    with timezone.override(firm_zone()):
        answer = _draw_shared(request, product, now)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _draw_shared(request: HttpRequest, product: Product, now: datetime) -> HttpResponse:
    """The page, or its timeline as a file."""
    today = timezone.localtime(now).date()
    roadmap = roadmap_of(product, None, today)
    dated = [plan for plan in roadmap.plans if drawn(plan)]
    picture = timeline_picture(product, dated, today, linked=False)
    if dated and (file := send_picture(request, picture)):
        return file
    context = {
        "title": say_roadmap(roadmap),
        "product": product,
        "columns": show_columns(roadmap, today, editable=False),
        "objectives": roadmap.objectives,
        "picture": picture if dated else None,
        "closed": [show_plan(plan, today, editable=False) for plan in roadmap.closed],
        "now": now,
        "zone": timezone.get_current_timezone_name().replace("_", " "),
    }
    answer = render(request, "roadmap/shared.html", context)
    answer._csp_config = STRICT  # type: ignore[attr-defined]  # what its decorator sets, which knows no arguments
    return answer
