"""Changes a record under the portfolio's lock: for verbs that draw the line again afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.history.actions import Fact, record, stale
from tracker.kernel.models import Versioned
from tracker.projects.actions.line import run_locked

QUIET = ("updated_at", "above")


def change_locked(
    row: Versioned,
    *,
    actor: str,
    at: datetime,
    verb: str,
    changes: Mapping[str, Any],
    expected: int | None = None,
    reason: str = "",
    only_if: str = "true",
) -> None:
    """What history.change_row does, with the lock taken in the same round trip (two statements).

    `changes` maps attribute names (owner_id, not owner) to values; `only_if` is a condition in SQL. Raises Stale,
    also where that condition fails.
    """
    if expected is not None and expected != row.version:
        raise stale(row.version, row, expected)
    meta = row._meta
    columns = {field.attname: field.column for field in meta.concrete_fields}
    values = dict(changes) | ({"updated_at": at} if "updated_at" in columns else {})
    before = {name: getattr(row, name) for name in values}
    assignments = "".join(f"{columns[name]} = %s, " for name in values)
    changed = run_locked(
        f"UPDATE {meta.db_table} SET {assignments}version = version + 1 WHERE id = %s AND version = %s AND {only_if} RETURNING id",  # noqa: S608  no value in it
        [*values.values(), row.pk, row.version],
    )
    if not changed:
        raise stale(type(row)._base_manager.filter(pk=row.pk).values_list("version", flat=True).first())
    row.version += 1
    for name, value in values.items():
        setattr(row, name, value)
    told = {
        name.removesuffix("_id"): [before[name], value]
        for name, value in values.items()
        if name not in QUIET and before[name] != value
    }
    record(actor=actor, at=at, facts=[Fact(row.subject, row.pk, row.version, verb, reason, told)])
