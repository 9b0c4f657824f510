"""The only writer of history. Entries of one record are chained: each seal covers the one before it.

A verb changes a record through `add_row` and `change_row` (or, for a set of rows, an update of its own followed by
`record`), so that the version and the number of entries always agree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from tracker.kernel.errors import Stale
from tracker.kernel.models import Versioned

INSERT = """
INSERT INTO tracker_entry (subject, subject_id, version, actor, verb, at, reason, changes, seal)
SELECT fresh.subject, fresh.subject_id, fresh.version, fresh.actor, fresh.verb, fresh.at, fresh.reason, fresh.changes,
       sha256(coalesce(last.seal, '') || convert_to(concat_ws(chr(31), fresh.subject, fresh.subject_id, fresh.version,
              fresh.actor, fresh.verb, extract(epoch from fresh.at), fresh.reason, fresh.changes::text), 'UTF8'))
FROM unnest(%s::text[], %s::bigint[], %s::int[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::jsonb[])
     AS fresh (subject, subject_id, version, actor, verb, at, reason, changes)
LEFT JOIN tracker_entry last ON last.subject = fresh.subject AND last.subject_id = fresh.subject_id
     AND last.version = fresh.version - 1
"""


@dataclass(frozen=True)
class Fact:
    """One entry to write: `version` is the version that the record has after the change."""

    subject: str
    subject_id: int
    version: int
    verb: str
    reason: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)


def record(*, actor: str, at: datetime, facts: Sequence[Fact]) -> None:
    """Writes the entries in one statement. At most one entry of a record in one call: the chain needs the one before.

    `actor` is the string key of who did it ("user:5", "system"); `changes` maps a field to [before, after].
    """
    if not facts:
        return
    count = len(facts)
    columns: list[list[Any]] = [
        [fact.subject for fact in facts],
        [fact.subject_id for fact in facts],
        [fact.version for fact in facts],
        [actor] * count,
        [fact.verb for fact in facts],
        [at] * count,
        [fact.reason for fact in facts],
        [orjson.dumps(fact.changes, default=str).decode() for fact in facts],
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, columns)


def add_row(row: Versioned, *, actor: str, at: datetime, verb: str, reason: str = "") -> None:
    """Inserts the record at version 1 with its first entry (two statements)."""
    row.version = 1
    row.save(force_insert=True)
    record(actor=actor, at=at, facts=[Fact(row.subject, row.pk, 1, verb, reason, _first_values(row))])


def change_row(
    row: Versioned,
    *,
    actor: str,
    at: datetime,
    verb: str,
    changes: Mapping[str, Any],
    expected: int | None = None,
    reason: str = "",
) -> None:
    """Changes the fields of a loaded record if nobody else did since it was loaded (two statements).

    `changes` maps field names to new values; `expected` is the version the person looked at, None where the caller
    has just read the record under a lock. The row in memory is brought up to date. Raises Stale.
    """
    if expected is not None and expected != row.version:
        raise stale(row.version)
    before = _values_of(row, changes)
    manager = row._meta.model._base_manager
    changed = manager.filter(pk=row.pk, version=row.version).update(version=row.version + 1, **changes)
    if not changed:
        current = manager.filter(pk=row.pk).values_list("version", flat=True).first()
        raise stale(current)
    row.version += 1
    for name, value in changes.items():
        setattr(row, name, value)
    after = _values_of(row, changes)
    told = {name: [before[name], after[name]] for name in changes if name not in QUIET and before[name] != after[name]}
    record(actor=actor, at=at, facts=[Fact(row.subject, row.pk, row.version, verb, reason, told)])


QUIET = {"updated_at", "password", "digest"}


def stale(version: int | None) -> Stale:
    return Stale(_("Somebody changed this before you. Look at it as it is now, then do it again."), version=version)


def _values_of(row: Versioned, names: Iterable[str]) -> dict[str, Any]:
    """The stored values: of a person or a team its id."""
    columns = {column.name: column.attname for column in row._meta.concrete_fields}
    return {name: getattr(row, columns.get(name, name)) for name in names}


def _first_values(row: models.Model) -> dict[str, Any]:
    empty: tuple[Any, ...] = (None, "", [], {}, False)
    values = {
        column.name: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if column.name not in QUIET and not column.generated and not column.primary_key
    }
    return {name: [None, value] for name, value in values.items() if value not in empty}
