"""Forms of saved views."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ViewForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=60)
    shared = forms.BooleanField(
        label=_("Shared with everybody"), required=False, help_text=_("Others see it among their views.")
    )
    is_default = forms.BooleanField(
        label=_("Opens first"), required=False, help_text=_("For you alone: whenever you come to the requests.")
    )


class NewViewForm(ViewForm):
    query = forms.CharField(required=False, widget=forms.HiddenInput)
