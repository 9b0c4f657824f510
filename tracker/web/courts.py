"""Whose turn a request is: by its state, and by the answers that are owed about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.people.models import User
from tracker.promises.models import Deed, Kind
from tracker.promises.models import Promise as Promised


@dataclass(frozen=True)
class Court:
    """Whose turn it is: `verb` continues the name, `then` says what happens otherwise."""

    who: User | None
    verb: str
    until: date | datetime | None = None
    then: str = ""


def owed_on(ask: WorkRequest) -> list[Promised]:
    """The answers that are owed about it, the one that is due first in front (one statement; a draft owes nothing)."""
    if ask.state == State.DRAFT:
        return []
    owed = Promised.objects.running().of_matter(f"request:{ask.pk}")
    return list(owed.select_related("holder__team").order_by("due_at"))


TURNS: Mapping[str, str | Promise] = {
    Kind.TRIAGE: gettext_lazy("answers"),
    Kind.DECISION: gettext_lazy("decides"),
    Kind.REPLY: gettext_lazy("replies"),
    Kind.EMBED_ANSWER: gettext_lazy("answers the proposal"),
    Kind.POSITION: gettext_lazy("says where their side stands"),
    Kind.RULING: gettext_lazy("rules"),
    Kind.CONDITION: gettext_lazy("sees to a condition"),
}
OTHERWISE: Mapping[str, str | Promise] = {
    Deed.CHIEFS: gettext_lazy("late; the CTO and the CMO are asked next"),
    Deed.DOCKET: gettext_lazy("late; it goes to the COO next"),
    "": gettext_lazy("late; it is with the COO"),
}


def promised_turn(turn: Court, owed: Sequence[Promised]) -> Court:
    """Who owes the answer that is due first, until when, and who hears of it if it does not come.

    Conditions are left out: they are nobody's turn before their day.
    """
    first = next((one for one in owed if one.kind != Kind.CONDITION), None)
    if first is None:
        return turn
    if first.breached_at is None:
        then = _("then the lead hears of it, then the CTO and the CMO")
    else:
        then = str(OTHERWISE.get(first.deeds[first.step] if first.next_at else "", ""))
    return Court(first.holder or turn.who, str(TURNS[first.kind]), first.due_at, then)
