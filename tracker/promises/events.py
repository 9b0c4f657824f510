"""What happened to promises; wiring.py says who hears of it, in the same transaction."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PromisesFired:
    """One step of the plan of many promises was done: `deed` is remind, breach, chiefs or docket; `kinds` those of the
    promises."""

    at: datetime
    deed: str
    kinds: frozenset[str]
    promises: tuple[int, ...]


@dataclass(frozen=True)
class PromisesDue:
    """Something that began is due at once, such as an answer whose deadline has passed: the sweep may come earlier."""

    at: datetime
