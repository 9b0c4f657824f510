"""Forms of cases: raise one, say what a side wants, settle, rule."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.escalations.models import CHOICES, Reason, RulingKind
from tracker.intake.states import State
from tracker.people.models import User
from tracker.web.forms.backlog import lines
from tracker.web.forms.fields import LinesField

LONGEST = 5_000
SENTENCE = 500
EVENING = time(18)
LETTERS = {RulingKind.GRANT: "A", RulingKind.COMPROMISE: "B", RulingKind.DENY: "C"}
"""A ruling keeps its letter, wherever it stands on the page."""
REASONS: Mapping[str, Reason] = {State.DECLINED: Reason.DECLINED, State.ACCEPTED: Reason.PRIORITY}
"""Why a request in this state is mostly stuck; any other waits for an answer."""


def letters() -> list[tuple[str, Any]]:
    return [(str(kind), f"{LETTERS[kind]} · {kind.label}") for kind in CHOICES]


class RaiseForm(forms.Form):
    wanted = forms.CharField(
        label=_("Which decision do you want?"),
        max_length=SENTENCE,
        widget=forms.TextInput(),
        help_text=_("One question that can be answered: May search crawlers read the whole shop?"),
    )
    reason = forms.ChoiceField(label=_("Why is it stuck?"), choices=Reason.choices)
    options = LinesField(label=_("Options"), required=False)
    tried = forms.CharField(label=_("What was tried"), max_length=LONGEST, required=False, widget=lines(2))


class PositionForm(forms.Form):
    text = forms.CharField(
        label=_("What your side wants, and why"),
        max_length=LONGEST,
        widget=lines(4),
        help_text=_("A few sentences; numbers persuade."),
    )
    accepts = forms.MultipleChoiceField(
        label=_("Rulings your side could live with"),
        required=False,
        choices=letters,
        widget=forms.CheckboxSelectMultiple,
    )

    def name_rulings(self, titles: Mapping[str, str]) -> None:
        """What each ruling comes to in this case, in the order of the letters; by kind."""
        named = [(str(kind), titles[kind]) for kind in CHOICES]
        self.fields["accepts"].choices = named  # type: ignore[attr-defined]  # a MultipleChoiceField


class SettleForm(forms.Form):
    sentence = forms.CharField(label=_("What both sides could agree on"), max_length=SENTENCE, widget=lines(2))
    due_on = forms.DateField(label=_("Looked at again on"), widget=forms.DateInput())


class SendBackForm(forms.Form):
    sentence = forms.CharField(
        label=_("What is missing, or whose decision it is"),
        max_length=SENTENCE,
        widget=lines(2),
        help_text=_("The case ends with this; whoever is involved may ask again."),
    )


class WithdrawCaseForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=SENTENCE, required=False, widget=forms.TextInput())


class MeetForm(forms.Form):
    note = forms.CharField(label=_("What shows it"), max_length=SENTENCE, required=False, widget=forms.TextInput())


class AcknowledgeForm(forms.Form):
    until = forms.DateField(
        label=_("The answer comes by"),
        widget=forms.DateInput(),
        help_text=_("Within two weeks, once: until then nobody else is asked."),
    )


class TakeUpForm(forms.Form):
    """The lists of the docket take a case up without it: then the usual day holds."""

    until = forms.DateField(
        label=_("Ruling by"),
        required=False,
        widget=forms.DateInput(),
        help_text=_("Both sides read this day. It may be earlier than the usual one, not later."),
    )

    def clean_until(self) -> datetime | None:
        """The evening of that day."""
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day, EVENING)) if day else None


class PlainCaseForm(forms.Form):
    """A step that needs no more words."""


class RulingForm(forms.Form):
    """A choice, a sentence and a date; whoever sees to it is optional, but comes with a day. What has to hold is the
    sentence, unless a condition says it in words of its own."""

    kind = forms.ChoiceField(
        label=_("What you can rule"),
        choices=[(str(kind), kind.label) for kind in CHOICES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three.")},
    )
    sentence = forms.CharField(
        label=_("In one sentence, why"),
        max_length=SENTENCE,
        widget=lines(2),
        error_messages={"required": _("Say why in one sentence: both sides read it.")},
    )
    due_on = forms.DateField(label=_("Looked at again on"), widget=forms.DateInput())
    rationale = forms.CharField(label=_("More of the reasons"), max_length=LONGEST, required=False, widget=lines(2))
    accepted_risk = forms.CharField(
        label=_("The risk that is accepted, in words"), max_length=LONGEST, required=False, widget=lines(2)
    )
    condition = forms.CharField(
        label=_("On the condition that"),
        max_length=SENTENCE,
        required=False,
        help_text=_("With a condition, name both: who answers for it, and by which day."),
    )
    condition_owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who answers for the condition"), required=False, empty_label=_("nobody")
    )
    condition_due_on = forms.DateField(label=_("It has to hold by"), required=False, widget=forms.DateInput())

    FOLDED = ("rationale", "accepted_risk", "condition")
    NAMED = ("condition_owner", "condition_due_on")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        people = User.objects.active().exclude(roles=[]).order_by("name")
        self.fields["condition_owner"].queryset = people  # type: ignore[attr-defined]  # a ModelChoiceField

    def name_who_carries_out(self) -> None:
        """Where nothing follows from a ruling by itself, the same two say who makes it happen."""
        self.fields["condition_owner"].label = _("Who carries the ruling out")
        self.fields["condition_due_on"].label = _("Done by")
        self.fields["condition"].help_text = _("Whoever carries the ruling out answers for this as well.")

    @property
    def unfolded(self) -> bool:
        """Whether what most rulings leave empty has to be shown: something in it is wrong, or was typed."""
        return self._touched(self.FOLDED)

    @property
    def named(self) -> bool:
        """The same of who sees to it, and by when."""
        return self._touched(self.NAMED)

    def _touched(self, names: Iterable[str]) -> bool:
        return any(self[name].errors or (self.is_bound and self[name].value()) for name in names)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        parts = {name: given.get(name) for name in (*self.NAMED, "condition")}
        lacking = [name for name in self.NAMED if not parts[name] and name not in self.errors]
        if any(parts.values()) and lacking:
            self.add_error(lacking[0], _("Name both: who it is, and by which day."))
        return given
