"""Many drafts at once, as an import writes them: a constant number of statements, whatever their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import Fact, record
from tracker.intake.actions.checks import MOST_URLS
from tracker.intake.models import WorkRequest
from tracker.intake.rules import is_web_address
from tracker.intake.states import State
from tracker.kernel.errors import Invalid
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Power, Viewer, require

NUMBERS = "SELECT nextval(pg_get_serial_sequence('tracker_workrequest', 'id')) FROM generate_series(1, %s)"
GIVEN = {
    "id": "bigint",
    "type_id": "bigint",
    "title": "text",
    "why": "text",
    "area_id": "bigint",
    "team_id": "bigint",
    "example_urls": "text[]",
    "answers": "jsonb",
}
"""The columns that differ from draft to draft; all others are those of any new draft of this person."""


@dataclass(frozen=True)
class NewDraft:
    """`type`, `area` and `team` are ids; the team is that of the area."""

    type: int
    title: str
    why: str = ""
    area: int | None = None
    team: int | None = None
    example_urls: Sequence[str] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def draft_requests(*, actor: Viewer, at: datetime, rows: Sequence[NewDraft]) -> list[int]:
    """Drafts of this person, in this order; their ids. Raises Invalid where one has no title or no web address."""
    require(actor, Power.FILE_REQUEST)
    if not rows:
        return []
    for row in rows:
        _check(row)
    ids = [number for (number,) in fetch_rows(NUMBERS, [len(rows)])]
    given = [
        {
            "id": number,
            "type_id": row.type,
            "title": row.title,
            "why": row.why,
            "area_id": row.area,
            "team_id": row.team,
            "example_urls": list(row.example_urls),
            "answers": row.answers,
        }
        for number, row in zip(ids, rows, strict=True)
    ]
    sql, columns = _insertion()
    bare = WorkRequest(
        state=State.DRAFT, requester_id=actor.id, requester_team_id=actor.team, created_at=at, updated_at=at, version=1
    )
    alike = [column.get_db_prep_save(getattr(bare, column.attname), connection) for column in columns]
    fetch_rows(sql, [*alike, orjson.dumps(given).decode()], prepared=False)
    record(actor=actor.key, at=at, facts=[_fact(actor, at, one) for one in given])
    return ids


def _check(row: NewDraft) -> None:
    wrong: dict[str, Any] = {}
    if not row.title.strip():
        wrong["title"] = _("Give it a title.")
    if len(row.example_urls) > MOST_URLS or not all(map(is_web_address, row.example_urls)):
        wrong["example_urls"] = _("Web addresses begin with http:// or https://, one on each line.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


@cache
def _insertion() -> tuple[str, list[Any]]:
    """The statement and the columns that it takes the same value for in every row."""
    meta = WorkRequest._meta
    alike = [column for column in meta.concrete_fields if not column.generated and column.column not in GIVEN]
    names = ", ".join(f'"{column.column}"' for column in alike)
    own = ", ".join(GIVEN)
    shape = ", ".join(f"{name} {kind}" for name, kind in GIVEN.items())
    marks = ", ".join("%s" for _column in alike)
    sql = (
        f"INSERT INTO {connection.ops.quote_name(meta.db_table)} ({names}, {own}) SELECT {marks}, {own}"  # noqa: S608  the columns of a model
        f" FROM jsonb_to_recordset(%s::jsonb) AS given ({shape}) ORDER BY id"
    )
    return sql, alike


def _fact(actor: Viewer, at: datetime, given: Mapping[str, Any]) -> Fact:
    told = {
        name.removesuffix("_id"): value
        for name, value in given.items()
        if name != "id" and value not in (None, "", [], {})
    }
    told |= {"state": str(State.DRAFT), "requester": actor.id, "created_at": at, "version": 1}
    if actor.team is not None:
        told["requester_team"] = actor.team
    return Fact("request", given["id"], 1, "draft_request", "", {name: [None, value] for name, value in told.items()})
