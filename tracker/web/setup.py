"""The first minutes of an empty installation: its first administrator, then one form, then what to do next."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tracker.intake.actions import ensure_request_types
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Power, Role, Viewer, require
from tracker.people.actions import (
    add_first_admin,
    add_team,
    hide_first_steps,
    invite_person,
    set_roles,
    show_first_steps,
)
from tracker.people.invitations import mail_folder
from tracker.people.models import Side, User
from tracker.projects.actions import open_period, set_capacity
from tracker.projects.models import Period
from tracker.promises.actions import ensure_policies
from tracker.sites.actions import add_area, add_site
from tracker.web.first_steps import FirstSteps, first_steps_of, say_steps
from tracker.web.forms.answers import tell_refusal, told
from tracker.web.forms.people import FirstAdminForm
from tracker.web.forms.setup import SetupForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

RESERVE = Decimal(25)
MONTHS_OF_QUARTER = 3


@require_http_methods(["GET", "POST"])
def make_first_admin(request: HttpRequest) -> HttpResponse:
    """Exists only while nobody does."""
    if User.objects.exists():
        raise Http404
    form = FirstAdminForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                person = found_firm(clock.now(), form.cleaned_data)
            except Refused as refused:
                status = tell_refusal(form, refused)
            else:
                login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
                return redirect("start-next")
    return render_page(
        request, "tracker/setup/first.html", {"title": _("Welcome to Tandem"), "form": form}, status=status
    )


@transaction.atomic
def found_firm(at: datetime, given: dict[str, Any]) -> User:
    """The firm, its administrator and the types of requests that every firm begins with."""
    person = add_first_admin(at=at, language=get_language() or "en", **given)
    ensure_request_types(at=at)
    return person


@require_http_methods(["GET", "POST"])
@signed_in
@once
def take_next_step(request: SignedInRequest) -> HttpResponseBase:
    """What is done and what comes next; while there are no teams, also the one form that does most of it."""
    require(request.viewer, Power.MANAGE_PEOPLE)
    steps = first_steps_of(request.viewer)
    if steps.steps[0].done or steps.demo:
        return render_page(request, "tracker/setup/next.html", told_of(steps))
    form = SetupForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                set_up(request.user, clock.now(), timezone.localdate(), form.cleaned_data)
            except Refused as refused:
                status = tell_refusal(form, refused)
            else:
                messages.success(
                    request,
                    _("That was it. The invitations are on their way.") if not mail_folder() else _("That was it."),
                )
                return redirect("start-next")
    context = told_of(steps) | {"title": _("Set up in three minutes"), "form": form}
    return render_page(request, "tracker/setup/form.html", context, status=status)


def told_of(steps: FirstSteps) -> dict[str, Any]:
    return {"title": say_steps(steps), "steps": steps, "mail_folder": mail_folder()}


@require_POST
@signed_in
@once
def hide_steps(request: SignedInRequest) -> HttpResponseBase:
    require(request.viewer, Power.MANAGE_PEOPLE)
    with told(request, _("The first steps are off the home page. You find them under Settings.")):
        hide_first_steps(actor=request.viewer, at=clock.now(), expected=seen_version(request))
    return redirect("home")


@require_POST
@signed_in
@once
def show_steps(request: SignedInRequest) -> HttpResponseBase:
    require(request.viewer, Power.MANAGE_PEOPLE)
    with told(request):
        show_first_steps(actor=request.viewer, at=clock.now(), expected=seen_version(request))
    return redirect("start-next")


@transaction.atomic
def set_up(person: User, at: datetime, today: date, given: dict[str, Any]) -> None:
    """All of it or nothing. Whoever founds the firm holds the role of the CTO until they give it away."""
    viewer = _with_cto(person, at)

    def act(field: str, verb: Callable[..., Any], **facts: Any) -> Any:
        """Says what a verb refuses about the field of this form that it came from."""
        try:
            return verb(actor=viewer, at=at, **facts)
        except Refused as refused:
            told = {name: text for name, text in refused.fields.items() if name in given}
            raise Refused(refused.message, code=refused.code, fields=told or {field: refused.message}) from refused

    technology = act("technology", add_team, name=given["technology"], side=Side.TECHNOLOGY)
    marketing = act("marketing", add_team, name=given["marketing"], side=Side.MARKETING)
    site = act("site", add_site, name=given["site"], url=given["url"])
    act("area", add_area, site=site, team=technology, name=given["area"], pattern=given["pattern"])
    period = _running_period(viewer, at, today)
    act("weeks", set_capacity, team=technology, period=period, gross=given["weeks"], reserve_percent=RESERVE)
    for who, team, role in (("marketer", marketing, Role.MARKETER), ("engineer", technology, Role.ENGINEER)):
        if given[f"{who}_email"]:
            facts = {"name": given[f"{who}_name"], "email": given[f"{who}_email"], "roles": [role, Role.LEAD]}
            act(f"{who}_email", invite_person, team=team, **facts)
    ensure_request_types(at=at)
    ensure_policies(at=at, zone=person.time_zone)


def _with_cto(person: User, at: datetime) -> Viewer:
    """At level Start a missing role collapses onto the administrator: somebody has to order the projects."""
    if not User.objects.active().holding(Role.CTO).exists():
        set_roles(actor=person.viewer(), at=at, person=person, expected=None, roles=[*person.roles, Role.CTO])
    return person.viewer()


def _running_period(viewer: Viewer, at: datetime, today: date) -> Period:
    running = Period.objects.filter(starts_on__lte=today, ends_on__gte=today).first()
    if running is not None:
        return running
    key, starts_on, ends_on = quarter_of(today)
    return open_period(actor=viewer, at=at, key=key, starts_on=starts_on, ends_on=ends_on)


def quarter_of(day: date) -> tuple[str, date, date]:
    """Its key, first and last day: (2027-Q1, 2027-01-01, 2027-03-31)."""
    number = (day.month - 1) // MONTHS_OF_QUARTER
    starts_on = date(day.year, number * MONTHS_OF_QUARTER + 1, 1)
    after = (starts_on + timedelta(days=95)).replace(day=1)
    return f"{day.year}-Q{number + 1}", starts_on, after - timedelta(days=1)
