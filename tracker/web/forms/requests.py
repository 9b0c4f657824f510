"""Forms of requests: filing in a minute, everything else when it is asked for, and the four answers of triage."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.intake.files import Held
from tracker.intake.models import Confidence, Delivery, RequestType, WorkRequest
from tracker.intake.queries import words_in
from tracker.intake.rules import CORE_FIELDS, Stage
from tracker.intake.states import State
from tracker.intake.wishes import Wish, read_wish
from tracker.people.models import Team, User
from tracker.projects.rules import SIZES
from tracker.sites.models import Area
from tracker.web.exports import Column
from tracker.web.forms.fields import (
    LONGEST_TEXT,
    LinesField,
    answer_field,
    areas_to_choose,
    people_to_choose,
    person_field,
    text_area,
    wish_fields,
    words_of,
)
from tracker.web.forms.files import FilesField, files_field

Choices = list[tuple[str, Any]]
FILES = "files"
"""The field for files that answer no question."""


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = choices


class ShownForm(forms.Form):
    """A form whose fields are not called optional although it lets them be empty: somebody else asks for them."""

    use_required_attribute = False

    def show_needed(self, names: Collection[str] | None = None) -> None:
        """For drawing alone, once the form was read; None means all."""
        for name, field in self.fields.items():
            field.required = name != FILES and (names is None or name in names)


class RequestForm(ShownForm):
    """Every field that all types have; `keep` and `add_answers` make the form that a page needs.

    No field is required here: what is missing for which stage is told by the verb, so that a draft may lack anything.
    """

    type = forms.ChoiceField(
        label=_("What kind of request"),
        # On a change the questions of the other type come in; without JavaScript they come after sending.
        widget=forms.RadioSelect(
            attrs={
                "class": "many",
                "hx-get": reverse_lazy("request-questions"),
                "hx-target": "#type-questions",
                "hx-trigger": "change",
                "hx-sync": "#type-questions:queue last",
                "hx-include": "#type-questions",
            }
        ),
    )
    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("What shall be different, as you would say it to a colleague.")
    )
    area = forms.ChoiceField(label=_("Area"), required=False, help_text=_("The team that owns it gets the request."))
    example_urls = LinesField(label=_("Example pages"), required=False, help_text=_("One web address on each line."))
    why = forms.CharField(
        label=pgettext_lazy("request", "Why"), required=False, max_length=LONGEST_TEXT, widget=text_area(4)
    )
    kpi = forms.CharField(
        label=_("KPI"),
        required=False,
        max_length=120,
        help_text=_("What will move: rich-result clicks a month."),
        widget=forms.TextInput(attrs={"list": "kpi-names", "autocomplete": "off"}),
    )
    baseline = forms.DecimalField(label=_("Baseline"), required=False, max_digits=16, decimal_places=4)
    target = forms.DecimalField(label=_("Target"), required=False, max_digits=16, decimal_places=4)
    measure_on = forms.DateField(label=_("Measured on"), required=False)
    confidence = forms.ChoiceField(
        label=_("Confidence"), required=False, choices=[("", _("not said yet")), *Confidence.choices]
    )
    similar_to = forms.CharField(
        label=_("Similar request"), required=False, max_length=24, help_text=_("Its key, R-41, for a similar case.")
    )
    confidence_source = forms.CharField(
        label=_("Which case or data"),
        required=False,
        max_length=300,
        help_text=_("For all but a guess; a similar request says it too."),
    )
    value_per_week = forms.DecimalField(
        label=_("Worth a week"), required=False, max_digits=12, decimal_places=2, min_value=Decimal(0)
    )
    deadline_on = forms.DateField(label=_("Deadline"), required=False)
    deadline_reason = forms.CharField(label=_("Why this deadline"), required=False, max_length=300)
    acceptance_tests = LinesField(
        label=_("Acceptance tests"), required=False, help_text=_("One on each line; each becomes a check.")
    )
    how_to_test = forms.CharField(label=_("How to test"), required=False, max_length=LONGEST_TEXT, widget=text_area())

    def __init__(
        self, *args: Any, kinds: Mapping[str, RequestType], areas: Mapping[str, Area], language: str, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.kinds, self.areas, self.language = kinds, areas, language
        self.answer_stages: dict[str, str] = {}
        offer(self, "type", [(key, words_in(kind.name, language)) for key, kind in kinds.items()])
        offer(self, "area", [("", _("choose an area")), *_areas_by_site(areas)])

    def keep(self, names: Collection[str]) -> None:
        for name in list(self.fields):
            if name not in names:
                del self.fields[name]

    def add_files(self) -> None:
        self.fields[FILES] = files_field()

    def add_answers(self, fields: Sequence[Mapping[str, Any]], stages: Collection[str] = (*Stage, "")) -> None:
        """The type's own questions of these stages."""
        for one in fields:
            if one["stage"] in stages:
                self.fields[one["key"]] = self._answer_field(one)
                self.answer_stages[one["key"]] = one["stage"]

    def show_needed_for(self, stage: Stage) -> None:
        """What this stage asks for is needed, whatever else is drawn may stay empty."""
        own = [name for name, asked in self.answer_stages.items() if asked == stage]
        self.show_needed({"type", *CORE_FIELDS[stage], *own})

    def changes(self) -> dict[str, Any]:
        """What edit_request and file_request take, apart from files."""
        files = self._file_fields()
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in self.answer_stages and name not in files
        }
        if "type" in given:
            given["type"] = self.kinds[given["type"]]
        if "area" in given:
            given["area"] = self.areas.get(given["area"])
        answers = {name: self.cleaned_data.get(name) for name in self.answer_stages if name not in files}
        if answers:
            given["answers"] = {name: plain_answer(value) for name, value in answers.items()}
        return given

    def held(self) -> list[Held]:
        """Those that came; what answers a question names it."""
        found: list[Held] = []
        for name in self._file_fields():
            field = name if name in self.answer_stages else ""
            found += [replace(held, field=field) for held in self.cleaned_data.get(name) or []]
        return found

    def _file_fields(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, FilesField)]

    def _answer_field(self, one: Mapping[str, Any]) -> forms.Field:
        match one["kind"]:
            case "file":
                return FilesField(many=False, **words_of(one, self.language))
            case "person":
                held = self.initial.get(one["key"])
                people = people_to_choose([held] if isinstance(held, int) else [])
                return person_field(people, **words_of(one, self.language))
            case "area":
                choices = [("", _("choose an area")), *_areas_by_site(self.areas or areas_to_choose())]
                return forms.ChoiceField(choices=choices, **words_of(one, self.language))
        return answer_field(one, self.language)

    @property
    def answers(self) -> list[forms.BoundField]:
        return [self[name] for name in self.answer_stages if name in self.fields]


def _areas_by_site(areas: Mapping[str, Area]) -> list[tuple[str, Choices]]:
    groups: dict[str, Choices] = {}
    for key, area in areas.items():
        groups.setdefault(area.site.name, []).append(
            (key, f"{area.name} · {area.pattern}" if area.pattern else area.name)
        )
    return list(groups.items())


def plain_answer(value: Any) -> Any:
    """Form values as the verbs take answers: JSON values."""
    if value is None or isinstance(value, str | list):
        return value
    return float(value) if isinstance(value, Decimal) else value.isoformat()


def shown_values(ask: WorkRequest) -> dict[str, Any]:
    """What the form shows of a request; needs `type` and `area` loaded."""
    names = [name for name in RequestForm.base_fields if name not in ("type", "area", "similar_to")]
    held = {name: _shown(getattr(ask, name)) for name in names}
    held["similar_to"] = ask.similar_to.key if ask.similar_to else ""
    return {**ask.answers, **held, "type": ask.type.key, "area": ask.area.key if ask.area else ""}


def _shown(value: Any) -> Any:
    """Decimals as people write them: 41200, not 41200.0000."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


FILING = ("type", *CORE_FIELDS[Stage.FILING])


class StepForm(forms.Form):
    """One answer to a request; `next` says where to go on afterwards."""

    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def arguments(self) -> dict[str, Any]:
        """What the verb takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "next"}


class PlainForm(StepForm):
    """A step that asks nothing."""


class FiledForm(StepForm):
    """A step that files may come with."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields[FILES] = files_field()


class AcceptForm(StepForm):
    """Effort is asked for on accepting, and may be said later."""

    size = forms.ChoiceField(
        label=_("Effort alone"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("S", _("S · 1 week")), ("M", _("M · 3 weeks")), ("L", _("L · 8 weeks")), ("", _("not said yet"))],
    )
    weeks = forms.DecimalField(
        label=_("Or in weeks"), required=False, min_value=Decimal(0), max_digits=7, decimal_places=2
    )

    def arguments(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"effort_weeks": given["weeks"] if given["weeks"] is not None else SIZES.get(given["size"])}


class EffortForm(AcceptForm):
    def arguments(self) -> dict[str, Any]:
        return {"weeks": super().arguments()["effort_weeks"]}


class AskForm(StepForm):
    question = forms.CharField(label=_("What do you need to know"), max_length=LONGEST_TEXT, widget=text_area())


class AnswerForm(FiledForm):
    answer = forms.CharField(label=_("Your answer"), max_length=LONGEST_TEXT, widget=text_area())


class DeclineForm(StepForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_TEXT, widget=text_area(), help_text=_("The requester reads it as it is.")
    )


class ParkForm(StepForm):
    review_on = forms.DateField(label=_("Until"), help_text=_("On this day it comes back to triage by itself."))
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT, required=False, widget=text_area(2))


class MoveForm(StepForm):
    area = forms.ChoiceField(label=_("Area"), help_text=_("The team that owns it gets the request."))

    def offer_areas(self, areas: Mapping[str, Area]) -> None:
        self.areas = areas
        offer(self, "area", [("", _("choose an area")), *_areas_by_site(areas)])

    def arguments(self) -> dict[str, Any]:
        return {"area": self.areas[self.cleaned_data["area"]]}


class SnoozeForm(StepForm):
    until = forms.DateField(label=_("Until"), help_text=_("On this day it is back in your inbox."))


class AssignForm(StepForm):
    """`to` is the number of one of those who may triage it; nobody takes it back."""

    to = forms.TypedChoiceField(label=_("Who takes it on"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, people: Sequence[User] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.people = {one.pk: one for one in people}
        offer(self, "to", [*((str(pk), one.name) for pk, one in self.people.items()), ("", _("nobody"))])

    def arguments(self) -> dict[str, Any]:
        return {"to": self.people.get(self.cleaned_data["to"])}


class RouteForm(StepForm):
    """Where it belongs: by the key of an area, of a type, or both."""

    area = forms.ModelChoiceField(Area.objects.select_related("team"), required=False, to_field_name="key")
    type = forms.ModelChoiceField(RequestType.objects.all(), required=False, to_field_name="key")


class HiddenForm(forms.Form):
    """What a button sends along."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(auto_id=False)
        for name, value in values.items():
            self.fields[name] = forms.CharField(widget=forms.HiddenInput, required=False, initial=value)


STEP_FORMS: Mapping[str, type[StepForm]] = {
    "accept": AcceptForm,
    "ask": AskForm,
    "answer": AnswerForm,
    "decline": DeclineForm,
    "park": ParkForm,
    "effort": EffortForm,
    "snooze": SnoozeForm,
}


def step_forms(
    refused: Mapping[str, forms.Form], *, lacking: Sequence[str] = (), then: str = ""
) -> dict[str, forms.Form]:
    """The forms of all steps by name; those that were refused as they came in, the others fresh.

    The question begins with what is missing, so that asking for it is one key; what else is asked goes below it.
    """
    question = question_for(lacking)
    fresh = {
        name: kind(initial={"next": then, "question": question}, auto_id=f"{name}-%s")
        for name, kind in STEP_FORMS.items()
        if name not in refused
    }
    return {**fresh, **refused}


def question_for(lacking: Sequence[str]) -> str:
    """What asks for the missing fields; empty where nothing is missing."""
    return f"{_('Please add: %(fields)s.') % {'fields': ', '.join(lacking)}}\n" if lacking else ""


class CommentForm(FiledForm):
    text = forms.CharField(
        label=_("Comment"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "data-mentions": reverse_lazy("person-mentions")}),
        help_text=_("@ and a name tells that person."),
    )
    internal = forms.BooleanField(label=_("For my own side only"), required=False)


class CommentEditForm(FiledForm):
    text = forms.CharField(
        label=_("Comment"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-mentions": reverse_lazy("person-mentions")}),
        help_text=_("What it said before stays readable in the story. Whoever is newly named with an @ is told."),
    )


class FilterForm(ShownForm):
    """What stands in the URL of the list; a value that is not among the choices narrows nothing."""

    q = forms.CharField(label=_("Text or key"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("State"), required=False)
    delivery = forms.ChoiceField(label=_("Delivery"), required=False)
    type = forms.ChoiceField(label=_("Type"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(
        self,
        data: Any,
        *,
        kinds: Mapping[str, RequestType],
        areas: Sequence[Area],
        teams: Sequence[Team],
        language: str,
    ) -> None:
        super().__init__(data)
        lists: dict[str, Choices] = {
            "state": list(State.choices),
            "delivery": [pair for pair in Delivery.choices if pair[0]],
            "type": [(key, words_in(kind.name, language)) for key, kind in kinds.items()],
            "area": [(area.key, area.name) for area in areas],
            "team": [(team.key, team.name) for team in teams],
        }
        for name, choices in lists.items():
            offer(self, name, [("", _("all")), *choices])
        kind = kinds.get(str(self.data.get("type", "")))
        self.own = kind.fields if kind else []
        self.wishes = wish_fields(self.own, areas, language)
        self.fields.update(self.wishes)

    def wished(self) -> tuple[Wish, ...]:
        """What is wanted of the answers; the form was read before."""
        given = {name: self.data.get(name, "") for name in self.wishes if name not in self.errors}
        return tuple(read_wish(self.own, name, text) for name, text in given.items() if text.strip())


class ColumnsForm(ShownForm):
    """Which columns the list of requests shows."""

    columns = forms.MultipleChoiceField(
        label=_("Columns beside key and title"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, offered: Sequence[Column], shown: Collection[str]) -> None:
        super().__init__(initial={"columns": list(shown)})
        offer(self, "columns", [(column.name, column.label) for column in offered])
        self.show_needed()
