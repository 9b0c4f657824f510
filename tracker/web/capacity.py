"""The capacities that the line is drawn on: all teams of a quarter, and one of them with what a change would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Power, may, require
from tracker.people.models import Side, Team
from tracker.projects.actions import foresee_capacity, set_capacity, weeks_of
from tracker.projects.models import Capacity, Period, Project
from tracker.projects.queries import carried_by, demands_in, period_named, teams_in
from tracker.projects.rules import ZERO, available_weeks, weeks_between
from tracker.projects.words import say_weeks
from tracker.templatetags.geometry import Picture
from tracker.templatetags.times import number, say_day
from tracker.web.capacity_look import foresee_line, say_save, say_told
from tracker.web.forms.answers import INVALID, STALE, tell_refusal
from tracker.web.forms.projects import CapacityForm, CapacityLook
from tracker.web.line import line_url
from tracker.web.line_pictures import teams_picture
from tracker.web.once import once
from tracker.web.orphans import Orphan, name_orphans, show_orphans
from tracker.web.pictures import send_picture
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@dataclass(frozen=True)
class Look:
    """What a capacity would do before anybody decides: who falls, who rises, which embedded items lose their host."""

    title: str
    numbers: list[tuple[str, str, str]]
    falling: list[tuple[Project, Decimal | None]]
    rising: list[tuple[Project, Decimal | None]]
    orphans: list[Orphan]
    kept: list[tuple[str, str]]
    picture: Picture
    next_to_fall: str
    told: str
    save: str


@require_GET
@signed_in
def show_capacity(request: SignedInRequest) -> HttpResponse:
    """All teams of a quarter."""
    require(request.viewer, Power.VIEW)
    period = period_named(request.GET.get("period", ""), clock.now().date())
    if period is None:
        context = {"title": _("No quarter is open yet"), "may_rank": may(request.viewer, Power.RANK_PROJECTS)}
        return render_page(request, "tracker/line/nothing.html", context)
    teams = teams_in(period, everybody=True)
    total = sum((team.available for team in teams), Decimal(0))
    picture = teams_picture(teams, demands_in(period), period)
    if file := send_picture(request, picture):
        return file
    context = {
        "title": _("%(weeks)s for projects in %(period)s") % {"weeks": say_weeks(total), "period": period},
        "context_line": _("Gross less reserve and allowance is what ranked projects may claim."),
        "nav": "line",
        "teams": teams,
        "picture": picture,
        "period": period,
        "periods": [
            (str(one), f"{reverse('capacity')}?period={one.key}", one == period) for one in Period.objects.all()
        ],
        "may_rank": may(request.viewer, Power.RANK_PROJECTS),
    }
    return render_page(request, "tracker/line/capacity.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_capacity(request: SignedInRequest, team: str, period: str) -> HttpResponseBase:
    """Asked with numbers it shows what they would do and changes nothing; sent with them it draws the line."""
    require(request.viewer, Power.RANK_PROJECTS)
    found = Team.objects.filter(key=team, side=Side.TECHNOLOGY).first()
    quarter = Period.objects.filter(key=period).first()
    if found is None or quarter is None:
        raise Http404
    row = Capacity.objects.filter(team=found, period=quarter).first()
    if request.method == "POST":
        return _draw(request, found, quarter, row)
    if "leave" in request.GET:
        words = {"team": found.name, "period": quarter}
        messages.info(request, _("Nothing was changed: the capacity of %(team)s in %(period)s stays as it is.") % words)
        return redirect(line_url(found.key, quarter.key))
    form = CapacityLook(request.GET, period=quarter) if "gross" in request.GET else blank_look(quarter, row)
    look = look_at(request, found, quarter, row, form) if form.is_valid() else None
    if look and (file := send_picture(request, look.picture)):
        return file
    return _render_form(request, found, quarter, row, form, look, status=INVALID if form.errors else 200)


def blank_look(period: Period, row: Capacity | None) -> CapacityLook:
    """Begins with the capacity as it is."""
    shown = {name: getattr(row, name) for name in CapacityForm.base_fields} if row else {"reserve_percent": 25}
    return CapacityLook(initial=shown, period=period)


def _draw(request: SignedInRequest, team: Team, period: Period, row: Capacity | None) -> HttpResponseBase:
    form = CapacityLook(request.POST, period=period)
    if not form.is_valid():
        return _render_form(request, team, period, row, form, None, status=INVALID)
    numbers = form.numbers
    try:
        saved = set_capacity(
            actor=request.viewer,
            at=clock.now(),
            team=team,
            period=period,
            expected=seen_version(request),
            orphans_accepted="orphans_accepted" in request.POST,
            capacity=row,
            **numbers,
        )
    except Refused as refused:
        if refused.code == "would_orphan":
            return show_orphans(request, refused, leave_url=look_url(team, period, numbers))
        row = Capacity.objects.filter(team=team, period=period).first()
        look = look_at(request, team, period, row, form)
        return _render_form(request, team, period, row, form, look, status=tell_refusal(form, refused))
    words = {"team": team, "weeks": say_weeks(weeks_of(saved))}
    messages.success(request, _("The line of %(team)s is drawn on %(weeks)s for projects.") % words)
    return redirect(line_url(team.key, period.key))


def look_url(team: Team, period: Period, numbers: Mapping[str, Any]) -> str:
    return f"{reverse('capacity-edit', args=[team.key, period.key])}?{urlencode(numbers)}"


def _render_form(
    request: SignedInRequest,
    team: Team,
    period: Period,
    row: Capacity | None,
    form: CapacityLook,
    look: Look | None,
    *,
    status: int,
) -> HttpResponse:
    context = {
        "title": look.title if look else _("Capacity of %(team)s, %(period)s") % {"team": team, "period": period},
        "context_line": _("Nothing is saved yet.")
        if look
        else _("You see what would fall and rise; nothing is saved before you say so."),
        "nav": "line",
        "form": form,
        "unfolded": _differs(form, row),
        "look": look,
        "here": reverse("capacity-edit", args=[team.key, period.key]),
        "capacity": row,
        "team": team,
        "period": period,
        "back": line_url(team.key, period.key),
        "stale": status == STALE,
    }
    return render_page(request, "tracker/line/capacity_form.html", context, status=status)


def _differs(form: CapacityLook, row: Capacity | None) -> bool:
    """Whether gross, reserve or allowance are typed otherwise than they are saved."""
    if row is None or (form.is_bound and not form.is_valid()):
        return True
    return form.is_bound and any(form.cleaned_data[name] != getattr(row, name) for name in CapacityForm.base_fields)


def look_at(request: SignedInRequest, team: Team, period: Period, row: Capacity | None, form: CapacityLook) -> Look:
    """Eight statements: the list, the projects that cross, what they carry, whose it is, the line of today."""
    numbers = form.numbers
    drawing = foresee_capacity(at=clock.now(), team=team, period=period, **numbers)
    fell, rose = drawing.fell.get(period.pk, []), drawing.rose.get(period.pk, [])
    projects = {one.pk: one for one in Project.objects.filter(pk__in=[*fell, *rose]).select_related("owner__team")}
    carried = carried_by(fell) if fell else []
    orphans = name_orphans(request, carried) if carried else []
    foreseen = foresee_line(team, period, row, numbers, fell, rose)
    weeks = {one.id: one.weeks for one in foreseen.now.rows}
    falling, rising = (
        [(one, weeks.get(one.pk)) for one in sorted((projects[pk] for pk in some), key=lambda one: one.rank)]
        for some in (fell, rose)
    )
    return Look(
        title=say_look(len(falling), len(rising), len(carried)),
        numbers=[*say_numbers(row, numbers, form, period), *foreseen.numbers],
        falling=falling,
        rising=rising,
        orphans=orphans,
        kept=[(name, f"{value:f}") for name, value in numbers.items()] + [("orphans_accepted", "1")] * bool(carried),
        picture=foreseen.picture(period),
        next_to_fall=foreseen.next_to_fall,
        told=say_told(orphans, len(rising)),
        save=say_save(orphans),
    )


def say_look(falling: int, rising: int, requests: int) -> str:
    if falling:
        fall = ngettext(
            "%(count)s project would fall below the line", "%(count)s projects would fall below the line", falling
        )
        lose = ngettext("%(count)s request would lose its host", "%(count)s requests would lose their host", requests)
        return f"{fall % {'count': falling}}; {lose % {'count': requests}}"
    if rising:
        text = ngettext(
            "%(count)s project would rise above the line", "%(count)s projects would rise above the line", rising
        )
        return text % {"count": rising}
    return _("Nothing would cross the line")


def say_numbers(
    row: Capacity | None, numbers: Mapping[str, Decimal], form: CapacityLook, period: Period
) -> list[tuple[str, str, str]]:
    """What it is now beside what it would be, and where the difference comes from."""
    gross = row.gross if row else ZERO
    now = weeks_of(row) if row else ZERO
    then = available_weeks(numbers["gross"], ZERO, numbers["reserve_percent"], numbers["allowance"])
    pairs: Sequence[tuple[str, Decimal, Decimal, str]] = (
        (_("Gross"), gross, numbers["gross"], say_people(form, period)),
        (_("For projects"), now, then, _("gross less reserve and allowance")),
    )
    changed = _("%(before)s → %(after)s weeks")
    return [(name, changed % {"before": number(a), "after": number(b)}, hint) for name, a, b, hint in pairs]


def say_people(form: CapacityLook, period: Period) -> str:
    if not form.people:
        return ""
    words = {
        "people": f"{'−' if form.people < 0 else '+'}{number(abs(form.people))}",
        "weeks": say_weeks(weeks_between(form.first_day, period.ends_on)),
        "since": say_day(form.first_day, timezone.localdate()),
        "until": say_day(period.ends_on, timezone.localdate()),
    }
    return _("people: %(people)s, each %(weeks)s: from %(since)s to the end of the quarter, %(until)s") % words
