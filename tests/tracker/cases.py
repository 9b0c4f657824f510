"""The ground of the tests of cases: the crawler block of scenarios.md, its people, and their verbs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.makers import NOON, Cast
from tests.tracker.portfolio import Portfolio, make_portfolio, make_request
from tracker.escalations.actions import issue_ruling, raise_case, take_up_case, write_position
from tracker.escalations.models import Escalation, Ruling
from tracker.intake.models import WorkRequest
from tracker.people.models import User
from tracker.promises.actions import ensure_policies, fire_due
from tracker.promises.models import Promise

DAY = timedelta(days=1)
LATER = (NOON + 60 * DAY).date()
SENTENCE = "Growth and safety both count; the load decides, not the fear of it."
SIDES = ("marketing", "technology")


@dataclass
class Court:
    """`ask` is Timur's request for the product pages; the front-end lead owns the host that could carry it."""

    web: Portfolio
    at: datetime = NOON
    ask: WorkRequest = field(init=False)

    def __post_init__(self) -> None:
        self.ask = self.web.ask

    @property
    def cast(self) -> Cast:
        return self.web.cast

    def by(self, person: User, at: datetime | None = None) -> dict[str, Any]:
        return {"actor": person.viewer(), "at": at or self.at}

    def load_ask(self, ask: WorkRequest | None = None) -> WorkRequest:
        return WorkRequest.objects.select_related("type", "area", "team").get(pk=(ask or self.ask).pk)

    def load(self, case: Escalation) -> Escalation:
        return Escalation.objects.select_related("ask__type", "ask__area", "ask__team").get(pk=case.pk)

    def raised(self, person: User | None = None, ask: WorkRequest | None = None, **more: Any) -> Escalation:
        words = {"reason": "risk", "wanted": "May search crawlers read the whole shop?", **more}
        made = raise_case(**self.by(person or self.cast.seo_lead), ask=self.load_ask(ask), **words)
        return self.load(made)

    def taken(self, case: Escalation | None = None) -> Escalation:
        case = self.load(case or self.raised())
        take_up_case(**self.by(self.cast.coo), case=case)
        return self.load(case)

    def write(self, case: Escalation, person: User, text: str, *accepts: str) -> Escalation:
        write_position(**self.by(person), case=self.load(case), text=text, accepts=accepts)
        return self.load(case)

    def heard(self, case: Escalation | None = None) -> Escalation:
        """Both sides have spoken, and both could live with a compromise."""
        case = self.load(case or self.raised())
        self.write(case, self.cast.seo_lead, "Lift the block in stages.", "grant", "compromise")
        return self.write(case, self.cast.cto, "Keep it: lost orders are not acceptable.", "compromise", "deny")

    def rule(self, case: Escalation, person: User | None = None, **more: Any) -> Ruling:
        given = {"kind": "compromise", "sentence": SENTENCE, "due_on": LATER, **more}
        return issue_ruling(**self.by(person or self.cast.coo), case=self.load(case), **given)

    def promises(self, case: Escalation) -> dict[str, Promise]:
        """What runs for the case, by kind and side."""
        rows = Promise.objects.running().filter(source__startswith=f"{case.key}:")
        return {one.source.partition(":")[2]: one for one in rows}

    def break_promise(self, promise: Promise, *, to_docket: bool = False) -> None:
        """Nobody answers: time passes until the breach, or until the end of the chain."""
        fire_due(at=promise.due_at)
        while to_docket:
            promise.refresh_from_db()
            if promise.next_at is None:
                return
            fire_due(at=promise.next_at)


def make_court(cast: Cast) -> Court:
    ensure_policies(at=NOON)
    return Court(make_portfolio(cast))


def another_request(court: Court, **more: Any) -> WorkRequest:
    return make_request(court.cast, **more)
