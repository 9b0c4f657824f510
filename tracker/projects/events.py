"""What happened to projects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LineCrossed:
    """The line was drawn again and these projects (ids) crossed it in this period (id).

    `carrying` are those of them with blocking embedded items; None where nobody looked.
    """

    at: datetime
    actor_key: str
    period: int
    fell: tuple[int, ...]
    rose: tuple[int, ...]
    carrying: tuple[int, ...] | None = None


@dataclass(frozen=True)
class OwnersChanged:
    """Projects (ids) were given to other people (ids)."""

    at: datetime
    actor_key: str
    owners: Mapping[int, int]
