"""Working hours: those of the firm, and of each team that has its own."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.people.access import Viewer
from tracker.people.models import Team
from tracker.promises.actions import copy_calendar, may_set_calendar, require_calendar, set_calendar
from tracker.promises.calendars import OFFICE_WEEK, coming_days
from tracker.promises.countries import names_of_countries, regions_of
from tracker.promises.models import WorkCalendar
from tracker.web.forms.answers import INVALID, STALE, save_merged, tell_refusal, tell_since, told
from tracker.web.forms.merging import Merge
from tracker.web.forms.policies import CalendarForm, DayForm
from tracker.web.hours_words import own_days, say_preview, say_week, say_weekly_hours
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@dataclass(frozen=True)
class Hours:
    """A calendar as its page needs it: `team` is None for the firm's; `own` is False where a team uses the firm's."""

    row: WorkCalendar
    team: Team | None
    own: bool

    @property
    def name(self) -> str:
        return self.team.name if self.team else _("The firm")

    @property
    def url(self) -> str:
        return reverse("calendar", args=[self.team.key]) if self.team else reverse("calendar-firm")

    @property
    def days_url(self) -> str:
        return reverse("calendar-days", args=[self.team.key]) if self.team else reverse("calendar-firm-days")

    @property
    def removal_url(self) -> str:
        return reverse("calendar-undo", args=[self.team.key]) if self.team else reverse("calendar-firm-undo")

    def editable_by(self, viewer: Viewer) -> bool:
        return self.own and may_set_calendar(viewer, self.team.pk if self.team else None)


def of_firm(rows: dict[int | None, WorkCalendar]) -> WorkCalendar:
    """Before anybody set it, office hours."""
    return rows.get(None) or WorkCalendar(week=OFFICE_WEEK)


def team_or_404(request: SignedInRequest, key: str) -> Team:
    team = Team.objects.visible_to(request.viewer).filter(key=key).first()
    if team is None:
        raise Http404
    return team


def hours_or_404(request: SignedInRequest, key: str | None) -> Hours:
    """Of the team with this key, of the firm where there is none (two statements)."""
    if not request.viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    team = None if key is None else team_or_404(request, key)
    found = WorkCalendar.objects.filter(team=None) | WorkCalendar.objects.filter(team=team)
    rows = {row.team_id: row for row in found}
    if team is not None and team.pk in rows:
        return Hours(rows[team.pk], team, own=True)
    return Hours(of_firm(rows), team, own=team is None)


def own_hours_or_404(request: SignedInRequest, key: str | None) -> Hours:
    """To be changed: a team that uses the firm's is given its own first. Raises NotAllowed."""
    hours = hours_or_404(request, key)
    require_calendar(request.viewer, hours.team.pk if hours.team else None)
    if not hours.own:
        raise Http404
    return hours


@require_GET
@signed_in
def show_calendars(request: SignedInRequest) -> HttpResponse:
    if not request.viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    rows = {row.team_id: row for row in WorkCalendar.objects.all()}
    firm = of_firm(rows)
    teams = [Hours(rows.get(team.pk, firm), team, team.pk in rows) for team in Team.objects.visible_to(request.viewer)]
    own = sum(one.own for one in teams)
    title = ngettext("%(count)s team works hours of its own", "%(count)s teams work hours of their own", own)
    countries = names_of_countries(get_language() or "en")
    shown = [Hours(firm, None, own=True), *teams]
    context = {
        "title": title % {"count": own} if own else _("Everybody works the hours of the firm"),
        "context_line": _("Promises run in the working hours of whoever owes the answer."),
        "rows": [(one, say_week(one.row.week), countries.get(one.row.country, "")) for one in shown],
    }
    return render_page(request, "tracker/calendars/index.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def show_calendar(request: SignedInRequest, key: str | None = None) -> HttpResponseBase:
    if request.method == "GET":
        hours = hours_or_404(request, key)
        return tell_since(request, hours.row) if "since" in request.GET else _render(request, hours)
    hours = own_hours_or_404(request, key)
    form, country = CalendarForm(hours.row, request.POST), hours.row.country

    def save(expected: int | None) -> HttpResponse:
        _set(request, hours, form.changes, expected)
        messages.success(request, _("Saved. Clocks that run keep their dates."))
        if hours.row.country != country and regions_of(hours.row.country):
            messages.info(request, _("Holidays differ by region here: choose one if you need it."))
        return redirect(hours.url)

    merge = Merge(form, hours.row)
    status, answer = save_merged(request, merge, save)
    return answer or _render(request, hours, merge=merge, status=status)


@require_POST
@signed_in
@once
def make_own(request: SignedInRequest, key: str) -> HttpResponseBase:
    team = team_or_404(request, key)
    require_calendar(request.viewer, team.pk)
    with told(request, _("%(team)s has hours of its own now.") % {"team": team.name}):
        copy_calendar(actor=request.viewer, at=clock.now(), team=team)
    return redirect("calendar", team.key)


@require_POST
@signed_in
@once
def set_day(request: SignedInRequest, key: str | None = None) -> HttpResponseBase:
    """Adds a day that differs, or sets the hours of one that does."""
    hours = own_hours_or_404(request, key)
    form = DayForm(request.POST)
    if not form.is_valid():
        return _render(request, hours, day=form, status=INVALID)
    day = {form.cleaned_data["on"].isoformat(): form.cleaned_data["hours"]}
    try:
        _set(request, hours, {"days": {**hours.row.days, **day}}, seen_version(request))
    except Refused as refused:
        return _render(request, hours, day=form, status=tell_refusal(form, refused))
    messages.success(request, _("Saved. Clocks that run keep their dates."))
    return redirect(hours.url)


@require_POST
@signed_in
@once
def remove_day(request: SignedInRequest, key: str | None = None) -> HttpResponseBase:
    hours = own_hours_or_404(request, key)
    gone = request.POST.get("on", "")
    days = {on: spans for on, spans in hours.row.days.items() if on != gone}
    with told(request, _("That day is as its weekday again.")):
        _set(request, hours, {"days": days}, seen_version(request))
    return redirect(hours.url)


def _set(request: SignedInRequest, hours: Hours, changes: dict[str, Any], expected: int | None) -> None:
    set_calendar(actor=request.viewer, at=clock.now(), calendar=hours.row, expected=expected, changes=changes)


def _render(
    request: SignedInRequest,
    hours: Hours,
    *,
    merge: Merge | None = None,
    day: DayForm | None = None,
    status: int = 200,
) -> HttpResponse:
    row, now = hours.row, clock.now()
    merge = merge or Merge(CalendarForm(row), row)
    today = timezone.localtime(now).date()
    language = get_language() or "en"
    context = {
        "title": _("%(team)s: %(hours)s") % {"team": hours.name, "hours": say_weekly_hours(row.week)},
        "context_line": say_preview(row, now),
        "hours": hours,
        "calendar": row,
        "week": say_week(row.week),
        "country": names_of_countries(language).get(row.country, ""),
        "region": regions_of(row.country).get(row.region, ""),
        "holidays": coming_days(row, today, language),
        "days": own_days(row, today),
        "form": merge.form,
        "merging": merge,
        "day": day or DayForm(),
        "editable": hours.editable_by(request.viewer),
        "may_have_own": not hours.own and hours.team is not None and may_set_calendar(request.viewer, hours.team.pk),
        "stale": status == STALE and not merge.open,
        "now": now,
    }
    return render_page(request, "tracker/calendars/calendar.html", context, status=status)
