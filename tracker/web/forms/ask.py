"""The forms of strangers: a request by the public form of a site, and who stands for it."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.intake.actions.guests import LONGEST_URL, LONGEST_WHY
from tracker.intake.actions.linking import LONGEST_NAME
from tracker.sites.models import Area, Site
from tracker.web.forms.fields import person_field, text_area


class AskForm(forms.Form):
    """`website` is shown to nobody: what fills it in is a program."""

    use_required_attribute = False
    title = forms.CharField(
        label=_("What shall be different"), max_length=200, help_text=_("In one sentence, as you would say it.")
    )
    area = forms.ModelChoiceField(
        Area.objects.none(), label=_("Where"), to_field_name="key", empty_label=_("choose an area")
    )
    example_url = forms.URLField(
        label=_("An example page"),
        max_length=LONGEST_URL,
        assume_scheme="https",
        help_text=_("The address of one page where it shows."),
    )
    why = forms.CharField(
        label=pgettext_lazy("request", "Why"),
        max_length=LONGEST_WHY,
        widget=text_area(4),
        help_text=_("What does it cost, or what would it bring?"),
    )
    name = forms.CharField(label=_("Your name"), max_length=LONGEST_NAME)
    email = forms.EmailField(
        label=_("Your e-mail"), max_length=254, help_text=_("For the link by which you follow it; colleagues see it.")
    )
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    def __init__(self, *args: Any, site: Site, **more: Any) -> None:
        super().__init__(*args, **more)
        field = cast("forms.ModelChoiceField[Area]", self.fields["area"])
        field.queryset = Area.objects.filter(site=site)
        if not self.is_bound:
            self.fields["example_url"].widget.attrs["placeholder"] = site.url

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            self.data = {**self.data.dict(), "website": ""} if isinstance(self.data, QueryDict) else {}
            text = _("A field that nobody sees was filled in, as programs do. It is empty again: send it once more.")
            raise forms.ValidationError(text)
        return ""


class PublicFormForm(forms.Form):
    def __init__(self, *args: Any, people: dict[int, str], **more: Any) -> None:
        super().__init__(*args, **more)
        text = _("Requests that come by the form are theirs: they answer questions, and hear what is decided.")
        self.fields["owner"] = person_field(people, label=_("Who stands for it"), help_text=text)
