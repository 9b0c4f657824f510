"""A firm with 100,000 requests of 401 people and 2,000 projects in 25 teams, written by set-based SQL."""

from typing import Any

from django.db import connection

from tests.makers import make_cast
from tracker.kernel.ranks import balanced_keys
from tracker.people.models import User

REQUESTS, PROJECTS, TEAMS, MARKETERS = 100_000, 2_000, 25, 400
STATEMENTS = """
INSERT INTO tracker_user (email, name, title, roles, team_id, language, time_zone, is_active, password, version)
SELECT 'marketer-' || n || '@lumen.example', 'Marketer ' || n, '', ARRAY['marketer'],
    (SELECT team_id FROM tracker_user WHERE id = %(requester)s), 'en', 'UTC', true, '!', 1
FROM generate_series(1, %(marketers)s) n;
INSERT INTO tracker_team (key, name, side, version)
SELECT 'team-' || n, 'Team ' || n, 'technology', 1 FROM generate_series(1, %(teams)s) n;
INSERT INTO tracker_capacity (team_id, period_id, gross, reserve_percent, allowance, drawn, version)
SELECT t.id, p.id, 250, 25, 5, 0, 1 FROM tracker_team t, tracker_period p WHERE t.key LIKE 'team-%%';
INSERT INTO tracker_project (title, summary, owner_id, team_id, stage, rank, pinned, pin_reason, confidence,
    issues_total, issues_done, above, version, created_at, updated_at)
SELECT 'Project number ' || n, 'What project ' || n || ' is about', %(owner)s,
    (SELECT id FROM tracker_team WHERE key = 'team-' || (1 + n %% %(teams)s)), 'planned', keys.rank, false, '', '',
    20, 5, false, 1, now() - n * interval '1 hour', now()
FROM unnest(%(ranks)s::text[]) WITH ORDINALITY AS keys (rank, n);
INSERT INTO tracker_effort (project_id, team_id, period_id, size, weeks, embedded, fits)
SELECT pr.id, pr.team_id, p.id, '', 1 + pr.id %% 7, 0, false FROM tracker_project pr, tracker_period p;
INSERT INTO tracker_effort (project_id, team_id, period_id, size, weeks, embedded, fits)
SELECT pr.id, other.id, p.id, '', 1, 0, false FROM tracker_project pr, tracker_period p, tracker_team other
WHERE pr.id %% 3 = 0 AND other.key = 'team-' || (1 + (pr.id + 7) %% %(teams)s) AND other.id <> pr.team_id;
INSERT INTO tracker_workrequest (type_id, title, why, area_id, team_id, requester_id, requester_team_id, parties,
    restricted, state, delivery, example_urls, kpi, baseline, target, measure_on, confidence, confidence_source,
    deadline_reason, acceptance_tests, how_to_test, answers, question, decision_reason, split_part,
    times_parked, times_asked, contest_reason, guest_name, guest_email, filed_at, created_at, updated_at, version)
SELECT %(type)s, 'Request number ' || n || ' about ' || (ARRAY['schema', 'speed', 'landing', 'canonical'])[1 + n %% 4],
    'Because number ' || n || ' costs us clicks every day and nobody looks at it.', a.id, a.team_id, u.id,
    u.team_id, '{}', n %% 50 = 0, (ARRAY['filed', 'accepted', 'accepted', 'needs_information'])[1 + n %% 4], '',
    ARRAY['https://lumen.example/p/' || n], 'Rich result clicks', 1000, 1120, date '2027-06-30', 'guess', '', '',
    ARRAY['95 %% of items are valid'], 'Rich results test', '{}', 'Which template?', '', '',
    0, 0, '', '', '', now() - n * interval '1 minute', now() - n * interval '1 minute', now(), 1
FROM generate_series(1, %(requests)s) n
JOIN tracker_area a ON a.key = (ARRAY['product-pages', 'search'])[1 + n %% 2]
JOIN (SELECT id, team_id, row_number() OVER (ORDER BY id) AS place FROM tracker_user
      WHERE id = %(requester)s OR email LIKE 'marketer-%%') u ON u.place = 1 + n %% (1 + %(marketers)s);
INSERT INTO tracker_entry (subject, subject_id, version, actor, verb, at, reason, changes, seal)
SELECT 'request', id, 1, 'user:' || requester_id, 'file_request', created_at, '', '{}', sha256('') FROM tracker_workrequest;
INSERT INTO tracker_entry (subject, subject_id, version, actor, verb, at, reason, changes, seal)
SELECT 'project', id, 1, 'user:1', 'add_project', created_at, '', '{}', sha256('') FROM tracker_project;
"""


def seed_firm() -> tuple[User, User]:
    """Returns the CTO and the SEO lead, whose tokens the bench uses."""
    cast = make_cast()
    facts: dict[str, Any] = {
        "teams": TEAMS,
        "marketers": MARKETERS,
        "owner": cast.frontend_lead.pk,
        "requester": cast.seo_lead.pk,
        "type": cast.type.pk,
        "requests": REQUESTS,
        "ranks": balanced_keys(PROJECTS),
    }
    with connection.cursor() as cursor:
        for statement in STATEMENTS.split(";\n"):
            if statement.strip():
                cursor.execute(statement, facts)
        cursor.execute("ANALYZE")
    return cast.cto, cast.seo_lead
