"""Sweeps leave the time at which they came to their end, so that the database can tell when none comes any more."""

from datetime import datetime

from tracker.kernel.models import Heartbeat
from tracker.kernel.prepared import fetch_rows

BEAT = """
INSERT INTO tracker_heartbeat (name, at) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET at = greatest(excluded.at, tracker_heartbeat.at)
"""


def leave_heartbeat(name: str, at: datetime) -> None:
    fetch_rows(BEAT, [name, at])


def last_heartbeat(name: str) -> datetime | None:
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
