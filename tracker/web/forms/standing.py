"""Forms of who stands in: an absence with its deputy, and the rota of a team."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.web.forms.requests import offer


class AbsenceForm(forms.Form):
    starts_on = forms.DateField(label=_("First day away"))
    ends_on = forms.DateField(label=_("Last day away"))
    deputy = forms.TypedChoiceField(
        label=_("Deputy"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("On these days they may triage what you may, and hear what you are reminded of."),
    )

    def __init__(self, *args: Any, people: Mapping[int, str], **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "deputy", [("", _("nobody")), *((str(pk), name) for pk, name in people.items())])


class RotaForm(forms.Form):
    """A week each by name, beginning with `first`."""

    people = forms.TypedMultipleChoiceField(
        label=_("Who takes turns"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A week each, by name. Nobody chosen: there is no rota, and the lead triages."),
    )
    first = forms.TypedChoiceField(label=_("Who begins"), required=False, coerce=int, empty_value=None)
    starts_on = forms.DateField(label=_("In the week of"))

    def __init__(self, *args: Any, people: Mapping[int, str], **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(str(pk), name) for pk, name in people.items()]
        offer(self, "people", list(choices))
        offer(self, "first", [("", _("the first by name")), *choices])

    def in_order(self) -> list[int]:
        """The ids of those who take turns, from who begins on."""
        chosen: list[int] = self.cleaned_data["people"]
        first = self.cleaned_data["first"]
        at = chosen.index(first) if first in chosen else 0
        return [*chosen[at:], *chosen[:at]]
