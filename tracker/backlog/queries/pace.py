"""How long it usually takes from filing to live: what a date is held against."""

from dataclasses import dataclass
from datetime import date

from tracker.kernel.prepared import fetch_rows

LATEST, FEWEST = 30, 5
PACE = """
WITH shipped AS (
    SELECT ask.filed_at::date AS filed_on, item.shipped_at::date AS shipped_on
    FROM tracker_backlogitem item JOIN tracker_workrequest ask ON ask.id = item.ask_id
    WHERE item.shipped_at IS NOT NULL AND ask.filed_at IS NOT NULL ORDER BY item.shipped_at DESC LIMIT %(latest)s
), took AS (
    SELECT (SELECT count(*) FROM generate_series(filed_on + 1, shipped_on, interval '1 day') day
            WHERE extract(isodow FROM day) < 6) AS days
    FROM shipped
)
SELECT count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
       (SELECT count(*) FROM generate_series(%(today)s::date + 1, %(wanted)s::date, interval '1 day') day
        WHERE extract(isodow FROM day) < 6)
FROM took
"""


@dataclass(frozen=True)
class Pace:
    """Working days, Monday to Friday: what is `left` until the day, and the `usual` time, the median of `of`."""

    left: int
    usual: int
    of: int

    @property
    def short(self) -> bool:
        return self.left < self.usual


def pace_until(wanted: date, today: date) -> Pace | None:
    """From filing to live, of the last 30 that went live; None of fewer than 5, which say nothing (one statement)."""
    of, usual, left = fetch_rows(PACE, {"latest": LATEST, "today": today, "wanted": max(wanted, today)})[0]
    return None if of < FEWEST else Pace(left, usual, of)
