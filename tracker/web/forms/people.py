"""Forms of people, teams, the own profile, the firm and the first page."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tracker.people.access import Role, Scope
from tracker.people.models import Level, Side, Team, User, known_time_zones

IN_THEMSELVES = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
DAYS = [("30", _("30 days")), ("90", _("90 days")), ("365", _("a year")), ("", _("without end"))]


def time_zones() -> list[tuple[str, str]]:
    return [(zone, zone.replace("_", " ")) for zone in known_time_zones()]


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    title = forms.CharField(
        label=pgettext_lazy("person", "Title"),
        max_length=120,
        required=False,
        help_text=_("As on the door: Head of SEO."),
    )
    team = forms.ModelChoiceField(
        Team.objects.all(), label=_("Team"), required=False, to_field_name="key", empty_label=_("no team")
    )


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, help_text=_("Their powers add up.")
    )


class InviteForm(PersonForm, RolesForm):
    language = forms.ChoiceField(label=_("Language"), choices=IN_THEMSELVES, help_text=_("Of the invitation too."))
    field_order = ("name", "email", "title", "team", "roles", "language")


class TeamForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=80)
    side = forms.ChoiceField(label=_("Side"), choices=Side.choices, widget=forms.RadioSelect)


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=IN_THEMSELVES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zones, help_text=_("Every time on every page is shown in it.")
    )


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself."),
    )
    days = forms.TypedChoiceField(
        label=_("It works for"), choices=DAYS, coerce=int, empty_value=None, initial="90", required=False
    )


class FirmForm(forms.Form):
    name = forms.CharField(label=_("Name of the firm"), max_length=120)


class LevelForm(forms.Form):
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices, widget=forms.RadioSelect)


class FirstAdminForm(forms.Form):
    firm = forms.CharField(label=_("Name of the firm"), max_length=120)
    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=200,
        strip=False,
        help_text=_("At least 12 characters; a few words are best."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="UTC")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "password" in given:
            person = User(name=given.get("name", ""), email=given.get("email", ""))
            try:
                validate_password(given["password"], person)
            except ValidationError as wrong:
                self.add_error("password", wrong)
        return given
