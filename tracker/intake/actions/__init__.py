"""The verbs of requests, the only writers of this room."""

from tracker.intake.actions.attaching import add_attachments, may_remove_attachment, remove_attachment, sweep_files
from tracker.intake.actions.backing import back_request, may_withdraw_backing, withdraw_backing
from tracker.intake.actions.checks import BUSINESS, LOCKED
from tracker.intake.actions.commenting import add_comment, edit_comment, may_edit_comment
from tracker.intake.actions.contesting import (
    CONTESTABLE,
    Above,
    answer_contest,
    check_answering,
    check_contestable,
    contest_decision,
    next_above,
    objection_ends,
)
from tracker.intake.actions.court import follow_court
from tracker.intake.actions.filing import (
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
from tracker.intake.actions.linking import answer_by_link, make_follow_link, revoke_follow_link
from tracker.intake.actions.merging import LIVING, find_mergeable, may_unmerge, merge_request, unmerge_request
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
    check_asking,
    decline_request,
    park_request,
    set_request_effort,
    unpark_request,
)
from tracker.intake.actions.types import (
    add_request_type,
    edit_request_type,
    move_request_type,
    restore_request_type,
    retire_request_type,
)
from tracker.intake.actions.watching import mute_request, watch_request

__all__ = [
    "BUSINESS",
    "CONTESTABLE",
    "LIVING",
    "LOCKED",
    "MOST_TOGETHER",
    "TOGETHER",
    "Above",
    "Order",
    "Outcome",
    "Together",
    "accept_request",
    "act_together",
    "add_attachments",
    "add_comment",
    "add_request_type",
    "answer_by_link",
    "answer_contest",
    "answer_question",
    "ask_question",
    "ask_rank_of_own",
    "back_request",
    "check_answering",
    "check_asking",
    "check_contestable",
    "contest_decision",
    "decline_request",
    "draft_request",
    "edit_comment",
    "edit_request",
    "edit_request_type",
    "ensure_request_types",
    "file_draft",
    "file_request",
    "find_mergeable",
    "follow_court",
    "follow_delivery",
    "involve",
    "make_follow_link",
    "may_edit_comment",
    "may_remove_attachment",
    "may_unmerge",
    "may_withdraw_backing",
    "merge_request",
    "move_request",
    "move_request_type",
    "mute_request",
    "need_text",
    "next_above",
    "objection_ends",
    "park_request",
    "remove_attachment",
    "restore_request_type",
    "restrict_request",
    "retire_request_type",
    "return_parked",
    "revoke_follow_link",
    "set_request_effort",
    "split_request",
    "sweep_files",
    "unmerge_request",
    "unpark_request",
    "watch_request",
    "withdraw_backing",
    "withdraw_request",
]
