"""Which project an issue belongs to, by each of the four meanings of "project"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from tracker.integrations.jira_csv.issues import MAX_KEY, Issue
from tracker.integrations.jira_csv.mapping import Mapping
from tracker.integrations.jira_csv.vocabulary import SUBTASK_TYPES, plain

NO_PROJECT: Final = "no_project"


class Verdict(NamedTuple):
    outcome: Literal["project", "link", "skipped", "unclear"]
    reason: str = ""
    what: str = ""
    targets: tuple[str, ...] = ()


@dataclass(slots=True)
class Group:
    """A project to be: its own row where it has one, and the keys of its issues in the order of the file."""

    title: str = ""
    owner: str = ""
    own: Issue | None = None
    members: list[str] = field(default_factory=list)


class Absent(NamedTuple):
    """A parent that `rows` rows stand under and the file does not hold."""

    external_id: str
    title: str
    rows: int


@dataclass(slots=True)
class Placement:
    groups: dict[str, Group] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    absent: tuple[Absent, ...] = ()


def place_issues(issues: ReadOnly[str, Issue], mapping: Mapping) -> Placement:
    if mapping.kind == "epic":
        return _place_by_parent(issues, mapping)
    groupings: dict[str, Callable[[Issue], list[tuple[str, str, str]]]] = {
        "tracker_project": _by_tracker_project,
        "milestone": _by_milestone,
        "label": lambda issue: _by_label(issue, mapping.labels),
    }
    placement = Placement()
    for issue in issues.values():
        placement.verdicts[issue.key] = _place_in_groups(issue, groupings[mapping.kind](issue), placement)
    return placement


def _place_in_groups(issue: Issue, found: list[tuple[str, str, str]], placement: Placement) -> Verdict:
    if issue.treatment == "skip":
        return Verdict("skipped", "status_skipped", issue.status)
    if not found:
        return Verdict("skipped", NO_PROJECT)
    if any(len(external_id) > MAX_KEY for external_id, _title, _owner in found):
        return Verdict("unclear", "key_too_long")
    for external_id, title, owner in found:
        group = placement.groups.setdefault(external_id, Group(title, owner))
        group.members.append(issue.key)
    return Verdict("link", targets=tuple(external_id for external_id, _title, _owner in found))


def _by_tracker_project(issue: Issue) -> list[tuple[str, str, str]]:
    key = issue.project_key
    return [(key, issue.project_name or key, issue.project_lead)] if key else []


def _by_milestone(issue: Issue) -> list[tuple[str, str, str]]:
    # Two tracker projects may both have a version "1.0".
    return [(f"{issue.project_key}/version/{name}", name, "") for name in issue.versions]


def _by_label(issue: Issue, chosen: frozenset[str]) -> list[tuple[str, str, str]]:
    return [(f"label/{name}", name, "") for name in issue.labels if name in chosen]


class _Top(NamedTuple):
    """Where the way up from an issue ends: at a project, at a parent the file lacks, nowhere, or in a circle."""

    end: Literal["project", "absent", "none", "loop"]
    key: str = ""


class _Tree:
    def __init__(self, issues: ReadOnly[str, Issue], types: frozenset[str]) -> None:
        self._issues = issues
        self._by_id = {issue.issue_id: issue.key for issue in issues.values() if issue.issue_id}
        self._types = frozenset(plain(name) for name in types)
        self._tops: dict[str, _Top] = {}

    def is_project(self, issue: Issue) -> bool:
        return bool(self._types) and plain(issue.issue_type) in self._types

    def top_of(self, issue: Issue) -> _Top:
        """The nearest project above, remembered for everything on the way: long chains cost once."""
        way: list[str] = []
        seen: set[str] = set()
        current = issue
        while True:
            way.append(current.key)
            seen.add(current.key)
            known = self._tops.get(current.key) or self._step(current, seen)
            if isinstance(known, _Top):
                break
            current = known
        for key in way:
            self._tops[key] = known
        return known

    def _step(self, issue: Issue, seen: set[str]) -> _Top | Issue:
        if not issue.parent:
            return _Top("none")
        key = issue.parent if issue.parent in self._issues else self._by_id.get(issue.parent, "")
        if not key:
            return _Top("absent", issue.parent)
        if key in seen:
            return _Top("loop", key)
        parent = self._issues[key]
        return _Top("project", key) if self.is_project(parent) else parent


def _place_by_parent(issues: ReadOnly[str, Issue], mapping: Mapping) -> Placement:
    tree = _Tree(issues, mapping.types)
    placement = Placement()
    for issue in issues.values():
        if tree.is_project(issue) and issue.treatment != "skip":
            placement.groups[issue.key] = Group(own=issue)
    tops = {issue.key: tree.top_of(issue) for issue in issues.values() if not tree.is_project(issue)}
    placement.absent = _find_absent(issues, tops)
    if mapping.absent_parents:
        for absent in placement.absent:
            placement.groups[absent.external_id] = Group(title=absent.title)
    for issue in issues.values():
        placement.verdicts[issue.key] = _judge(issue, tops.get(issue.key), placement)
    return placement


def _judge(issue: Issue, top: _Top | None, placement: Placement) -> Verdict:
    if issue.treatment == "skip":
        return Verdict("skipped", "status_skipped", issue.status)
    if top is None:
        return Verdict("project", targets=(issue.key,))
    if top.end == "none":
        return Verdict("skipped", NO_PROJECT)
    if top.end == "loop":
        return Verdict("unclear", "parent_loop", top.key)
    group = placement.groups.get(top.key)
    if group is not None:
        group.members.append(issue.key)
        return Verdict("link", targets=(top.key,))
    if top.end == "project":
        return Verdict("skipped", "project_skipped", top.key)
    return Verdict("unclear", "parent_not_in_file", top.key[:MAX_KEY])


def _find_absent(issues: ReadOnly[str, Issue], tops: ReadOnly[str, _Top]) -> tuple[Absent, ...]:
    """Parents outside the file that can be projects: at least one row right below them is no sub-task."""
    rows = Counter(top.key for top in tops.values() if top.end == "absent")
    titles: dict[str, str] = {}
    for key, top in tops.items():
        issue = issues[key]
        if top.end == "absent" and issue.parent == top.key and plain(issue.issue_type) not in SUBTASK_TYPES:
            titles[top.key] = titles.get(top.key) or issue.parent_title
    return tuple(
        Absent(key, titles[key], count) for key, count in rows.items() if key in titles and len(key) <= MAX_KEY
    )
