"""The demo: one click signs in as a member of the cast. Outside the demo this does not exist."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tracker.people.models import Firm, User
from tracker.people.queries import roles_in_words
from tracker.web.render import render_page
from tracker.web.shell import CAST, SUPPORTING


@dataclass(frozen=True)
class Player:
    email: str
    name: str
    side: str
    title: str
    roles: str
    part: str | Promise


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Only with TANDEM_DEMO=1, which no address but loopback allows, and in a database made by the demo."""
    if not settings.DEMO or not Firm.objects.filter(demo=True).exists():
        raise Http404
    parts = dict((*CAST, *SUPPORTING))
    players = User.objects.active().filter(email__in=parts)
    if request.method == "POST":
        person = players.filter(email=request.POST.get("email", "").replace("\x00", "")).first()
        if person is None:
            raise Http404
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect(settings.LOGIN_REDIRECT_URL)
    order = list(parts)
    shown = [
        Player(
            email=person.email,
            name=person.name,
            side=person.side,
            title=person.title,
            roles=roles_in_words(person.roles),
            part=parts[person.email],
        )
        for person in sorted(players, key=lambda person: order.index(person.email))
    ]
    return render_page(request, "tracker/people/cast.html", {"title": _("Sign in as"), "players": shown})
