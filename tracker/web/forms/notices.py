"""What of the word to a person comes by mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.notices.models import Pace

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class MailChoiceForm(forms.Form):
    turn = forms.ChoiceField(
        label=_("What waits for your answer"),
        choices=Pace.choices,
        widget=forms.RadioSelect,
        help_text=_("Questions, proposals, positions, and promises of yours that are due or broken."),
    )
    news = forms.ChoiceField(
        label=_("News"),
        choices=Pace.choices,
        widget=forms.RadioSelect,
        help_text=_("What was decided, shipped or measured of what is yours."),
    )
    hour = forms.TypedChoiceField(
        label=_("Hour of the daily mail"),
        choices=HOURS,
        coerce=int,
        help_text=_("From Monday to Friday, in your time zone; it also says which answers you owe by the next day."),
    )
