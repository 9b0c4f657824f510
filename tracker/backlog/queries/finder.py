"""The embed finder: projects that exist and could carry a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tracker.backlog import rules
from tracker.backlog.rules import Reason, overlapping, rank_hosts
from tracker.intake.models import WorkRequest
from tracker.intake.rules import wanted_by
from tracker.projects.queries import Host, hosts_near, hosts_of_sites
from tracker.sites.models import Area

MOST_HOSTS = 5
HALF = Decimal("0.5")
SHARE = Decimal("0.25")
"""Inside a project that opens the same pages anyway a request costs about a quarter of what it takes alone: a first
guess to be corrected by whoever proposes, and shown as one."""


@dataclass(frozen=True)
class Found:
    """One host worth asking; `last_day` to join is None where the project has no end date."""

    host: Host
    last_day: date | None
    reasons: tuple[Reason, ...]


def suggested_weeks(standalone: Decimal | None) -> Decimal | None:
    """A quarter of the stand-alone effort, to half weeks, at least half a one; None where nobody said what it takes."""
    if standalone is None or standalone <= 0:
        return None
    halves = (standalone * SHARE / HALF).to_integral_value(ROUND_HALF_UP)
    return max(halves * HALF, HALF)


def find_hosts(ask: WorkRequest, at: datetime) -> list[Found]:
    """At most five, the best first (one statement); needs `area` loaded."""
    weeks = suggested_weeks(ask.effort_weeks) or Decimal(0)
    site = ask.area.site_id if ask.area else None
    hosts = {host.id: host for host in hosts_near(area=ask.area_id, site=site, team=ask.team_id)}
    ranked = rank_hosts([_compare(host, ask) for host in hosts.values()], weeks, at.date(), wanted_of(ask))
    return [Found(hosts[one.host.project], one.last_day, one.reasons) for one in ranked[:MOST_HOSTS]]


def find_best_hosts(asks: Sequence[WorkRequest], at: datetime) -> dict[int, Found]:
    """The best host of each of these requests, where there is one (one statement for all); needs `area` loaded."""
    sites = {ask.area.site_id for ask in asks if ask.area}
    hosts = {host.id: host for host in hosts_of_sites(sorted(sites))} if sites else {}
    best = {}
    for ask in asks:
        weeks = suggested_weeks(ask.effort_weeks) or Decimal(0)
        ranked = rank_hosts([_compare(host, ask) for host in hosts.values()], weeks, at.date(), wanted_of(ask))
        for one in ranked[:1]:
            best[ask.pk] = Found(hosts[one.host.project], one.last_day, one.reasons)
    return best


def wanted_of(ask: WorkRequest) -> date | None:
    return wanted_by(ask.deadline_on, ask.answers)


def _compare(host: Host, ask: WorkRequest) -> rules.Host:
    area = ask.area
    areas = [known for known in host.areas if area is not None and known["site"] == area.site_id]
    return rules.Host(
        project=host.id,
        place=host.place,
        above=host.above,
        same_area=any(known["id"] == ask.area_id for known in areas),
        pattern_overlap=any(_overlap(known, area) for known in areas),
        same_component=any(_share_component(known, area) for known in areas),
        same_team=host.team_id is not None and host.team_id == ask.team_id,
        starts_on=host.starts_on,
        ends_on=host.ends_on,
    )


def _overlap(known: dict[str, Any], area: Area | None) -> bool:
    return area is not None and overlapping(known["pattern"], area.pattern)


def shared_components(host: Host, area: Area | None) -> list[str]:
    """Those that the area has in common with the areas of the host on its site."""
    if area is None:
        return []
    known = {name for one in host.areas if one["site"] == area.site_id for name in one["components"]}
    return sorted(known & set(area.components))


def _share_component(known: dict[str, Any], area: Area | None) -> bool:
    return area is not None and not set(known["components"]).isdisjoint(area.components)
