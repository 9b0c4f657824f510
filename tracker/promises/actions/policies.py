"""Verbs of the rules by which clocks run: policies and the hours of a team. What runs keeps what it began with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

import holidays
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row, check_version
from tracker.kernel.errors import Invalid
from tracker.people.access import Power, Ties, Viewer, require
from tracker.promises.calendars import OFFICE_WEEK
from tracker.promises.models import Policy, WorkCalendar
from tracker.promises.rules import DEFAULTS

SYSTEM = "system"
DAY = 24 * 60


@transaction.atomic
def ensure_policies(*, at: datetime, zone: str = "UTC", country: str = "") -> int:
    """Adds the policies and the calendar of the firm that are not there yet; how many policies."""
    if not WorkCalendar.objects.filter(team=None).exists():
        row = WorkCalendar(team=None, zone=zone, country=country, week=OFFICE_WEEK)
        add_row(row, actor=SYSTEM, at=at, verb="set_calendar")
    known = set(Policy.objects.values_list("kind", flat=True))
    fresh = {kind: terms for kind, terms in DEFAULTS.items() if kind not in known}
    for kind, terms in fresh.items():
        policy = Policy(
            kind=kind,
            days=terms.days,
            reminders=list(terms.reminders),
            chiefs_after=terms.chiefs_after,
            docket_after=terms.docket_after,
        )
        add_row(policy, actor=SYSTEM, at=at, verb="add_policy")
    return len(fresh)


@transaction.atomic
def edit_policy(
    *, actor: Viewer, at: datetime, policy: Policy, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds days, reminders (percent), chiefs_after, docket_after. Raises Invalid, Stale, NotAllowed."""
    require(actor, Power.SET_POLICIES)
    wrong: dict[str, Any] = {}
    for name in ("days", "chiefs_after", "docket_after"):
        if name in changes and not 0 <= changes[name] <= 250:
            wrong[name] = _("Between 0 and 250 working days.")
    if any(not 0 < percent < 100 for percent in changes.get("reminders", ())):
        wrong["reminders"] = _("Reminders are percentages between 1 and 99.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    fresh = {name: value for name, value in changes.items() if getattr(policy, name) != value}
    check_version(policy, expected)
    if fresh:
        change_row(policy, actor=actor.key, at=at, verb="edit_policy", changes=fresh, expected=expected)


@transaction.atomic
def set_calendar(
    *, actor: Viewer, at: datetime, calendar: WorkCalendar, expected: int | None = None, changes: Mapping[str, Any]
) -> None:
    """The hours of a team, or of the firm: zone, country, region, week, days. Raises Invalid, Stale, NotAllowed."""
    if calendar.team_id is None:
        require(actor, Power.SET_POLICIES)
    else:
        require(actor, Power.MANAGE_AREAS, Ties(team=calendar.team_id))
    wrong = _faults_of(changes)
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


def _faults_of(changes: Mapping[str, Any]) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    if "zone" in changes and changes["zone"] not in available_timezones():
        wrong["zone"] = _("There is no such time zone.")
    if changes.get("country") and changes["country"] not in holidays.list_supported_countries():
        wrong["country"] = _("No holidays are known for this country.")
    if "week" in changes and (len(changes["week"]) != 7 or not any(changes["week"])):
        wrong["week"] = _("A week has seven days and some hours in it.")
    spans = [*changes.get("week", ()), *changes.get("days", {}).values()]
    if not all(_is_day(hours) for hours in spans):
        wrong["week"] = _("Hours run from earlier to later, and do not overlap.")
    return wrong


def _is_day(hours: Any) -> bool:
    ends = [end for span in hours for end in span]
    return ends == sorted(set(ends)) and all(len(span) == 2 for span in hours) and all(0 <= end <= DAY for end in ends)
