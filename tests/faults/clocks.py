"""Promises that break within seconds, written at once."""

import random
from datetime import timedelta

import orjson

from tests.makers import make_cast
from tracker.kernel import clock
from tracker.kernel.prepared import fetch_rows
from tracker.people.models import Firm, Level
from tracker.promises.actions import ensure_policies
from tracker.promises.actions.opening import OPEN
from tracker.promises.models import WorkCalendar

ROUND_THE_CLOCK = [[[0, 1440]]] * 7
LEAD = 6.0
"""Seconds before the first is due: most has to have started by then."""


def write_clocks(count: int, spread: float) -> None:
    """So many promises, due at any moment of the next `spread` seconds; each climbs at once when it breaks."""
    cast, at, chance = make_cast(), clock.now(), random.Random(count)
    Firm.objects.update_or_create(pk=1, defaults={"name": "Lumen Market", "level": Level.COMPANY})
    ensure_policies(at=at)
    WorkCalendar.objects.update(week=ROUND_THE_CLOCK)
    calendar = WorkCalendar.objects.get(team=None)
    fresh = []
    for number in range(count):
        due = at + timedelta(seconds=LEAD + chance.random() * spread)
        fresh.append(
            {
                "kind": "triage",
                "source": f"R-{number}:triage",
                "matter": f"request:{number}",
                "facts": {"key": f"R-{number}", "title": f"Request {number}", "url": f"/requests/R-{number}/"},
                "holder": cast.sre.pk,
                "team": cast.web.pk,
                "side": "technology",
                "calendar": calendar.pk,
                "follows": None,
                "minutes": 1,
                "due_at": due,
                "deeds": ["remind", "breach", "chiefs", "docket"],
                "instants": [due - timedelta(seconds=3), due, None, None],
                "waits": [0, 0, 0, 0],
            }
        )
    fetch_rows(OPEN, ["system", at, orjson.dumps(fresh).decode()])
