"""Verbs of notices: word to people, the mails that carry it, and what they chose to get."""

from tracker.notices.actions.choosing import choose_mail
from tracker.notices.actions.posting import deliver_mail, gather_mail, mail_notices, revive_mails
from tracker.notices.actions.telling import Telling, Turn, mark_read, person_in, tell

__all__ = [
    "Telling",
    "Turn",
    "choose_mail",
    "deliver_mail",
    "gather_mail",
    "mail_notices",
    "mark_read",
    "person_in",
    "revive_mails",
    "tell",
]
