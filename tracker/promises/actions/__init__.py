"""Verbs of promises, policies and calendars."""

from tracker.promises.actions.acknowledging import acknowledge_promise, check_acknowledging
from tracker.promises.actions.calendars import (
    copy_calendar,
    may_set_calendar,
    require_calendar,
    set_calendar,
)
from tracker.promises.actions.firing import fire_due
from tracker.promises.actions.opening import Owed, settle_promises
from tracker.promises.actions.policies import edit_policy, ensure_policies, follow_level

__all__ = [
    "Owed",
    "acknowledge_promise",
    "check_acknowledging",
    "copy_calendar",
    "edit_policy",
    "ensure_policies",
    "fire_due",
    "follow_level",
    "may_set_calendar",
    "require_calendar",
    "set_calendar",
    "settle_promises",
]
