"""What in a tracker counts as a project and which stage its statuses mean: proposed here, decided by a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar, get_args

from tracker.integrations.jira_csv.reader import Table
from tracker.integrations.jira_csv.vocabulary import EPIC_TYPES, STAGES, STATUS_WORDS, Stage, plain

Kind = Literal["epic", "tracker_project", "milestone", "label"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Treatment = Stage | Literal["skip"]
TREATMENTS: Final[tuple[Treatment, ...]] = (*STAGES, "skip")
_Choice = TypeVar("_Choice", bound=str)
# A column of versions filled this often is how a team plans, not a leftover.
PLANNED_BY_VERSION: Final = 0.3


@dataclass(frozen=True, slots=True)
class Mapping:
    """One source's answer to "what is a project".

    kind             epic: rows of one of `types`; tracker_project, milestone (fix version), label: the groups of rows
    labels           for kind label: which labels count; none chosen means no project
    types            for kind epic: the issue types that count, as written in the file
    stages           status text -> stage, or "skip" to leave its rows out
    default_stage    for statuses that `stages` does not name; each such row is reported
    absent_parents   for kind epic: take parents that rows name but the file does not hold, too
    """

    kind: Kind
    labels: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    stages: ReadOnly[str, Treatment] = field(default_factory=dict)
    default_stage: Stage = "planned"
    absent_parents: bool = False

    def as_values(self) -> dict[str, object]:
        """Plain values to keep between two steps of the wizard or beside an import."""
        return {
            "kind": self.kind,
            "labels": sorted(self.labels),
            "types": sorted(self.types),
            "stages": dict(self.stages),
            "default_stage": self.default_stage,
            "absent_parents": self.absent_parents,
        }


def mapping_from_values(values: ReadOnly[str, object]) -> Mapping:
    """The way back from `as_values`; raises ValueError naming the value that does not fit."""
    stages = values.get("stages") or {}
    if not isinstance(stages, dict):
        raise ValueError("stages")
    return Mapping(
        kind=_one_of(values.get("kind"), KINDS, "kind"),
        labels=_texts(values.get("labels"), "labels"),
        types=_texts(values.get("types"), "types"),
        stages={str(status): _one_of(stage, TREATMENTS, "stages") for status, stage in stages.items()},
        default_stage=_one_of(values.get("default_stage", "planned"), STAGES, "default_stage"),
        absent_parents=values.get("absent_parents") is True,
    )


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file offers to choose from, with the number of rows of each."""

    types: ReadOnly[str, int]
    statuses: ReadOnly[str, int]
    labels: ReadOnly[str, int]
    milestones: ReadOnly[str, int]
    tracker_projects: ReadOnly[str, int]
    categories: ReadOnly[str, str]
    """status -> the status category most of its rows carry."""
    rows: int


def survey_table(table: Table) -> Survey:
    columns = table.columns
    types, statuses, labels, milestones, projects = (Counter[str]() for _ in range(5))
    categories: dict[str, Counter[str]] = {}
    for _number, cells in table.rows():
        labels.update(columns.every(cells, "labels"))
        milestones.update(columns.every(cells, "fix_versions"))
        types[columns.first(cells, "issue_type")] += 1
        projects[columns.first(cells, "project_key") or columns.first(cells, "key").rpartition("-")[0]] += 1
        status = columns.first(cells, "status")
        statuses[status] += 1
        categories.setdefault(status, Counter())[columns.first(cells, "status_category")] += 1
    for counted in (types, statuses, projects):
        del counted[""]
    return Survey(
        types=_by_size(types),
        statuses=_by_size(statuses),
        labels=_by_size(labels),
        milestones=_by_size(milestones),
        tracker_projects=_by_size(projects),
        categories={status: counted.most_common(1)[0][0] for status, counted in categories.items() if status},
        rows=table.rows_total,
    )


def suggest_mapping(table: Table, survey: Survey | None = None) -> Mapping:
    """A first answer for the screen. A status that no word explains is left out of `stages`, never guessed."""
    survey = survey or survey_table(table)
    epics = frozenset(name for name in survey.types if plain(name) in EPIC_TYPES)
    stages = {
        status: stage
        for status in survey.statuses
        if (stage := suggest_stage(status, survey.categories.get(status, ""))) is not None
    }
    return Mapping(kind=_suggest_kind(survey, epics), types=epics, stages=stages)


def suggest_stage(status: str, category: str) -> Stage | None:
    """The tracker's own category decides; only a name that says proposed or dropped says more than a category can."""
    by_name = STATUS_WORDS.get(plain(status))
    if by_name in ("proposed", "dropped"):
        return by_name
    return STATUS_WORDS.get(plain(category)) or by_name


def _suggest_kind(survey: Survey, epics: frozenset[str]) -> Kind:
    if epics:
        return "epic"
    if sum(survey.milestones.values()) >= PLANNED_BY_VERSION * survey.rows:
        return "milestone"
    if survey.tracker_projects or not survey.labels:
        return "tracker_project"
    return "label"


def _by_size(counted: Counter[str]) -> dict[str, int]:
    return dict(counted.most_common())


def _texts(value: object, name: str) -> frozenset[str]:
    if not isinstance(value, list | tuple | set | frozenset | type(None)):
        raise ValueError(name)
    return frozenset(str(text) for text in value or ())


def _one_of(value: object, choices: tuple[_Choice, ...], name: str) -> _Choice:
    for choice in choices:
        if choice == value:
            return choice
    raise ValueError(name)
