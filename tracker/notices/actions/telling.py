"""Verbs of notices: tell people once, and mark it read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction

from tracker.kernel.prepared import fetch_rows
from tracker.notices.models import Notice
from tracker.people.access import Viewer

INSERT = """
WITH told AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb)
             AS told (user_id bigint, leads_of bigint, kind text, facts jsonb, url text, source text)
), heard AS (
    SELECT person.id AS person, told.* FROM told JOIN tracker_user person ON person.id = told.user_id
    WHERE person.is_active
    UNION ALL
    SELECT person.id, told.* FROM told JOIN tracker_user person ON person.team_id = told.leads_of
    WHERE person.is_active AND 'lead' = ANY(person.roles)
)
INSERT INTO tracker_notice (user_id, kind, facts, url, source, at)
SELECT person, kind, facts, url, source, %s::timestamptz FROM heard WHERE person <> %s::bigint
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Telling:
    """Word to one person, or to the leads of one team; `source` names what happened ("I-12:orphaned:4"): what was
    told once is not told again."""

    kind: str
    facts: dict[str, Any]
    url: str
    source: str
    user: int | None = None
    leads_of: int | None = None


def tell(*, at: datetime, tellings: Sequence[Telling], actor: int = 0) -> None:
    """Writes the notices in one statement, in the transaction of what they tell of; the sweep mails them.

    `actor` is left out: nobody needs word of what they did themselves.
    """
    if not tellings:
        return
    told = [
        {
            "user_id": one.user,
            "leads_of": one.leads_of,
            "kind": one.kind,
            "facts": one.facts,
            "url": one.url,
            "source": one.source,
        }
        for one in tellings
    ]
    fetch_rows(INSERT, [orjson.dumps(told).decode(), at, actor])


def person_in(actor_key: str) -> int:
    """The id in "user:5", 0 for what no person did."""
    kind, _colon, number = actor_key.partition(":")
    return int(number) if kind == "user" else 0


@transaction.atomic
def mark_read(*, actor: Viewer, at: datetime, notices: Sequence[int] | None = None) -> int:
    """Marks these notices of the viewer as read, all of them where none are named; how many were not yet.

    What was read here is not mailed any more.
    """
    rows = Notice.objects.visible_to(actor).unread()
    if notices is not None:
        rows = rows.filter(pk__in=notices)
    return rows.update(read_at=at, awaits_mail=False)
