"""Verbs of backlog items: proposed and answered (embed), delivered (deliver), left without a host (orphans)."""

from tracker.backlog.actions.counter import accept_counter, counter_embed, decline_counter, may_answer_counter
from tracker.backlog.actions.court import follow_answers
from tracker.backlog.actions.deliver import (
    close_items,
    drop_item,
    may_drop,
    measure_item,
    move_item,
    set_tracker_key,
    ship_item,
    start_item,
)
from tracker.backlog.actions.embed import Rest, answer_embed, embed_request, involve_owners, rehome_item
from tracker.backlog.actions.orphans import mark_orphans
from tracker.backlog.actions.outrank import Outranked, ask_for_rank, outrank_request

__all__ = [
    "Outranked",
    "Rest",
    "accept_counter",
    "answer_embed",
    "ask_for_rank",
    "close_items",
    "counter_embed",
    "decline_counter",
    "drop_item",
    "embed_request",
    "follow_answers",
    "involve_owners",
    "mark_orphans",
    "may_answer_counter",
    "may_drop",
    "measure_item",
    "move_item",
    "outrank_request",
    "rehome_item",
    "set_tracker_key",
    "ship_item",
    "start_item",
]
