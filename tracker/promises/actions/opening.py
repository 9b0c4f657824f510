"""The verb of promises: some end, others begin. Called by the verbs and reactions that owe and give answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from tracker.history.actions import RECORD
from tracker.kernel.calendar import working_time
from tracker.kernel.events import publish
from tracker.kernel.prepared import Row, fetch_rows
from tracker.promises.calendars import read_calendar
from tracker.promises.events import PromisesDue
from tracker.promises.rules import MINUTE, WALL, Terms, draw_plan

END = f"""
WITH told AS (
    SELECT %(actor)s::text AS actor, %(at)s::timestamptz AS at, %(owed)s::jsonb AS owed
), answered AS (
    SELECT * FROM unnest(%(sources)s::text[], %(states)s::text[]) AS answered (source, state)
), made AS (
    UPDATE tracker_promise SET state = answered.state, ended_at = told.at, next_at = NULL, version = version + 1
    FROM told, answered WHERE tracker_promise.source = answered.source AND tracker_promise.state = 'running'
    RETURNING tracker_promise.id, version, tracker_promise.state
), fresh AS (
    SELECT 'promise' AS subject, made.id AS subject_id, made.version, told.actor, made.state || '_promise' AS verb,
           told.at, '' AS reason, jsonb_build_object('state', jsonb_build_array('running', made.state)) AS changes
    FROM made, told
), entries AS ({RECORD})
SELECT owed.n, policy.days, policy.reminders, policy.chiefs_after, policy.docket_after, who.id, team.id,
       coalesce(team.side, ''), earlier.id, earlier.minutes, earlier.started_at, earlier.ended_at,
       hours.id, hours.zone, hours.country, hours.region, hours.week::text, hours.days::text
FROM told, jsonb_to_recordset(told.owed)
    AS owed (n int, kind text, source text, matter text, holder bigint, team bigint, resumes boolean)
JOIN tracker_firm firm ON firm.level <> 'start'
JOIN tracker_policy policy ON policy.kind = owed.kind
LEFT JOIN LATERAL (
    SELECT id, team_id FROM tracker_user
    WHERE is_active AND (id = owed.holder OR owed.holder IS NULL AND team_id = owed.team AND 'lead' = ANY(roles))
    ORDER BY id LIMIT 1
) who ON true
LEFT JOIN tracker_team team ON team.id = coalesce(who.team_id, owed.team)
LEFT JOIN LATERAL (
    SELECT id, minutes, started_at, coalesce(ended_at, told.at) AS ended_at FROM tracker_promise
    WHERE owed.resumes AND matter = owed.matter AND source = owed.source AND state = 'handed' ORDER BY id DESC LIMIT 1
) earlier ON true
JOIN LATERAL (
    SELECT * FROM tracker_workcalendar WHERE team_id = team.id OR team_id IS NULL ORDER BY team_id NULLS LAST LIMIT 1
) hours ON true
ORDER BY owed.n
"""  # noqa: S608  filled in with a constant
OPEN = f"""
WITH told AS (SELECT %s::text AS actor, %s::timestamptz AS at, %s::jsonb AS promises), made AS (
    INSERT INTO tracker_promise (version, kind, source, matter, facts, holder_id, team_id, side, calendar_id, state,
        follows_id, started_at, minutes, due_at, deeds, instants, waits, step, next_at, stuck)
    SELECT 1, kind, source, matter, facts, holder, team, side, calendar, 'running', follows, told.at, minutes, due_at,
           deeds, instants, waits, 0, instants[1], ''
    FROM told, jsonb_to_recordset(told.promises) AS fresh (kind text, source text, matter text, facts jsonb,
         holder bigint, team bigint, side text, calendar bigint, follows bigint, minutes int, due_at timestamptz,
         deeds text[], instants timestamptz[], waits int[])
    ON CONFLICT DO NOTHING RETURNING *
), fresh AS (
    SELECT 'promise' AS subject, made.id AS subject_id, 1 AS version, told.actor, 'open_promise' AS verb, told.at,
           '' AS reason, jsonb_build_object('kind', jsonb_build_array(null, kind), 'holder',
           jsonb_build_array(null, holder_id), 'due_at', jsonb_build_array(null, due_at)) AS changes
    FROM made, told
) {RECORD}
"""  # noqa: S608  filled in with a constant


@dataclass(frozen=True)
class Owed:
    """One answer to be owed: by `holder`, or by the lead of `team` where nobody is named.

    `until` is a date of its own, such as the deadline of what waits; `resumes` goes on with what was left of the last
    promise of this source that was handed over.
    """

    kind: str
    source: str
    matter: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    holder: int | None = None
    team: int | None = None
    until: datetime | None = None
    resumes: bool = False


def settle_promises(
    *, actor_key: str, at: datetime, ended: Mapping[str, str] | None = None, owed: Sequence[Owed] = ()
) -> None:
    """Ends what runs under these sources, each in its state (kept, handed, lifted), and starts the clocks of `owed`.

    Two statements, one where nothing starts. What does not run, or runs already, is passed over; at level Start no
    clock runs at all.
    """
    asked = [
        {
            "n": n,
            "kind": one.kind,
            "source": one.source,
            "matter": one.matter,
            "holder": one.holder,
            "team": one.team,
            "resumes": one.resumes,
        }
        for n, one in enumerate(owed)
    ]
    given = {
        "actor": actor_key,
        "at": at,
        "sources": list(ended or {}),
        "states": [str(state) for state in (ended or {}).values()],
        "owed": orjson.dumps(asked).decode(),
    }
    fresh = [_drawn(owed[row[0]], row, at) for row in fetch_rows(END, given)]
    if fresh:
        fetch_rows(OPEN, [actor_key, at, orjson.dumps(fresh).decode()])
    if any(one["instants"][0] <= at for one in fresh):
        publish(PromisesDue(at=at))


def _drawn(one: Owed, row: Row, at: datetime) -> dict[str, Any]:
    """The new promise as JSON values, its plan drawn in the hours of its holder."""
    _n, days, reminders, chiefs, docket, holder, team, side, earlier, minutes, started, stopped, calendar, *hours = row
    calendar_of_holder = read_calendar(*hours, at.year)
    left = None
    if earlier is not None:
        left = max(minutes - int(working_time(calendar_of_holder, started, stopped) / MINUTE), 0)
    terms = Terms(days, tuple(reminders), chiefs, docket)
    plan = draw_plan(terms, calendar_of_holder, at, minutes=left, until=one.until, wall=WALL.get(one.kind))
    return {
        "kind": one.kind,
        "source": one.source,
        "matter": one.matter,
        "facts": one.facts,
        "holder": holder,
        "team": team,
        "side": side,
        "calendar": calendar,
        "follows": earlier,
        "minutes": plan.minutes,
        "due_at": plan.due_at,
        "deeds": plan.deeds,
        "instants": plan.instants,
        "waits": plan.waits,
    }
