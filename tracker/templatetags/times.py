"""Dates, times and numbers as people say them, with the exact value on hover."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.projects.words import say_number, say_weeks
from tracker.templatetags.drawing import draw

register = template.Library()
register.filter("say_weeks", say_weeks)

DAYS_AHEAD = 6


def say_day(on: date, today: date) -> str:
    """today, tomorrow, yesterday, a weekday of the coming days, else the date (with its year if it is another one)."""
    away = (on - today).days
    if away in NEAR:
        return {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}[away]
    if 0 < away <= DAYS_AHEAD:
        weekday = format_date(on, "l")
        return weekday.lower() if get_language() == "ru" else weekday
    return say_date(on, today)


def say_date(on: date, today: date) -> str:
    """The date alone, with its year if it is another one: also within a sentence about today."""
    month = format_date(on, "E" if get_language() == "ru" else "F")
    values = {"day": on.day, "month": month, "year": on.year}
    return _("%(day)s %(month)s") % values if on.year == today.year else _("%(day)s %(month)s %(year)s") % values


NEAR = (-1, 0, 1)


def say_instant(local: datetime, today: date) -> str:
    return _("%(day)s %(time)s") % {"day": say_day(local.date(), today), "time": format_date(local, "H:i")}


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime | None, now: datetime | None = None) -> SafeString:
    """An instant in the reader's zone; `now` of the page's context, where a view gives one, decides what today is."""
    if at is None:
        return SafeString("")
    today = timezone.localtime(now or context.get("now") or timezone.now()).date()
    local = timezone.localtime(at)
    exact = format_date(local, "d.m.Y H:i T") if get_language() == "ru" else format_date(local, "l, j F Y, H:i T")
    return draw("when", said=say_instant(local, today), exact=exact, machine=local.isoformat())


@register.simple_tag(takes_context=True)
def day(context: Context, on: date | None, now: datetime | None = None) -> SafeString:
    if on is None:
        return SafeString("")
    today = timezone.localtime(now or context.get("now") or timezone.now()).date()
    exact = format_date(on, "d.m.Y") if get_language() == "ru" else format_date(on, "l, j F Y")
    return draw("when", said=say_day(on, today), exact=exact, machine=on.isoformat())


@register.filter
def number(value: Decimal | float | int | None, places: int = 2) -> str:
    """As people write it: rounded to so many decimals, no zeros at the end."""
    return "" if value is None else say_number(value, places)


@register.filter
def weeks(value: Decimal | float | int | None) -> str:
    """Person-weeks, "15.5 w"."""
    return "" if value is None else _("%(weeks)s w") % {"weeks": number(value)}


@register.filter
def unlocalized(value: Decimal | float | int) -> str:
    """For attributes of drawings: a point, never a comma."""
    return f"{float(value):g}"
