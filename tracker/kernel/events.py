"""Events: a lower room says what happened, tracker/wiring.py says who reacts, inside the same transaction."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Reaction = Callable[[Any], None]
_reactions: dict[type, list[Reaction]] = defaultdict(list)


def react(event: type, reaction: Reaction) -> None:
    """Registers a reaction once; only wiring calls this."""
    if reaction not in _reactions[event]:
        _reactions[event].append(reaction)


def publish(event: object) -> None:
    """Runs the reactions now, in order; what they raise undoes the verb."""
    for reaction in _reactions[type(event)]:
        reaction(event)
