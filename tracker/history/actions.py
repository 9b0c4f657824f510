"""The only writer of history. Entries of one record are chained: each seal covers the one before it.

A verb changes a record through `add_row` and `change_row` (or, for a set of rows, an update of its own followed by
`record`), so that the version and the number of entries always agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

import orjson
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from tracker.kernel.errors import Stale
from tracker.kernel.models import Versioned
from tracker.kernel.prepared import fetch_rows

Column: TypeAlias = "models.Field[Any, Any]"

SEAL = """
sha256({before} || convert_to(concat_ws(chr(31), fresh.subject, fresh.subject_id, fresh.version, fresh.actor, fresh.verb,
       extract(epoch from fresh.at), fresh.reason, fresh.changes::text), 'UTF8'))
"""
LAST = """
LEFT JOIN tracker_entry last ON last.subject = fresh.subject AND last.subject_id = fresh.subject_id
     AND last.version = fresh.version - 1
"""
COLUMNS = "subject, subject_id, version, actor, verb, at, reason, changes"
RECORD = f"""
INSERT INTO tracker_entry ({COLUMNS}, seal)
SELECT {", ".join(f"fresh.{name}" for name in COLUMNS.split(", "))}, {SEAL.format(before="coalesce(last.seal, '')")}
FROM fresh {LAST}
"""  # noqa: S608  filled in with constants
TOLD = f"""
WITH told AS (SELECT %s::text AS actor, %s::timestamptz AS at, %s::jsonb AS facts), fresh AS (
    SELECT fact.*, told.actor, told.at FROM told, jsonb_to_recordset(told.facts)
        AS fact (subject text, subject_id bigint, version int, verb text, reason text, changes jsonb)
) {RECORD}
"""  # noqa: S608  filled in with constants
ENTRY = """
SELECT %s::text AS subject, made.id AS subject_id, made.version, %s::text AS actor, %s::text AS verb,
       %s::timestamptz AS at, %s::text AS reason, %s::jsonb AS changes FROM made
"""
CHANGED = f"""
WITH made AS (
    UPDATE {{table}} SET {{sets}} version = version + 1 WHERE id = %s AND version = %s RETURNING id, version
), fresh AS ({ENTRY}) {RECORD} RETURNING 1
"""  # noqa: S608  filled in with constants and the columns of a model
ADDED = f"""
WITH made AS (INSERT INTO {{table}} ({{columns}}) VALUES ({{marks}}) RETURNING *), fresh AS ({ENTRY}),
told AS ({RECORD})
SELECT {{returned}} FROM made
"""  # noqa: S608  filled in with constants and the columns of a model


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
    told = [
        {
            "subject": fact.subject,
            "subject_id": fact.subject_id,
            "version": fact.version,
            "verb": fact.verb,
            "reason": fact.reason,
            "changes": fact.changes,
        }
        for fact in facts
    ]
    fetch_rows(TOLD, [actor, at, orjson.dumps(told, default=str).decode()])


def add_row(row: Versioned, *, actor: str, at: datetime, verb: str, reason: str = "") -> None:
    """Inserts the record at version 1 with its first entry (one statement) and reads back what the database gave it."""
    row.version = 1
    sql, written, given = _insertion(row._meta.model, row.pk is not None)
    values = [column.get_db_prep_save(column.pre_save(row, True), connection) for column in written]
    changes = orjson.dumps(_first_values(row), default=str).decode()
    found = fetch_rows(sql, [*values, row.subject, actor, verb, at, reason, changes])[0]
    for column, value in zip(given, found, strict=True):
        setattr(row, column.attname, value)
    row._state.adding, row._state.db = False, connection.alias


@cache
def _insertion(model: type[Versioned], keyed: bool) -> tuple[str, list[Column], list[Column]]:
    """The statement that adds a row of this model, the columns it writes, and those it reads back."""
    columns = model._meta.concrete_fields
    given = [column for column in columns if column.primary_key or column.generated]
    written = [column for column in columns if column not in given or (keyed and column.primary_key)]
    names = [f'"{column.column}"' for column in written]
    sql = ADDED.format(
        table=connection.ops.quote_name(model._meta.db_table),
        columns=", ".join(names),
        marks=", ".join("%s" for _name in names),
        returned=", ".join(f'"{column.column}"' for column in given),
    )
    return sql, written, given


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
    """Changes the fields of a loaded record if nobody else did since it was loaded (one statement).

    `changes` maps field names to new values; `expected` is the version the person looked at, None where the caller
    has just read the record under a lock. The row in memory is brought up to date. Raises Stale.
    """
    if expected is not None and expected != row.version:
        raise stale(row.version, row, expected)
    columns = _columns_of(row._meta.model)
    stored = {name: value.pk if isinstance(value, models.Model) else value for name, value in changes.items()}
    before = {name: getattr(row, columns[name].attname) for name in changes}
    told = {
        name: [before[name], stored[name]] for name in changes if name not in QUIET and before[name] != stored[name]
    }
    sets = "".join(f'"{columns[name].column}" = %s, ' for name in changes)
    sql = CHANGED.format(table=connection.ops.quote_name(row._meta.db_table), sets=sets)
    values = [columns[name].get_db_prep_save(value, connection) for name, value in stored.items()]
    entry = [row.subject, actor, verb, at, reason, orjson.dumps(told, default=str).decode()]
    if not fetch_rows(sql, [*values, row.pk, row.version, *entry]):
        current = row._meta.model._base_manager.filter(pk=row.pk).values_list("version", flat=True).first()
        raise stale(current, row, row.version)
    row.version += 1
    for name, value in changes.items():
        setattr(row, name, value)


def check_version(row: Versioned, expected: int | None) -> None:
    """Raises Stale where somebody changed the record since the person looked at it; None looked at no version."""
    if expected is not None and expected != row.version:
        raise stale(row.version)


QUIET = {"updated_at", "password", "digest", "guest_email"}


def stale(version: int | None, row: Versioned | None = None, seen: int | None = None) -> Stale:
    """`seen` is the version of the row that the person looked at: what happened since can be told."""
    told = Stale(_("Somebody changed this before you. Look at it as it is now, then do it again."), version=version)
    if row is not None and seen is not None:
        told.since = (row.subject, row.pk, seen)
    return told


@cache
def _columns_of(model: type[models.Model]) -> dict[str, Column]:
    """By the name of the field and by that of its column: area and area_id."""
    columns = model._meta.concrete_fields
    return {column.name: column for column in columns} | {column.attname: column for column in columns}


def _first_values(row: models.Model) -> dict[str, Any]:
    empty: tuple[Any, ...] = (None, "", [], {}, False)
    values = {
        column.name: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if column.name not in QUIET and not column.generated and not column.primary_key
    }
    return {name: [None, value] for name, value in values.items() if value not in empty}
