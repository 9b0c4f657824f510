"""Verb of the choice of mails."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.history.actions import add_row, change_row, check_version, stale
from tracker.kernel.errors import Invalid
from tracker.notices.models import MailChoice, Pace
from tracker.people.access import Viewer

LAST_HOUR = 23


@transaction.atomic
def choose_mail(*, actor: Viewer, at: datetime, expected: int | None, turn: str, news: str, hour: int) -> MailChoice:
    """What of the viewer's notices comes by mail, and when; `expected` is 0 where nothing was chosen before.

    Raises Invalid, Stale.
    """
    wrong = {name: _("Choose one of the three.") for name, pace in (("turn", turn), ("news", news)) if pace not in Pace}
    if not 0 <= hour <= LAST_HOUR:
        wrong["hour"] = _("An hour is a number from 0 to 23.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    chosen = {"turn": turn, "news": news, "hour": hour}
    choice = MailChoice.objects.select_for_update().filter(user=actor.id).first()
    if choice is None:
        if expected:
            raise stale(0)
        choice = MailChoice(user_id=actor.id, **chosen)
        add_row(choice, actor=actor.key, at=at, verb="choose_mail")
        return choice
    check_version(choice, expected)
    change_row(choice, actor=actor.key, at=at, verb="choose_mail", changes=chosen)
    return choice
