"""Reads of the backlog, shaped for pages: items, the finder, the two ways up."""

from tracker.backlog.queries.courts import InMotion, own_in_motion, to_decide_by
from tracker.backlog.queries.finder import (
    Found,
    find_best_hosts,
    find_hosts,
    shared_components,
    suggested_weeks,
    wanted_of,
)
from tracker.backlog.queries.items import (
    Decision,
    decisions_for,
    item_of,
    items_of,
    lacking_for_embedding,
    ticket_of,
    words_lacking,
)
from tracker.backlog.queries.pace import Pace, pace_until
from tracker.backlog.queries.ways import (
    Effect,
    Outrank,
    Row,
    TeamList,
    add_to_host,
    lists_of,
    outrank_at,
    place_by_score,
)

__all__ = [
    "Decision",
    "Effect",
    "Found",
    "InMotion",
    "Outrank",
    "Pace",
    "Row",
    "TeamList",
    "add_to_host",
    "decisions_for",
    "find_best_hosts",
    "find_hosts",
    "item_of",
    "items_of",
    "lacking_for_embedding",
    "lists_of",
    "outrank_at",
    "own_in_motion",
    "pace_until",
    "place_by_score",
    "shared_components",
    "suggested_weeks",
    "ticket_of",
    "to_decide_by",
    "wanted_of",
    "words_lacking",
]
