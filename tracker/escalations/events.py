"""What happened to cases; wiring.py says who hears of it. No event carries what a sealed position says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class CaseFacts:
    """One case when it happened; `people` are its parties and those of its request."""

    key: str
    version: int
    request_id: int
    request: str
    title: str
    people: tuple[int, ...]
    owners: tuple[int, ...] = ()
    """Who owes what the event is about: positions, a condition."""


@dataclass(frozen=True)
class CasesMoved:
    """`what` is raised, aged, taken, position, opened, proposed (a settlement), settled, decided (without the mediator),
    ruled, sent_back, withdrawn, condition, condition_met or condition_broken.

    `facts` holds JSON values that belong to it: side, sentence, condition.
    """

    at: datetime
    actor_key: str
    what: str
    cases: tuple[CaseFacts, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
