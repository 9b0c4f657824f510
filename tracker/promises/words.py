"""Days in the working time of a team, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tracker.kernel.calendar import Calendar
from tracker.promises.calendars import OFFICE_WEEK, SpecialDay, calendar_of, coming_days
from tracker.promises.models import WorkCalendar

A_DAY = timedelta(days=1)
FARTHEST = 370
"""Days ahead that are counted; of what lies farther away only the day of the week is told."""
NAMED = 2
SOON = 3


@dataclass(frozen=True)
class QuickDay:
    """A day that is offered beside a date field."""

    on: date
    label: str


def hours_of_team(team: int | None) -> WorkCalendar:
    """Its own calendar, else that of the firm, else office hours (one statement)."""
    rows = {row.team_id: row for row in WorkCalendar.objects.filter(team=None) | WorkCalendar.objects.filter(team=team)}
    return rows.get(team) or rows.get(None) or WorkCalendar(week=OFFICE_WEEK)


def working_days(calendar: Calendar, after: date) -> Iterator[date]:
    """The working days that follow, as far as anybody counts."""
    days = (after + number * A_DAY for number in range(1, FARTHEST + 1))
    return (day for day in days if calendar.hours_of(day))


def say_working_day(row: WorkCalendar, on: date, today: date) -> str:
    """ "Thursday, in 4 working days; 31 December is a holiday"."""
    if on < today:
        return _("This day has passed.")
    weekday = format_date(on, "l")
    words: dict[str, object] = {"weekday": weekday.lower() if get_language() == "ru" else weekday}
    if (on - today).days > FARTHEST:
        return _("%(weekday)s, more than a year away.") % words
    calendar = calendar_of(row, today.year)
    words["days"] = sum(day <= on for day in working_days(calendar, today))
    if not calendar.hours_of(on):
        said = _("%(weekday)s, not a working day") % words
    elif on == today:
        said = _("%(weekday)s, today") % words
    else:
        said = (
            ngettext(
                "%(weekday)s, in %(days)s working day", "%(weekday)s, in %(days)s working days", int(str(words["days"]))
            )
            % words
        )
    return "; ".join([said, *_say_holidays(holidays_until(row, calendar, on, today))]) + "."


def holidays_until(row: WorkCalendar, calendar: Calendar, on: date, today: date) -> list[SpecialDay]:
    """Those that take a working day away, up to and with this day."""
    days = coming_days(row, today, get_language() or "en")
    return [
        day
        for day in days
        if today <= day.on <= on
        and not day.worked
        and calendar.week[day.on.weekday()]
        and not calendar.hours_of(day.on)
    ]


def _say_holidays(days: list[SpecialDay]) -> list[str]:
    if len(days) > NAMED:
        return [
            ngettext("%(count)s holiday until then", "%(count)s holidays until then", len(days)) % {"count": len(days)}
        ]
    shape = "j E" if get_language() == "ru" else "j F"
    return [_("%(day)s is a holiday: %(name)s") % {"day": format_date(day.on, shape), "name": day.name} for day in days]


def quick_days(row: WorkCalendar, today: date, quarter_ends_on: date | None) -> list[QuickDay]:
    """Tomorrow, the third working day from now, the last working day of the quarter."""
    calendar = calendar_of(row, today.year)
    third = list(zip(range(SOON), working_days(calendar, today), strict=False))[-1:]
    offered = [QuickDay(today + A_DAY, _("tomorrow"))]
    offered += [QuickDay(day, _("in 3 working days")) for _number, day in third]
    until = quarter_ends_on or today
    if last := max((day for day in working_days(calendar, today) if day <= until), default=None):
        offered.append(QuickDay(last, _("end of the quarter")))
    return offered
