"""Forms around a decision: merge, contest, answer a contest; and to back a request."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.intake.models import Stake, WorkRequest
from tracker.people.models import Team, User
from tracker.web.forms.fields import LONGEST_TEXT, text_area
from tracker.web.forms.requests import StepForm, offer

OTHER = ""


class MergeForm(StepForm):
    """Into one of those that read alike, or into another one by its key."""

    alike = forms.ChoiceField(label=_("Which says the same"), required=False, widget=forms.RadioSelect)
    into = forms.CharField(label=_("Or the key of another one"), required=False, max_length=30)

    def __init__(self, *args: Any, alike: Sequence[WorkRequest] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        if not alike and not self.is_bound:
            del self.fields["alike"]
            self.fields["into"].label = _("Key of the request that says the same")
            self.fields["into"].required = True
            return
        chosen = [str(self.data.get("alike", ""))] if self.is_bound else []
        known = {ask.key: f"{ask.key} {ask.title}" for ask in alike}
        offer(
            self,
            "alike",
            [*known.items(), *((key, key) for key in chosen if key and key not in known), (OTHER, _("another one"))],
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        key = given.get("into") or given.get("alike") or ""
        if not key.strip() and not self.errors:
            self.add_error("into", _("Say which request it repeats."))
        return {**given, "into": key.strip()}

    def arguments(self) -> dict[str, Any]:
        return {"into": self.cleaned_data["into"]}


class ContestForm(StepForm):
    reason = forms.CharField(
        label=_("Why the decision is wrong"),
        max_length=LONGEST_TEXT,
        widget=text_area(),
        help_text=_("A decision is contested once; whoever answers reads this."),
    )


class ContestAnswerForm(StepForm):
    upholds = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[("no", _("Overturned: it goes back to triage")), ("yes", _("The decision stands"))],
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_TEXT, widget=text_area(), help_text=_("The requester reads it as it is.")
    )

    def arguments(self) -> dict[str, Any]:
        return {"upholds": self.cleaned_data["upholds"] == "yes", "reason": self.cleaned_data["reason"]}


class BackForm(forms.Form):
    """Who stands behind it and with what; nobody named is oneself."""

    use_required_attribute = False
    stake = forms.ChoiceField(label=_("At stake"), widget=forms.RadioSelect, choices=Stake.choices, initial=Stake.KPI)
    kpi = forms.CharField(label=_("Which KPI"), required=False, max_length=120)
    amount = forms.DecimalField(
        label=_("Budget, amount"), required=False, min_value=Decimal(0), max_digits=12, decimal_places=2
    )
    campaign_on = forms.DateField(label=_("Day of the campaign"), required=False)
    for_whom = forms.ChoiceField(
        label=_("On behalf of"), required=False, help_text=_("Both names are shown, and they hear of it.")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, people: Sequence[User], teams: Sequence[Team], **more: Any) -> None:
        super().__init__(*args, **more)
        self.people = {f"person:{one.pk}": one for one in people}
        self.teams = {f"team:{one.key}": one for one in teams}
        choices: list[tuple[str, Any]] = [("", _("myself"))]
        choices.append((str(_("Teams")), [(key, one.name) for key, one in self.teams.items()]))
        choices.append((str(_("People")), [(key, one.name) for key, one in self.people.items()]))
        offer(self, "for_whom", choices)

    def arguments(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if name != "for_whom"}
        chosen = self.cleaned_data["for_whom"]
        return {**given, "person": self.people.get(chosen), "team": self.teams.get(chosen)}


def decision_forms(
    refused: Mapping[str, forms.Form], *, alike: Sequence[WorkRequest] = (), then: str = ""
) -> dict[str, forms.Form]:
    """By the name of the step; those that were refused as they came in."""
    initial = {"next": then}
    fresh: dict[str, forms.Form] = {
        "merge": MergeForm(initial=initial, alike=alike, auto_id="merge-%s"),
        "contest": ContestForm(initial=initial, auto_id="contest-%s"),
        "answer_contest": ContestAnswerForm(initial=initial, auto_id="answer-contest-%s"),
    }
    return {**fresh, **{name: form for name, form in refused.items() if name in fresh}}
