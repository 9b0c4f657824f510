"""Promises by the million, written by set-based SQL: one of three runs, and of those a handful broke a while ago.

They were started one after the other and are due in that order, as it is where one policy gives them all so many days.
Each belongs to one of the firm's requests, to an engineer of one of its teams, and to the lead of that team.
"""

import os
from typing import Any

from django.db import connection

from tracker.history.actions import RECORD
from tracker.intake.models import WorkRequest
from tracker.promises.calendars import OFFICE_WEEK
from tracker.promises.models import WorkCalendar

CLOCKS = int(os.environ.get("TANDEM_BENCH_CLOCKS", "3000000"))
"""All of them; a third runs."""
RUNNING, FOUND, BREACHES, RIVALS = CLOCKS // 3, CLOCKS // 3000, CLOCKS // 30, min(CLOCKS // 30, 2_000)
"""Those that run; of them those due two hours ago, an hour ago (with the former) and by now (apart from the former)."""
ROUNDS = 5
"""The breaches fall due a minute apart in so many equal parts."""
PEOPLE = """
INSERT INTO tracker_user (email, name, title, roles, team_id, language, time_zone, is_active, password, version)
SELECT who.role || '-' || who.n || '@' || team.key || '.example', who.role || ' of ' || team.name, '', ARRAY[who.role],
    team.id, 'en', 'UTC', true, '!', 1
FROM tracker_team team, (VALUES ('lead', 1), ('engineer', 1), ('engineer', 2), ('engineer', 3), ('engineer', 4)) who (role, n)
WHERE team.key LIKE 'team-%'
"""
PROMISES = """
INSERT INTO tracker_promise (version, kind, source, matter, facts, holder_id, team_id, side, calendar_id, state,
    started_at, minutes, due_at, deeds, instants, waits, step, next_at, ended_at, stuck)
SELECT CASE WHEN runs THEN 1 ELSE 2 END, 'triage', 'R-' || ask.id || ':triage:' || n, 'request:' || ask.id,
    jsonb_build_object('key', 'R-' || ask.id, 'title', ask.title, 'url', '/requests/R-' || ask.id || '/'),
    who.id, who.team_id, 'technology', %(calendar)s, CASE WHEN runs THEN 'running' ELSE 'kept' END,
    due - interval '3 days', 1620, due, ARRAY['remind', 'remind', 'breach', 'chiefs', 'docket'],
    ARRAY[due - interval '36 hours', due - interval '18 hours', due, NULL, NULL], ARRAY[0, 0, 0, 540, 1080], 2,
    CASE WHEN runs THEN due END, CASE WHEN NOT runs THEN due - interval '20 hours' END, ''
FROM (
    SELECT n, n %% 3 = 0 AS runs, 1 + (n / 3) %% %(requests)s AS place, now() - CASE
        WHEN n <= %(found)s * 3 THEN interval '2 hours'
        WHEN n <= %(breaches)s * 3 THEN interval '1 hour' - (n - 1) * %(rounds)s / (%(breaches)s * 3) * interval '1 minute'
        WHEN n <= (%(breaches)s + %(rivals)s) * 3 THEN interval '0' ELSE n * interval '-1 second' - interval '1 day'
    END AS due FROM generate_series(1, %(clocks)s) n
) clock
JOIN (SELECT id, title, row_number() OVER (ORDER BY id) AS place FROM tracker_workrequest) ask USING (place)
JOIN (
    SELECT person.id, team_id, row_number() OVER (ORDER BY person.id) AS place FROM tracker_user person
    WHERE email LIKE 'engineer-%%'
) who ON who.place = 1 + (n / 3) %% (SELECT count(*) FROM tracker_user WHERE email LIKE 'engineer-%%')
ORDER BY n
"""
HISTORY = f"""
WITH fresh AS (
    SELECT 'promise' AS subject, id AS subject_id, %(version)s AS version, 'system' AS actor, %(verb)s AS verb,
           CASE WHEN %(version)s = 1 THEN started_at ELSE ended_at END AS at, '' AS reason, '{{}}'::jsonb AS changes
    FROM tracker_promise WHERE version >= %(version)s ORDER BY id
) {RECORD}
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename IN ('tracker_promise', 'tracker_entry') AND indexdef NOT LIKE 'CREATE UNIQUE %'
"""
QUICKLY = "SET statement_timeout = 0; SET work_mem = '256MB'; SET maintenance_work_mem = '256MB'"
UNCHECKED, CHECKED = "SET session_replication_role = replica", "SET session_replication_role = origin"
"""The foreign keys of three million rows, each true by construction, are not looked up one by one."""


def write_clocks() -> None:
    """Adds them, their people and their history to the firm of the bench."""
    hours = WorkCalendar.objects.create(zone="UTC", week=OFFICE_WEEK)
    facts: dict[str, Any] = {
        "calendar": hours.pk,
        "requests": WorkRequest.objects.count(),
        "clocks": CLOCKS,
        "found": FOUND,
        "breaches": BREACHES,
        "rounds": ROUNDS,
        "rivals": RIVALS,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUICKLY)
        cursor.execute(PEOPLE)
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(UNCHECKED)
        cursor.execute(PROMISES, facts)
        cursor.execute(CHECKED)
        cursor.execute("ANALYZE tracker_promise")
        for version, verb in ((1, "open_promise"), (2, "keep_promise")):
            cursor.execute(HISTORY, {"version": version, "verb": verb})
        for _name, definition in indexes:
            cursor.execute(definition)
        for table in ("tracker_promise", "tracker_entry"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")
    connection.close()
