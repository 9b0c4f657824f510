"""Forms of policies, and of working hours as people write them: "9:00–13:00, 14:00–18:00"."""

import re
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.dates import WEEKDAYS as NAMES_OF_DAYS
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tracker.people.models import known_time_zones
from tracker.promises.actions.calendars import FAULTS
from tracker.promises.countries import names_of_countries, regions_of
from tracker.promises.models import WorkCalendar
from tracker.promises.rules import WEEKDAYS, fault_of_hours
from tracker.web.forms.projects import PlainNumber

HOUR = 60
SPAN = re.compile(r"([0-9]{1,2})(?:[:.]([0-5][0-9]))?\s*[-‐‑‒–—]\s*([0-9]{1,2})(?:[:.]([0-5][0-9]))?")
PERCENT = re.compile(r"[0-9]{1,3}")
LONGEST_LINE = 100


def write_hours(hours: Sequence[Sequence[int]]) -> str:
    """Spans in minutes after midnight as people write them; empty for a day off."""
    return ", ".join(f"{start // HOUR}:{start % HOUR:02}–{end // HOUR}:{end % HOUR:02}" for start, end in hours)


class HoursField(forms.CharField):
    """The spans of one day in order; empty is a day off, which is an answer.

    The verb refuses what they may not be, one thing at a time; here all fields hear it at once.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=LONGEST_LINE, **more)

    def validate(self, value: Any) -> None:
        pass

    def clean(self, value: Any) -> Any:
        parts = [part.strip() for part in super().clean(value).replace(";", ",").split(",")]
        found = [SPAN.fullmatch(part) for part in parts if part]
        if not all(found):
            raise forms.ValidationError(_("Write hours like 9:00–18:00, or two spans like 9:00–13:00, 14:00–18:00."))
        spans = [[int(number or 0) for number in span.groups()] for span in found if span]
        hours = sorted([opens * HOUR + start, closes * HOUR + end] for opens, start, closes, end in spans)
        if fault := fault_of_hours(hours):
            raise forms.ValidationError(FAULTS[fault])
        return hours


class CalendarForm(forms.Form):
    """Where and when is worked; the week stands in one field a day, its hints are those of the first."""

    use_required_attribute = False
    zone = forms.ChoiceField(label=_("Time zone"), error_messages={"invalid_choice": _("There is no such time zone.")})
    country = forms.ChoiceField(
        label=_("Holidays of"),
        required=False,
        error_messages={"invalid_choice": _("No holidays are known for this country.")},
    )
    region = forms.CharField(
        label=_("Region"), required=False, max_length=20, help_text=_("After another country is saved, choose here.")
    )

    def __init__(self, calendar: WorkCalendar, sent: QueryDict | None = None) -> None:
        week = {name: write_hours(hours) for name, hours in zip(WEEKDAYS, calendar.week, strict=True)}
        shown = {"zone": calendar.zone, "country": calendar.country, "region": calendar.region, **week}
        super().__init__(sent, initial=shown)
        self.calendar = calendar
        for number, name in enumerate(WEEKDAYS):
            self.fields[name] = HoursField(label=capfirst(str(NAMES_OF_DAYS[number])))
        zones = sorted({*known_time_zones(), calendar.zone})
        cast(forms.ChoiceField, self.fields["zone"]).choices = [(zone, zone.replace("_", " ")) for zone in zones]
        countries = names_of_countries(get_language() or "en").items()
        cast(forms.ChoiceField, self.fields["country"]).choices = [("", _("no country")), *countries]
        regions = [("", _("the whole country")), *regions_of(calendar.country).items()]
        self.fields["region"].widget = forms.Select(choices=regions)

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[name] for name in WEEKDAYS]

    def clean(self) -> dict[str, Any]:
        """A region goes with its country: where another one is chosen, the whole of it is meant."""
        given = super().clean() or self.cleaned_data
        country = given.get("country", "")
        if country != self.calendar.country and given.get("region") not in regions_of(country):
            given["region"] = ""
        return given

    @property
    def changes(self) -> dict[str, Any]:
        """As the verb takes them."""
        given = self.cleaned_data
        week = [given[name] for name in WEEKDAYS]
        return {"zone": given["zone"], "country": given["country"], "region": given["region"], "week": week}


class DayForm(forms.Form):
    use_required_attribute = False
    on = forms.DateField(label=_("Day"), widget=forms.DateInput)
    hours = HoursField(label=_("Hours"), help_text=_("Like 9:00–14:00; empty for a day off."))


def days_field(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=5, decimal_places=2, widget=PlainNumber, **more)


class PolicyForm(forms.Form):
    days = days_field(_("Time to answer"))
    reminders = forms.CharField(
        label=_("Reminders"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("In percent of the time, like 50, 75; empty for none."),
    )
    chiefs_after = days_field(_("The CTO and the CMO hear of it"), help_text=_("After the time is up."))
    docket_after = days_field(_("It is on the docket"), help_text=_("After the CTO and the CMO have heard."))

    def clean_reminders(self) -> list[int]:
        parts = re.split(r"[\s,;%]+", self.cleaned_data["reminders"].strip(" ,;%"))
        parts = [part for part in parts if part]
        if not all(PERCENT.fullmatch(part) for part in parts):
            raise forms.ValidationError(_("Write percentages like 50, 75."))
        return [int(part) for part in parts]
