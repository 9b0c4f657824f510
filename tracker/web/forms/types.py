"""Forms of request types: the name of one, and a field of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.intake.catalog import KINDS, key_of, read_choices, wrong_in_field
from tracker.intake.rules import Stage
from tracker.kernel.errors import Invalid
from tracker.web.forms.fields import LinesField

NEVER = "never"
STAGES = (
    (str(Stage.FILING), _("filing")),
    (str(Stage.ACCEPTANCE), _("acceptance")),
    (str(Stage.EMBEDDING), _("embedding")),
    (NEVER, pgettext_lazy("needed for", "nothing: it may stay empty")),
)
SHOWN_AT = {"label": "label_en", "help": "help_en", "unit": "unit_en"}
"""Where the form tells what is wrong with a part of a field."""


class TypeForm(forms.Form):
    name_en = forms.CharField(
        label=_("Name in English"), max_length=60, help_text=_("As people say it: Structured data.")
    )
    name_ru = forms.CharField(
        label=_("Name in Russian"), max_length=60, required=False, help_text=_("The English one where it is empty.")
    )

    @property
    def name(self) -> dict[str, str]:
        return {"en": self.cleaned_data["name_en"], "ru": self.cleaned_data["name_ru"]}


class FieldForm(forms.Form):
    """One field; `key` is asked for a fresh one alone, since answers are kept under it."""

    label_en = forms.CharField(label=_("Label in English"), max_length=120)
    label_ru = forms.CharField(
        label=_("Label in Russian"), max_length=120, required=False, help_text=_("The English one where it is empty.")
    )
    kind = forms.ChoiceField(label=pgettext_lazy("field", "Kind"), choices=list(KINDS.items()))
    stage = forms.ChoiceField(
        label=_("Required for"),
        choices=STAGES,
        help_text=_("Filing takes a minute: ask for the rest when it is needed."),
    )
    help_en = forms.CharField(label=_("Help in English"), max_length=300, required=False)
    help_ru = forms.CharField(label=_("Help in Russian"), max_length=300, required=False)
    choices = LinesField(
        label=_("Choices"),
        required=False,
        rows=5,
        help_text=_("For choices: one on each line, as value | English | Russian. The value is what is kept."),
    )
    unit_en = forms.CharField(label=_("Unit in English"), max_length=20, required=False, help_text=_("For numbers."))
    unit_ru = forms.CharField(label=_("Unit in Russian"), max_length=20, required=False)
    least = forms.IntegerField(label=_("Least"), required=False, help_text=_("For numbers."))
    most = forms.IntegerField(label=_("Most"), required=False)
    key = forms.CharField(
        label=_("Key"),
        max_length=40,
        required=False,
        help_text=_("Made of the label where it is empty; the API and the address of a list use it. It never changes."),
    )

    def __init__(self, *args: Any, key: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self.known_key = key
        if key:
            del self.fields["key"]

    def clean(self) -> dict[str, Any]:
        """Puts what the verbs take under `field`."""
        given = self.cleaned_data
        if self.errors:
            return given
        try:
            choices = read_choices("\n".join(given["choices"]))
        except Invalid as wrong:
            self.add_error("choices", str(wrong))
            return given
        field = {
            "key": self.known_key or given.get("key") or key_of(given["label_en"]),
            "kind": given["kind"],
            "stage": "" if given["stage"] == NEVER else given["stage"],
            **{part: {"en": given[f"{part}_en"], "ru": given[f"{part}_ru"]} for part in ("label", "help", "unit")},
            "choices": choices,
            "least": given["least"],
            "most": given["most"],
        }
        for part, said in wrong_in_field(field).items():
            shown = SHOWN_AT.get(part, part)
            if part == "key" and not given.get("key"):
                shown = "label_en"
            self.add_error(shown if shown in self.fields else None, str(said))
        given["field"] = field
        return given


def shown_field(one: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of a field."""
    pairs = {
        f"{part}_{language}": (one.get(part) or {}).get(language, "")
        for part in ("label", "help", "unit")
        for language in ("en", "ru")
    }
    choices = [" | ".join((value, words["en"], words["ru"])) for value, words in one.get("choices") or ()]
    return {**pairs, "kind": one["kind"], "stage": one["stage"] or NEVER, "choices": choices} | {
        end: one.get(end) for end in ("least", "most")
    }
