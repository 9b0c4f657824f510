"""What follows from the rooms below, set by set: broken promises, decided requests, requests that grew old."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from django.db import transaction

from tracker.escalations.actions.beginning import (
    CONCERNED,
    concerned_by,
    end_promises,
    facts_of,
    owed_positions,
)
from tracker.escalations.events import CaseFacts, CasesMoved
from tracker.escalations.models import Condition, Escalation, Position
from tracker.escalations.rules import UNDECIDED_TOO_LONG
from tracker.escalations.states import CaseState
from tracker.history.actions import RECORD
from tracker.intake.events import RequestsMoved
from tracker.kernel.events import publish
from tracker.kernel.prepared import fetch_rows
from tracker.promises.actions import settle_promises
from tracker.promises.events import PromisesFired
from tracker.promises.models import Deed, Kind

SYSTEM = "system"
BATCH = 200
DECIDING = ("accept", "decline", "merge", "park", "reopen", "unmerge", "withdraw")
ENTRIES = """
SELECT 'escalation' AS subject, made.id AS subject_id, made.version, %(actor)s::text AS actor, %(verb)s::text AS verb,
       %(at)s::timestamptz AS at, '' AS reason, {changes} AS changes FROM made
"""
STEPPED = "jsonb_build_object('state', jsonb_build_array(made.before, made.state))"
ADDED = (
    "jsonb_build_object('state', jsonb_build_array(null, made.state), 'origin', jsonb_build_array(null, made.origin))"
)
NO_CHANGES = "'{}'::jsonb"
EMPTY = "wanted, options, tried, proposal, proposal_side"
EMPTY_VALUES = "'', '{}'::text[], '', '', ''"
DOCKET = f"""
WITH broken AS (
    SELECT DISTINCT ON (ask.id) ask.id AS ask, promise.id AS promise FROM tracker_promise promise
    JOIN tracker_workrequest ask ON ask.id = substring(promise.matter from '^request:([0-9]+)$')::bigint
    WHERE promise.id = ANY(%(promises)s::bigint[]) AND promise.state = 'running' ORDER BY ask.id, promise.due_at
), made AS (
    INSERT INTO tracker_escalation (version, ask_id, state, reason, origin, sealed, parties, promise_id, created_at, {EMPTY})
    SELECT 1, ask, 'docketed', 'no_answer', 'breach', false, '{{}}'::bigint[], promise, %(at)s, {EMPTY_VALUES} FROM broken
    ORDER BY ask ON CONFLICT DO NOTHING RETURNING *
), fresh AS ({ENTRIES.format(changes=ADDED)}) {RECORD}
"""  # noqa: S608  filled in with constants
CONTEST = f"""
WITH told AS (
    SELECT * FROM jsonb_to_recordset(%(told)s::jsonb) AS told (ask bigint, requester bigint, why text, state text)
), made AS (
    INSERT INTO tracker_escalation (version, ask_id, state, reason, origin, sealed, parties, raised_by_id, created_at,
        wanted, options, tried, proposal, proposal_side)
    SELECT 1, ask, 'docketed', CASE WHEN state = 'declined' THEN 'declined' ELSE 'priority' END, 'raised', false,
           '{{}}'::bigint[], requester, %(at)s, why, '{{}}'::text[], '', '', '' FROM told
    ORDER BY ask ON CONFLICT DO NOTHING RETURNING *
), fresh AS ({ENTRIES.format(changes=ADDED)}) {RECORD}
"""  # noqa: S608  filled in with constants
"""Where the request is before the mediator already, that line or case stays."""
OPEN_POSITIONS = f"""
WITH made AS (
    UPDATE tracker_escalation one SET opened_at = %(at)s, version = version + 1
    WHERE one.key = ANY(%(cases)s::text[]) AND one.state = 'open' AND one.opened_at IS NULL AND NOT EXISTS (
        SELECT FROM unnest(ARRAY['marketing', 'technology']) speaker
        WHERE NOT EXISTS (SELECT FROM tracker_position p WHERE p.escalation_id = one.id AND p.side = speaker)
          AND NOT EXISTS (SELECT FROM tracker_promise q WHERE q.source = one.key || ':position:' || speaker
                          AND q.state = 'running' AND q.breached_at IS NOT NULL))
    RETURNING one.*
), fresh AS ({ENTRIES.format(changes=NO_CHANGES)}), told AS ({RECORD})
SELECT id FROM made
"""  # noqa: S608  filled in with constants
BREAK = f"""
WITH broken AS (
    SELECT c.id, c.escalation_id FROM tracker_promise p
    JOIN tracker_condition c ON c.id = substring(p.source from ':condition:([0-9]+)$')::bigint
    WHERE p.id = ANY(%(promises)s::bigint[]) AND c.state = 'open' ORDER BY c.id FOR UPDATE OF c
), made AS (
    UPDATE tracker_condition c SET state = 'broken', version = version + 1 FROM broken WHERE c.id = broken.id
    RETURNING c.*
), fresh AS (
    SELECT 'condition' AS subject, made.id AS subject_id, made.version, %(actor)s::text AS actor,
           'break_condition' AS verb, %(at)s::timestamptz AS at, '' AS reason,
           '{{"state": ["open", "broken"]}}'::jsonb AS changes FROM made
), told AS ({RECORD})
SELECT id FROM made
"""  # noqa: S608  filled in with constants
RETURN = f"""
WITH old AS (
    SELECT e.id, e.state FROM tracker_escalation e WHERE e.id = ANY(%(cases)s::bigint[]) AND e.state = 'ruled'
      AND NOT EXISTS (SELECT FROM tracker_escalation o WHERE o.ask_id = e.ask_id AND o.state IN ('docketed', 'open'))
    ORDER BY e.id FOR UPDATE OF e
), made AS (
    UPDATE tracker_escalation e SET state = 'docketed', ended_at = NULL, taken_by_id = NULL, taken_at = NULL,
           version = version + 1 FROM old WHERE e.id = old.id RETURNING e.*, old.state AS before
), fresh AS ({ENTRIES.format(changes=STEPPED)}) {RECORD}
"""  # noqa: S608  filled in with constants
CLOSE = f"""
WITH old AS (
    SELECT id, state FROM tracker_escalation WHERE ask_id = ANY(%(asks)s::bigint[]) AND state IN ('docketed', 'open')
      AND (NOT %(lines)s::boolean OR state = 'docketed' AND origin = 'raised' AND began_at IS NULL)
    ORDER BY id FOR UPDATE
), made AS (
    UPDATE tracker_escalation e SET state = 'settled', ended_at = %(at)s, version = version + 1
    FROM old WHERE e.id = old.id RETURNING e.*, old.state AS before
), fresh AS ({ENTRIES.format(changes=STEPPED)}), told AS ({RECORD})
SELECT id, before FROM made
"""  # noqa: S608  filled in with constants
OLD = """
SELECT ask.id FROM tracker_workrequest ask
WHERE ask.state IN ('filed', 'needs_information') AND ask.filed_at <= %(since)s
  AND NOT EXISTS (SELECT FROM tracker_escalation e WHERE e.ask_id = ask.id
                  AND (e.state = 'open' OR e.ended_at > %(since)s))
  AND NOT EXISTS (SELECT FROM tracker_entry back WHERE back.subject = 'request' AND back.subject_id = ask.id
                  AND back.verb = 'return_request' AND back.at > %(since)s)
ORDER BY ask.id LIMIT %(limit)s FOR UPDATE OF ask SKIP LOCKED
"""
AGE = f"""
WITH concerned (ask, people, marketing, technology, sealed) AS ({CONCERNED.replace("%s", "%(asks)s")}), made AS (
    INSERT INTO tracker_escalation (version, ask_id, state, reason, origin, sealed, parties, created_at, began_at,
        opened_at, {EMPTY})
    SELECT 1, ask, 'open', 'no_answer', 'age', coalesce(sealed, false),
           ARRAY(SELECT DISTINCT person FROM unnest(people) person WHERE person IS NOT NULL ORDER BY person),
           %(at)s, %(at)s, CASE WHEN coalesce(sealed, false) THEN NULL ELSE %(at)s::timestamptz END, {EMPTY_VALUES}
    FROM concerned ORDER BY ask
    ON CONFLICT (ask_id) WHERE state IN ('docketed', 'open') DO UPDATE SET state = 'open', origin = 'age',
        parties = excluded.parties, sealed = excluded.sealed, began_at = excluded.began_at,
        opened_at = coalesce(tracker_escalation.opened_at, excluded.opened_at), acknowledged_until = NULL,
        version = tracker_escalation.version + 1
    WHERE tracker_escalation.state = 'docketed'
    RETURNING *
), fresh AS ({ENTRIES.format(changes=ADDED)}), told AS ({RECORD})
SELECT id FROM made
"""  # noqa: S608  filled in with constants
"""A line on the docket becomes the case; where somebody made one a moment before, that one stays."""


def follow_firings(event: PromisesFired) -> None:
    """The last step of a chain puts a line on the docket; a breach opens sealed positions and breaks conditions."""
    given = {"promises": list(event.promises), "at": event.at, "actor": SYSTEM}
    if event.deed == Deed.DOCKET:
        fetch_rows(DOCKET, {**given, "verb": "docket_case"})
    if event.deed == Deed.BREACH and Kind.CONDITION in event.kinds:
        _break_conditions(event)
    if event.deed == Deed.BREACH and Kind.POSITION in event.kinds:
        keys = fetch_rows(
            "SELECT DISTINCT split_part(source, ':', 1) FROM tracker_promise WHERE id = ANY(%s::bigint[])"
            " AND kind = 'position'",
            [list(event.promises)],
        )
        open_positions(actor_key=SYSTEM, at=event.at, cases=[row[0] for row in keys])


def open_positions(*, actor_key: str, at: datetime, cases: Sequence[str]) -> None:
    """Opens the positions of those of these cases (keys) where each side has spoken or let its time run out."""
    given = {"cases": list(cases), "at": at, "actor": actor_key, "verb": "open_positions"}
    opened = [row[0] for row in fetch_rows(OPEN_POSITIONS, given)]
    if opened:
        _tell(opened, "opened", actor_key, at)


def _break_conditions(event: PromisesFired) -> None:
    """A broken condition brings its case back, as a line of the docket."""
    given = {"promises": list(event.promises), "at": event.at, "actor": SYSTEM}
    broken = [row[0] for row in fetch_rows(BREAK, given)]
    if not broken:
        return
    conditions = list(Condition.objects.filter(pk__in=broken).select_related("escalation__ask"))
    cases = sorted({one.escalation_id for one in conditions})
    fetch_rows(RETURN, {"cases": cases, "at": event.at, "actor": SYSTEM, "verb": "return_case"})
    for one in conditions:
        facts = facts_of(one.escalation, [one.owner_id])
        told = {"condition": one.text, "number": one.pk}
        publish(CasesMoved(at=event.at, actor_key=SYSTEM, what="condition_broken", cases=(facts,), facts=told))


def close_cases(event: RequestsMoved) -> None:
    """A request that is decided or withdrawn needs no mediator: its line and its case are settled by that. Where a
    contested decision stands, only the line that the contest put there."""
    if event.verb not in (*DECIDING, "uphold"):
        return
    asks = [moved.ask_id for moved in event.moved]
    lines = event.verb == "uphold"
    given = {"asks": asks, "at": event.at, "actor": event.actor, "verb": "settle_by_decision", "lines": lines}
    closed = fetch_rows(CLOSE, given)
    were_open = [pk for pk, before in closed if before == CaseState.OPEN]
    if were_open:
        keys = Escalation.objects.filter(pk__in=were_open).values_list("key", flat=True)
        end_promises(list(keys), actor_key=event.actor, at=event.at)
        _tell(were_open, "decided", event.actor, event.at)


def docket_contests(event: RequestsMoved) -> None:
    """What the CTO decided and who asked contests is a line on the docket: the mediator answers it or takes it up."""
    told = [
        {"ask": one.ask_id, "requester": one.requester_id, "why": one.reason, "state": one.state}
        for one in event.moved
        if one.mediated
    ]
    if event.verb == "contest" and told:
        given = {"told": orjson.dumps(told).decode(), "at": event.at, "actor": event.actor, "verb": "docket_case"}
        fetch_rows(CONTEST, given)


@transaction.atomic
def raise_aged(*, at: datetime) -> int:
    """Requests that are undecided for 90 days become cases, at most BATCH at once; how many. A sweep: it may run twice
    or raced, and what came back from the mediator or from parking counts anew."""
    since = at - UNDECIDED_TOO_LONG
    asks = [row[0] for row in fetch_rows(OLD, {"since": since, "limit": BATCH})]
    if not asks:
        return 0
    made = [row[0] for row in fetch_rows(AGE, {"asks": asks, "at": at, "actor": SYSTEM, "verb": "age_case"})]
    cases = list(Escalation.objects.filter(pk__in=made).select_related("ask").order_by("pk"))
    concerned = concerned_by([case.ask_id for case in cases])
    said: dict[int, list[str]] = {}
    for case, side in Position.objects.filter(escalation__in=made).values_list("escalation", "side"):
        said.setdefault(case, []).append(side)
    owed = [one for case in cases for one in owed_positions(case, concerned[case.ask_id], but=said.get(case.pk, ()))]
    settle_promises(actor_key=SYSTEM, at=at, owed=owed)
    told = tuple(facts_of(case, concerned[case.ask_id].holders.values()) for case in cases)
    if told:
        publish(CasesMoved(at=at, actor_key=SYSTEM, what="aged", cases=told))
    return len(cases)


def _tell(cases: Sequence[int], what: str, actor_key: str, at: datetime) -> None:
    found = Escalation.objects.filter(pk__in=cases).select_related("ask").order_by("pk")
    told: tuple[CaseFacts, ...] = tuple(facts_of(case) for case in found)
    publish(CasesMoved(at=at, actor_key=actor_key, what=what, cases=told))
