"""Who triages for a team beside its lead: whoever has the week of its rota, and the deputies of those who are away.

Said once, in SQL: the person who signs in is read with it, and word goes out by it, without a statement more. Days are
those of the person who is away, weeks of the rota begin on Mondays in UTC. A deputy stands in for a lead, for the CTO
(then for all teams) and for whoever has the week, but for no other deputy.
"""

AWAY = """
SELECT absence.person_id AS person, absence.deputy_id AS deputy, absence.ends_on AS until,
       person.team_id AS team, person.roles AS roles
FROM tracker_absence absence JOIN tracker_user person ON person.id = absence.person_id
WHERE absence.ended_at IS NULL AND person.is_active
  AND ({at} AT TIME ZONE person.time_zone)::date BETWEEN absence.starts_on AND absence.ends_on
"""
STAND_INS = f"""
duty (team, person) AS (
    SELECT team_id, people[(({{at}} AT TIME ZONE 'UTC')::date - starts_on) / 7 %% cardinality(people) + 1]
    FROM tracker_rota WHERE cardinality(people) > 0 AND starts_on <= ({{at}} AT TIME ZONE 'UTC')::date
), away AS ({AWAY}), stand_ins (team, person) AS (
    SELECT team, person FROM duty
    UNION SELECT duty.team, away.deputy FROM duty JOIN away USING (person) WHERE away.deputy IS NOT NULL
    UNION SELECT team, deputy FROM away WHERE 'lead' = ANY(roles) AND team IS NOT NULL AND deputy IS NOT NULL
)
"""  # noqa: S608  filled in with constants
"""`{at}` is the expression of the instant."""
NOW = "clock_timestamp()"
DEPUTY_OF = f"""
(SELECT jsonb_build_object('until', away.until, 'deputy', deputy.name, 'deputy_id', deputy.id)
 FROM ({AWAY.format(at=NOW)}) away LEFT JOIN tracker_user deputy ON deputy.id = away.deputy
 WHERE away.person = "tracker_user"."id" ORDER BY away.until DESC LIMIT 1)
"""  # noqa: S608  filled in with constants
"""Until when somebody is away and who stands in; null where they are here."""
TEAMS_OF = f"""
(WITH {STAND_INS.format(at=NOW)}
 SELECT coalesce(array_agg(DISTINCT team), '{{{{}}}}') FROM (
    SELECT team FROM stand_ins WHERE person = {{person}}
    UNION ALL SELECT team.id FROM tracker_team team JOIN away ON away.deputy = {{person}} AND 'cto' = ANY(away.roles)
 ) stood)
"""  # noqa: S608  filled in with constants
"""The teams that a person triages for; `{person}` is the expression of their id."""
WHO_FOR = f"""
(WITH {STAND_INS.format(at=NOW)}
 SELECT person FROM stand_ins WHERE team = %s
 UNION SELECT deputy FROM away WHERE 'cto' = ANY(roles) AND deputy IS NOT NULL)
"""  # noqa: S608  filled in with constants
