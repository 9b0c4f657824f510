"""Whose turn a record is: by its state, and by the answers that are owed about it, with what happens otherwise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ItemState
from tracker.escalations.models import Condition, Escalation
from tracker.escalations.states import ConditionState
from tracker.intake.models import WorkRequest
from tracker.intake.rules import working_days
from tracker.intake.states import State
from tracker.people.access import Role
from tracker.people.models import User
from tracker.projects.models import Project
from tracker.promises.models import Deed, Kind
from tracker.promises.models import Promise as Promised
from tracker.promises.states import PromiseState
from tracker.templatetags.times import say_day, say_instant


@dataclass(frozen=True)
class Court:
    """Whose turn it is: `verb` continues the name, `then` says what happens otherwise."""

    who: User | None
    verb: str
    until: date | datetime | None = None
    then: str = ""


def promises_on(ask: WorkRequest) -> list[Promised]:
    """All that was ever owed about it, oldest first (one statement); nothing about a draft."""
    if ask.state == State.DRAFT:
        return []
    rows = Promised.objects.of_matter(f"request:{ask.pk}").with_lead()
    return list(rows.select_related("holder__team", "calendar").order_by("started_at", "id"))


def running(promises: Iterable[Promised]) -> list[Promised]:
    """What is still owed, the one that is due first in front."""
    return sorted((one for one in promises if one.state == PromiseState.RUNNING), key=lambda one: one.due_at)


def owed_as(sources: Iterable[str]) -> dict[str, Promised]:
    """What is owed under these sources, by source (one statement)."""
    rows = Promised.objects.running().filter(source__in=list(sources)).with_lead().select_related("holder__team")
    return {one.source: one for one in rows}


TURNS: Mapping[str, str | Promise] = {
    Kind.TRIAGE: gettext_lazy("answers"),
    Kind.DECISION: gettext_lazy("decides"),
    Kind.REPLY: gettext_lazy("replies"),
    Kind.EMBED_ANSWER: gettext_lazy("answers the proposal"),
    Kind.POSITION: gettext_lazy("says where their side stands"),
    Kind.RULING: gettext_lazy("rules"),
    Kind.CONTEST: gettext_lazy("answers the contest"),
    Kind.CONFIRM: gettext_lazy("confirms the emergency"),
    Kind.EXPEDITE: gettext_lazy("answers the emergency"),
    Kind.FIX: gettext_lazy("fixes it"),
}
THEN: Mapping[str, str | Promise] = {
    Deed.CHIEFS: gettext_lazy("late; the CTO and the CMO are asked next"),
    Deed.DOCKET: gettext_lazy("late; it goes to the COO next"),
    "": gettext_lazy("late; it is with the COO"),
}
OTHERWISE: Mapping[str, str | Promise] = {
    Deed.DOCKET: gettext_lazy("It is late; it goes to the COO next."),
    "": gettext_lazy("It is late, and it is with the COO."),
}


def promised_turn(turn: Court, owed: Sequence[Promised]) -> Court:
    """Who owes the answer that is due first, until when, and who hears of it if it does not come.

    Conditions are left out: they are nobody's turn before their day.
    """
    first = next((one for one in owed if one.kind != Kind.CONDITION), None)
    return turn if first is None else court_of(first, turn.who)


def say_away(turn: Court, people: Iterable[User], now: datetime) -> Court:
    """The same turn, with who stands in where whoever has it is away; `people` were read with their deputies."""
    who = next((one for one in people if turn.who is not None and one.pk == turn.who.pk), None)
    away = vars(who).get("away") if who else None
    if not away:
        return turn
    day = say_day(date.fromisoformat(away["until"]), timezone.localtime(now).date())
    words = {"verb": turn.verb, "day": day, "deputy": away["deputy"]}
    if away["deputy"]:
        return replace(turn, verb=_("%(verb)s (away until %(day)s: %(deputy)s stands in)") % words)
    return replace(turn, verb=_("%(verb)s (away until %(day)s)") % words)


def deputy_of(person: User) -> int | None:
    """Who stands in for them now, where that was read with them."""
    number: int | None = (vars(person).get("away") or {}).get("deputy_id")
    return number


def court_of(promise: Promised, who: User | None = None) -> Court:
    """The court of one answer; `who` stands in where nobody holds it."""
    if promise.kind == Kind.CONDITION:
        verb = _("sees to it: %(what)s") % {"what": promise.facts.get("title", "")}
        return Court(promise.holder or who, verb, last_day(promise), say_then(promise))
    return Court(promise.holder or who, str(TURNS[promise.kind]), promise.due_at, say_then(promise))


def last_day(condition: Promised) -> date:
    """A condition has a day, the same for every reader, and its clock strikes when that is over."""
    return (condition.due_at.astimezone(UTC) - timedelta(microseconds=1)).date()


def after_ruling(case: Escalation, conditions: Iterable[Condition], turn: Court) -> list[Court]:
    """Whose turn it is once it is ruled: whoever the ruling named, then whose turn its request is by itself (`turn`); where
    it is nobody's, the ruling settled it. Needs the owners of the conditions loaded."""
    then = _("then the case goes back to the COO")
    named = [
        Court(one.owner, _("sees to it: %(what)s") % {"what": one.text}, one.due_on, then)
        for one in conditions
        if one.state == ConditionState.OPEN
    ]
    if turn.verb:
        return [*named, turn]
    return named or [Court(None, _("Nobody's turn: settled by the ruling %(case)s") % {"case": case.key})]


def proposals_turn(project: Project, items: Iterable[BacklogItem]) -> Court | None:
    """Of a project that is asked to carry something; nothing where no proposal waits (one statement, else none)."""
    proposed = [item for item in items if item.state == ItemState.PROPOSED]
    if not proposed:
        return None
    owed = owed_as(f"{item.key}:{Kind.EMBED_ANSWER}" for item in proposed)
    verb = ngettext("answers %(count)s proposal", "answers %(count)s proposals", len(proposed))
    turn = promised_turn(Court(project.owner, ""), running(owed.values()))
    return replace(turn, verb=verb % {"count": len(proposed)})


def say_then(promise: Promised) -> str:
    """What happens if it does not come, as it continues a sentence."""
    if promise.breached_at is not None:
        return str(LATE_THEN[_chief(promise)] if promise.next_deed == Deed.CHIEFS else THEN.get(promise.next_deed, ""))
    if promise.kind == Kind.CONDITION:
        return _("then the case goes back to the COO")
    if promise.kind == Kind.POSITION:
        return _("then the COO decides without it")
    if promise.kind == Kind.RULING:
        return _("then the CTO and the CMO hear of it")
    if promise.kind == Kind.CONFIRM:
        return _("then it lapses")
    lead = vars(promise).get("lead") if promise.kind != Kind.CONTEST else None
    if lead:
        return _("then %(lead)s hears of it, then the CTO and the CMO") % {"lead": lead}
    return str(HEARS_NEXT[_chief(promise)])


def say_otherwise(promise: Promised) -> str:
    """The same as a sentence of its own."""
    if promise.breached_at is not None:
        asked = promise.next_deed == Deed.CHIEFS
        return str(LATE[_chief(promise)] if asked else OTHERWISE.get(promise.next_deed, ""))
    if promise.kind == Kind.CONDITION:
        return _("Otherwise the case goes back to the COO.")
    if promise.kind == Kind.POSITION:
        return _("Otherwise the COO decides without it.")
    if promise.kind == Kind.CONFIRM:
        return _("Otherwise it lapses.")
    lead = vars(promise).get("lead") if promise.kind != Kind.CONTEST else None
    if lead:
        return _("Otherwise %(lead)s is asked.") % {"lead": lead}
    if promise.kind == Kind.RULING:
        return _("Otherwise the CTO and the CMO hear of it.")
    return str(ASKED_NEXT[_chief(promise)])


def _chief(promise: Promised) -> str:
    """The role of its holder where that is one of the two who would be asked; nobody is asked about their own answer."""
    roles = promise.holder.roles if promise.holder else []
    return next((role for role in (Role.CTO, Role.CMO) if role in roles), "")


LATE_THEN: Mapping[str, str | Promise] = {
    Role.CTO: gettext_lazy("late; the CMO is asked next"),
    Role.CMO: gettext_lazy("late; the CTO is asked next"),
    "": gettext_lazy("late; the CTO and the CMO are asked next"),
}
LATE: Mapping[str, str | Promise] = {
    Role.CTO: gettext_lazy("It is late; the CMO is asked next."),
    Role.CMO: gettext_lazy("It is late; the CTO is asked next."),
    "": gettext_lazy("It is late; the CTO and the CMO are asked next."),
}
ASKED_NEXT: Mapping[str, str | Promise] = {
    Role.CTO: gettext_lazy("Otherwise the CMO is asked."),
    Role.CMO: gettext_lazy("Otherwise the CTO is asked."),
    "": gettext_lazy("Otherwise the CTO and the CMO are asked."),
}
HEARS_NEXT: Mapping[str, str | Promise] = {
    Role.CTO: gettext_lazy("then the CMO hears of it, then the COO"),
    Role.CMO: gettext_lazy("then the CTO hears of it, then the COO"),
    "": gettext_lazy("then the CTO and the CMO hear of it, then the COO"),
}


def say_owed(promise: Promised) -> str:
    """Who owes it, to somebody who may give the answer in their place."""
    words = {"person": promise.holder.name if promise.holder else ""}
    if promise.breached_at is not None:
        return _("%(person)s owes the answer and is late.") % words
    return _("%(person)s owes the answer.") % words


def is_soon(promise: Promised, now: datetime) -> bool:
    """Whether its last reminder, at three quarters of its time, has passed."""
    reminders = [at for at, deed in zip(promise.instants, promise.deeds, strict=True) if deed == Deed.REMIND]
    return bool(reminders) and reminders[-1] is not None and reminders[-1] <= now


def say_due(promise: Promised, now: datetime) -> tuple[str, str]:
    """Until when, in a few words, and the tone of it: red once it is broken, amber when it is due soon."""
    local, today = timezone.localtime(promise.due_at), timezone.localtime(now).date()
    if promise.breached_at is None or promise.due_at > now:
        if promise.kind == Kind.CONDITION:
            day = say_day(last_day(promise), today)
        else:
            day = say_instant(local, today) if local.date() == today else say_day(local.date(), today)
        tone = "bad" if promise.breached_at else "warn" if is_soon(promise, now) else "neutral"
        return _("by %(day)s") % {"day": day}, tone
    late = int(working_days(promise.due_at, now))
    if not late:
        return _("late"), "bad"
    return ngettext("%(count)s day late", "%(count)s days late", late) % {"count": late}, "bad"


def whose_turn(
    ask: WorkRequest,
    item: BacklogItem | None,
    triagers: Sequence[User],
    ranker: User | None = None,
    above: User | None = None,
) -> Court:
    """`above` is who answers where the decision is contested."""
    requester = ask.requester
    if ask.contest_open:
        return Court(above, str(TURNS[Kind.CONTEST]))
    match ask.state:
        case State.DRAFT:
            return Court(requester, _("files it"), then=_("nobody else sees a draft"))
        case State.FILED:
            return Court(triagers[0] if triagers else None, _("decides"))
        case State.NEEDS_INFORMATION:
            return Court(requester, _("answers"))
        case State.PARKED:
            return Court(None, _("Nobody's turn"), ask.review_on, _("then it comes back to triage by itself"))
        case State.ACCEPTED if ask.rank_asked_at and (item is None or not item.live):
            then = _("until then a project may still be asked to carry it")
            return Court(ranker, _("decides whether it gets a rank of its own"), then=then)
        case State.ACCEPTED:
            if item is not None and item.live:
                return turn_of_item(item)
            return Court(requester, _("chooses a way"), then=_("embed it in a project, or ask for a rank of its own"))
    return Court(None, "")


def say_delivery(item: BacklogItem) -> str:
    """Who names the delivery owner of an item that has none yet; nothing about one that nobody will deliver."""
    if item.delivery_owner_id is not None or item.state != ItemState.PROPOSED:
        return ""
    if item.project.owner is None:
        return _("%(project)s has no owner: its team lead or the CTO names one with the answer.") % {
            "project": item.project.key
        }
    return _("%(person)s names one with the answer.") % {"person": item.project.owner.name}


def turn_of_item(item: BacklogItem) -> Court:
    if item.orphaned_at:
        return Court(item.business_owner, _("finds another project"))
    delivery = item.delivery_owner or item.project.owner
    match item.state:
        case ItemState.PROPOSED if item.counter_open:
            return Court(item.proposed_by, _("answers what the host offers instead"))
        case ItemState.PROPOSED:
            return Court(item.project.owner, _("answers the proposal"))
        case ItemState.AGREED:
            return Court(delivery, _("starts it"), item.project.ends_on)
        case ItemState.IN_PROGRESS:
            return Court(delivery, _("delivers"), item.project.ends_on)
        case ItemState.SHIPPED:
            return Court(item.business_owner, _("measures the outcome"), item.measure_on)
    return Court(None, "")
