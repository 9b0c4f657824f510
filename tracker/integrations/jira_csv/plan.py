"""The dry run: which projects a file holds and what becomes of every row. The real import writes what this says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from tracker.integrations.jira_csv.dates import DateOrder, Order
from tracker.integrations.jira_csv.errors import Unreadable
from tracker.integrations.jira_csv.issues import (
    MAX_KEY,
    MAX_TITLE,
    SECONDS,
    Doubt,
    Issue,
    IssueReader,
    read_order,
    read_period,
)
from tracker.integrations.jira_csv.mapping import Mapping
from tracker.integrations.jira_csv.placing import Absent, Placement, place_issues
from tracker.integrations.jira_csv.reader import Row, Table
from tracker.integrations.jira_csv.vocabulary import Stage

Outcome = Literal["project", "link", "skipped", "unclear"]
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one row. `row` counts as a spreadsheet does.

    outcome project (it is `targets[0]`), link (of `targets`), skipped or unclear with a reason:
    skipped: empty_row, duplicate_key (what: the row that holds it), status_skipped, project_skipped, no_project
    unclear: key_missing, key_too_long, row_cut, parent_not_in_file (what: its key), parent_loop
    """

    row: int
    external_id: str
    outcome: Outcome
    reason: str = ""
    what: str = ""
    targets: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueLink:
    row: int
    external_id: str
    title: str
    status: str
    done: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One project to be. `in_file` is false for a parent known only by the rows that name it.

    issues_total and issues_done leave out dropped issues; weeks are person-weeks still to do, None when nobody
    estimated them all (never zero); a project without a row of its own takes its stage from its issues.
    """

    external_id: str
    title: str
    stage: Stage
    owner_name: str
    owner_email: str
    starts_on: date | None
    ends_on: date | None
    labels: tuple[str, ...]
    components: tuple[str, ...]
    issues_total: int
    issues_done: int
    weeks: float | None
    tracker_rank: str
    row: int | None
    links: tuple[IssueLink, ...]
    doubts: tuple[Doubt, ...]
    in_file: bool

    @property
    def source_rows(self) -> tuple[int, ...]:
        own = () if self.row is None else (self.row,)
        return (*own, *(link.row for link in self.links))


@dataclass(frozen=True, slots=True)
class Counts:
    rows: int
    projects: int
    links: int
    skipped: int
    unclear: int
    doubtful: int
    """Rows placed, with at least one doubt."""
    reasons: ReadOnly[str, int]
    doubts: ReadOnly[str, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """Projects in the tracker's order, one line per row in the file's order.

    `absent` are parents that rows name and the file does not hold, whether taken as projects or not.
    """

    projects: tuple[Candidate, ...]
    lines: tuple[Line, ...]
    absent: tuple[Absent, ...]
    counts: Counts
    date_order: DateOrder
    unknown_statuses: ReadOnly[str, int]


@dataclass(slots=True)
class _Gathered:
    """All rows of a file: those that are issues, and lines for those that cannot be."""

    issues: dict[str, Issue] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def plan_projects(table: Table, mapping: Mapping, chosen_order: Order | None = None) -> Plan:
    """Writes nothing, asks nobody; the same table and mapping give the same plan. Raises Unreadable.

    `chosen_order` is a person's word on which of two numbers is the day; without it the file's dates decide.
    """
    if table.columns.missing:
        raise Unreadable("columns_missing", fields=", ".join(table.columns.missing))
    gathered = _gather(table, IssueReader(table, mapping))
    order = DateOrder(chosen_order, "shown") if chosen_order else read_order(table)
    placement = place_issues(gathered.issues, mapping)
    projects = _build_candidates(gathered.issues, placement, order)
    dated = {project.row: project.doubts for project in projects if project.row is not None}
    lines = gathered.lines
    for issue in gathered.issues.values():
        verdict = placement.verdicts[issue.key]
        doubts = dated.get(issue.row, issue.doubts)
        lines.append(Line(issue.row, issue.key, verdict.outcome, verdict.reason, verdict.what, verdict.targets, doubts))
    lines.sort(key=lambda line: line.row)
    statuses = Counter(doubt.what for line in lines for doubt in line.doubts if doubt.code == "status_unknown")
    return Plan(projects, tuple(lines), placement.absent, _count(lines, projects), order, statuses)


def _gather(table: Table, reader: IssueReader) -> _Gathered:
    gathered = _Gathered()
    for row in table.rows():
        refused = _refuse_row(row, table, gathered.issues)
        if refused:
            gathered.lines.append(refused)
        else:
            issue = reader.read_issue(row)
            gathered.issues[issue.key] = issue
    return gathered


def _refuse_row(row: Row, table: Table, issues: ReadOnly[str, Issue]) -> Line | None:
    key = table.columns.first(row.cells, "key")
    if not any(cell.strip() for cell in row.cells):
        return Line(row.number, "", "skipped", "empty_row")
    if table.cut and row.number == table.last_row:
        return Line(row.number, key[:MAX_KEY], "unclear", "row_cut")
    if not key:
        return Line(row.number, "", "unclear", "key_missing")
    if len(key) > MAX_KEY:
        return Line(row.number, key[:MAX_KEY], "unclear", "key_too_long")
    if key in issues:
        return Line(row.number, key, "skipped", "duplicate_key", str(issues[key].row))
    return None


def _build_candidates(issues: ReadOnly[str, Issue], placement: Placement, order: DateOrder) -> tuple[Candidate, ...]:
    found = []
    for external_id, group in placement.groups.items():
        own = group.own
        members = [issues[key] for key in group.members]
        found.append(
            _from_row(own, members, order) if own else _from_members(external_id, group.title, group.owner, members)
        )
    first_rows = {project.external_id: min(project.source_rows, default=0) for project in found}
    found.sort(key=lambda project: (not project.tracker_rank, project.tracker_rank, first_rows[project.external_id]))
    return tuple(found)


def _from_row(own: Issue, members: list[Issue], order: DateOrder) -> Candidate:
    period = read_period(own.start_text, own.due_text, order)
    name, email = _person(own.owner)
    return Candidate(
        external_id=own.key,
        title=own.title,
        stage=_as_stage(own),
        owner_name=name,
        owner_email=email,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        labels=own.labels,
        components=own.components,
        issues_total=_total(members),
        issues_done=_done(members),
        weeks=_weeks(own.total_seconds or own.seconds or _sum_of_open(members)),
        tracker_rank=own.rank,
        row=own.row,
        links=_links(members),
        doubts=own.doubts + period.doubts,
        in_file=True,
    )


def _from_members(external_id: str, title: str, owner: str, members: list[Issue]) -> Candidate:
    name, email = _person(owner)
    return Candidate(
        external_id=external_id,
        title=title[:MAX_TITLE] or external_id,
        stage=derive_stage(_as_stage(issue) for issue in members),
        owner_name=name,
        owner_email=email,
        starts_on=None,
        ends_on=None,
        labels=_most_used(issue.labels for issue in members),
        components=_most_used(issue.components for issue in members),
        issues_total=_total(members),
        issues_done=_done(members),
        weeks=_weeks(_sum_of_open(members)),
        tracker_rank=min((issue.rank for issue in members if issue.rank), default=""),
        row=None,
        links=_links(members),
        doubts=(),
        in_file=False,
    )


def derive_stage(stages: Iterable[Stage]) -> Stage:
    """The stage of a whole by its parts: what was dropped does not count unless nothing else is left."""
    present = set(stages)
    alive = present - {"dropped"}
    if not alive:
        return "dropped" if present else "planned"
    if alive == {"launched"}:
        return "launched"
    if alive & {"running", "launched"}:
        return "running"
    return "planned" if "planned" in alive else "proposed"


def _as_stage(issue: Issue) -> Stage:
    # Rows to be skipped never come this far.
    return "planned" if issue.treatment == "skip" else issue.treatment


def _person(text: str) -> tuple[str, str]:
    """Name and e-mail: exports write one or the other into the same cell."""
    found = _EMAIL.search(text)
    email = found[0].strip("<>()\"',;") if found else ""
    return text[:MAX_TITLE], email.lower()[:MAX_TITLE]


def _total(members: list[Issue]) -> int:
    return sum(not issue.dropped for issue in members)


def _done(members: list[Issue]) -> int:
    return sum(issue.done and not issue.dropped for issue in members)


def _sum_of_open(members: list[Issue]) -> int | None:
    """Seconds of all open issues, only if every one that has no parts of its own is estimated: half a sum misleads."""
    parents = {issue.parent for issue in members}
    total = 0
    for issue in members:
        if issue.done or issue.dropped:
            continue
        if issue.seconds is None and issue.key not in parents and issue.issue_id not in parents:
            return None
        total += issue.seconds or 0
    return total or None


def _weeks(seconds: int | None) -> float | None:
    return round(seconds / SECONDS["w"], 2) or None if seconds else None


def _links(members: list[Issue]) -> tuple[IssueLink, ...]:
    return tuple(IssueLink(issue.row, issue.key, issue.title, issue.status, issue.done) for issue in members)


def _most_used(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(name for name, _times in Counter(name for names in lists for name in names).most_common())


def _count(lines: list[Line], projects: tuple[Candidate, ...]) -> Counts:
    outcomes = Counter(line.outcome for line in lines)
    return Counts(
        rows=len(lines),
        projects=len(projects),
        links=outcomes["link"],
        skipped=outcomes["skipped"],
        unclear=outcomes["unclear"],
        doubtful=sum(bool(line.doubts) and line.outcome in ("project", "link") for line in lines),
        reasons=Counter(line.reason for line in lines if line.reason),
        doubts=Counter(doubt.code for line in lines for doubt in line.doubts),
    )
