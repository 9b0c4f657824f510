"""The one form that makes an empty installation ready for its first request."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SetupForm(forms.Form):
    technology = forms.CharField(label=_("Technology team"), max_length=80, help_text=_("Who builds: Web."))
    marketing = forms.CharField(label=_("Marketing team"), max_length=80, help_text=_("Who asks: SEO."))
    weeks = forms.DecimalField(
        label=_("What the technology team has this quarter"),
        min_value=0,
        max_value=10_000,
        max_digits=7,
        decimal_places=1,
        initial=Decimal(26),
        help_text=_("Person-weeks of everybody in it; a quarter of them is kept back for daily business."),
    )
    site = forms.CharField(label=_("Site"), max_length=120)
    url = forms.URLField(label=_("Its address"), max_length=300, assume_scheme="https")
    area = forms.CharField(label=_("First area"), max_length=120, initial=_("Product page"))
    pattern = forms.CharField(label=_("Its URL pattern"), max_length=300, initial="/p/*", required=False)
    marketer_name = forms.CharField(label=_("Name of a marketer"), max_length=120, required=False)
    marketer_email = forms.EmailField(label=_("E-mail of the marketer"), max_length=254, required=False)
    engineer_name = forms.CharField(label=_("Name of an engineer"), max_length=120, required=False)
    engineer_email = forms.EmailField(label=_("E-mail of the engineer"), max_length=254, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for who in ("marketer", "engineer"):
            name, email = given.get(f"{who}_name"), given.get(f"{who}_email")
            if email and not name:
                self.add_error(f"{who}_name", _("Who is it?"))
            if name and not email and f"{who}_email" not in self.errors:
                self.add_error(f"{who}_email", _("Where does the invitation go?"))
        if given.get("technology", "").lower() == given.get("marketing", " ").lower():
            self.add_error("marketing", _("Each side has a team of its own."))
        return given


class RemoveDemoForm(forms.Form):
    """Typed by hand, so that nobody removes everything by a slip."""

    name = forms.CharField(label=_("Name of the firm"), max_length=120, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, firm: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.firm = firm
        self.fields["name"].help_text = _("Type “%(firm)s” to say that you mean it.") % {"firm": firm}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name.strip() != self.firm.strip():
            raise forms.ValidationError(_("This is not the name of the firm."))
        return name
