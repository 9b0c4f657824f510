"""Team Web's quarter of scenarios.md: 38 projects asking 231 person-weeks, the line after rank 19 at 109.5."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.makers import NOON, Cast
from tracker.backlog.actions import answer_embed, embed_request
from tracker.backlog.models import BacklogItem
from tracker.history.models import Entry
from tracker.intake.models import WorkRequest
from tracker.kernel.models import Versioned
from tracker.launches.models import Check
from tracker.people.models import User
from tracker.projects.actions import NewProject, add_projects, set_capacity
from tracker.projects.models import Capacity, Effort, Project

WEEKS = [Decimal("5.5"), Decimal(14), *[Decimal("5.5")] * 15, Decimal("0.5"), Decimal(7), Decimal(6)]
WEEKS += [*[Decimal("6.5")] * 17, Decimal(5)]
HOST, LAST_ABOVE, FIRST_BELOW = 1, 18, 19
"""Places, counted from 0: the product page rewrite, the returns portal, what asks 6 and does not fit."""


@dataclass
class Portfolio:
    """`host` asks 14 weeks and is Kenji's; `edge` is the last above the line, 7 weeks, Irina's."""

    cast: Cast
    projects: list[Project]
    ask: WorkRequest = field(init=False)

    @property
    def host(self) -> Project:
        return self.projects[HOST]

    @property
    def edge(self) -> Project:
        return self.projects[LAST_ABOVE]

    def fresh(self, row: Any) -> Any:
        return type(row).objects.get(pk=row.pk)

    def claim(self, project: Project) -> Decimal:
        return Effort.objects.get(project=project, team=self.cast.web).claim

    def count_above(self) -> int:
        return Project.objects.above_the_line().count()

    def drawn(self) -> Decimal:
        return Capacity.objects.get(team=self.cast.web).drawn

    def set_allowance(self, weeks: str) -> None:
        capacity = Capacity.objects.get(team=self.cast.web)
        set_capacity(
            actor=self.cast.cto.viewer(),
            at=NOON,
            team=self.cast.web,
            period=self.cast.period,
            expected=capacity.version,
            allowance=Decimal(weeks),
            orphans_accepted=True,
        )

    def propose(self, weeks: str = "1.5", host: Project | None = None, ask: WorkRequest | None = None) -> BacklogItem:
        return embed_request(
            actor=self.cast.seo_lead.viewer(),
            at=NOON,
            ask=self.fresh(ask or self.ask),
            host=self.fresh(host or self.host),
            added_weeks=Decimal(weeks),
        )

    def load(self, item: BacklogItem) -> BacklogItem:
        """As a page loads it."""
        return BacklogItem.objects.select_related("ask__type", "project__owner", "team", "period").get(pk=item.pk)

    def agree(self, item: BacklogItem, **more: Any) -> str:
        return answer_embed(actor=self.cast.frontend_lead.viewer(), at=NOON, item=self.load(item), **more)

    def agreed(self, weeks: str = "1.5", **more: Any) -> BacklogItem:
        item = self.propose(weeks)
        self.agree(item, **more)
        return self.load(item)


def make_request(cast: Cast, requester: User | None = None, **more: Any) -> WorkRequest:
    """Filed, and with all that embedding needs."""
    person = requester or cast.seo_lead
    facts: dict[str, Any] = {
        "title": "Product structured data",
        "why": "Rich results for 48,000 product pages",
        "area": cast.product_pages,
        "team": cast.web,
        "state": "filed",
        "example_urls": ["https://lumen.example/p/1"],
        "kpi": "rich-result clicks",
        "baseline": Decimal(41200),
        "target": Decimal(46144),
        "measure_on": NOON.date().replace(month=6, day=30),
        "confidence": "guess",
        "acceptance_tests": ["valid items are at least 95 %", "price is there", "availability is there"],
        "how_to_test": "Rich results test on five pages",
        "effort_weeks": Decimal(6),
        "filed_at": NOON,
        "created_at": NOON,
        "updated_at": NOON,
    }
    ask = WorkRequest(type=cast.type, requester=person, requester_team=person.team, **{**facts, **more})
    ask.save()
    Entry.objects.create(
        subject="request",
        subject_id=ask.pk,
        version=1,
        actor=person.key,
        verb="file_request",
        at=NOON,
        changes={"state": [None, ask.state]},
        seal=b"",
    )
    ask.refresh_from_db()
    return ask


def make_portfolio(cast: Cast) -> Portfolio:
    rows = [
        NewProject(
            title=f"Project {place}",
            team=cast.web.pk,
            owner=cast.platform_lead.pk,
            areas=(cast.product_pages.pk,) if place == HOST + 1 else (),
            starts_on=cast.period.starts_on,
            ends_on=cast.period.ends_on,
            efforts=((cast.web.pk, cast.period.pk, "", weeks),),
        )
        for place, weeks in enumerate(WEEKS, start=1)
    ]
    projects = add_projects(actor_key=cast.cto.key, at=NOON, rows=rows)
    Project.objects.filter(pk=projects[HOST].pk).update(owner=cast.frontend_lead, title="Product page rewrite")
    portfolio = Portfolio(cast, list(Project.objects.order_by("rank")))
    portfolio.ask = make_request(cast)
    return portfolio


def versions_told(model: type[Versioned]) -> defaultdict[int, list[int]]:
    """By record the versions of its entries, ascending."""
    told: defaultdict[int, list[int]] = defaultdict(list)
    entries = Entry.objects.filter(subject=model.subject).order_by("version")
    for pk, version in entries.values_list("subject_id", "version"):
        told[pk].append(version)
    return told


def gaps_in_history() -> list[str]:
    """Records whose version is not the number of their entries: there must be none. Rows that makers wrote without
    history are left out by looking only at what has any."""
    found = []
    for model in (BacklogItem, WorkRequest, Project, Capacity, Check):
        assert issubclass(model, Versioned)
        told = versions_told(model)
        for pk, version in model._base_manager.values_list("pk", "version"):
            versions = told[pk]
            if versions and versions != list(range(versions[0], version + 1)):
                found.append(f"{model.subject} {pk}: version {version}, entries {versions}")
    return found
