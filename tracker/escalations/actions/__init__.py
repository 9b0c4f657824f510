"""The verbs of cases, the only writers of this room."""

from tracker.escalations.actions.effects import read_acts, told_act
from tracker.escalations.actions.following import (
    close_cases,
    docket_contests,
    follow_firings,
    raise_aged,
)
from tracker.escalations.actions.raising import (
    acknowledge_breach,
    raise_case,
    take_up_case,
    take_up_request,
    ties_to_escalate,
    withdraw_case,
)
from tracker.escalations.actions.ruling import NewCondition, issue_ruling, meet_condition, send_back
from tracker.escalations.actions.speaking import settle_case, write_position
from tracker.escalations.actions.together import ACKNOWLEDGING, acknowledge_late

__all__ = [
    "ACKNOWLEDGING",
    "NewCondition",
    "acknowledge_breach",
    "acknowledge_late",
    "close_cases",
    "docket_contests",
    "follow_firings",
    "issue_ruling",
    "meet_condition",
    "raise_aged",
    "raise_case",
    "read_acts",
    "send_back",
    "settle_case",
    "take_up_case",
    "take_up_request",
    "ties_to_escalate",
    "told_act",
    "withdraw_case",
    "write_position",
]
