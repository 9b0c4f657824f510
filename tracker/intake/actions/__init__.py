"""The verbs of requests, the only writers of this room."""

from tracker.intake.actions.checks import BUSINESS, LOCKED
from tracker.intake.actions.court import follow_court
from tracker.intake.actions.filing import (
    add_comment,
    draft_request,
    edit_request,
    ensure_request_types,
    file_draft,
    file_request,
    move_request,
    restrict_request,
    withdraw_request,
)
from tracker.intake.actions.following import (
    ask_rank_of_own,
    follow_delivery,
    involve,
    return_parked,
    split_request,
)
from tracker.intake.actions.steps import need_text
from tracker.intake.actions.together import (
    MOST_TOGETHER,
    TOGETHER,
    Order,
    Outcome,
    Together,
    act_together,
)
from tracker.intake.actions.triage import (
    accept_request,
    answer_question,
    ask_question,
    decline_request,
    park_request,
    set_request_effort,
    unpark_request,
)

__all__ = [
    "BUSINESS",
    "LOCKED",
    "MOST_TOGETHER",
    "TOGETHER",
    "Order",
    "Outcome",
    "Together",
    "accept_request",
    "act_together",
    "add_comment",
    "answer_question",
    "ask_question",
    "ask_rank_of_own",
    "decline_request",
    "draft_request",
    "edit_request",
    "ensure_request_types",
    "file_draft",
    "file_request",
    "follow_court",
    "follow_delivery",
    "involve",
    "move_request",
    "need_text",
    "park_request",
    "restrict_request",
    "return_parked",
    "set_request_effort",
    "split_request",
    "unpark_request",
    "withdraw_request",
]
