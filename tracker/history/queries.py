"""The story of a record, latest first."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.history.models import Entry


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
