"""A backlog item as its page shows it: where it stands, whose turn it is, what may be done, its story."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.backlog.actions import may_answer_counter, may_drop
from tracker.backlog.models import BacklogItem, Way
from tracker.backlog.queries import TeamList, lists_of, ticket_of
from tracker.backlog.rules import last_day_to_join
from tracker.backlog.states import BLOCKING, ITEM, ItemState
from tracker.history.queries import Moment, story_with
from tracker.launches.models import Check, CheckState
from tracker.launches.queries import checks_of
from tracker.people.access import Power, Viewer, may
from tracker.projects.words import say_weeks
from tracker.promises.models import Kind, Promise
from tracker.templatetags.times import say_day
from tracker.web.courts import Court, court_of, promised_turn, promises_on, running, say_delivery, turn_of_item
from tracker.web.forms.backlog import DeclineCounterForm, DropForm, MeasureForm, TicketForm
from tracker.web.joining import say_last_day
from tracker.web.story import SENTENCES, Told, new_values, tell_moments

LOADED = (
    "ask__type",
    "ask__form",
    "ask__area",
    "ask__team",
    "project__owner__team",
    "project__team",
    "team",
    "period",
    "business_owner__team",
    "delivery_owner__team",
    "proposed_by__team",
    "countered_by__team",
    "counter_project__owner__team",
    "counter_project__team",
)


@dataclass(frozen=True)
class StepButton:
    """One thing that may be done now; with a `form` it opens a dialog, `link` leads to a page of its own."""

    name: str
    label: str
    url: str
    key: str = ""
    kind: str = "plain"
    why_not: str = ""
    link: bool = False
    form: forms.Form | None = None

    @property
    def dialog(self) -> bool:
        return self.form is not None


@dataclass(frozen=True)
class ItemPage:
    item: BacklogItem
    viewer: Viewer
    now: datetime
    checks: list[Check]
    story: list[Told]
    place: str
    claim: Decimal | None
    measured_on: date | None
    owed: Sequence[Promise]
    given: Mapping[str, forms.Form]

    @property
    def tone(self) -> str:
        return self.item.tone

    @property
    def outranked(self) -> bool:
        """The project is the request itself: the effort lies on it, and the item adds none."""
        return self.item.way == Way.OUTRANK

    @property
    def rests(self) -> list[str]:
        """Keys of what was split off the request, as far as the viewer may see it."""
        return vars(self.item).get("rests") or []

    @property
    def agreed(self) -> bool:
        return self.item.state not in (ItemState.PROPOSED, ItemState.REFUSED, ItemState.DROPPED)

    @property
    def may_deliver(self) -> bool:
        return may(self.viewer, Power.DELIVER, self.item.ties)

    @property
    def may_check(self) -> bool:
        return self.may_deliver and self.item.state in BLOCKING

    @property
    def ticket(self) -> forms.Form | None:
        return TicketForm(initial={"text": ticket_of(self.item)}) if self.item.state in BLOCKING else None

    @property
    def court(self) -> Court:
        kinds = {f"{self.item.key}:{kind}" for kind in (Kind.EMBED_ANSWER, Kind.REPLY)}
        answer = [one for one in self.owed if one.source in kinds]
        turn = turn_of_item(self.item)
        court = promised_turn(turn, answer)
        return replace(court, verb=turn.verb) if self.item.counter_open else court

    @property
    def conditions(self) -> list[Court]:
        """What a ruling made its delivery depend on: by whom, until when, or the case comes back."""
        return [court_of(one) for one in self.owed if one.kind == Kind.CONDITION]

    @property
    def joining(self) -> str:
        """Until when what is proposed can be added to the project; empty where it has no end or has answered."""
        item, host = self.item, self.item.project
        if item.state != ItemState.PROPOSED or not host.ends_on:
            return ""
        last = last_day_to_join(host.starts_on, host.ends_on, item.added_weeks or Decimal(0))
        return say_last_day(last, item.added_weeks, self.now.date())

    @property
    def delivery(self) -> str:
        return say_delivery(self.item)

    @property
    def title(self) -> str:
        return say_item(self.item, self.now.date())

    @property
    def steps(self) -> list[StepButton]:
        """What the viewer may do now, the likeliest first."""
        item, viewer = self.item, self.viewer
        steps = []
        if item.state == ItemState.PROPOSED and may(viewer, Power.ANSWER_EMBED, item.project.ties):
            steps.append(StepButton("answer", _("Answer"), self._url("answer"), "a", "primary", link=True))
        if item.counter_open and may_answer_counter(viewer, item):
            decline = self.given.get("decline_counter") or DeclineCounterForm(auto_id="decline-counter-%s")
            accept = self._url("accept-counter")
            steps.append(StepButton("accept-counter", _("Accept the offer"), accept, "a", "primary"))
            steps.append(
                StepButton("decline-counter", _("Decline the offer"), self._url("decline-counter"), "n", form=decline)
            )
        if item.orphaned_at and may(viewer, Power.PROPOSE_EMBED, item.ask.ties):
            steps.append(
                StepButton("rehome", _("Find another project"), self._url("rehome"), "h", "primary", link=True)
            )
        if self.may_deliver and ITEM.allows(item.state, "start"):
            steps.append(StepButton("start", _("Start work"), self._url("start"), "b", "primary"))
        if self.may_deliver and ITEM.allows(item.state, "ship"):
            waiting = [check for check in self.checks if check.state != CheckState.PASSED]
            why_not = _("Checks are still open.") if waiting else ""
            steps.append(StepButton("ship", _("Ship"), self._url("ship"), "s", why_not=why_not))
        if item.state == ItemState.SHIPPED and may(viewer, Power.MEASURE, item.ties):
            measure = self.given.get("measure") or MeasureForm(auto_id="measure-%s")
            steps.append(StepButton("measure", _("Measure"), self._url("measure"), "o", "primary", form=measure))
        if ITEM.allows(item.state, "drop") and may_drop(viewer, item):
            drop = self.given.get("drop") or DropForm(auto_id="drop-%s")
            label = _("Take the proposal back") if item.state == ItemState.PROPOSED else _("Drop it")
            steps.append(StepButton("drop", label, self._url("drop"), "d", "quiet", form=drop))
        return steps

    def _url(self, name: str) -> str:
        return reverse(f"item-{name}", args=[self.item.key])


def read_item_page(
    item: BacklogItem, viewer: Viewer, now: datetime, given: Mapping[str, forms.Form] | None = None
) -> ItemPage:
    """Needs LOADED; five statements more (checks, history, names, the line of its team, what is owed)."""
    checks = checks_of(item.key)
    texts = {check.pk: check.text for check in checks}
    story = story_with("backlog-item", item.pk, "check", list(texts))
    measured = [moment.at for moment in story if moment.verb == "measure"]
    listed = lists_of([item.team_id], now.date()).get(item.team_id)
    return ItemPage(
        item=item,
        viewer=viewer,
        now=now,
        checks=checks,
        story=tell_moments("backlog-item", name_checks(reversed(story), texts)),
        place=say_host_place(item, listed),
        claim=listed.weeks_of(item.project_id) if listed else None,
        measured_on=timezone.localtime(measured[0]).date() if measured else None,
        owed=running(promises_on(item.ask)),
        given=given or {},
    )


def name_checks(story: Iterable[Moment], texts: Mapping[int, str]) -> list[Moment]:
    """Decided checks with what they ask for and their state, which a second decision may leave as it is; that they were
    opened or moved follows from the item's own entries. `story` is oldest first."""
    named, states = [], dict.fromkeys(texts, "")
    for moment in story:
        if moment.subject != "check":
            named.append(moment)
        elif moment.verb == "decide_check":
            check = moment.subject_id
            states[check] = moment.changes.get("state", ["", states[check]])[1]
            changes = {**moment.changes, "text": [None, texts[check]], "state": [None, states[check]]}
            named.append(replace(moment, changes=changes))
    return named


def say_host_place(item: BacklogItem, listed: TeamList | None) -> str:
    """Its host's place in the team's list against the line."""
    rank = listed.rank_of(item.project_id) if listed else None
    if listed is None or rank is None:
        return ""
    values = {
        "place": rank,
        "count": len(listed.rows),
        "team": listed.name,
        "line": listed.fitting,
    }
    return _("Rank %(place)s of %(count)s in %(team)s; the line is after rank %(line)s.") % values


def say_item(item: BacklogItem, today: date) -> str:
    """The news of the item, in one sentence."""
    values = {
        "item": item.key,
        "request": item.ask.key,
        "project": item.project.key,
        "weeks": say_weeks(item.added_weeks),
        "day": say_day(item.measure_on, today) if item.measure_on else "",
        "outcome": ItemState(item.state).label,
    }
    if item.orphaned_at:
        return _("%(request)s lost its project: %(project)s is below the line") % values
    if item.counter_open:
        values["offer"] = say_weeks(item.counter_weeks)
        return _("%(project)s offers something else for %(request)s: %(offer)s instead of %(weeks)s") % values
    if item.state == ItemState.SHIPPED and item.measure_on:
        return _("%(request)s is live; its outcome is measured on %(day)s") % values
    if item.way == Way.OUTRANK and item.state == ItemState.AGREED:
        return _("%(request)s is a project of its own: %(project)s") % values
    return str(TITLES[ItemState(item.state)]) % values


TITLES = {
    ItemState.PROPOSED: gettext_lazy("%(project)s is asked to carry %(request)s for %(weeks)s"),
    ItemState.AGREED: gettext_lazy("%(project)s carries %(request)s"),
    ItemState.IN_PROGRESS: gettext_lazy("%(project)s works on %(request)s"),
    ItemState.SHIPPED: gettext_lazy("%(request)s is live; its outcome is still to be measured"),
    ItemState.MET: gettext_lazy("%(request)s was measured: %(outcome)s"),
    ItemState.PARTLY_MET: gettext_lazy("%(request)s was measured: %(outcome)s"),
    ItemState.NOT_MET: gettext_lazy("%(request)s was measured: %(outcome)s"),
    ItemState.REFUSED: gettext_lazy("%(project)s does not take %(request)s"),
    ItemState.DROPPED: gettext_lazy("%(request)s is out of %(project)s"),
}


def _say_agreed(changes: Mapping[str, object]) -> str:
    conditions = new_values(changes).get("conditions")
    if conditions:
        return _("accepted it, on a condition: %(conditions)s") % {"conditions": conditions}
    return _("accepted it")


def _say_countered(changes: Mapping[str, object]) -> str:
    weeks = new_values(changes).get("counter_weeks")
    return _("offered something else, for %(weeks)s") % {"weeks": say_weeks(Decimal(str(weeks)))}


def _say_checked(changes: Mapping[str, object]) -> str:
    told = new_values(changes)
    words = {"check": told.get("text", ""), "evidence": told.get("evidence") or ""}
    passed = told.get("state") == CheckState.PASSED
    if words["evidence"]:
        text = _("passed the check “%(check)s”: %(evidence)s")
        return (text if passed else _("failed the check “%(check)s”: %(evidence)s")) % words
    return (_("passed the check “%(check)s”") if passed else _("failed the check “%(check)s”")) % words


SENTENCES |= {
    ("check", "decide_check"): _say_checked,
    ("backlog-item", "propose"): gettext_lazy("proposed it"),
    ("backlog-item", "outrank"): gettext_lazy("made it a project of its own"),
    ("backlog-item", "agree"): _say_agreed,
    ("backlog-item", "refuse"): gettext_lazy("refused it"),
    ("backlog-item", "counter"): _say_countered,
    ("backlog-item", "accept_counter"): gettext_lazy("accepted what was offered instead"),
    ("backlog-item", "decline_counter"): gettext_lazy("declined what was offered instead"),
    ("backlog-item", "start"): gettext_lazy("started it"),
    ("backlog-item", "ship"): gettext_lazy("shipped it"),
    ("backlog-item", "measure"): gettext_lazy("measured the outcome"),
    ("backlog-item", "drop"): gettext_lazy("dropped it"),
    ("backlog-item", "drop_on_decline"): gettext_lazy("declined the request, so nobody works on it"),
    ("backlog-item", "drop_on_park"): gettext_lazy("parked the request, so nobody works on it"),
    ("backlog-item", "drop_on_withdraw"): gettext_lazy("withdrew the request, so nobody works on it"),
    ("backlog-item", "rehome"): gettext_lazy("proposed it to another project"),
    ("backlog-item", "orphan"): gettext_lazy("pushed its project below the line"),
    ("backlog-item", "carry"): gettext_lazy("lifted its project above the line again"),
    ("backlog-item", "move"): gettext_lazy("moved it inside the project"),
    ("backlog-item", "deal_ranks"): gettext_lazy("tidied the order of the project"),
    ("backlog-item", "set_tracker_key"): gettext_lazy("noted the key %(tracker_key)s"),
}
