"""Word of promises: who hears that an answer is due, late, or on its way to the COO. One statement a set."""

from tracker.kernel.prepared import fetch_rows
from tracker.people.access import STANDING_IN
from tracker.people.standing import STAND_INS
from tracker.promises.events import PromisesFired
from tracker.promises.models import Deed, Kind

HOLDER = """
SELECT person.id, facts, url, source FROM fired JOIN tracker_user person ON person.id = fired.holder_id
WHERE person.is_active
"""
LEADS = """
SELECT person.id, CASE WHEN restricted THEN facts || '{"title": ""}' ELSE facts END, url, source
FROM fired JOIN tracker_user person ON person.team_id = fired.team_id AND 'lead' = ANY(person.roles)
WHERE person.is_active AND person.id IS DISTINCT FROM fired.holder_id
"""
STAND_IN = f"""
SELECT person.id, facts, url, source FROM fired JOIN stand_ins ON stand_ins.team = fired.team_id
JOIN tracker_user person ON person.id = stand_ins.person
WHERE fired.promised IN ('{Kind.TRIAGE}', '{Kind.DECISION}') AND person.id IS DISTINCT FROM fired.holder_id
  AND person.is_active AND person.roles::text[] && ARRAY{[str(role) for role in STANDING_IN]}
  AND NOT (person.team_id IS NOT DISTINCT FROM fired.team_id AND 'lead' = ANY(person.roles))
"""  # noqa: S608  filled in with constants
"""Of what is owed to triage, whoever has the week of the rota or is the deputy of a lead who is away hears as well."""
CHIEFS = """
SELECT person.id, facts, url, source FROM fired
CROSS JOIN (SELECT id FROM tracker_user WHERE is_active AND roles && ARRAY['cto', 'cmo']::varchar[]) person
WHERE person.id IS DISTINCT FROM fired.holder_id
"""
MEDIATOR = """
SELECT person.id, facts, url, source FROM fired
CROSS JOIN (SELECT id FROM tracker_user WHERE is_active AND 'coo' = ANY(roles)) person
WHERE person.id IS DISTINCT FROM fired.holder_id
"""
AUDIENCE = {
    Deed.REMIND: (HOLDER, f"{LEADS} AND fired.holder_id IS NULL", STAND_IN),
    Deed.BREACH: (HOLDER, LEADS, STAND_IN),
    Deed.CHIEFS: (HOLDER, CHIEFS),
    Deed.DOCKET: (HOLDER, MEDIATOR),
}
"""A lead who may not see a restricted request reads its key alone."""
TELL = """
WITH {stand_ins}, fired AS (
    SELECT promise.holder_id, promise.kind AS promised, promise.team_id, ask.id IS NOT NULL AS restricted,
           promise.facts || jsonb_build_object('promise', promise.kind, 'due', promise.due_at, 'holder',
               coalesce(holder.name, team.name, '')) AS facts,
           coalesce(promise.facts->>'url', '/') AS url, 'promise:' || promise.id || ':' || promise.step AS source
    FROM tracker_promise promise LEFT JOIN tracker_user holder ON holder.id = promise.holder_id
    LEFT JOIN tracker_team team ON team.id = promise.team_id
    LEFT JOIN (SELECT id FROM tracker_workrequest WHERE restricted) ask
        ON ask.id = CASE WHEN promise.matter LIKE 'request:%%' THEN split_part(promise.matter, ':', 2)::bigint END
    WHERE promise.id = ANY(%(promises)s::bigint[])
), heard (person, facts, url, source) AS ({heard})
INSERT INTO tracker_notice (user_id, kind, facts, url, source, at)
SELECT person, %(kind)s::text, facts, url, source, %(at)s::timestamptz FROM heard
"""
"""A step is fired once, and nobody is here twice for it: there is no conflict that could be passed over."""
TELLS = {
    deed: TELL.format(heard=" UNION ALL ".join(heard), stand_ins=STAND_INS.format(at="%(at)s::timestamptz"))
    for deed, heard in AUDIENCE.items()
}


def tell_of_promises(event: PromisesFired) -> None:
    given = {"promises": list(event.promises), "kind": f"promise_{event.deed}", "at": event.at}
    fetch_rows(TELLS[Deed(event.deed)], given)
