"""The story of a record, latest first."""

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


def story_of(subject: str, subject_id: int, *, limit: int = 100) -> list[Moment]:
    rows = Entry.objects.filter(subject=subject, subject_id=subject_id).order_by("-version")[:limit]
    return [Moment(row.id, row.version, row.actor, row.verb, row.at, row.reason, row.changes) for row in rows]
