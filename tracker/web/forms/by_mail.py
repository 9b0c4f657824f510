"""What the owner of a host is asked by a link in a mail: the short form of the answer to an embed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.web.forms.fields import text_area


class AgreeForm(forms.Form):
    conditions = forms.CharField(label=_("Conditions"), max_length=2000, required=False, widget=text_area(2))


class RefuseForm(forms.Form):
    refusal = forms.CharField(label=_("Why not"), max_length=2000, widget=text_area(2))
