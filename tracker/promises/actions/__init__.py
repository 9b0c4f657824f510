"""Verbs of promises, policies and calendars."""

from tracker.promises.actions.acknowledging import acknowledge_promise
from tracker.promises.actions.firing import fire_due
from tracker.promises.actions.opening import Owed, settle_promises
from tracker.promises.actions.policies import edit_policy, ensure_policies, set_calendar

__all__ = [
    "Owed",
    "acknowledge_promise",
    "edit_policy",
    "ensure_policies",
    "fire_due",
    "set_calendar",
    "settle_promises",
]
