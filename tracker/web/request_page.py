"""A request as its page shows it: where it stands, whose turn it is, what may be done, its story."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Q
from django.forms import Form
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import item_of
from tracker.backlog.states import OUTCOMES
from tracker.escalations.models import Condition, Escalation
from tracker.escalations.queries import case_of, waited_on, way_of
from tracker.escalations.states import CaseState
from tracker.history.queries import Moment, story_of
from tracker.intake.evidence import find_evidence
from tracker.intake.expedites import Expedite
from tracker.intake.models import Confidence, Delivery, WorkRequest
from tracker.intake.queries import Need, needs_of, words_in
from tracker.intake.rules import Stage
from tracker.intake.states import REQUEST, State
from tracker.people.access import Power, Role, Ties, Viewer, may
from tracker.people.models import User
from tracker.projects.models import Project
from tracker.promises.models import Promise as Promised
from tracker.sites.models import Area
from tracker.web.answer_words import Answer, Names, names_on, say_answers
from tracker.web.courts import (
    Court,
    after_ruling,
    deputy_of,
    promised_turn,
    promises_on,
    running,
    say_away,
    say_delivery,
    whose_turn,
)
from tracker.web.emergency import expedites_of, may_expedite
from tracker.web.evidence_words import say_finding
from tracker.web.request_said import File, Said, read_said
from tracker.web.request_story import Line, tell_request
from tracker.web.request_ties import Kin, read_kin
from tracker.web.request_words import say_where, state_words_of, tone_of

NEAREST = 5
UNTOUCHABLE = (State.DRAFT, State.WITHDRAWN)
CLOSED = (State.DECLINED, State.MERGED, State.WITHDRAWN)
LOADED = (
    "type",
    "form",
    "area__site",
    "measure",
    "team",
    "requester__team",
    "requester_team",
    "asked_by__team",
    "decided_by__team",
    "assigned_to__team",
)


@dataclass(frozen=True)
class Missed:
    """A step that came too late: why, and what the person had typed."""

    message: str
    typed: Sequence[str]


@dataclass(frozen=True)
class Editing:
    """A comment that its writer puts better: a form in its place, of this version of it."""

    comment: int
    form: Form
    version: int


@dataclass(frozen=True)
class RequestPage:
    """Everything the page of a request shows; nothing here is read while the template is drawn."""

    ask: WorkRequest
    viewer: Viewer
    now: datetime
    item: BacklogItem | None
    triagers: list[User]
    story: Sequence[Moment]
    told: Sequence[Line]
    case: Escalation | None = None
    promises: Sequence[Promised] = ()
    parts: Sequence[WorkRequest] = ()
    ranker: User | None = None
    named: Sequence[Condition] = ()
    names: Names = field(default_factory=Names)
    kin: Kin | None = None
    said: Said = field(default_factory=Said)
    editing: Editing | None = None
    expedites: Sequence[Expedite] = ()
    able: Sequence[User] = ()
    """Who may triage it."""
    findings: Sequence[str] = ()
    """What does not fit about its evidence, a sentence each."""

    @property
    def files(self) -> list[File]:
        return self.said.files

    @cached_property
    def type_name(self) -> str:
        return words_in(self.ask.type.name, get_language() or "en")

    @cached_property
    def needs(self) -> dict[Stage, Need]:
        return needs_of(self.ask, get_language() or "en")

    @property
    def acceptance(self) -> Need:
        return self.needs[Stage.ACCEPTANCE]

    @property
    def embedding(self) -> Need:
        return self.needs[Stage.EMBEDDING]

    @property
    def filing(self) -> Need:
        return self.needs[Stage.FILING]

    @property
    def before_embedding(self) -> list[tuple[str, bool]]:
        """All that embedding demands and is not there yet, and what it asks for itself."""
        if self.ask.state == State.DRAFT:
            return self.embedding.items
        earlier = [*self.filing.lacking, *self.acceptance.lacking]
        return [*((label, False) for label in earlier), *self.embedding.items]

    @property
    def ready_to_embed(self) -> bool:
        return all(done for _label, done in self.before_embedding)

    @property
    def may_rehome(self) -> bool:
        orphaned = self.item is not None and self.item.orphaned_at is not None
        return orphaned and may(self.viewer, Power.PROPOSE_EMBED, self.ask.ties)

    @property
    def origin(self) -> WorkRequest | None:
        return next((part for part in self.parts if part.pk == self.ask.split_from_id), None)

    @property
    def rests(self) -> list[WorkRequest]:
        return [part for part in self.parts if part.split_from_id == self.ask.pk]

    @property
    def measured_on(self) -> date | None:
        """The day on which somebody said what came of it."""
        outcomes = [moment.at for moment in self.story if moment.changes.get("delivery", [""])[-1] in OUTCOMES]
        return timezone.localtime(outcomes[0]).date() if outcomes else None

    @property
    def stands(self) -> str:
        stands = say_where(self.ask, self.item, self.triagers, self.needs, self.now)
        return f"{stands} {self.contest_words}".strip()

    @property
    def contest_words(self) -> str:
        """What became of a contest, after where it stands."""
        if self.kin is None:
            return ""
        if self.ask.contest_open:
            who = self.kin.above.user.name if self.kin.above else ""
            return _("It is contested; %(who)s answers.") % {"who": who}
        if self.kin.contest_upheld:
            return _("It was contested, and the decision stands.")
        return ""

    @property
    def owed(self) -> list[Promised]:
        return running(self.promises)

    @property
    def court(self) -> Court:
        above = self.kin.above.user if self.kin and self.kin.above else None
        turn = whose_turn(self.ask, self.item, self.triagers, self.ranker, above)
        return say_away(promised_turn(turn, self.owed), self.able, self.now)

    @property
    def snoozed_until(self) -> date | None:
        """The day on which it is back in the viewer's inbox, where that was read."""
        day: date | None = vars(self.ask).get("snoozed_until")
        return day

    @property
    def courts(self) -> list[Court]:
        """Of one that was ruled on also whoever the ruling named; where it is nobody's turn, that the ruling settled it."""
        if self.case is None or self.case.state != CaseState.RULED or self.ask.state == State.WITHDRAWN:
            return [self.court]
        return after_ruling(self.case, self.named, self.court)

    @property
    def delivery(self) -> str:
        return say_delivery(self.item) if self.item else ""

    @property
    def late(self) -> Promised | None:
        """The late answer that the viewer owes, or their team, and that was not promised anew yet."""
        if self.ask.state in UNTOUCHABLE:
            return None
        leads = self.viewer.team if Role.LEAD in self.viewer.roles else None
        mine = [one for one in self.owed if one.holder_id == self.viewer.id or (leads and one.team_id == leads)]
        return next((one for one in mine if one.breached_at and not one.acknowledged_at), None)

    @property
    def waited(self) -> dict[str, Decimal]:
        return waited_on(way_of(self.ask, self.story, self.item), self.promises, self.now)

    @property
    def answers(self) -> list[Answer]:
        return say_answers(self.ask, self.names, get_language() or "en", self.now.date())

    @property
    def confidence(self) -> str:
        return str(Confidence(self.ask.confidence).label) if self.ask.confidence else ""

    @property
    def tone(self) -> str:
        return tone_of(self.ask)

    @property
    def state_words(self) -> str | Promise:
        return state_words_of(self.ask)

    @property
    def below(self) -> bool:
        return self.ask.state == State.ACCEPTED and self.ask.delivery == Delivery.WAITING

    def _may_step(self, power: Power, verb: str) -> bool:
        return may(self.viewer, power, self.ask.ties) and REQUEST.allows(self.ask.state, verb)

    @property
    def may_triage(self) -> bool:
        return self._may_step(Power.TRIAGE, "accept")

    @property
    def may_ask(self) -> bool:
        return self._may_step(Power.TRIAGE, "ask") and not self.ask_refused

    @property
    def ask_refused(self) -> str:
        """Why a second question is somebody else's."""
        leads = Role.LEAD in self.viewer.roles and self.ask.team_id == self.viewer.team
        lead = next((one for one in self.triagers if Role.LEAD in one.roles and one.team_id == self.ask.team_id), None)
        if not self.ask.times_asked or leads or lead is None or deputy_of(lead) == self.viewer.id:
            return ""
        return _("It was asked before: a second question is for the lead, %(name)s.") % {"name": lead.name}

    @property
    def may_answer(self) -> bool:
        return self._may_step(Power.SPEAK_FOR, "answer")

    @property
    def may_file(self) -> bool:
        return self._may_step(Power.SPEAK_FOR, "file")

    @property
    def may_withdraw(self) -> bool:
        return self._may_step(Power.SPEAK_FOR, "withdraw")

    @property
    def may_return(self) -> bool:
        return self._may_step(Power.TRIAGE, "return")

    @property
    def withdraw_refused(self) -> str:
        if self.ask.delivery in (Delivery.NONE, Delivery.WAITING):
            return ""
        return _("Work on it is scheduled: drop its backlog item instead.")

    @property
    def may_edit(self) -> bool:
        open_still = self.ask.state not in CLOSED
        return open_still and any(
            may(self.viewer, one, self.ask.ties) for one in (Power.SPEAK_FOR, Power.EDIT_BUSINESS)
        )

    @property
    def may_edit_business(self) -> bool:
        return self.ask.state == State.DRAFT or may(self.viewer, Power.EDIT_BUSINESS, self.ask.ties)

    @property
    def may_fill(self) -> bool:
        """What is missing is asked for from filing on, in the right order: first acceptance, then embedding."""
        return self.may_edit and self.ask.state != State.DRAFT

    @property
    def may_restrict(self) -> bool:
        return may(self.viewer, Power.RESTRICT, self.ask.ties)

    @property
    def may_comment(self) -> bool:
        return self.ask.state != State.MERGED and may(self.viewer, Power.COMMENT, self.ask.ties)

    @property
    def may_escalate(self) -> bool:
        """Somebody involved may ask the COO, unless they have been asked already."""
        open_still = self.ask.state not in UNTOUCHABLE and not self.open_case
        return open_still and may(self.viewer, Power.ESCALATE, self.case_ties)

    @property
    def open_case(self) -> str:
        """The key of the open case that a decision takes from the mediator; empty where none is open."""
        return self.case.key if self.case and self.case.state == CaseState.OPEN else ""

    @property
    def may_take_up(self) -> bool:
        return self.ask.state not in UNTOUCHABLE and not self.open_case and may(self.viewer, Power.RULE)

    @property
    def case_ties(self) -> Ties:
        owners = {self.item.delivery_owner_id, self.item.project.owner_id} if self.item and self.item.live else set()
        delivery = frozenset(owner for owner in owners if owner is not None)
        ties = self.ask.ties
        return Ties(ties.requester, ties.requester_team, delivery, ties.team, ties.parties)

    @property
    def may_expedite(self) -> bool:
        runs = bool(self.expedites) and self.expedites[0].running
        return not runs and may_expedite(self.ask, self.viewer)

    @property
    def may_estimate(self) -> bool:
        return self.ask.state in (State.FILED, State.ACCEPTED) and may(self.viewer, Power.EDIT_TECHNICAL, self.ask.ties)


def read_request_page(ask: WorkRequest, viewer: Viewer, now: datetime, editing: Editing | None = None) -> RequestPage:
    """Needs LOADED; ten statements more (item, leads, history, comments with names, files, case, late answer, what was
    merged, backings, own watch), one more each for what was split, for who is asked for a rank, for whom a ruling
    named and for a deadline; see also read_kin and read_said."""
    story, able = story_of("request", ask.pk), people_to_triage(ask)
    expedites = expedites_of(ask)
    kin = read_kin(ask, viewer, now)
    said = read_said(ask, viewer, kin)
    parts = parts_of(ask, viewer) if any(moment.verb == "split_request" for moment in story) else []
    case = case_of(ask.pk)
    ruled = case if case and case.state == CaseState.RULED else None
    return RequestPage(
        ask=ask,
        viewer=viewer,
        now=now,
        item=item_of(ask.pk),
        triagers=triagers_of(ask, able),
        able=able,
        story=story,
        told=tell_request(story, said, parts, kin, expedites),
        case=case,
        promises=promises_on(ask),
        parts=parts,
        names=names_on(ask),
        kin=kin,
        said=said,
        editing=editing,
        expedites=expedites,
        findings=[say_finding(one) for one in find_evidence(ask, timezone.localtime(now).date())],
        ranker=User.objects.active().holding(Role.CTO).first() if ask.rank_asked_at else None,
        named=list(ruled.conditions.select_related("owner__team").order_by("id")) if ruled else [],
    )


def parts_of(ask: WorkRequest, viewer: Viewer) -> list[WorkRequest]:
    """What was split off it, and what it was split off, as far as the viewer may see them (one statement)."""
    kin = Q(split_from=ask.pk) | Q(pk=ask.split_from_id)
    return list(WorkRequest.objects.visible_to(viewer).filter(kin).order_by("id"))


def people_to_triage(ask: WorkRequest) -> list[User]:
    """Whoever may triage it, with who stands in for them while they are away (one statement)."""
    return list(User.objects.triaging(ask.team_id).with_deputy())


def triagers_of(ask: WorkRequest, able: Sequence[User] | None = None) -> list[User]:
    """The leads of the team that owns the area; where it has none, the CTO."""
    people = people_to_triage(ask) if able is None else able
    leads = [one for one in people if ask.team_id and one.team_id == ask.team_id and Role.LEAD in one.roles]
    return leads or [one for one in people if Role.CTO in one.roles][:1]


def projects_near(viewer: Viewer, area: Area | None) -> list[Project]:
    """Projects above the line on the same area, in rank order: what could carry the request."""
    if area is None:
        return []
    rows = Project.objects.visible_to(viewer).ranked().above_the_line().filter(areas=area)
    return list(rows.select_related("owner__team")[:NEAREST])
