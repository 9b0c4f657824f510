"""The forms of strangers: a request by the public form of a site, and who stands for it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.intake.actions.guests import LONGEST_URL, LONGEST_WHY
from tracker.intake.actions.linking import LONGEST_NAME
from tracker.sites.models import Area, Site
from tracker.web.forms.fields import answer_field, person_field, text_area
from tracker.web.forms.requests import plain_answer

OWN = "own-"
"""Before the name of a question of the type, so that none is taken for one of ours."""


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

    def __init__(self, *args: Any, site: Site, asked: Sequence[Mapping[str, Any]], language: str, **more: Any) -> None:
        """`asked` are the questions that the type of these requests asks itself on filing."""
        super().__init__(*args, **more)
        self.own = {f"{OWN}{one['key']}": one["key"] for one in asked}
        for name, one in zip(self.own, asked, strict=True):
            self.fields[name] = answer_field(one, language)
            self.fields[name].required = True
        field = cast("forms.ModelChoiceField[Area]", self.fields["area"])
        field.queryset = Area.objects.filter(site=site)
        if not self.is_bound:
            self.fields["example_url"].widget.attrs["placeholder"] = site.url

    @property
    def answers(self) -> dict[str, Any]:
        return {key: plain_answer(self.cleaned_data[name]) for name, key in self.own.items()}

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.own]

    def named(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What a verb says of its fields, by the names that they have here."""
        known = {key: name for name, key in self.own.items()} | {"example_urls": "example_url"}
        return {known.get(name, name): text for name, text in fields.items()}

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
