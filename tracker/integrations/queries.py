"""What the pages of imports show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet

from tracker.integrations.models import ImportRun, PlannedProject, PlannedRow
from tracker.integrations.words import FIELD_NAMES, Words, say_doubt, say_reason
from tracker.people.access import Viewer
from tracker.people.models import User
from tracker.projects.models import Stage
from tracker.sites.models import Area

PAGE = 100
PROJECT_VIEWS = ("new", "changed", "unchanged", "refused", "kept")
ROW_VIEWS = ("all", "link", "skipped", "unclear", "doubtful")
VIEWS = (*PROJECT_VIEWS, *ROW_VIEWS)


@dataclass(frozen=True)
class FieldChange:
    field: Words
    before: object
    after: object


@dataclass(frozen=True)
class ReportRow:
    """A project to be or a row of the file; `row` is None for a project that has no row of its own."""

    row: int | None
    external_id: str
    title: str
    outcome: str
    outcome_label: Words
    stage: Words = ""
    weeks: str | None = None
    owner: str = ""
    issues: int = 0
    reason: Words = ""
    targets: str = ""
    doubts: Sequence[Words] = ()
    changes: Sequence[FieldChange] = ()
    kept: Sequence[FieldChange] = ()
    links_changed: int = 0
    project_key: str = ""


@dataclass(frozen=True)
class Report:
    """One page of at most PAGE rows; `after` is where the next one starts, None at the end."""

    view: str
    of_projects: bool
    rows: Sequence[ReportRow] = field(default_factory=list)
    after: int | None = None


def list_runs(viewer: Viewer, before: int | None) -> list[ImportRun]:
    """The newest first, one more than a page holds."""
    runs = ImportRun.objects.visible_to(viewer).select_related("team", "started_by__team").order_by("-pk")
    return list((runs if before is None else runs.filter(pk__lt=before))[: PAGE + 1])


def read_report(run: ImportRun, view: str, after: int) -> Report:
    """Rows of one outcome in order, from the place or row after `after` on (keyset)."""
    if view in PROJECT_VIEWS:
        return _read_projects(run, view, after)
    return _read_rows(run, view, after)


def _read_projects(run: ImportRun, view: str, after: int) -> Report:
    found = PlannedProject.objects.filter(run=run, place__gt=after)
    found = found.exclude(kept={}) if view == "kept" else found.filter(outcome=view)
    rows = list(found.annotate(key=F("project__key")).order_by("place")[: PAGE + 1])
    shown = rows[:PAGE]
    names = _read_names(shown)
    return Report(
        view=view,
        of_projects=True,
        rows=[_show_project(one, names) for one in shown],
        after=shown[-1].place if len(rows) > PAGE else None,
    )


@dataclass(frozen=True)
class Names:
    people: Mapping[int, str]
    areas: Mapping[int, str]


def _read_names(rows: Iterable[PlannedProject]) -> Names:
    people: set[int] = set()
    areas: set[int] = set()
    for one in rows:
        pairs = [*one.changes.items(), *one.kept.items()]
        people |= {one.values.get("owner"), *(v for name, pair in pairs if name == "owner" for v in pair)} - {None}
        areas |= {area for name, pair in pairs if name == "areas" for some in pair for area in some or ()}
    return Names(
        dict(User.objects.filter(pk__in=people).values_list("pk", "name")) if people else {},
        dict(Area.objects.filter(pk__in=areas).values_list("pk", "name")) if areas else {},
    )


def _show_project(one: PlannedProject, names: Names) -> ReportRow:
    values = one.values
    return ReportRow(
        row=one.row,
        external_id=one.external_id,
        title=values["title"],
        outcome=one.outcome,
        outcome_label=one.get_outcome_display(),
        stage=Stage(values["stage"]).label if values["stage"] in Stage.values else values["stage"],
        weeks=values["weeks"],
        owner=names.people.get(values["owner"], ""),
        issues=len(one.members),
        reason=say_reason(one.reason) if one.reason else "",
        doubts=[say_doubt(doubt) for doubt in one.doubts],
        changes=_show_changes(one.changes, names),
        kept=_show_changes(one.kept, names),
        links_changed=one.links_changed,
        project_key=getattr(one, "key", None) or "",
    )


def _show_changes(changes: Mapping[str, Sequence[Any]], names: Names) -> list[FieldChange]:
    return [
        FieldChange(FIELD_NAMES.get(name, name), *(_show_value(name, value, names) for value in pair))
        for name, pair in changes.items()
    ]


def _show_value(name: str, value: Any, names: Names) -> object:
    if value in (None, "", []):
        return "–"
    if name == "owner":
        return names.people.get(value, value)
    if name == "areas":
        return ", ".join(names.areas.get(area, str(area)) for area in value)
    if name == "stage" and value in Stage.values:
        return Stage(value).label
    return value


def _read_rows(run: ImportRun, view: str, after: int) -> Report:
    found: QuerySet[PlannedRow] = PlannedRow.objects.filter(run=run, number__gt=after)
    if view == "doubtful":
        found = found.filter(~Q(doubts=[]))
    elif view != "all":
        found = found.filter(outcome=view)
    rows = list(found.order_by("number")[: PAGE + 1])
    return Report(
        view=view,
        of_projects=False,
        rows=[_show_row(row) for row in rows[:PAGE]],
        after=rows[PAGE - 1].number if len(rows) > PAGE else None,
    )


def _show_row(row: PlannedRow) -> ReportRow:
    return ReportRow(
        row=row.number,
        external_id=row.external_id,
        title=row.title,
        outcome=row.outcome,
        outcome_label=row.get_outcome_display(),
        reason=say_reason(row.reason, row.what) if row.reason else "",
        targets=", ".join(row.targets) if row.outcome == PlannedRow.Outcome.LINK else "",
        doubts=[say_doubt(doubt) for doubt in row.doubts],
    )
