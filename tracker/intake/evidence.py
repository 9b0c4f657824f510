"""What a request brings as evidence, held against what is known: findings that are said and never hinder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.intake.models import WorkRequest
from tracker.intake.rules import list_samples, samples_outside, split_pattern
from tracker.sites.models import Area, Freeze
from tracker.sites.queries import freezes_near
from tracker.sites.rules import freeze_around

OUTSIDE_AREA, FROZEN_DEADLINE = "outside_area", "frozen_deadline"


@dataclass(frozen=True)
class Finding:
    """`code` says what is the matter with `value`, the answer to `field`; `facts` what it was held against."""

    code: str
    field: str
    value: str
    facts: Mapping[str, Any]


def weigh_samples(
    area: Area | None, fields: Sequence[Any], answers: Mapping[str, object], examples: Sequence[str]
) -> list[Finding]:
    """The samples that lie outside of the area, one by one; needs `area.site` loaded. Without an area nothing is known."""
    if area is None:
        return []
    facts = {"area": area.name, "pattern": area.pattern, "host": split_pattern(area.site.url).host}
    return [
        Finding(OUTSIDE_AREA, name, url, facts)
        for name, urls in list_samples(fields, answers, examples).items()
        for url in samples_outside(urls, area.site.url, area.pattern)
    ]


def weigh_deadline(deadline: date | None, freezes: Sequence[Freeze], today: date) -> list[Finding]:
    """A deadline in a freeze that is not over yet: what has to be live when. Needs `site` and `team` of each loaded."""
    around = freeze_around(deadline, [one.window for one in freezes]) if deadline else None
    if deadline is None or around is None or around.ends_on < today:
        return []
    held = next(one for one in freezes if one.starts_on <= deadline <= one.ends_on)
    facts = {
        "reason": held.reason,
        "of": held.of,
        "starts_on": held.starts_on.isoformat(),
        "ends_on": held.ends_on.isoformat(),
        "last_day_before": around.last_day_before.isoformat(),
        "first_day_after": around.first_day_after.isoformat(),
    }
    return [Finding(FROZEN_DEADLINE, "deadline_on", deadline.isoformat(), facts)]


def find_evidence(ask: WorkRequest, today: date) -> list[Finding]:
    """Needs `type`, `form` and `area.site` loaded; one statement, where it has a deadline."""
    samples = weigh_samples(ask.area, ask.fields, ask.answers, ask.example_urls)
    if ask.deadline_on is None:
        return samples
    freezes = freezes_near(ask.deadline_on, ask.area.site_id if ask.area else None, ask.team_id)
    return [*samples, *weigh_deadline(ask.deadline_on, freezes, today)]
