"""Fields that several forms use, and those that read the answers to a type's own questions."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.intake.catalog import range_of
from tracker.intake.queries import words_in
from tracker.intake.wishes import ENDED, names_of
from tracker.people.models import User
from tracker.sites.models import Area
from tracker.web.answer_words import label_of

LONGEST_TEXT = 20_000
LONGEST_ANSWER, LONGEST_KPI = 2_000, 120


class LinesField(forms.CharField):
    """A list, one on each line; blank lines fall away."""

    widget = forms.Textarea

    def __init__(self, *, rows: int = 3, **more: Any) -> None:
        more.setdefault("max_length", LONGEST_TEXT)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "data-lines": "1"}), **more)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def text_area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def words_of(one: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Label and help of the field that asks for an answer."""
    return {
        "label": label_of(one, language),
        "help_text": words_in(one.get("help") or {}, language),
        "required": False,
    }


def answer_field(one: Mapping[str, Any], language: str) -> forms.Field:
    """For all kinds but those that choose among records."""
    words = words_of(one, language)
    choices = [(value, words_in(said, language)) for value, said in one.get("choices", ())]
    match one["kind"]:
        case "choice":
            return forms.ChoiceField(choices=[("", _("choose")), *choices], **words)
        case "choices":
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **words)
        case "number" | "money":
            least, most = range_of(one)
            return forms.DecimalField(max_digits=16, decimal_places=4, min_value=least, max_value=most, **words)
        case "date":
            return forms.DateField(**words)
        case "lines" | "urls":
            return LinesField(**words)
    longest = LONGEST_KPI if one["kind"] == "kpi" else LONGEST_ANSWER
    return forms.CharField(max_length=longest, **words)


def person_field(people: Mapping[int, str], **words: Any) -> forms.Field:
    choices = [("", _("choose a person")), *((str(pk), name) for pk, name in people.items())]
    return forms.TypedChoiceField(choices=choices, coerce=int, empty_value=None, **words)


def people_to_choose(held: Collection[int] = ()) -> dict[int, str]:
    """Who is here, and those that are chosen already (one statement)."""
    rows = User.objects.filter(Q(is_active=True) | Q(pk__in=held)).order_by("name", "pk")
    return dict(rows.values_list("pk", "name"))


def wish_fields(fields: Sequence[Mapping[str, Any]], areas: Sequence[Area], language: str) -> dict[str, forms.Field]:
    """What narrows a list by these fields, by the names of the parameters; people are asked for when they are shown."""
    found: dict[str, forms.Field] = {}
    for one in fields:
        for name, label in zip(names_of(one), _wish_labels(one, language), strict=False):
            found[name] = _wish_field(one, areas, label, language)
    return found


def _wish_labels(one: Mapping[str, Any], language: str) -> list[str]:
    label = label_of(one, language)
    if one["kind"] == "date":
        return [_("%(field)s, from") % {"field": label}, _("%(field)s, until") % {"field": label}]
    if one["kind"] in ENDED:
        return [_("%(field)s, at least") % {"field": label}, _("%(field)s, at most") % {"field": label}]
    return [label]


def _wish_field(one: Mapping[str, Any], areas: Sequence[Area], label: str, language: str) -> forms.Field:
    choices = [(value, words_in(said, language)) for value, said in one.get("choices", ())]
    match one["kind"]:
        case "date":
            return forms.DateField(label=label, required=False)
        case "number" | "money":
            return forms.DecimalField(label=label, required=False, max_digits=16, decimal_places=4)
        case "person":
            return forms.ChoiceField(label=label, required=False, choices=cache(_all_people))
        case "area":
            choices = [(area.key, area.name) for area in areas]
    return forms.ChoiceField(label=label, required=False, choices=[("", _("all")), *choices])


def _all_people() -> list[tuple[str, Any]]:
    return [("", _("all")), *((str(pk), name) for pk, name in people_to_choose().items())]


def areas_to_choose() -> dict[str, Area]:
    return {area.key: area for area in Area.objects.select_related("site").order_by("site__name", "name")}
