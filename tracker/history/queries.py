"""The story of a record, latest first."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.history.models import Entry
from tracker.kernel.prepared import fetch_rows

WINDOW = 64
STAMP = f"""
SELECT coalesce(sum(latest.id), 0) FROM unnest(string_to_array(%s::text, '.')) AS kind
CROSS JOIN LATERAL (
    SELECT id FROM tracker_entry WHERE (subject, id) > (kind, 0) AND (subject, id) < (kind, 9223372036854775807)
    ORDER BY subject DESC, id DESC LIMIT {WINDOW}
) latest
"""  # noqa: S608  the only thing filled in is a constant
"""Adds up the ids of the latest entries of each kind, not only the highest: of two changes the one with the lower id
may commit later, and then it still enters the window. The row comparison keeps the planner on the index of (subject,
id): by a plain equality it walks the primary key, slow for a kind that changes rarely."""


@dataclass(frozen=True)
class Moment:
    """`actor` is a key such as user:5; `changes` maps a field to [before, after]."""

    id: int
    version: int
    actor: str
    verb: str
    at: datetime
    reason: str
    changes: dict[str, Any]
    subject: str = ""
    subject_id: int = 0


def stamp_of(subjects: str) -> int:
    """Another number as soon as a record of these kinds ("request.project") has changed (one statement)."""
    return int(fetch_rows(STAMP, [subjects])[0][0])


def story_of(subject: str, subject_id: int, *, limit: int = 100) -> list[Moment]:
    return _read(Entry.objects.filter(subject=subject, subject_id=subject_id).order_by("-version")[:limit])


def story_with(subject: str, subject_id: int, part: str, parts: Collection[int], *, limit: int = 100) -> list[Moment]:
    """The story of a record together with that of its parts, which are records of their own (one statement)."""
    own = Entry.objects.filter(subject=subject, subject_id=subject_id)
    theirs = Entry.objects.filter(subject=part, subject_id__in=parts)
    return _read(own.union(theirs, all=True).order_by("-id")[:limit])


def _read(rows: Iterable[Entry]) -> list[Moment]:
    return [
        Moment(row.id, row.version, row.actor, row.verb, row.at, row.reason, row.changes, row.subject, row.subject_id)
        for row in rows
    ]
