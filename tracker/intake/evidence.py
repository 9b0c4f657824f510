"""What a request brings as evidence, held against what is known: findings that are said and never hinder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.intake.models import WorkRequest
from tracker.intake.rules import list_samples, samples_outside, split_pattern
from tracker.sites.models import Area

OUTSIDE_AREA = "outside_area"


@dataclass(frozen=True)
class Finding:
    """`code` says what is the matter with `value`, the answer to `field`; `facts` what it was held against."""

    code: str
    field: str
    value: str
    facts: Mapping[str, Any] = field(default_factory=dict)


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


def weigh_evidence(ask: WorkRequest) -> list[Finding]:
    """Needs `type`, `form` and `area.site` loaded."""
    return weigh_samples(ask.area, ask.fields, ask.answers, ask.example_urls)
