"""What wakes what: the one table of reactions."""

from tracker.kernel.events import Reaction, react

REACTIONS: list[tuple[type, Reaction]] = []


def connect() -> None:
    for event, reaction in REACTIONS:
        react(event, reaction)
