"""Verbs of working hours: those of the firm, and those of a team that has its own."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row, check_version
from tracker.kernel.errors import Invalid, NotAllowed, Refused
from tracker.people.access import Power, Ties, Viewer, may, require
from tracker.people.models import Team
from tracker.promises.calendars import OFFICE_WEEK
from tracker.promises.countries import names_of_countries, regions_of
from tracker.promises.models import WorkCalendar
from tracker.promises.rules import BACKWARDS, MALFORMED, OUTSIDE, OVERLAPPING, WEEKDAYS, fault_of_hours

MOST_DAYS = 400
FAULTS = {
    MALFORMED: _("Each span has a beginning and an end."),
    OUTSIDE: _("A day has the hours from 0:00 to 24:00."),
    BACKWARDS: _("The end comes after the beginning; work over midnight is two spans on two days."),
    OVERLAPPING: _("These hours overlap or touch: write them as one span, or leave a break between them."),
}


def may_set_calendar(viewer: Viewer, team: int | None) -> bool:
    """Whoever sets policies sets all hours; who manages the areas of a team, its lead among them, those of that team."""
    if may(viewer, Power.SET_POLICIES):
        return True
    return team is not None and may(viewer, Power.MANAGE_AREAS, Ties(team=team))


@transaction.atomic
def set_calendar(
    *, actor: Viewer, at: datetime, calendar: WorkCalendar, expected: int | None = None, changes: Mapping[str, Any]
) -> None:
    """The hours of a team, or of the firm: zone, country, region, week, days. Raises Invalid, Stale, NotAllowed.

    What is wrong with the hours of a weekday is told under its name ("monday"), with those of a date under "hours".
    """
    require_calendar(actor, calendar.team_id)
    wrong = _faults_of(calendar, changes)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    if calendar.pk is None:
        for name, value in changes.items():
            setattr(calendar, name, value)
        add_row(calendar, actor=actor.key, at=at, verb="set_calendar")
        return
    fresh = {name: value for name, value in changes.items() if getattr(calendar, name) != value}
    if fresh:
        change_row(calendar, actor=actor.key, at=at, verb="set_calendar", changes=fresh, expected=expected)
    else:
        check_version(calendar, expected)


@transaction.atomic
def copy_calendar(*, actor: Viewer, at: datetime, team: Team) -> WorkCalendar:
    """Gives a team hours of its own, which begin as those of the firm. Raises Refused, NotAllowed."""
    require_calendar(actor, team.pk)
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    known = {
        row.team_id: row for row in WorkCalendar.objects.filter(team=team) | WorkCalendar.objects.filter(team=None)
    }
    if team.pk in known:
        raise Refused(_("This team has hours of its own already."), code="has_calendar")
    firm = known.get(None) or WorkCalendar(week=OFFICE_WEEK)
    row = WorkCalendar(
        team=team, zone=firm.zone, country=firm.country, region=firm.region, week=firm.week, days=firm.days
    )
    add_row(row, actor=actor.key, at=at, verb="copy_calendar")
    return row


def require_calendar(actor: Viewer, team: int | None) -> None:
    """Raises NotAllowed, saying who sets these hours."""
    if team is None:
        require(actor, Power.SET_POLICIES)
    if not may_set_calendar(actor, team):
        raise NotAllowed(
            _("The hours of a team are set by its lead, the CMO, the CTO, the COO and administrators."),
            power=str(Power.SET_POLICIES),
        )


def _faults_of(calendar: WorkCalendar, changes: Mapping[str, Any]) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    country = changes.get("country", calendar.country)
    region = changes.get("region", calendar.region)
    if "zone" in changes and changes["zone"] not in available_timezones():
        wrong["zone"] = _("There is no such time zone.")
    if country and country not in names_of_countries("en"):
        wrong["country"] = _("No holidays are known for this country.")
    elif region and region not in regions_of(country):
        wrong["region"] = _("This country has no such region.")
    if "week" in changes:
        wrong |= _faults_of_week(changes["week"])
    if "days" in changes:
        wrong |= _faults_of_days(changes["days"])
    return wrong


def _faults_of_week(week: Sequence[Any]) -> dict[str, Any]:
    if len(week) != len(WEEKDAYS) or not any(week):
        return {WEEKDAYS[0]: _("At least one day of the week has hours.")}
    found = {name: fault_of_hours(hours) for name, hours in zip(WEEKDAYS, week, strict=True)}
    return {name: FAULTS[fault] for name, fault in found.items() if fault}


def _faults_of_days(days: Mapping[str, Any]) -> dict[str, Any]:
    if len(days) > MOST_DAYS:
        return {"on": _("So many days that differ are too many: remove some of the past.")}
    if any(not _is_date(day) for day in days):
        return {"on": _("There is no such day.")}
    fault = next((fault for hours in days.values() if (fault := fault_of_hours(hours))), "")
    return {"hours": FAULTS[fault]} if fault else {}


def _is_date(day: str) -> bool:
    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False
