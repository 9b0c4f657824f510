"""Working hours and policies in words: weeks, waits, and when three working days from now end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from tracker.kernel.calendar import after_working_time
from tracker.projects.words import say_number
from tracker.promises.calendars import calendar_of
from tracker.promises.models import WorkCalendar
from tracker.web.forms.policies import write_hours
from tracker.web.story import SENTENCES

SAMPLE_DAYS = 3


def say_working_days(days: Decimal | int) -> str:
    """ "3 working days", "0.5 working days"."""
    exact = Decimal(days)
    words = {"days": say_number(exact)}
    if exact != exact.to_integral():
        return pgettext("a part of a day", "%(days)s working days") % words
    return ngettext("%(days)s working day", "%(days)s working days", int(exact)) % words


def say_wait(days: Decimal) -> str:
    return _("after %(days)s") % {"days": say_working_days(days)} if days else _("at once")


def say_later(days: Decimal) -> str:
    """How long after the step before."""
    return _("%(days)s later") % {"days": say_working_days(days)} if days else _("at the same time")


def say_reminders(percents: Iterable[int]) -> str:
    """ "50, 75 %", the sign never on a line of its own."""
    told = ", ".join(map(str, percents))
    return (_("%(percents)s %%") % {"percents": told}).replace(" %", "\u00a0%") if told else _("none")


def say_week(week: Sequence[Sequence[Sequence[int]]]) -> str:
    """ "Mon–Fri 9:00–18:00; Sat 10:00–14:00": days one after the other with the same hours together."""
    days = [(str(WEEKDAYS_ABBR[number]), write_hours(hours)) for number, hours in enumerate(week)]
    told = []
    for hours, same in groupby(days, key=lambda day: day[1]):
        names = [name for name, _hours in same]
        if hours:
            told.append(f"{'–'.join(dict.fromkeys([names[0], names[-1]]))} {hours}")
    return "; ".join(told)


def weekly_hours(week: Sequence[Sequence[Sequence[int]]]) -> Decimal:
    return Decimal(sum(end - start for hours in week for start, end in hours)) / 60


def say_weekly_hours(week: Sequence[Sequence[Sequence[int]]]) -> str:
    hours = weekly_hours(week)
    count = int(hours) if hours == hours.to_integral() else 2
    return ngettext("%(hours)s hour a week", "%(hours)s hours a week", count) % {"hours": say_number(hours)}


def say_moment(local: datetime) -> str:
    """With the day of the week, which Russian writes small within a sentence."""
    return format_date(local, "l, j E, H:i").lower() if get_language() == "ru" else format_date(local, "l j F, H:i")


def say_preview(row: WorkCalendar, now: datetime) -> str:
    """What "three working days" means now, as the clocks of promises reckon it; also there, where it is another time."""
    calendar = calendar_of(row, now.year)
    ends = after_working_time(calendar, now, SAMPLE_DAYS * calendar.length_of_day)
    here, there = timezone.localtime(ends), ends.astimezone(ZoneInfo(row.zone))
    words = {"moment": say_moment(here), "there": say_moment(there), "zone": row.zone.replace("_", " ")}
    if here.utcoffset() == there.utcoffset():
        return _("Three working days from now end on %(moment)s.") % words
    return _("Three working days from now end on %(moment)s; in %(zone)s it is %(there)s then.") % words


@dataclass(frozen=True)
class OwnDay:
    """A day that differs; `hours` is empty where it is off."""

    on: date
    hours: str


def own_days(row: WorkCalendar, today: date) -> list[OwnDay]:
    """Those of the last month and all that come, by date."""
    days = [OwnDay(date.fromisoformat(on), write_hours(hours)) for on, hours in sorted(row.days.items())]
    return [day for day in days if day.on >= today - timedelta(days=30)]


CALENDAR_FIELDS: Mapping[str, str | Promise] = {
    "zone": gettext_lazy("time zone"),
    "country": gettext_lazy("country"),
    "region": gettext_lazy("region"),
    "week": gettext_lazy("hours of the week"),
    "days": gettext_lazy("days that differ"),
}
POLICY_FIELDS: Mapping[str, str | Promise] = {
    "days": gettext_lazy("time to answer"),
    "reminders": gettext_lazy("reminders"),
    "chiefs_after": gettext_lazy("when the CTO and the CMO hear of it"),
    "docket_after": gettext_lazy("when it is on the docket"),
}


def say_fields(names: Mapping[str, str | Promise], changes: Mapping[str, Any]) -> str:
    return _("changed: %(fields)s") % {"fields": ", ".join(str(names.get(name, name)) for name in changes)}


SENTENCES |= {
    ("calendar", "set_calendar"): lambda changes: say_fields(CALENDAR_FIELDS, changes),
    ("calendar", "copy_calendar"): gettext_lazy("gave the team hours of its own"),
    ("policy", "edit_policy"): lambda changes: say_fields(POLICY_FIELDS, changes),
}
