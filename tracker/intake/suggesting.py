"""What could fit a request better than what it was filed as: hints from its examples and from requests like it. Pure.

A hint is never applied by itself: whoever triages sees it with its reason.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.intake.rules import samples_outside

ENOUGH = 2
"""So many requests that are alike have to agree."""


@dataclass(frozen=True)
class Place:
    """An area as its examples are held against it: `site` is the address of the site that it is of."""

    id: int
    site: str
    pattern: str


@dataclass(frozen=True)
class Hint:
    """`id` of what is suggested: `count` of `of` say so, which are examples or requests like it."""

    id: int
    count: int
    of: int
    by_examples: bool = False


def hint_area(
    now: int | None, examples: Sequence[str], places: Iterable[Place], alike: Sequence[int | None]
) -> Hint | None:
    """Another area than `now` that more of the examples lie in, the narrowest of such; else the one in which most of the
    requests that are alike are. None where nothing speaks for another one."""
    known = list(places)
    inside = {one.id: len(examples) - len(samples_outside(examples, one.site, one.pattern)) for one in known}
    narrow = {one.id: len(one.pattern.replace("*", "")) for one in known}
    best = max(inside, key=lambda area: (inside[area], narrow[area], -area), default=None)
    if best is not None and inside[best] > inside.get(now or 0, 0):
        return Hint(best, inside[best], len(examples), by_examples=True)
    if now is not None and inside.get(now):
        return None
    return hint_most(now, alike)


def hint_most(now: int | None, alike: Sequence[int | None]) -> Hint | None:
    """What most of the requests that are alike have, if it is another than `now`: more than half, and at least two."""
    counted = Counter(one for one in alike if one is not None)
    most, count = counted.most_common(1)[0] if counted else (None, 0)
    if most is None or most == now or count < ENOUGH or 2 * count <= len(alike):
        return None
    return Hint(most, count, len(alike))
