"""What is too small to ask for: the least that a finding must have to become a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tracker.integrations.findings.cells import PRIORITIES, Priority

_WEIGHT: Final = {name: weight for weight, name in enumerate(PRIORITIES)}


@dataclass(frozen=True, slots=True)
class Threshold:
    """Zero and "none" let everything through. What a row does not say is not held against it."""

    urls: int = 0
    share: Decimal = Decimal(0)
    priority: Priority = "none"

    def as_values(self) -> dict[str, object]:
        return {"urls": self.urls, "share": str(self.share), "priority": self.priority}

    def misses(self, urls: int | None, share: Decimal | None, priority: Priority | None) -> str:
        """Why a row is below it: urls_below, share_below, priority_below, or "" where it is not."""
        if urls is not None and urls < self.urls:
            return "urls_below"
        if share is not None and share < self.share:
            return "share_below"
        if priority is not None and _WEIGHT[priority] < _WEIGHT[self.priority]:
            return "priority_below"
        return ""


def threshold_from_values(values: Mapping[str, object]) -> Threshold:
    """The way back from `as_values`; what is missing lets everything through."""
    found: Priority = next((name for name in PRIORITIES if name == values.get("priority")), "none")
    return Threshold(int(str(values.get("urls") or 0)), Decimal(str(values.get("share") or 0)), found)
