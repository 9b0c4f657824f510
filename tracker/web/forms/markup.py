"""The form that has structured data looked at."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.intake.actions.markup import LONGEST_PASTED
from tracker.intake.markup.rules import CHECKED
from tracker.web.forms.requests import ShownForm


class MarkupForm(ShownForm):
    """Without a text the example pages are asked."""

    wanted = forms.ChoiceField(
        label=_("What it shall hold"), required=False, choices=[("", _("any kind")), *((one, one) for one in CHECKED)]
    )
    pasted = forms.CharField(
        label=_("JSON-LD or the source of a page"),
        required=False,
        max_length=LONGEST_PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "data-lines": True}),
        help_text=_("For what is not public yet. It is read and not kept."),
    )
