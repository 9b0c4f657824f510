"""Forms of an emergency: start it, confirm or refuse it, answer and fix it, say what was learnt."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.people.models import User
from tracker.web.forms.backlog import delivering
from tracker.web.forms.fields import LONGEST_TEXT, text_area


class StartExpediteForm(forms.Form):
    reason = forms.CharField(
        label=_("What is lost by the hour"),
        max_length=LONGEST_TEXT,
        widget=text_area(),
        help_text=_("The other side confirms it on this."),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who fixes it"), help_text=_("Answers in 30 minutes, fixes it in 4 hours.")
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["owner"].queryset = delivering().select_related("team")  # type: ignore[attr-defined]  # a ModelChoiceField


class ExpediteReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT, widget=text_area())


class ExpediteAnswerForm(forms.Form):
    answer = forms.CharField(label=_("What you do about it"), max_length=LONGEST_TEXT, widget=text_area())


class ExpediteFixForm(forms.Form):
    cause = forms.CharField(
        label=_("What caused it"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=text_area(),
        help_text=_("If nobody knows yet, say it later."),
    )
    lesson = forms.CharField(
        label=_("What we learn, in one line"),
        max_length=300,
        required=False,
        help_text=_("Such as: check on every release that five templates are open to crawlers."),
    )


class ExpediteExplainForm(ExpediteFixForm):
    cause = forms.CharField(label=_("What caused it"), max_length=LONGEST_TEXT, widget=text_area())


class ConfirmExpediteForm(forms.Form):
    """A signature needs no words."""
