"""Verbs over many projects at once, for imports; they who call have asked for the power."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from tracker.history.actions import Fact, record
from tracker.projects.actions.appending import append_ranks
from tracker.projects.actions.line import Cause, redraw_line
from tracker.projects.models import Effort, Project, Stage


@dataclass(frozen=True)
class NewProject:
    """A project to add. Teams, owner and areas are ids; `efforts` is (team, period, size, weeks)."""

    title: str
    summary: str = ""
    team: int | None = None
    owner: int | None = None
    stage: str = Stage.PLANNED
    starts_on: date | None = None
    ends_on: date | None = None
    areas: tuple[int, ...] = ()
    issues_total: int = 0
    issues_done: int = 0
    efforts: tuple[tuple[int, int, str, Decimal], ...] = field(default=())


@transaction.atomic
def add_projects(*, actor_key: str, at: datetime, rows: Sequence[NewProject]) -> list[Project]:
    """Appends them all, in this order, at the end of the ranking; a constant number of statements."""
    if not rows:
        return []
    ranks = append_ranks(len(rows))
    made = Project.objects.bulk_create(
        Project(
            title=row.title,
            summary=row.summary,
            team_id=row.team,
            owner_id=row.owner,
            stage=row.stage,
            rank=rank,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            issues_total=row.issues_total,
            issues_done=row.issues_done,
            created_at=at,
            updated_at=at,
        )
        for row, rank in zip(rows, ranks, strict=True)
    )
    _add_parts(made, rows)
    facts = [
        Fact("project", project.pk, 1, "add_project", "", _first_words(row))
        for project, row in zip(made, rows, strict=True)
    ]
    record(actor=actor_key, at=at, facts=facts)
    lists = {(team, period) for row in rows for team, period, _size, _weeks in row.efforts}
    newcomers = [project.pk for project in made]
    if lists:
        redraw_line(
            actor_key=actor_key,
            at=at,
            cause=Cause("added"),
            lists=lists,
            newcomers=newcomers,
            orphans_accepted=True,
        )
    return made


def _add_parts(made: Sequence[Project], rows: Sequence[NewProject]) -> None:
    Effort.objects.bulk_create(
        Effort(project=project, team_id=team, period_id=period, size=size, weeks=weeks, fits=True)
        for project, row in zip(made, rows, strict=True)
        for team, period, size, weeks in row.efforts
    )
    link = Project.areas.through
    link.objects.bulk_create(
        link(project_id=project.pk, area_id=area) for project, row in zip(made, rows, strict=True) for area in row.areas
    )


def _first_words(row: NewProject) -> dict[str, Any]:
    told = {
        "title": row.title,
        "summary": row.summary,
        "team": row.team,
        "owner": row.owner,
        "stage": row.stage,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }
    return {name: [None, value] for name, value in told.items() if value not in (None, "")}
