"""Forms of importing findings and old tickets: the file, the columns, the threshold, what becomes of a group."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tracker.integrations.findings.cells import PRIORITIES, Priority
from tracker.integrations.findings.threshold import Threshold
from tracker.integrations.jira_csv.reader import MAX_BYTES
from tracker.integrations.words import PRIORITY_NAMES, say_unreadable
from tracker.sites.models import Area
from tracker.web.forms.imports import DATE_ORDERS

FIELD_LABELS = {
    "issue": _("Issue: what is wrong"),
    "title": _("Title, if it differs from the issue"),
    "template": _("Template, area or URL pattern"),
    "urls": _("Number of URLs"),
    "share": _("Share of all URLs, %"),
    "priority": _("Priority"),
    "examples": _("Example URLs"),
    "description": _("Description"),
}


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"))
    source = forms.SlugField(
        label=_("Name of the source"),
        max_length=40,
        help_text=_(
            "Use the same name each time: by it an earlier import is recognised, so that nothing comes in twice."
        ),
    )

    def clean_file(self) -> object:
        # The size is known before a byte of the file is read into memory.
        file = self.cleaned_data["file"]
        if file.size is not None and file.size > MAX_BYTES:
            raise ValidationError(str(say_unreadable("too_large", {"limit": MAX_BYTES, "size": file.size})))
        return file


class FindingsFileForm(FileForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("The issue overview or hints of a crawler, or any CSV, up to 32 MB.")
        self.fields["source"].initial = "crawl"


class TicketsFileForm(FileForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("A CSV export of Jira or a JSON list of issues of GitHub, up to 32 MB.")
        self.fields["source"].initial = "jira"


class FindingColumnsForm(forms.Form):
    """One choice for each field; what was recognised is chosen already."""

    def __init__(self, survey: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        header = [
            (str(index), f"{index + 1} · {name}" if name else str(index + 1))
            for index, name in enumerate(survey["header"])
        ]
        for name, label in FIELD_LABELS.items():
            guess = survey["places"].get(name)
            self.fields[name] = forms.ChoiceField(
                label=label,
                required=name == "issue",
                initial="" if guess is None else str(guess),
                choices=[("", _("choose a column") if name == "issue" else _("none")), *header],
            )

    def chosen(self) -> dict[str, int]:
        return {name: int(value) for name, value in self.cleaned_data.items() if value}


class ThresholdForm(forms.Form):
    urls = forms.IntegerField(label=_("Least number of URLs"), min_value=0, max_value=2_000_000_000)
    share = forms.DecimalField(
        label=_("Least share of all URLs, %"), min_value=0, max_value=100, max_digits=6, decimal_places=3
    )
    priority = forms.ChoiceField(
        label=_("Least priority"), choices=[(name, PRIORITY_NAMES[name]) for name in PRIORITIES]
    )
    area = forms.ModelChoiceField(
        Area.objects.none(),
        label=_("Area of rows that name none"),
        to_field_name="key",
        required=False,
        empty_label=_("leave it open"),
    )

    def __init__(self, mapping: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        initial = {name: mapping.get(name) for name in ("urls", "share", "priority")}
        super().__init__(*args, **{"initial": initial, **kwargs})
        areas = Area.objects.select_related("site")
        cast("forms.ModelChoiceField[Area]", self.fields["area"]).queryset = areas
        chosen = mapping.get("area")
        self.initial["area"] = next((area.key for area in areas if area.pk == chosen), None) if chosen else None

    def threshold(self) -> Threshold:
        cleaned = self.cleaned_data
        priority: Priority = cleaned["priority"]
        return Threshold(cleaned["urls"], Decimal(cleaned["share"]), priority)


class TicketsForm(forms.Form):
    closed = forms.BooleanField(label=_("Also tickets that are closed there"), required=False)
    date_order = forms.ChoiceField(label=_("Dates written as numbers"), choices=DATE_ORDERS, required=False)


class DeclineGroupsForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It stands on every ticket of these groups, for example: superseded."),
    )
