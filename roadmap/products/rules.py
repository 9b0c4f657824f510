"""How far an item of the roadmap is and what endangers it: both follow from what delivers it, nobody types them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum


@dataclass(frozen=True)
class Deliverer:
    """A backlog item or a project that delivers an item of the roadmap.

    `key` is its own ("I-12", "P-24"), `host` the project it stands or falls with (a project is its own). `ended` says
    that it was dropped or refused. `below` are the teams in which the host does not fit, empty above the line. `weeks`
    is its effort in person-weeks, None where nobody estimated it.
    """

    key: str
    host: str
    done: bool = False
    ended: bool = False
    orphaned: bool = False
    owned: bool = True
    below: tuple[str, ...] = ()
    weeks: Decimal | None = None

    @property
    def running(self) -> bool:
        return not self.done and not self.ended


@dataclass(frozen=True)
class Progress:
    """`done` of `count` deliverers; `share` from 0 to 1, weighed by effort where all of it is known."""

    done: int
    count: int
    share: Decimal
    weighed: bool


class RiskKind(IntEnum):
    """The worst first: what nobody carries, what will not be done, what is late, what nobody answers for."""

    ORPHANED = 1
    BELOW = 2
    LATE = 3
    UNOWNED = 4


@dataclass(frozen=True)
class Risk:
    """Why an item is at risk: `key` is the deliverer or host that is meant, empty for the item itself."""

    kind: RiskKind
    key: str = ""
    teams: tuple[str, ...] = ()
    since: date | None = None


def progress_of(deliverers: Iterable[Deliverer]) -> Progress | None:
    """Share of what is shipped or launched; None where nothing delivers it.

    What was dropped or refused delivers nothing and is left out. Effort weighs only if everything has one: else a
    large unknown would count as nothing.
    """
    counted = [one for one in deliverers if not one.ended]
    if not counted:
        return None
    done = [one for one in counted if one.done]
    weights = [one.weeks for one in counted if one.weeks]
    weighed = len(weights) == len(counted)
    if weighed:
        share = sum((one.weeks or Decimal(0) for one in done), Decimal(0)) / sum(weights, Decimal(0))
    else:
        share = Decimal(len(done)) / len(counted)
    return Progress(len(done), len(counted), share, weighed)


def risks_of(deliverers: Sequence[Deliverer], *, ends_on: date | None, today: date) -> list[Risk]:
    """What endangers an open item, the worst first; each host is named once.

    An orphan says enough: that its host is below the line is why it is one.
    """
    running = [one for one in deliverers if one.running]
    risks = {Risk(RiskKind.ORPHANED, one.key) for one in running if one.orphaned}
    risks |= {Risk(RiskKind.BELOW, one.host, one.below) for one in running if one.below and not one.orphaned}
    risks |= {Risk(RiskKind.UNOWNED, one.key) for one in running if not one.owned}
    progress = progress_of(deliverers)
    if ends_on is not None and ends_on < today and (progress is None or progress.done < progress.count):
        risks.add(Risk(RiskKind.LATE, since=ends_on))
    return sorted(risks, key=lambda risk: (risk.kind, risk.key, risk.teams))
