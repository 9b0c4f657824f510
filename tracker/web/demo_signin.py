"""The demo: one click signs in as a member of the cast. Outside the demo this does not exist."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tracker.people.access import Role
from tracker.people.demo import is_of_demo
from tracker.people.models import Firm, User
from tracker.people.queries import roles_in_words
from tracker.web.render import render_page
from tracker.web.shell import CAST, FOUNDER, SUPPORTING


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
    """Only in a database with the demo: with TANDEM_DEMO=1, which no address but loopback allows, to anybody; else to
    the administrator who has it, and only as somebody of the demo."""
    founder = founder_of(request)
    if not (settings.DEMO or founder) or not Firm.objects.filter(demo=True).exists():
        raise Http404
    parts = dict((*CAST, *SUPPORTING))
    players = User.objects.active().filter(Q(email__in=parts) | Q(pk=founder or 0))
    if request.method == "POST":
        person = players.filter(email=request.POST.get("email", "").replace("\x00", "")).first()
        if person is None:
            raise Http404
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        if founder:
            request.session[FOUNDER] = founder
        return redirect(settings.LOGIN_REDIRECT_URL)
    order = list(parts)
    shown = [
        Player(
            email=person.email,
            name=person.name,
            side=person.side,
            title=person.title,
            roles=roles_in_words(person.roles),
            part=parts.get(person.email, gettext_lazy("You")),
        )
        for person in sorted(players, key=lambda person: (*order, person.email).index(person.email))
    ]
    return render_page(request, "tracker/people/cast.html", {"title": _("Sign in as"), "players": shown})


def founder_of(request: HttpRequest) -> int | None:
    """The administrator of the installation behind this session: who is signed in, or who signed in as somebody."""
    person = request.user
    if isinstance(person, User) and person.is_active and Role.ADMIN in person.roles and not is_of_demo(person):
        return person.pk
    known: int | None = request.session.get(FOUNDER)
    admins = User.objects.active().filter(pk=known or 0, roles__contains=[str(Role.ADMIN)])
    return known if known and isinstance(person, User) and is_of_demo(person) and admins.exists() else None
