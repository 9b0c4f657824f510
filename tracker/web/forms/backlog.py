"""Forms of the two ways up and of backlog items."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.backlog.queries import Row
from tracker.backlog.states import OUTCOMES, ItemState
from tracker.people.access import Role
from tracker.people.models import Side, User

DELIVERING = [str(Role.ENGINEER), str(Role.LEAD), str(Role.CTO)]


def delivering() -> models.QuerySet[User]:
    """People of technology: whoever may deliver."""
    people = User.objects.active().filter(team__side=Side.TECHNOLOGY, roles__overlap=DELIVERING)
    return people.order_by("name")


def weeks_field(label: Any, **more: Any) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"step": "0.5", "min": "0.5"})
    return forms.DecimalField(label=label, max_digits=6, decimal_places=2, widget=widget, **more)


def plain_weeks(weeks: Decimal | None) -> str | None:
    """As it is typed: without zeros at the end."""
    return None if weeks is None else f"{weeks.normalize():f}"


def lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class EmbedForm(forms.Form):
    host = forms.CharField(
        label=_("Project"), max_length=20, help_text=_("The key of a project that is there already, such as P-06.")
    )
    added_weeks = weeks_field(_("Added effort"))
    note = forms.CharField(label=_("Word to its owner"), max_length=2000, required=False, widget=lines(2))

    def clean_host(self) -> str:
        return str(self.cleaned_data["host"]).strip().upper()


class OutrankForm(forms.Form):
    after = forms.ChoiceField(label=_("Right behind"), required=False)
    weeks = weeks_field(_("Effort"))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Project owner"))

    def __init__(self, *args: Any, rows: list[Row], **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [("", _("nobody: the first place")), *((row.key, f"{row.key} {row.title}") for row in rows)]
        cast(forms.ChoiceField, self.fields["after"]).choices = choices
        self.fields["owner"].queryset = delivering()  # type: ignore[attr-defined]  # a ModelChoiceField


class AnswerForm(forms.Form):
    added_weeks = weeks_field(_("Added effort"), required=False)
    delivery_owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who delivers it"), required=False, empty_label=_("the owner of the project")
    )
    conditions = forms.CharField(
        label=_("Conditions"),
        max_length=2000,
        required=False,
        widget=lines(2),
        help_text=_("What you take in and what you do not, such as: price and stock only, reviews next quarter."),
    )
    rest_title = forms.CharField(
        label=_("What stays out"),
        max_length=200,
        required=False,
        help_text=_("It becomes a request of its own, parked until its date."),
    )
    review_on = forms.DateField(label=_("Comes back on"), required=False, widget=forms.DateInput())
    tracker_key = forms.CharField(label=_("Key in your tracker"), max_length=80, required=False)
    refusal = forms.CharField(label=_("Why not"), max_length=2000, required=False, widget=lines(2))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["delivery_owner"].queryset = delivering()  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("rest_title") and not cleaned.get("review_on") and "review_on" not in self.errors:
            self.add_error("review_on", _("Say when it comes back."))
        if cleaned.get("review_on") and not cleaned.get("rest_title") and "rest_title" not in self.errors:
            self.add_error("rest_title", _("Name what stays out."))
        return cleaned


class CounterForm(forms.Form):
    offer = forms.CharField(
        label=_("What you offer instead"),
        max_length=2000,
        widget=lines(2),
        help_text=_("Such as: a block in the CMS instead of a page of its own."),
    )
    added_weeks = weeks_field(_("Added effort"))
    ready_on = forms.DateField(label=_("Ready on"), required=False, widget=forms.DateInput())
    host = forms.CharField(
        label=_("In another project"),
        max_length=20,
        required=False,
        help_text=_("The key of one that you answer for, such as P-06; empty stays in this one."),
    )
    checks = forms.CharField(
        label=_("Acceptance checks"),
        max_length=4000,
        required=False,
        widget=lines(3),
        help_text=_("One per line; empty keeps those of the request."),
    )

    def clean_checks(self) -> list[str]:
        return [line.strip() for line in str(self.cleaned_data["checks"]).splitlines() if line.strip()]

    def clean_host(self) -> str:
        return str(self.cleaned_data["host"]).strip().upper()


class DeclineCounterForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=2000, widget=lines(2))


class DropForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=2000, required=False, widget=lines(2))


class MeasureForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[(state, ItemState(state).label) for state in OUTCOMES], widget=forms.RadioSelect
    )
    value = forms.DecimalField(label=_("Measured value"), max_digits=16, decimal_places=4, required=False)
    note = forms.CharField(label=_("How it was measured"), max_length=2000, required=False, widget=lines(2))


class TrackerKeyForm(forms.Form):
    tracker_key = forms.CharField(label=_("Key in your tracker"), max_length=80, required=False)


class CheckForm(forms.Form):
    passed = forms.ChoiceField(choices=[("yes", _("Passed")), ("no", _("Failed"))])
    evidence = forms.CharField(label=_("What shows it"), max_length=500, required=False)


class PlainForm(forms.Form):
    """A verb that needs no words."""


class TicketForm(forms.Form):
    """Only shown: the text to copy."""

    text = forms.CharField(
        label=_("Copy this"), required=False, widget=forms.Textarea(attrs={"rows": 10, "readonly": True})
    )


class RehomeForm(EmbedForm):
    added_weeks = weeks_field(_("Added effort"), required=False)
