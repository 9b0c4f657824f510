"""Forms of sites, areas and freezes."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.people.models import Team
from tracker.sites.models import Site

MOST_COMPONENTS = 50


class SiteForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=120)
    url = forms.URLField(label=_("Address"), max_length=300, assume_scheme="https", help_text=_("https://shop.example"))


class AreaForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("thing", "Name"), max_length=120, help_text=_("As people say it: Product page.")
    )
    pattern = forms.CharField(
        label=_("URL pattern"), max_length=300, required=False, help_text=_("/p/* means every address below /p/.")
    )
    team = forms.ModelChoiceField(
        Team.objects.all(), label=_("Team"), to_field_name="key", help_text=_("Requests about this area go to it.")
    )
    components = forms.CharField(
        label=_("Components in the tracker"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )
    url_count = forms.IntegerField(
        label=_("Number of pages"), min_value=0, max_value=2_000_000_000, required=False, initial=0
    )

    def offer(self, teams: QuerySet[Team]) -> None:
        """Narrows the teams that may be chosen."""
        cast("forms.ModelChoiceField[Team]", self.fields["team"]).queryset = teams

    def clean_components(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["components"].splitlines() if line.strip()]
        if len(lines) > MOST_COMPONENTS or any(len(line) > 80 for line in lines):
            raise forms.ValidationError(_("At most 50 components, 80 characters each."))
        return lines

    def clean_url_count(self) -> int:
        return self.cleaned_data["url_count"] or 0


class FreezeForm(forms.Form):
    reason = forms.CharField(
        label=_("What for"), max_length=200, help_text=_("Peak season, a move of the data centre.")
    )
    starts_on = forms.DateField(label=_("First day"))
    ends_on = forms.DateField(label=_("Last day"), help_text=_("It is frozen as well."))


class NewFreezeForm(FreezeForm):
    """`of` is a site or a team: "site:shop", "team:web"."""

    of = forms.ChoiceField(label=_("Of what"), help_text=_("A site, or all that one team brings live."))
    field_order = ("of", "reason", "starts_on", "ends_on")

    def __init__(self, *args: Any, sites: Sequence[Site], teams: Sequence[Team], **more: Any) -> None:
        super().__init__(*args, **more)
        self.sites = {f"site:{one.key}": one for one in sites}
        self.teams = {f"team:{one.key}": one for one in teams}
        cast(forms.ChoiceField, self.fields["of"]).choices = [
            (_("Sites"), [(key, one.name) for key, one in self.sites.items()]),
            (_("Teams"), [(key, one.name) for key, one in self.teams.items()]),
        ]

    def arguments(self) -> dict[str, Any]:
        """What add_freeze takes."""
        given = dict(self.cleaned_data)
        of = given.pop("of")
        return {**given, "site": self.sites.get(of), "team": self.teams.get(of)}
