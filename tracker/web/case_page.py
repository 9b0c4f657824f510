"""A case as its page shows it: two positions of equal weight, three rulings, one sentence and one date."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from tracker.escalations.models import Condition, Escalation, RulingKind
from tracker.escalations.queries import CaseFile, Spoken, case_page
from tracker.escalations.states import CONDITION, CaseState, ConditionState
from tracker.people.access import Power, Role, Viewer, may
from tracker.people.models import Side, User
from tracker.promises.models import Kind
from tracker.promises.queries import due_when
from tracker.templatetags.geometry import Picture
from tracker.templatetags.times import number, say_day
from tracker.web.case_pictures import waiting_picture
from tracker.web.case_words import (
    OptionCard,
    option_cards,
    say_chosen,
    say_effects,
    say_handless,
    say_in_words,
    say_numbers,
    say_otherwise,
    say_ruling,
    say_take,
)
from tracker.web.courts import Court, after_ruling, court_of, promised_turn, whose_turn
from tracker.web.courts import say_otherwise as say_promise
from tracker.web.forms.cases import (
    LETTERS,
    MeetForm,
    PositionForm,
    RulingForm,
    SendBackForm,
    SettleForm,
    TakeUpForm,
    WithdrawCaseForm,
)
from tracker.web.story import Told, tell_story

USUAL_DAYS = 30
"""Until a ruling is looked at again, unless the mediator names another day."""
STATE_TONES = {
    CaseState.DOCKETED: "warn",
    CaseState.OPEN: "warn",
    CaseState.RULED: "good",
    CaseState.SETTLED: "good",
}


@dataclass(frozen=True)
class SideCard:
    """One side as the page shows it; `accepts` are letters."""

    side: str
    label: str
    who: User | None
    spoken: Spoken
    accepts: str


@dataclass(frozen=True)
class ShownRuling:
    """A ruling that was given, with what it did."""

    kind: str
    sentence: str
    who: User
    at: datetime
    due_on: object
    rationale: str
    accepted_risk: str
    effects: list[str]


@dataclass(frozen=True)
class CaseView:
    """Everything that the page draws; nothing is read while the template is drawn."""

    file: CaseFile
    viewer: Viewer
    now: datetime
    story: list[Told]
    given: Mapping[str, forms.Form]
    ranker: User | None = None
    usual_at: datetime | None = None

    @property
    def case(self) -> Escalation:
        return self.file.case

    @property
    def title(self) -> str:
        return self.case.wanted or self.case.ask.title

    @property
    def tone(self) -> str:
        return STATE_TONES.get(CaseState(self.case.state), "neutral")

    @property
    def own(self) -> bool:
        """Whether the viewer is party to it, and so never rules on it."""
        return self.viewer.id in {*self.case.parties, *self.case.ask.parties, self.case.ask.requester_id}

    @property
    def mediates(self) -> bool:
        return may(self.viewer, Power.RULE)

    @property
    def may_rule(self) -> bool:
        return self.mediates and not self.own and self.case.state == CaseState.OPEN

    @property
    def may_take(self) -> bool:
        free = self.case.state == CaseState.DOCKETED or (
            self.case.state == CaseState.OPEN and self.case.taken_by_id is None
        )
        return self.mediates and not self.own and free

    @property
    def usual_day(self) -> date | None:
        """By when a ruling that is promised now is owed; None where no clock runs."""
        return timezone.localtime(self.usual_at).date() if self.usual_at else None

    @property
    def may_withdraw(self) -> bool:
        return self.case.state == CaseState.OPEN and self.case.raised_by_id == self.viewer.id

    @cached_property
    def speaks_for(self) -> str:
        """The side for which the viewer may speak now; empty where they may not."""
        party = may(self.viewer, Power.STATE_POSITION, self.case.ties) and self.case.state == CaseState.OPEN
        return self.viewer.side if party and self.viewer.side in Side.values else ""

    @property
    def may_write(self) -> bool:
        own = next((one for one in self.file.sides if one.side == self.speaks_for), None)
        if own is None:
            return False
        mine = own.author is None or own.author.pk == self.viewer.id
        return mine and not (self.case.sealed and self.case.opened_at is not None and own.author is not None)

    @property
    def written(self) -> bool:
        """Whether the side of the viewer has written already."""
        return any(one.side == self.speaks_for and one.author is not None for one in self.file.sides)

    @property
    def may_confirm(self) -> bool:
        return bool(self.case.proposal and self.speaks_for and self.speaks_for != self.case.proposal_side)

    @property
    def proposing(self) -> str:
        return str(Side(self.case.proposal_side).label) if self.case.proposal_side else ""

    @property
    def courts(self) -> list[Court]:
        """Whose turn it is: each side that still owes its position, and whoever took it; on a line who owes the answer that
        brought it here; after a ruling whoever it named, or whose turn its request is, or plainly nobody's."""
        owed, case = self.file.owed, self.case
        if case.state == CaseState.DOCKETED:
            return [promised_turn(Court(None, _("The COO takes it up")), owed)]
        if case.state == CaseState.RULED:
            turn = promised_turn(whose_turn(case.ask, self.file.numbers.item, [], self.ranker), owed)
            return after_ruling(case, self.file.conditions, turn)
        if case.state != CaseState.OPEN:
            return []
        own = [one for one in owed if one.source.startswith(f"{case.key}:")]
        courts = [court_of(one) for one in own if one.kind == Kind.POSITION]
        if case.taken_by is not None:
            ruling = [one for one in own if one.kind == Kind.RULING]
            courts.append(promised_turn(Court(case.taken_by, _("rules on it")), ruling))
        return courts or [Court(None, _("The COO rules on it"), then=_("no day is promised yet"))]

    @property
    def unheard(self) -> str:
        """Whose position is still to come, for whoever rules before it does."""
        owed = [one for one in self.file.owed if one.kind == Kind.POSITION and one.due_at > self.now]
        if not self.may_rule or not owed:
            return ""
        last = max(one.due_at for one in owed)
        people = [court.who.name for court in map(court_of, owed) if court.who]
        words = {"people": ", ".join(people)}
        words["day"] = say_day(timezone.localtime(last).date(), timezone.localtime(self.now).date())
        return _("%(people)s may still speak, until %(day)s. Who rules now does so without it.") % words

    @property
    def came(self) -> str:
        return _("Why it came: %(reason)s") % {"reason": self.case.get_reason_display()}

    @property
    def due(self) -> str:
        """What the badge says: by when the ruling is owed."""
        if self.case.state != CaseState.OPEN or self.file.ruling_due_at is None:
            return self._state
        day = say_day(timezone.localtime(self.file.ruling_due_at).date(), timezone.localtime(self.now).date())
        if self.may_rule:
            return _("needs your ruling by %(day)s") % {"day": day}
        return _("ruling by %(day)s") % {"day": day}

    @property
    def _state(self) -> str:
        if self.case.state == CaseState.OPEN and self.case.taken_by_id is None:
            return _("no ruling promised yet")
        if self.case.state == CaseState.DOCKETED and any(
            one.state == ConditionState.BROKEN for one in self.file.conditions
        ):
            return _("a condition was broken")
        return str(self.case.get_state_display())

    @property
    def context_line(self) -> str:
        if not self.case.live:
            return f"{self.case.ask.key} {self.case.ask.title}"
        waited = self.file.numbers.waited
        days = {side: number(waited[side], 1) for side in Side.values}
        words = {"days": number(sum(waited.values()), 1), **days}
        said = _("Waiting %(days)s working days: %(marketing)s with marketing, %(technology)s with technology.") % words
        if self.case.state != CaseState.OPEN:
            return said
        ruling = [say_promise(one) for one in self.file.owed if one.source == f"{self.case.key}:{Kind.RULING}"]
        return " ".join((said, say_otherwise(self.case.ask, self.file.numbers), *ruling))

    @cached_property
    def sides(self) -> list[SideCard]:
        return [
            SideCard(
                side=one.side,
                label=str(Side(one.side).label),
                who=one.author or one.holder,
                spoken=one,
                accepts=", ".join(LETTERS[RulingKind(kind)] for kind in one.accepts),
            )
            for one in self.file.sides
        ]

    @cached_property
    def options(self) -> list[OptionCard]:
        posted = self.given.get("rule")
        return option_cards(self.file, str(posted["kind"].value() or "") if posted else None)

    @property
    def explained(self) -> OptionCard | None:
        """The first that speaks of an allowance: the word is explained once."""
        return next((card for card in self.options if card.allowance), None)

    @cached_property
    def waiting(self) -> Picture | None:
        numbers = self.file.numbers
        return waiting_picture(self.case.key, numbers.stretches, numbers.waited, self.now)

    @property
    def chosen(self) -> str:
        return say_chosen(self.options)

    @property
    def in_words(self) -> str:
        return say_in_words(self.file)

    @property
    def needs_owner(self) -> str:
        """The letters of the rulings from which nothing follows by itself: somebody has to carry them out."""
        return say_handless(self.file)

    @property
    def take(self) -> str:
        return say_take(self.case, self.file.conditions)[0]

    @property
    def untaken(self) -> str:
        """What happens where nobody takes it."""
        return say_take(self.case, self.file.conditions)[1]

    @property
    def numbers(self) -> list[tuple[str, str]]:
        return say_numbers(self.file, timezone.localtime(self.now).date())

    @cached_property
    def rulings(self) -> list[ShownRuling]:
        return [
            ShownRuling(
                kind=say_ruling(one, self.case.ask),
                sentence=one.sentence,
                who=one.ruled_by,
                at=one.ruled_at,
                due_on=one.due_on,
                rationale=one.rationale,
                accepted_risk=one.accepted_risk,
                effects=say_effects(one.effects, self.case.ask),
            )
            for one in self.file.rulings
        ]

    @property
    def conditions(self) -> list[tuple[Condition, bool]]:
        """Each with whether the viewer may say that it holds."""
        return [
            (one, CONDITION.allows(one.state, "meet") and (one.owner_id == self.viewer.id or self.mediates))
            for one in self.file.conditions
        ]

    @cached_property
    def forms(self) -> dict[str, forms.Form]:
        day = (timezone.localtime(self.now) + timedelta(days=USUAL_DAYS)).date()
        mine = next((one for one in self.file.sides if one.side == self.viewer.side and one.readable), None)
        written = {"text": mine.text, "accepts": mine.accepts} if mine else {}
        made: dict[str, forms.Form] = {"meet": MeetForm(auto_id="meet-%s")}
        if self.may_write:
            made["position"] = PositionForm(initial=written, auto_id="position-%s")
        if self.speaks_for:
            made["settle"] = SettleForm(initial={"due_on": day}, auto_id="settle-%s")
        if self.may_rule:
            made["rule"] = RulingForm(initial={"due_on": day}, auto_id="rule-%s")
            made["send_back"] = SendBackForm(auto_id="send-back-%s")
        if self.may_take:
            made["take_up"] = TakeUpForm(initial={"until": self.usual_day}, auto_id="take-up-%s")
        if self.may_withdraw:
            made["withdraw"] = WithdrawCaseForm(auto_id="withdraw-%s")
        shown = {**made, **self.given}
        if isinstance(rule := shown.get("rule"), RulingForm) and self.in_words:
            rule.name_who_carries_out()
        if isinstance(position := shown.get("position"), PositionForm):
            position.name_rulings({one.kind: one.title for one in self.options})
        return shown


def read_case_page(
    case: Escalation, viewer: Viewer, now: datetime, given: Mapping[str, forms.Form] | None = None
) -> CaseView:
    """Needs LOADED."""
    file = case_page(viewer, case, now)
    asked = case.state == CaseState.RULED and case.ask.rank_asked_at
    ranker = User.objects.active().holding(Role.CTO).first() if asked else None
    view = CaseView(file, viewer, now, tell_story("escalation", case.pk), given or {}, ranker)
    return replace(view, usual_at=due_when(Kind.RULING, team=viewer.team, at=now)) if view.may_take else view
