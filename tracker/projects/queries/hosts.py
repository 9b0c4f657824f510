"""Facts of projects for the embed finder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

HOSTS = """
WITH ranked AS (
    SELECT p.*, row_number() OVER (ORDER BY p.rank) AS place FROM tracker_project p
    WHERE p.stage NOT IN ('launched', 'dropped')
)
SELECT p.id, p.key, p.title, coalesce(u.name, ''), p.owner_id, p.team_id, p.starts_on, p.ends_on, p.above, p.stage,
       p.place, coalesce((SELECT json_agg(json_build_object('id', a.id, 'name', a.name, 'site', a.site_id, 'pattern', a.pattern,
                                                            'components', a.components) ORDER BY a.id)
                          FROM tracker_project_areas l JOIN tracker_area a ON a.id = l.area_id
                          WHERE l.project_id = p.id), '[]')
FROM ranked p LEFT JOIN tracker_user u ON u.id = p.owner_id AND u.is_active
WHERE p.team_id = %(team)s OR EXISTS (
    SELECT FROM tracker_project_areas n JOIN tracker_area a ON a.id = n.area_id
    WHERE n.project_id = p.id AND (a.id = %(area)s OR a.site_id = %(site)s))
ORDER BY p.above DESC, p.place LIMIT 200
"""
HOSTS_OF_SITES = f"""
{HOSTS.partition("WHERE p.team_id")[0]}
WHERE p.above AND EXISTS (
    SELECT FROM tracker_project_areas n JOIN tracker_area a ON a.id = n.area_id
    WHERE n.project_id = p.id AND a.site_id = ANY(%(sites)s::bigint[]))
ORDER BY p.place LIMIT 200
"""


@dataclass(frozen=True)
class Host:
    """What the embed finder needs to know of a project: `place` in the portfolio's order, `areas` as dicts of id, name,
    site, pattern and components."""

    id: int
    key: str
    title: str
    owner: str
    owner_id: int | None
    team_id: int | None
    starts_on: date | None
    ends_on: date | None
    above: bool
    stage: str
    place: int
    areas: list[dict[str, Any]]


def hosts_near(*, area: int | None, site: int | None, team: int | None) -> list[Host]:
    """Open projects of the same area, site or team, those above the line first (one statement, at most 200)."""
    with connection.cursor() as cursor:
        cursor.execute(HOSTS, {"area": area, "site": site, "team": team})
        return [Host(*row) for row in cursor.fetchall()]


def hosts_of_sites(sites: Sequence[int]) -> list[Host]:
    """Open projects above the line that work on areas of these sites (one statement, at most 200)."""
    with connection.cursor() as cursor:
        cursor.execute(HOSTS_OF_SITES, {"sites": list(sites)})
        return [Host(*row) for row in cursor.fetchall()]
