"""Verbs of the rules by which clocks run. What runs keeps what it began with."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row, check_version
from tracker.kernel.errors import Invalid
from tracker.people.access import Power, Viewer, require
from tracker.people.events import LevelSet
from tracker.promises.calendars import OFFICE_WEEK
from tracker.promises.models import Kind, Policy, WorkCalendar
from tracker.promises.rules import DEFAULTS, OWN_DATE

SYSTEM = "system"
LONGEST = 250
MOST_REMINDERS = 5


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


def follow_level(event: LevelSet) -> None:
    """A firm that leaves level Start has policies from then on; the zone of who chose is that of its calendar."""
    ensure_policies(at=event.at, zone=event.zone)


@transaction.atomic
def edit_policy(
    *, actor: Viewer, at: datetime, policy: Policy, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds days, reminders (percent), chiefs_after, docket_after. Raises Invalid, Stale, NotAllowed.

    Reminders are kept in order, each once: the plan of a promise does its steps one after the other.
    """
    require(actor, Power.SET_POLICIES)
    wrong = _faults_of(policy, changes)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    asked = dict(changes)
    if "reminders" in asked:
        asked["reminders"] = sorted(set(asked["reminders"]))
    fresh = {name: value for name, value in asked.items() if getattr(policy, name) != value}
    if fresh:
        change_row(policy, actor=actor.key, at=at, verb="edit_policy", changes=fresh, expected=expected)
    else:
        check_version(policy, expected)


def _faults_of(policy: Policy, changes: Mapping[str, Any]) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    for name in ("days", "chiefs_after", "docket_after"):
        if name in changes and not 0 <= changes[name] <= LONGEST:
            wrong[name] = _("Between 0 and 250 working days.")
    days = changes.get("days", policy.days)
    if policy.kind == Kind.CONDITION and days != Decimal(0):
        wrong["days"] = _("A condition has a date of its own.")
    elif policy.kind in OWN_DATE and days != Decimal(0):
        wrong["days"] = _("An emergency goes by the wall clock.")
    elif policy.kind not in OWN_DATE and days == Decimal(0):
        wrong["days"] = _("An answer takes some time: what is owed at once is late at once.")
    reminders = changes.get("reminders", ())
    if any(not 0 < percent < 100 for percent in reminders):
        wrong["reminders"] = _("Reminders are percentages between 1 and 99.")
    elif len(set(reminders)) > MOST_REMINDERS:
        wrong["reminders"] = _("Five reminders at most.")
    return wrong
