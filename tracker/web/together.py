"""What can be done to several requests at once, in words; and what takes it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tracker.escalations.actions import ACKNOWLEDGING
from tracker.intake.actions import TOGETHER, Together
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.people.access import Viewer
from tracker.web.forms.requests import STEP_FORMS, MoveForm, PlainForm, StepForm
from tracker.web.forms.together import PutOffForm
from tracker.web.undo import undo_by


@dataclass(frozen=True)
class Act:
    """`said` is what the message says afterwards, with the `count`."""

    label: str | Promise
    icon: str
    said: Any
    form: type[StepForm] = PlainForm
    kind: str = "plain"


VERBS: Mapping[str, Together] = {**TOGETHER, "acknowledge": ACKNOWLEDGING}
ACTS: Mapping[str, Act] = {
    "accept": Act(
        _("Accept"),
        "check",
        ngettext_lazy("%(count)s request is accepted.", "%(count)s requests are accepted.", "count"),
    ),
    "decline": Act(
        _("Decline"),
        "x",
        ngettext_lazy("%(count)s request is declined.", "%(count)s requests are declined.", "count"),
        STEP_FORMS["decline"],
        "danger",
    ),
    "park": Act(
        _("Park"),
        "clock",
        ngettext_lazy("%(count)s request is parked.", "%(count)s requests are parked.", "count"),
        STEP_FORMS["park"],
    ),
    "return": Act(
        _("Back to triage"),
        "undo-2",
        ngettext_lazy("%(count)s request is back in triage.", "%(count)s requests are back in triage.", "count"),
    ),
    "move": Act(
        _("Move to another area"),
        "arrow-right",
        ngettext_lazy("%(count)s request is moved.", "%(count)s requests are moved.", "count"),
        MoveForm,
    ),
    "withdraw": Act(
        _("Withdraw"),
        "trash-2",
        ngettext_lazy("%(count)s request is withdrawn.", "%(count)s requests are withdrawn.", "count"),
        PlainForm,
        "danger",
    ),
    "acknowledge": Act(
        _("Say when the answer comes"),
        "calendar-clock",
        ngettext_lazy(
            "The late answer to %(count)s request has a new date; until then nobody else is asked.",
            "The late answers to %(count)s requests have a new date; until then nobody else is asked.",
            "count",
        ),
        PutOffForm,
    ),
}
INVERSE: Mapping[str, str] = {"park": "return", "return": "park", "move": "move"}
"""The verb that takes another one back."""


def acts_for(viewer: Viewer, *, of: Sequence[str] = tuple(ACTS)) -> list[tuple[str, Act]]:
    """What this viewer may do to any request at all, by the name of the verb."""
    return [(name, ACTS[name]) for name in of if VERBS[name].offered_to(viewer)]


@dataclass(frozen=True)
class Before:
    """A request as it was before a verb changed it."""

    id: int
    key: str
    version: int
    state: str
    area: str
    review_on: str
    reason: str
    assigned_to: str = ""
    type: str = ""


def note_before(ask: WorkRequest) -> Before:
    """Needs `area` and `type` loaded."""
    area = ask.area.key if ask.area else ""
    review_on = ask.review_on.isoformat() if ask.review_on else ""
    to = str(ask.assigned_to_id or "")
    return Before(ask.pk, ask.key, ask.version, ask.state, area, review_on, ask.decision_reason, to, ask.type.key)


def _given_back(verb: str, before: Before) -> dict[str, str] | None:
    """What the inverse verb is given to bring back what was; None where it could not."""
    match verb:
        case "park" if before.state == State.FILED:
            return {}
        case "return":
            return {"review_on": before.review_on, "reason": before.reason}
        case "move" if before.area:
            return {"area": before.area}
    return None


def undo_of(verb: str, done: Sequence[Before], back: str) -> tuple[str, int]:
    """The address of the undo and for how many of them it is there; ("", 0) where there is none.

    Only where the act was all that happened: what else followed from it (one statement tells) would stay.
    """
    if verb not in INVERSE:
        return "", 0
    now = dict(WorkRequest.objects.filter(pk__in=[one.id for one in done]).values_list("pk", "version"))
    undone = [
        (one, given)
        for one in done
        if now.get(one.id) == one.version + 1 and (given := _given_back(verb, one)) is not None
    ]
    if not undone:
        return "", 0
    fields: dict[str, Any] = {"do": INVERSE[verb], "back": back}
    fields["seen"] = [f"{one.key}:{one.version + 1}" for one, _given in undone]
    for name in undone[0][1]:
        fields[name] = [given[name] for _one, given in undone]
    return undo_by(reverse("request-undo"), fields), len(undone)
