"""Forms of links by which somebody without an account follows a request."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.intake.actions.linking import LONGEST_NAME
from tracker.web.forms.fields import LONGEST_TEXT, text_area

LIFE = [(7, _("a week")), (30, _("30 days")), (90, _("90 days")), (365, _("a year"))]


class FollowLinkForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(
        label=_("Who follows it"),
        max_length=LONGEST_NAME,
        help_text=_("Their answers stand in the story by this name."),
    )
    email = forms.EmailField(label=_("Their e-mail"), required=False)
    days = forms.TypedChoiceField(label=_("It works for"), choices=LIFE, coerce=int, initial=90)


class LinkCommentForm(forms.Form):
    use_required_attribute = False
    comment = forms.CharField(label=_("Your comment"), max_length=LONGEST_TEXT, widget=text_area(4))


class LinkAnswerForm(forms.Form):
    use_required_attribute = False
    answer = forms.CharField(label=_("Your answer"), max_length=LONGEST_TEXT, widget=text_area(5))
