"""Compares planned projects with what stands here. The dry run and the import ask the same function."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tracker.integrations.models import ImportRun, Link, PlannedProject
from tracker.integrations.rules import Weighed, weigh_fields
from tracker.people.access import Power, Viewer, may
from tracker.projects.actions.imported import ImportedValues, efforts_of
from tracker.projects.models import CLOSED, Blocker, Period, Project
from tracker.projects.states import PROJECT

Outcome = PlannedProject.Outcome


@dataclass(frozen=True)
class Judged:
    """What becomes of one planned project; `weighed` is None for a new one and for one that is left out."""

    planned: PlannedProject
    outcome: str
    project: Project | None = None
    weighed: Weighed | None = None
    reason: str = ""
    project_areas: tuple[int, ...] = ()
    project_weeks: Decimal | None = None

    @property
    def seen(self) -> Mapping[str, Any]:
        return self.weighed.seen if self.weighed else self.planned.values

    def values(self) -> ImportedValues:
        """The values that the project has after the import: what is kept stays."""
        values = dict(self.planned.values)
        if self.project is not None and self.weighed is not None:
            here = values_of(self.project, self.project_areas, self.project_weeks)
            values = here | {name: new for name, (_old, new) in self.weighed.changes.items()}
        return ImportedValues(
            title=values["title"],
            stage=values["stage"],
            owner=values["owner"],
            starts_on=_day(values["starts_on"]),
            ends_on=_day(values["ends_on"]),
            areas=tuple(values["areas"]),
            weeks=None if values["weeks"] is None or values["stage"] in CLOSED else Decimal(values["weeks"]),
            issues_total=values["issues_total"],
            issues_done=values["issues_done"],
        )

    def note(self) -> None:
        """Notes the verdict on the planned project."""
        self.planned.outcome = self.outcome
        self.planned.reason = self.reason
        self.planned.project = self.project
        self.planned.changes = dict(self.weighed.changes) if self.weighed else {}
        self.planned.kept = dict(self.weighed.kept) if self.weighed else {}


def weigh_projects(
    run: ImportRun, planned: Sequence[PlannedProject], *, viewer: Viewer, at: datetime, lock: bool
) -> list[Judged]:
    """A fixed number of statements for a set of any size; `lock` holds the projects until the transaction ends."""
    links = {
        link.external_id: link
        for link in Link.objects.filter(
            source=run.source, issue=False, external_id__in=[one.external_id for one in planned]
        )
    }
    ids = sorted(link.project_id for link in links.values())
    found = Project.objects.filter(pk__in=ids).order_by("pk")
    projects = {project.pk: project for project in (found.select_for_update() if lock else found)}
    period = period_at(at)
    weeks = efforts_of(ids, run.team_id or 0, period.pk if period else None)
    blocked = set(Blocker.objects.filter(project__in=ids).values_list("project", flat=True))
    areas: defaultdict[int, list[int]] = defaultdict(list)
    for project, area in Project.areas.through.objects.filter(project__in=ids).values_list("project", "area"):
        areas[project].append(area)
    judged = []
    for one in planned:
        link = links.get(one.external_id)
        if link is None:
            judged.append(Judged(one, Outcome.NEW))
            continue
        project_id = link.project_id
        judged.append(
            _judge(
                one,
                link,
                projects[project_id],
                tuple(sorted(areas[project_id])),
                weeks.get(project_id),
                blocked=project_id in blocked,
                viewer=viewer,
            )
        )
    return judged


def _judge(
    one: PlannedProject,
    link: Link,
    project: Project,
    areas: tuple[int, ...],
    weeks: Decimal | None,
    *,
    blocked: bool,
    viewer: Viewer,
) -> Judged:
    if not may(viewer, Power.IMPORT_PROJECTS, project.ties):
        return Judged(one, Outcome.REFUSED, project, reason="another_team")
    stages = stages_after(project.stage) - (set(CLOSED) if blocked else set())
    last = link.raw.get("values", {})
    weighed = weigh_fields(last, one.values, values_of(project, areas, weeks), stages=stages)
    outcome = Outcome.CHANGED if weighed.changes else Outcome.UNCHANGED
    return Judged(one, outcome, project, weighed, project_areas=areas, project_weeks=weeks)


def values_of(project: Project, areas: Sequence[int], weeks: Decimal | None) -> dict[str, Any]:
    """A project in the plain values that imports are compared in."""
    return {
        "title": project.title,
        "stage": str(project.stage),
        "owner": project.owner_id,
        "starts_on": project.starts_on and project.starts_on.isoformat(),
        "ends_on": project.ends_on and project.ends_on.isoformat(),
        "areas": list(areas),
        "weeks": None if weeks is None else f"{weeks:.2f}",
        "issues_total": project.issues_total,
        "issues_done": project.issues_done,
    }


def stages_after(stage: str) -> set[str]:
    """All stages that lie ahead of this one: a tracker may have gone two steps since the last import."""
    ahead: set[str] = set()
    waiting = {stage}
    while waiting:
        here = waiting.pop()
        waiting |= {str(end) for (start, _verb), end in PROJECT.steps.items() if start == here} - ahead
        ahead |= waiting
    return ahead


def period_at(at: datetime) -> Period | None:
    """The quarter that estimates of a tracker are counted in: the running one, or the next where none is running."""
    return Period.objects.filter(ends_on__gte=at.date()).order_by("starts_on").first()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
