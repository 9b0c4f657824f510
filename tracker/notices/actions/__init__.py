"""Verbs of notices: word to people, the mails that carry it, and what they chose to get."""

from tracker.notices.actions.choosing import choose_mail
from tracker.notices.actions.posting import deliver_mail, gather_mail, mail_notices, revive_mails
from tracker.notices.actions.receiving import HeldFull, Outcome, receive_mail
from tracker.notices.actions.settling import clear_held_mail, draft_of_held_mail, leave_held_mail, take_held_mail
from tracker.notices.actions.telling import Telling, Turn, mark_read, person_in, tell

__all__ = [
    "HeldFull",
    "Outcome",
    "Telling",
    "Turn",
    "choose_mail",
    "clear_held_mail",
    "deliver_mail",
    "draft_of_held_mail",
    "gather_mail",
    "leave_held_mail",
    "mail_notices",
    "mark_read",
    "person_in",
    "receive_mail",
    "revive_mails",
    "take_held_mail",
    "tell",
]
