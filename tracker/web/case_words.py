"""A case in words: what each ruling would do, what the numbers say, what happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.backlog.queries import Effect as Embedded
from tracker.escalations.actions import told_act
from tracker.escalations.models import Condition, Escalation, Ruling, RulingKind
from tracker.escalations.queries import CaseFile, DocketRow, Numbers
from tracker.escalations.rules import Act, Effect, Prefilled
from tracker.escalations.states import CaseState, ConditionState
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.people.models import Side
from tracker.projects.words import say_weeks
from tracker.templatetags.times import number, say_day
from tracker.web.forms.cases import LETTERS
from tracker.web.home_cases import say_unruled
from tracker.web.story import SENTENCES, Changes, new_values
from tracker.web.ways import say_line


@dataclass(frozen=True)
class OptionCard:
    """One ruling to choose; `posted` are its effects as they are sent back; one that `both` sides
    would accept is framed; `allowance` is the line that speaks of one."""

    kind: str
    title: str
    lines: list[str]
    both: bool
    who: str
    posted: str
    key: str
    chosen: bool
    allowance: str


ACTS: Mapping[Effect, str | Promise] = {
    Effect.ACCEPT: gettext_lazy("%(request)s is accepted."),
    Effect.DECLINE: gettext_lazy("%(request)s is declined, with the sentence as the reason."),
    Effect.EMBED: gettext_lazy("%(project)s takes it in for %(weeks)s, agreed at once."),
    Effect.RESERVE: gettext_lazy("The allowance of %(team)s grows by %(weeks)s this quarter."),
    Effect.PIN: gettext_lazy("%(project)s is pinned above everything that is not."),
    Effect.MOVE: gettext_lazy("%(project)s moves right behind %(after)s."),
}
FIRST = gettext_lazy("%(project)s moves to the first place that it may have.")


def say_act(act: Act, ask: WorkRequest) -> str:
    words = {
        "request": ask.key,
        "project": act.project,
        "after": act.after,
        "team": ask.team.name if ask.team and ask.team.key == act.team else act.team,
        "weeks": say_weeks(act.weeks),
    }
    text = FIRST if act.effect == Effect.MOVE and not act.after else ACTS[act.effect]
    return str(text) % words


def say_row(row: DocketRow) -> str:
    """What it is about, how long it waits and with whom, who has spoken."""
    ask = row.case.ask
    words = {
        "days": number(row.marketing + row.technology, 1),
        "marketing": number(row.marketing, 1),
        "technology": number(row.technology, 1),
    }
    about = f"{ask.key} {ask.title}." if row.case.wanted else f"{ask.key}."
    waits = _("Waiting %(days)s working days: %(marketing)s with marketing, %(technology)s with technology.") % words
    spoken = (_("No position is in yet."), _("One of two positions is in."), _("Both positions are in."))
    return f"{about} {waits} {spoken[min(row.spoken, 2)]}"


def say_otherwise(ask: WorkRequest, numbers: Numbers) -> str:
    """What remains if nobody rules."""
    if ask.state == State.ACCEPTED and is_below(numbers):
        text = _("If nobody rules, %(request)s stays below the line and is not done this quarter.")
        return text % {"request": ask.key}
    return say_unruled(ask)


def is_below(numbers: Numbers) -> bool:
    if numbers.item is not None:
        return not numbers.item.project.above
    return numbers.standing is not None and bool(numbers.standing.weeks_below)


def say_title(kind: str, acts: Sequence[Act], ask: WorkRequest) -> str:
    """What it comes to, in a few words."""
    effects = {act.effect for act in acts}
    project = next((act.project for act in acts if act.project), "")
    words = {"project": project, "request": ask.key}
    if kind == RulingKind.GRANT:
        if Effect.PIN in effects:
            return _("Pin %(project)s above the line") % words
        if Effect.EMBED in effects:
            return _("Now, in %(project)s, with room made for it") % words
        return _("Now, with capacity kept for it") if Effect.RESERVE in effects else _("Grant it")
    if kind == RulingKind.COMPROMISE:
        if Effect.MOVE in effects:
            return _("%(project)s just above the line") % words
        if Effect.EMBED in effects:
            return _("Inside %(project)s, without new capacity") % words
        return _("Accept it; it waits for its place") if Effect.ACCEPT in effects else _("Meet in the middle")
    return _("Decline it") if Effect.DECLINE in effects else _("Leave it as it is")


def say_choice(kind: str, acts: Sequence[Act], ask: WorkRequest) -> str:
    """One of the three, by its letter."""
    return f"{LETTERS[RulingKind(kind)]} · {say_title(kind, acts, ask)}"


def say_ruling(ruling: Ruling, ask: WorkRequest) -> str:
    """What was ruled: the one that was chosen, as it stood among the three."""
    if ruling.kind not in LETTERS:
        return str(ruling.get_kind_display())
    return say_choice(ruling.kind, [_read_act(one) for one in ruling.effects], ask)


def option_cards(file: CaseFile, chosen: str | None) -> list[OptionCard]:
    """The three of them in their order, with what each does and to whom; `chosen` is the kind that somebody posted, None
    where nobody did: then the one that both sides would accept is."""
    if chosen is None:
        chosen = next((option.kind for option in file.options if option.both and option is file.options[1]), "")
    ask, cards = file.case.ask, []
    for place, option in enumerate(file.options):
        lines = [say_act(act, ask) for act in option.acts]
        lines += say_payer(option, file.numbers)
        lines += say_words(option, file)
        cards.append(
            OptionCard(
                kind=option.kind,
                title=say_choice(option.kind, option.acts, ask),
                lines=lines,
                both=option.both,
                who=_say_sides(option.sides),
                posted=orjson.dumps([told_act(act) for act in option.acts]).decode(),
                key=str(place + 1),
                chosen=option.kind == chosen,
                allowance=_say_allowance(option, file),
            )
        )
    return cards


def say_chosen(cards: Sequence[OptionCard]) -> str:
    """Why one of them is chosen already, or that none is."""
    chosen = next((card for card in cards if card.chosen), None)
    if chosen is not None and chosen.both:
        letter = chosen.title.partition(" ")[0]
        return _(
            "Both sides would accept %(letter)s, so it is chosen already; choose another if you see it otherwise."
        ) % {"letter": letter}
    return "" if chosen else _("Nothing is chosen yet: the two sides have not agreed on any of them.")


def say_words(option: Prefilled, file: CaseFile) -> list[str]:
    """What a ruling means where it has no hands, and why it does not do more."""
    case = file.case
    accepts = {act.effect for act in option.acts} == {Effect.ACCEPT}
    if option.kind == RulingKind.GRANT and accepts and file.numbers.effort is None:
        return [_("No capacity is kept for it: nobody said what it takes.")]
    proposed = option.kind == RulingKind.COMPROMISE and accepts and case.options
    if option.acts and not proposed:
        return []
    said = []
    if option.kind == RulingKind.GRANT and case.wanted:
        said.append(_("Yes to “%(wanted)s”") % {"wanted": case.wanted})
    proposals = [one for one in case.options if not _is_another(one, option, file)]
    if option.kind == RulingKind.COMPROMISE and proposals:
        words = {"person": case.raised_by.name if case.raised_by else "", "options": "; ".join(proposals)}
        text = _("%(person)s proposed: %(options)s.") if case.raised_by else _("Was proposed: %(options)s.")
        said.append(text % words)
    return said if option.acts else [*said, _("Nothing follows by itself: the sentence is the ruling.")]


LEAVING = ("leave", "keep", "decline", "refuse", "reject", "nothing", "оставить", "отклонить", "отказать", "ничего")
"""How a proposal begins that comes to the same as C."""


def _is_another(proposal: str, option: Prefilled, file: CaseFile) -> bool:
    """Whether what somebody proposed in their own words is what another of the three does already."""
    others = [one for one in file.options if one is not option]
    projects = {act.project for one in others for act in one.acts if act.project}
    titles = {say_title(one.kind, one.acts, file.case.ask).casefold() for one in others}
    said = proposal.casefold().strip(" .")
    return said in titles or said.startswith(LEAVING) or any(key.casefold() in said.split() for key in projects)


def say_handless(file: CaseFile) -> str:
    """The letters of the rulings from which nothing follows by itself."""
    return ", ".join(sorted(LETTERS[RulingKind(option.kind)] for option in file.options if not option.acts))


def say_in_words(file: CaseFile) -> str:
    """What the mediator has to say besides where nothing follows from a ruling by itself; empty where something follows
    from each of the three."""
    letters = say_handless(file)
    if not letters:
        return ""
    if not any(option.acts for option in file.options):
        return _("Nothing follows by itself from any of them: name who carries the ruling out, and by when.")
    text = _("If you choose %(letters)s, nothing follows by itself: then name who carries the ruling out, and by when.")
    return text % {"letters": letters}


def say_take(case: Escalation, conditions: Iterable[Condition]) -> tuple[str, str]:
    """What a mediator does who takes it, as a button names it, and what happens where nobody does."""
    if case.state == CaseState.OPEN:
        text = _("You may rule at once. A promised ruling has a day that both sides read; without one no clock runs.")
        return _("Promise a ruling"), text
    if any(one.state == ConditionState.BROKEN for one in conditions):
        return _("Open it again"), _("You owe a new ruling then. Until somebody opens it, the old one stands as it is.")
    text = _("Both sides are asked for a position then, and you owe a ruling. Until then it asks for nothing.")
    if case.ask.state in (State.FILED, State.NEEDS_INFORMATION):
        text = _(
            "Both sides are asked for a position then, and you owe a ruling."
            " Otherwise it becomes a case by itself once nobody has decided for 90 days."
        )
    return _("Make it a case"), text


def _say_sides(sides: frozenset[str]) -> str:
    return str(Side(next(iter(sides))).label) if len(sides) == 1 else ""


def say_payer(option: Prefilled, numbers: Numbers) -> list[str]:
    """Whose weeks it takes, and whoever is pushed below the line for it; nothing where the sentence decides that."""
    effects, effect = {act.effect: act for act in option.acts}, numbers.effect
    words = {
        "team": numbers.payer,
        "host": numbers.item.project.key if numbers.item else numbers.best.host.key if numbers.best else "",
        "weeks": say_weeks(effects[Effect.RESERVE].weeks) if Effect.RESERVE in effects else "",
        "drawn": say_weeks(effect.from_allowance) if effect else "",
        "over": say_weeks(effect.overflow) if effect else "",
    }
    if Effect.RESERVE in effects:
        return [_("%(team)s pays: %(weeks)s less for its ranked projects.") % words]
    if Effect.PIN in effects or Effect.MOVE in effects:
        return [_("%(team)s pays: projects that it passes may fall below the line.") % words]
    if Effect.EMBED in effects and effect is not None:
        return [*_say_embedded(effect, words), *_say_pushed(effect, numbers)]
    if Effect.EMBED in effects or (not option.acts and option.kind != RulingKind.DENY):
        return []
    return [_("Nobody pays: no weeks are taken.")]


def _say_allowance(option: Prefilled, file: CaseFile) -> str:
    for act in option.acts:
        if act.effect == Effect.RESERVE:
            return say_act(act, file.case.ask)
        if act.effect == Effect.EMBED and file.numbers.effect is not None:
            return say_payer(option, file.numbers)[0]
    return ""


def _say_embedded(effect: Embedded, words: Mapping[str, str]) -> list[str]:
    if not effect.overflow:
        return [_("%(team)s pays: %(drawn)s of its allowance.") % words]
    if effect.from_allowance:
        return [_("%(team)s pays: %(drawn)s of its allowance, and %(host)s grows by %(over)s.") % words]
    return [_("%(team)s pays: %(host)s grows by %(over)s, its allowance is used up.") % words]


def _say_pushed(effect: Embedded, numbers: Numbers) -> list[str]:
    return [say_line(effect, numbers.listed)] if effect.pushed and numbers.listed else []


def say_numbers(file: CaseFile, today: date) -> list[tuple[str, str]]:
    """What the system fills in: (name, value)."""
    ask, numbers = file.case.ask, file.numbers
    told: list[tuple[str, str]] = [(_("Aim"), say_aim(ask, today))] if ask.kpi else []
    if numbers.effort is not None:
        told.append((_("Effort alone"), say_weeks(numbers.effort)))
    told.append((_("Against the line"), say_standing(ask, numbers)))
    if numbers.best is not None:
        words = {"host": f"{numbers.best.host.key} {numbers.best.host.title}", "weeks": say_weeks(numbers.weeks)}
        told.append(
            (_("Could be carried by"), _("%(host)s, for %(weeks)s") % words if numbers.weeks else words["host"])
        )
    if numbers.outrank is not None:
        pushed = ", ".join(row.key for row in numbers.outrank.pushed)
        told.append((_("A rank of its own pushes below"), pushed or _("nobody")))
    if numbers.stall is not None:
        low, high = (number(amount, 0) for amount in numbers.stall)
        words = {"low": low, "high": high, "name": ask.requester.name}
        told.append((_("Cost of waiting"), _("%(low)s to %(high)s since it was filed, says %(name)s") % words))
    if numbers.lacking:
        count = len(numbers.lacking)
        missing = ngettext("%(count)s answer is missing", "%(count)s answers are missing", count) % {"count": count}
        told.append((_("Before it can be embedded"), missing))
    return told


def say_aim(ask: WorkRequest, today: date) -> str:
    """What is measured, from where to where, and by when; as much of it as was said."""
    words = {
        "kpi": ask.kpi,
        "baseline": number(ask.baseline, 4),
        "target": number(ask.target, 4),
        "day": say_day(ask.measure_on, today) if ask.measure_on else "",
    }
    if ask.target is None:
        return ask.kpi
    if ask.baseline is None:
        return (_("%(kpi)s → %(target)s by %(day)s") if ask.measure_on else "%(kpi)s → %(target)s") % words
    text = "%(kpi)s: %(baseline)s → %(target)s"
    return (_("%(kpi)s: %(baseline)s → %(target)s by %(day)s") if ask.measure_on else text) % words


def say_unplaced(ask: WorkRequest) -> str:
    """Which of the two that make a score is missing."""
    if ask.effort_weeks is None and ask.value_per_week is None:
        return _("no place: nobody said its value and effort")
    if ask.effort_weeks is None:
        return _("no place: nobody said its effort")
    return _("no place: nobody said its value")


def say_standing(ask: WorkRequest, numbers: Numbers) -> str:
    item = numbers.item
    if item is not None:
        words = {"item": item.key, "project": item.project.key}
        if item.project.above:
            return _("%(item)s is in %(project)s, above the line") % words
        return _("%(item)s is in %(project)s, below the line") % words
    if numbers.standing is None:
        return say_unplaced(ask)
    words = {"place": numbers.standing.place, "weeks": say_weeks(numbers.standing.weeks_below)}
    if numbers.standing.weeks_below:
        return _("place %(place)s, %(weeks)s below the line") % words
    return _("place %(place)s, above the line") % words


def say_effects(effects: Sequence[Mapping[str, Any]], ask: WorkRequest) -> list[str]:
    """What a ruling did, out of what it recorded."""
    told = []
    for one in effects:
        item = one.get("result", {}).get("item", "")
        told.append(f"{say_act(_read_act(one), ask)} {item}".strip())
    return told


def _read_act(told: Mapping[str, Any]) -> Act:
    weeks = Decimal(told["weeks"]) if "weeks" in told else None
    return Act(Effect(told["effect"]), told.get("project", ""), told.get("after", ""), told.get("team", ""), weeks)


def say_new_state(changes: Changes) -> str:
    return _("put it on the docket: a promise was broken") if changes.get("origin") else _("put it on the docket")


def _say_proposed(changes: Changes) -> str:
    return _("proposed to settle: %(proposal)s") % {"proposal": new_values(changes).get("proposal", "")}


SENTENCES |= {
    ("escalation", "docket_case"): say_new_state,
    ("escalation", "raise_case"): gettext_lazy("asked the COO"),
    ("escalation", "age_case"): gettext_lazy("made it a case: undecided for 90 days"),
    ("escalation", "take_up_case"): gettext_lazy("took the case"),
    ("escalation", "write_position"): gettext_lazy("wrote the position of their side"),
    ("escalation", "open_positions"): gettext_lazy("made both positions readable"),
    ("escalation", "propose_settlement"): _say_proposed,
    ("escalation", "settle_case"): gettext_lazy("confirmed the settlement"),
    ("escalation", "settle_by_decision"): gettext_lazy("decided the request, so nobody rules on it"),
    ("escalation", "rule_case"): gettext_lazy("ruled on it"),
    ("escalation", "send_back"): gettext_lazy("sent it back"),
    ("escalation", "withdraw_case"): gettext_lazy("took it back"),
    ("escalation", "return_case"): gettext_lazy("brought it back: a condition was broken"),
    ("escalation", "acknowledge_case"): gettext_lazy("promised the answer anew"),
}
