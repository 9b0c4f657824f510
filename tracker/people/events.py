"""What happened among the people."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PersonLeft:
    """Somebody was deactivated: what they own wants another owner."""

    at: datetime
    actor_key: str
    person: int


@dataclass(frozen=True)
class LevelSet:
    """The firm went to another level; `zone` is that of who chose it."""

    at: datetime
    actor_key: str
    level: str
    zone: str


@dataclass(frozen=True)
class DemoLoaded:
    """The firm shall be filled with the demo company; `admin` is who asked for it."""

    at: datetime
    admin: int


@dataclass(frozen=True)
class DeputyNamed:
    """`deputy` stands in for `person` (a name) from the one day to the other, both included."""

    at: datetime
    actor_key: str
    absence: int
    version: int
    person: str
    deputy: int
    starts_on: str
    ends_on: str
