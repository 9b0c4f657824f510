"""Reads of projects and of the line, shaped for pages."""

from tracker.projects.queries.hosts import Host, hosts_near, hosts_of_sites
from tracker.projects.queries.line import (
    Asked,
    Bottleneck,
    Crossed,
    LineRow,
    LineToday,
    TeamCapacity,
    TeamLine,
    Unestimated,
    crossings_of,
    efforts_of,
    line_of,
    line_today,
    period_named,
    teams_in,
)
from tracker.projects.queries.places import END, Displaced, Place, places_for

__all__ = [
    "END",
    "Asked",
    "Bottleneck",
    "Crossed",
    "Displaced",
    "Host",
    "LineRow",
    "LineToday",
    "Place",
    "TeamCapacity",
    "TeamLine",
    "Unestimated",
    "crossings_of",
    "efforts_of",
    "hosts_near",
    "hosts_of_sites",
    "line_of",
    "line_today",
    "period_named",
    "places_for",
    "teams_in",
]
