"""Forms of projects, effort and capacity."""

from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.people.models import Side, Team, User
from tracker.projects.models import Period, Project, Size
from tracker.projects.rules import HUNDREDTH, weeks_between
from tracker.sites.models import Area


class ProjectForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    summary = forms.CharField(
        label=_("What it is for"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=_("Owner"), required=False, empty_label=_("nobody yet")
    )
    team = forms.ModelChoiceField(
        Team.objects.filter(side=Side.TECHNOLOGY), label=_("Team"), required=False, empty_label=_("no team")
    )
    areas = forms.ModelMultipleChoiceField(
        Area.objects.all(),
        label=_("Areas"),
        required=False,
        to_field_name="key",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What it works on: requests about the same area find it as a host."),
    )
    starts_on = forms.DateField(label=_("Start"), required=False, widget=forms.DateInput)
    ends_on = forms.DateField(label=_("End"), required=False, widget=forms.DateInput)


def shown_project(project: Project) -> dict[str, Any]:
    """What a form about this project begins with."""
    names = ("title", "summary", "starts_on", "ends_on")
    shown: dict[str, Any] = {name: getattr(project, name) for name in names}
    return shown | {
        "owner": project.owner_id,
        "team": project.team_id,
        "areas": list(project.areas.values_list("key", flat=True)),
    }


class EffortForm(forms.Form):
    """A size or exact weeks; neither takes the estimate back."""

    team = forms.ModelChoiceField(
        Team.objects.filter(side=Side.TECHNOLOGY), label=_("Team"), to_field_name="key", empty_label=None
    )
    period = forms.ModelChoiceField(Period.objects.all(), label=_("Quarter"), to_field_name="key", empty_label=None)
    size = forms.ChoiceField(label=_("Size"), choices=[("", _("exact weeks")), *Size.choices], required=False)
    weeks = forms.DecimalField(
        label=_("Weeks"),
        required=False,
        min_value=0,
        max_value=9999,
        max_digits=6,
        decimal_places=2,
        help_text=_("Both left empty takes the estimate back."),
    )

    def __init__(self, *args: Any, teams: int | None = None, **more: Any) -> None:
        """`teams` narrows the choice to the team of this number."""
        super().__init__(*args, **more)
        if teams is not None:
            cast("forms.ModelChoiceField[Team]", self.fields["team"]).queryset = Team.objects.filter(pk=teams)
        for name in ("team", "period"):
            # Read once: drawing the field asks for its choices twice, and list() alone would count them before.
            field = cast("forms.ModelChoiceField[Any]", self.fields[name])
            field.choices = list(iter(cast("ModelChoiceIterator[Any]", field.choices)))


class PlainNumber(forms.NumberInput):
    """As it is typed: without zeros at the end."""

    def format_value(self, value: Any) -> str | None:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else super().format_value(value)


class CapacityForm(forms.Form):
    gross = forms.DecimalField(
        label=_("Gross"),
        min_value=0,
        max_value=100_000,
        max_digits=8,
        decimal_places=2,
        widget=PlainNumber,
        help_text=_("People × weeks of the quarter."),
    )
    reserve_percent = forms.DecimalField(
        label=_("Reserve"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=PlainNumber,
        help_text=_("Kept for incidents and keeping the lights on."),
    )
    allowance = forms.DecimalField(
        label=_("Allowance"),
        min_value=0,
        max_value=100_000,
        max_digits=8,
        decimal_places=2,
        widget=PlainNumber,
        required=False,
        help_text=_("Kept for embedded work, drawn before any host is charged."),
    )

    def clean_allowance(self) -> Decimal:
        return self.cleaned_data["allowance"] or Decimal(0)


PEOPLE: dict[str, Any] = {"min_value": 0, "max_value": 999, "max_digits": 5, "decimal_places": 2}


class CapacityLook(CapacityForm):
    """What if: the numbers, and people who come or leave on a day of the quarter."""

    leaving = forms.DecimalField(label=_("People who leave"), widget=PlainNumber, required=False, **PEOPLE)
    coming = forms.DecimalField(label=_("People who come"), widget=PlainNumber, required=False, **PEOPLE)
    since = forms.DateField(
        label=_("From"), widget=forms.DateInput, required=False, help_text=_("From today where it is empty.")
    )

    def __init__(self, *args: Any, period: Period, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["gross"].label = _("Gross before people leave or come")
        self.period = period

    @property
    def people(self) -> Decimal:
        """How many more there are; below 0 where more leave than come."""
        return (self.cleaned_data["coming"] or Decimal(0)) - (self.cleaned_data["leaving"] or Decimal(0))

    @property
    def first_day(self) -> date:
        return max(self.cleaned_data["since"] or timezone.localdate(), self.period.starts_on)

    @property
    def numbers(self) -> dict[str, Any]:
        """Gross, reserve and allowance as they would be."""
        given: dict[str, Any] = {name: self.cleaned_data[name] for name in CapacityForm.base_fields}
        weeks = weeks_between(self.first_day, self.period.ends_on) * self.people
        return given | {"gross": max(given["gross"] + weeks, Decimal(0)).quantize(HUNDREDTH)}


class PinForm(forms.Form):
    reason = forms.CharField(label=_("Why it comes first"), max_length=200, help_text=_("Law, security."))


class DropForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)


class PeriodForm(forms.Form):
    key = forms.RegexField(
        r"^\d{4}-Q[1-4]$", label=_("Quarter"), max_length=7, help_text=_("As in 2027-Q2."), strip=True
    )
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput)
    ends_on = forms.DateField(label=_("Last day"), widget=forms.DateInput)
