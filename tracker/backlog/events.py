"""What happened to backlog items; wiring.py says who hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class ItemFacts:
    """One item when it happened; `host_owner` owns the project, `delivery_owner` the item."""

    key: str
    version: int
    request_id: int
    request: str
    title: str
    project: str
    project_title: str
    business_owner: int
    delivery_owner: int | None
    host_owner: int | None
    host_team: int | None
    proposed_by: int


@dataclass(frozen=True)
class ItemsChanged:
    """`what` is proposed, countered, counter_declined, agreed, refused, orphaned, carried (its host rose again), shipped, measured or dropped.

    `facts` holds JSON values that belong to it: weeks, conditions, reason, outcome.
    """

    at: datetime
    actor_key: str
    what: str
    items: tuple[ItemFacts, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RankAsked:
    """Somebody asks whoever ranks to make this request a project of its own."""

    at: datetime
    actor_key: str
    request: str
    title: str
