"""What an import may do to a project that is here already: the tracker's news come in, people's own changes stay.

Three values of each field are compared: what the tracker said at the last import, what it says now, and what stands
here. Only a field of which the tracker says something new is touched at all, so a second import changes nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

FIELDS = ("title", "stage", "owner", "starts_on", "ends_on", "areas", "weeks", "issues_total", "issues_done")
COUNTED = frozenset({"issues_total", "issues_done"})
"""Belong to the tracker alone: nobody edits them here."""


@dataclass(frozen=True)
class Weighed:
    """`changes` maps a field to [here, new], `kept` to [here, refused]; `seen` is what the next import compares with:
    a field that was kept stays as it was, so that the difference is told again each time."""

    changes: Mapping[str, list[Any]]
    kept: Mapping[str, list[Any]]
    seen: Mapping[str, Any]


def weigh_fields(
    last: Mapping[str, Any], now: Mapping[str, Any], here: Mapping[str, Any], *, stages: Collection[str]
) -> Weighed:
    """All three map FIELDS to plain values. `stages` are those that the project may take from where it stands."""
    changes: dict[str, list[Any]] = {}
    kept: dict[str, list[Any]] = {}
    seen = dict(last)
    for field in FIELDS:
        before, new, mine = last.get(field), now.get(field), here.get(field)
        # An estimate that the tracker no longer holds says nothing: the one here stays.
        if new == before or (field == "weeks" and new is None):
            continue
        if new == mine:
            seen[field] = new
        elif (mine != before and field not in COUNTED) or (field == "stage" and new not in stages):
            kept[field] = [mine, new]
        else:
            changes[field] = [mine, new]
            seen[field] = new
    return Weighed(changes, kept, seen)
