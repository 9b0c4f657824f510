"""Sites with their areas, for the page that lists them; freezes, for whoever plans a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db.models import F, Q

from tracker.people.access import Power, Ties, Viewer, may
from tracker.sites.models import Freeze, Site
from tracker.sites.rules import LONGEST_FREEZE


@dataclass(frozen=True)
class AreaRow:
    key: str
    name: str
    pattern: str
    components: str
    url_count: int
    team: str
    editable: bool


@dataclass(frozen=True)
class SiteRow:
    key: str
    name: str
    url: str
    areas: Sequence[AreaRow]


def list_sites(viewer: Viewer) -> list[SiteRow]:
    """Every site with its areas in one statement; `editable` where the viewer may change the area."""
    rows = (
        Site.objects.visible_to(viewer)
        .annotate(area_name=F("areas__name"))
        .order_by("name", "key", "area_name")
        .values_list(
            "key",
            "name",
            "url",
            "areas__key",
            "area_name",
            "areas__pattern",
            "areas__components",
            "areas__url_count",
            "areas__team_id",
            "areas__team__name",
        )
    )
    sites = []
    for (key, name, url), of_site in groupby(rows, lambda row: row[:3]):
        areas = [
            AreaRow(
                key=row[3],
                name=row[4],
                pattern=row[5],
                components=", ".join(row[6]),
                url_count=row[7],
                team=row[9],
                editable=may(viewer, Power.MANAGE_AREAS, Ties(team=row[8])),
            )
            for row in of_site
            if row[3] is not None
        ]
        sites.append(SiteRow(key, name, url, areas))
    return sites


def freezes_near(day: date, site: int | None, team: int | None) -> list[Freeze]:
    """Those of a site and of a team that may hold this day back, with what they are of (one statement)."""
    reach = timedelta(days=LONGEST_FREEZE)
    rows = Freeze.objects.in_force().filter(starts_on__lte=day + reach, ends_on__gte=day - reach)
    mine = Q(site=site, site__isnull=False) | Q(team=team, team__isnull=False)
    return list(rows.filter(mine).select_related("site", "team"))


def list_freezes(viewer: Viewer, today: date) -> list[Freeze]:
    """Those whose days are not over, in their order (one statement)."""
    rows = Freeze.objects.visible_to(viewer).in_force().filter(ends_on__gte=today)
    return list(rows.select_related("site", "team"))
