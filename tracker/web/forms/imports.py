"""Forms of the import wizard: the file, the columns nobody knew, what counts as a project."""

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.integrations.jira_csv.mapping import Mapping, mapping_from_values
from tracker.integrations.jira_csv.reader import MAX_BYTES
from tracker.integrations.models import ImportRun
from tracker.integrations.words import say_unreadable
from tracker.people.access import Power, Ties, Viewer, may
from tracker.people.models import Team
from tracker.projects.models import Stage

SHOWN_STATUSES = 100
SHOWN_LABELS = 100
SKIP = ("skip", _("leave its rows out"))
DATE_ORDERS = [
    ("", _("as the dates of the file suggest")),
    ("day_first", _("day first: 03/04 is 3 April")),
    ("month_first", _("month first: 03/04 is 4 March")),
]
COLUMN_FIELDS = {
    "key": _("Key of the issue"),
    "summary": _("Title"),
    "issue_type": _("Type (epic, story…)"),
    "status": _("Status"),
    "parent_key": _("Key of the parent"),
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("A CSV export of Jira with all fields, in any language, up to 32 MB.")
    )
    source = forms.SlugField(
        label=_("Name of the source"),
        max_length=40,
        initial="jira",
        help_text=_("Use the same name each time: by it and by their keys projects are recognised."),
    )

    def clean_file(self) -> object:
        # The size is known before a byte of the file is read into memory.
        file = self.cleaned_data["file"]
        if file.size is not None and file.size > MAX_BYTES:
            raise ValidationError(str(say_unreadable("too_large", {"limit": MAX_BYTES, "size": file.size})))
        return file


class ColumnsForm(forms.Form):
    """One choice for each field that was not found by its name."""

    def __init__(self, survey: ReadOnly[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        header = [
            (str(index), f"{index + 1} · {name}" if name else str(index + 1))
            for index, name in enumerate(survey["header"])
        ]
        for name, label in COLUMN_FIELDS.items():
            needed = name in survey["missing"]
            guess = survey["guessed"].get(name)
            self.fields[name] = forms.ChoiceField(
                label=label,
                required=needed,
                initial="" if guess is None else str(guess),
                choices=[("", _("choose a column") if needed else _("none")), *header],
            )

    def chosen(self) -> dict[str, int]:
        return {name: int(value) for name, value in self.cleaned_data.items() if value}


class MappingForm(forms.Form):
    kind = forms.ChoiceField(label=_("What counts as a project"), widget=forms.RadioSelect)
    types = forms.MultipleChoiceField(
        label=_("Types that count as epics"), required=False, widget=forms.CheckboxSelectMultiple
    )
    absent_parents = forms.BooleanField(
        label=_("Also epics that issues name but the file does not hold"), required=False
    )
    labels = forms.MultipleChoiceField(
        label=_("Labels that count"), required=False, widget=forms.CheckboxSelectMultiple
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Whose projects they are"),
        to_field_name="key",
        empty_label=_("choose a team"),
        help_text=_(
            "New projects belong to this team, and estimates are counted as its effort in the running quarter."
        ),
    )
    default_stage = forms.ChoiceField(label=_("Every other status"), choices=Stage.choices)
    date_order = forms.ChoiceField(label=_("Dates written as numbers"), choices=DATE_ORDERS, required=False)

    def __init__(self, run: ImportRun, survey: ReadOnly[str, Any], viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        mapping = run.mapping
        initial = {name: mapping.get(name) for name in ("kind", "types", "labels", "absent_parents", "date_order")}
        initial |= {"default_stage": mapping.get("default_stage", Stage.PLANNED)}
        super().__init__(*args, **{"initial": initial, **kwargs})
        teams = [team for team in Team.objects.all() if may(viewer, Power.IMPORT_PROJECTS, Ties(team=team.pk))]
        self._choice("kind").choices = _kinds(survey)
        self._choice("types").choices = _counted(_by_size(survey["types"]))
        self._choice("labels").choices = _counted(_by_size(survey["labels"])[:SHOWN_LABELS])
        cast("forms.ModelChoiceField[Team]", self.fields["team"]).queryset = Team.objects.filter(
            pk__in=[one.pk for one in teams]
        )
        own = run.team or (teams[0] if len(teams) == 1 else None)
        self.initial["team"] = own.key if own else None
        self.suggested = dict(mapping.get("stages", {}))
        self.statuses = _by_size(survey["statuses"])[:SHOWN_STATUSES]
        for number, (status, count) in enumerate(self.statuses):
            rows = ngettext("%(count)s row", "%(count)s rows", count) % {"count": count}
            self.fields[f"stage_{number}"] = forms.ChoiceField(
                label=f"{status} · {rows}",
                required=False,
                choices=[("", _("unknown: as below, and reported")), *Stage.choices, SKIP],
                initial=mapping.get("stages", {}).get(status, ""),
            )

    @property
    def stages(self) -> list[forms.BoundField]:
        return [self[f"stage_{number}"] for number in range(len(self.statuses))]

    def _choice(self, name: str) -> forms.ChoiceField:
        return cast(forms.ChoiceField, self.fields[name])

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("kind") == "epic" and not cleaned.get("types") and not cleaned.get("absent_parents"):
            self.add_error("types", _("Choose at least one type, or count something else as a project."))
        if cleaned.get("kind") == "label" and not cleaned.get("labels"):
            self.add_error("labels", _("Choose at least one label."))
        return cleaned

    def mapping(self) -> Mapping:
        cleaned = self.cleaned_data
        shown = {status: cleaned[f"stage_{number}"] for number, (status, _count) in enumerate(self.statuses)}
        chosen = self.suggested | shown
        return mapping_from_values(
            {
                **{name: cleaned[name] for name in ("kind", "types", "labels", "default_stage", "absent_parents")},
                "stages": {status: stage for status, stage in chosen.items() if stage},
            }
        )


class DateOrderForm(forms.Form):
    date_order = forms.ChoiceField(label=_("Dates written as numbers"), choices=DATE_ORDERS[1:])


def _kinds(survey: ReadOnly[str, Any]) -> list[tuple[str, str]]:
    labels = {
        "epic": _("Epics: rows of chosen types, with the issues below them"),
        "tracker_project": _("Projects of the tracker (%(count)s in the file)"),
        "milestone": _("Milestones, that is fix versions (%(count)s in the file)"),
        "label": _("Chosen labels (%(count)s in the file)"),
    }
    counts = {
        "epic": 0,
        "tracker_project": len(survey["tracker_projects"]),
        "milestone": len(survey["milestones"]),
        "label": len(survey["labels"]),
    }
    return [(kind, str(label) % {"count": counts[kind]}) for kind, label in labels.items()]


def _by_size(words: ReadOnly[str, int]) -> list[tuple[str, int]]:
    """The most used first: the database keeps no order of names."""
    return sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))


def _counted(words: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    return [(word, f"{word} · {count}") for word, count in words]
