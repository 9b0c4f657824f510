"""The form of a KPI."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.measures.models import Better
from tracker.people.models import Side


class KpiForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("thing", "Name"),
        max_length=120,
        help_text=_("As people say it: rich-result clicks a month."),
    )
    unit = forms.CharField(label=_("Unit"), max_length=30, required=False, help_text=_("clicks, ms, %"))
    better = forms.ChoiceField(label=_("Direction"), choices=Better.choices, initial=Better.UP)
    side = forms.ChoiceField(label=_("Whose it is"), required=False, choices=[("", _("not said yet")), *Side.choices])
    source = forms.CharField(
        label=_("Read from"), max_length=200, required=False, help_text=_("The report or tool where anybody finds it.")
    )
