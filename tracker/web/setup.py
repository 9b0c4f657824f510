"""The first minutes of an empty installation: its first administrator, then one form, then what to do next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.db.models import Exists, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.backlog.models import BacklogItem
from tracker.intake.actions import ensure_request_types
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Power, Role, Viewer, require
from tracker.people.actions import add_first_admin, add_team, invite_person, set_roles
from tracker.people.invitations import mail_folder
from tracker.people.models import Side, Team, User
from tracker.projects.actions import open_period, set_capacity
from tracker.projects.models import Capacity, Period, Project
from tracker.promises.actions import ensure_policies
from tracker.sites.actions import add_area, add_site
from tracker.sites.models import Area
from tracker.web.forms.answers import tell_refusal
from tracker.web.forms.people import FirstAdminForm
from tracker.web.forms.setup import SetupForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.shell import url_or_nothing
from tracker.web.viewer import SignedInRequest, signed_in

RESERVE = Decimal(25)
MONTHS_OF_QUARTER = 3


@dataclass(frozen=True)
class Step:
    label: str | Promise
    done: bool
    url: str
    act: str | Promise


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
                person = add_first_admin(at=clock.now(), language=get_language() or "en", **form.cleaned_data)
            except Refused as refused:
                status = tell_refusal(form, refused)
            else:
                login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
                return redirect("start-next")
    return render_page(
        request, "tracker/setup/first.html", {"title": _("Welcome to Tandem"), "form": form}, status=status
    )


@require_http_methods(["GET", "POST"])
@signed_in
@once
def take_next_step(request: SignedInRequest) -> HttpResponseBase:
    """The form while there is no technology team, then the list of what is done and what comes next."""
    require(request.viewer, Power.MANAGE_PEOPLE)
    steps = next_steps(request.viewer)
    if steps[0].done:
        left = sum(not step.done for step in steps)
        title = _("Everything is ready") if not left else _("Ready for the first request")
        shown = {"title": title, "steps": steps, "mail_folder": mail_folder()}
        return render_page(request, "tracker/setup/next.html", shown)
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
    context = {"title": _("Set up in three minutes"), "form": form}
    return render_page(request, "tracker/setup/form.html", context, status=status)


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


def next_steps(viewer: Viewer) -> list[Step]:
    """What an installation needs up to its first embed, in order (one statement)."""
    found = (
        User.objects.select_related(None)
        .filter(pk=viewer.id)
        .values_list(
            Exists(Team.objects.filter(side=Side.TECHNOLOGY)),
            Exists(Area.objects.all()),
            Exists(Capacity.objects.all()),
            Exists(User.objects.filter(~Q(pk=viewer.id), is_active=True)),
            Exists(Project.objects.all()),
            Exists(WorkRequest.objects.all()),
            Exists(BacklogItem.objects.all()),
        )
        .get()
    )
    steps: tuple[tuple[str | Promise, str, str | Promise], ...] = (
        (gettext_lazy("A team of technology and one of marketing"), "team-list", gettext_lazy("Teams")),
        (gettext_lazy("A site with its first area"), "site-list", gettext_lazy("Sites")),
        (gettext_lazy("The capacity of this quarter"), "capacity", gettext_lazy("Capacity")),
        (gettext_lazy("Colleagues are invited"), "person-invite", gettext_lazy("Invite somebody")),
        (gettext_lazy("IT projects, imported or added"), "project-list", gettext_lazy("Projects")),
        (gettext_lazy("The first request"), "request-new", gettext_lazy("File a request")),
        (gettext_lazy("The first request is embedded"), "request-list", gettext_lazy("Requests")),
    )
    return [
        Step(label, bool(done), url_or_nothing(name), act)
        for (label, name, act), done in zip(steps, found, strict=True)
    ]
