"""Verbs of notices: tell people once, also those who watch, and mark it read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction

from tracker.kernel.prepared import fetch_rows
from tracker.notices.models import Notice
from tracker.notices.texts import OF_TRIAGE, WATCHED
from tracker.people.access import STANDING_IN, Viewer
from tracker.people.standing import STAND_INS

TOLD = f"""
{STAND_INS.format(at="%(at)s::timestamptz")}, told AS (
    SELECT * FROM jsonb_to_recordset(%(told)s::jsonb)
             AS told (user_id bigint, leads_of bigint, kind text, facts jsonb, url text, source text, news_of bigint)
), heard AS (
    SELECT person.id AS person, told.* FROM told JOIN tracker_user person ON person.id = told.user_id
    WHERE person.is_active
    UNION ALL
    SELECT person.id, told.* FROM told JOIN tracker_user person ON person.team_id = told.leads_of
    WHERE person.is_active AND 'lead' = ANY(person.roles)
    UNION ALL
    SELECT person.id, told.* FROM told JOIN stand_ins ON stand_ins.team = told.leads_of
    JOIN tracker_user person ON person.id = stand_ins.person
    WHERE person.is_active AND person.roles::text[] && ARRAY{[str(role) for role in STANDING_IN]}
      AND told.kind = ANY(ARRAY{list(OF_TRIAGE)})
)
"""  # noqa: S608  filled in with constants
"""What comes to triage is also for whoever stands in for the lead."""
NAMED = """
SELECT person, kind, facts, url, source, %(at)s::timestamptz FROM heard
WHERE person <> %(actor)s::bigint AND NOT EXISTS (
    SELECT FROM tracker_watch watch WHERE watch.ask_id = news_of AND watch.person_id = person AND watch.muted)
"""
INTO = "INSERT INTO tracker_notice (user_id, kind, facts, url, source, at)"
TELL = f"WITH {TOLD} {INTO} {NAMED} ON CONFLICT DO NOTHING"
SEEN = """
(NOT ask.restricted OR person.id = ask.requester_id OR person.id = ANY(ask.parties)
 OR person.roles::text[] && ARRAY['cmo', 'cto', 'coo'] OR person.team_id = ask.team_id AND 'lead' = ANY(person.roles))
"""
"""As `visible_to` of requests has it, for what is filed."""
TELL_ALL = f"""
WITH RECURSIVE {TOLD}, turns AS (
    SELECT * FROM jsonb_to_recordset(%(turns)s::jsonb) AS turn (ask bigint, kind text, facts jsonb, url text, source text)
), family (root, id) AS (
    SELECT ask, ask FROM turns
    UNION SELECT family.root, dup.id FROM family JOIN tracker_workrequest dup ON dup.merged_into_id = family.id
), hears (root, person, because) AS (
    SELECT root, dup.requester_id, 'merged' FROM family JOIN tracker_workrequest dup USING (id) WHERE id <> root
    UNION ALL SELECT root, backing.person_id, 'backs' FROM family JOIN tracker_backing backing ON backing.ask_id = family.id
        WHERE backing.withdrawn_at IS NULL AND backing.person_id IS NOT NULL
    UNION ALL SELECT root, member.id, 'backs' FROM family JOIN tracker_backing backing ON backing.ask_id = family.id
        JOIN tracker_user member ON member.team_id = backing.team_id AND 'lead' = ANY(member.roles)
        WHERE backing.withdrawn_at IS NULL
    UNION ALL SELECT root, watch.person_id, 'watches' FROM family JOIN tracker_watch watch ON watch.ask_id = family.id
        WHERE NOT watch.muted
), watchers AS (
    SELECT DISTINCT ON (person.id, turns.source) person.id, turns.kind,
           turns.facts || jsonb_build_object('because', hears.because), turns.url, turns.source, %(at)s::timestamptz
    FROM hears JOIN turns ON turns.ask = hears.root JOIN tracker_workrequest ask ON ask.id = hears.root
    JOIN tracker_user person ON person.id = hears.person
    WHERE person.is_active AND person.roles <> '{{}}' AND person.id <> %(actor)s::bigint AND {SEEN}
      AND NOT EXISTS (SELECT FROM tracker_watch muted WHERE muted.ask_id = hears.root AND muted.person_id = person.id
                      AND muted.muted)
      AND NOT EXISTS (SELECT FROM heard WHERE heard.person = person.id AND heard.source = turns.source)
    ORDER BY person.id, turns.source, hears.because DESC
)
{INTO} {NAMED} UNION ALL SELECT * FROM watchers ON CONFLICT DO NOTHING
"""  # noqa: S608  filled in with constants
"""Whoever hears of it by another tie is no watcher of this turn: they hear it once."""


@dataclass(frozen=True)
class Turn:
    """One turn of a request, for those who hear of each: who watch it, back it, or had theirs merged into it."""

    ask: int
    kind: str
    facts: dict[str, Any]
    url: str
    source: str


@dataclass(frozen=True)
class Telling:
    """Word to one person, or to the leads of one team; `source` names what happened ("I-12:orphaned:4"): what was
    told once is not told again. `news_of` is the request that this is only news of: who muted it does not hear it."""

    kind: str
    facts: dict[str, Any]
    url: str
    source: str
    user: int | None = None
    leads_of: int | None = None
    news_of: int | None = None


def tell(*, at: datetime, tellings: Sequence[Telling], turns: Sequence[Turn] = (), actor: int = 0) -> None:
    """Writes the notices in one statement, in the transaction of what they tell of; the sweep mails them. Whoever watches
    hears of the `turns`.

    `actor` is left out: nobody needs word of what they did themselves.
    """
    if not tellings and not turns:
        return
    told = [
        {
            "user_id": one.user,
            "leads_of": one.leads_of,
            "kind": one.kind,
            "facts": one.facts,
            "url": one.url,
            "source": one.source,
            "news_of": one.news_of,
        }
        for one in tellings
    ]
    given = {"told": orjson.dumps(told).decode(), "at": at, "actor": actor}
    if not turns:
        fetch_rows(TELL, given)
        return
    watched = [
        {"ask": one.ask, "kind": f"{WATCHED}{one.kind}", "facts": one.facts, "url": one.url, "source": one.source}
        for one in turns
    ]
    fetch_rows(TELL_ALL, {**given, "turns": orjson.dumps(watched).decode()})


def person_in(actor_key: str) -> int:
    """The id in "user:5", or "mail:5" for who answered by mail; 0 for what no person did."""
    kind, _colon, number = actor_key.partition(":")
    return int(number) if kind in ("user", "mail") else 0


@transaction.atomic
def mark_read(*, actor: Viewer, at: datetime, notices: Sequence[int] | None = None) -> int:
    """Marks these notices of the viewer as read, all of them where none are named; how many were not yet.

    What was read here is not mailed any more.
    """
    rows = Notice.objects.visible_to(actor).unread()
    if notices is not None:
        rows = rows.filter(pk__in=notices)
    return rows.update(read_at=at, awaits_mail=False)
