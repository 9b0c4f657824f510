"""Writes the roadmap of the demo company, once its people and projects are there."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from roadmap.management.demo import ITEMS, OBJECTIVES, Planned
from roadmap.products.actions import add_objective, add_product, add_roadmap_item, tie_item
from roadmap.products.models import Objective, Product
from roadmap.products.queries import deliverer_named
from tracker.backlog.models import BacklogItem
from tracker.kernel import clock
from tracker.management.demo.calendar import ZONE, Calendar
from tracker.people.access import Viewer
from tracker.people.demo import demo_people
from tracker.people.events import DemoLoaded
from tracker.people.models import User

STEP = timedelta(minutes=3)
"""Between two changes of the morning on which the roadmap was written, so that no two share an instant."""


def write_roadmap() -> None:
    """Inside a transaction."""
    calendar = Calendar(clock.now().astimezone(ZONE).date())
    people = {user.email.partition("@")[0]: user for user in demo_people()}
    Writing(calendar, people).write()


def follow_demo(_event: DemoLoaded) -> None:
    write_roadmap()


class Writing:
    """One morning of last week on which the two owners wrote the roadmap down."""

    def __init__(self, calendar: Calendar, people: dict[str, User]) -> None:
        self.calendar, self.people = calendar, people
        self.at = calendar.at((1, 3), 9)

    def next(self) -> datetime:
        self.at += STEP
        return self.at

    def by(self, role: str) -> dict[str, Any]:
        return {"actor": self.people[role].viewer(), "at": self.next()}

    def write(self) -> None:
        owners: dict[str, Any] = {
            "business_owner": self.people["seo-lead"],
            "delivery_owner": self.people["platform-lead"],
        }
        vision = "Whoever looks for what we sell finds it on our pages first, fast and in full."
        product = add_product(**self.by("cmo"), name="SEO", vision=vision, **owners)
        objectives = {}
        for key, title, kpi, baseline, target, weeks in OBJECTIVES:
            facts: dict[str, Any] = {"baseline": Decimal(baseline), "target": Decimal(target)}
            due_on = self.calendar.monday + timedelta(weeks=weeks, days=4)
            objectives[key] = add_objective(
                **self.by("seo-lead"), product=product, title=title, kpi=kpi, due_on=due_on, **facts
            )
        for planned in ITEMS:
            self.plan(product, planned, objectives)

    def plan(self, product: Product, planned: Planned, objectives: dict[str, Objective]) -> None:
        ends_on = self.calendar.end_of(planned.until_week) if planned.until_week else None
        plan = add_roadmap_item(
            **self.by(planned.by),
            product=product,
            title=planned.title,
            horizon=planned.horizon,
            objective=objectives[planned.objective],
            origin=planned.origin,
            note=planned.note,
            starts_on=self.calendar.begin_of(planned.from_week) if planned.from_week else None,
            ends_on=ends_on,
        )
        for key in planned.delivered_by:
            deliverer = deliverer_named(self.key_of(key), self.viewer)
            if deliverer is not None:
                tie_item(**self.by("platform-lead"), plan=plan, deliverer=deliverer)

    @property
    def viewer(self) -> Viewer:
        return self.people["cto"].viewer()

    def key_of(self, key: str) -> str:
        """Items of the stories are known by their requests: R-22 is whichever item carries it."""
        if not key.startswith("R-"):
            return key
        return str(BacklogItem.objects.live().filter(ask__key=key).values_list("key", flat=True).get())
