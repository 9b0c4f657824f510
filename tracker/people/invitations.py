"""Mails an invitation: a link with which somebody sets a password once. What was not sent is found by the sweep."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.http import int_to_base36
from django.utils.translation import gettext as _

from tracker.people.models import Firm, User

log = logging.getLogger("tandem.people")
PATIENCE = timedelta(minutes=1)
BATCH = 50
TO_FILES = "django.core.mail.backends.filebased.EmailBackend"


def mail_folder() -> str:
    """Where mails lie that go to nobody, because no mail server is named yet; empty where they are sent."""
    return str(settings.EMAIL_FILE_PATH) if settings.EMAIL_BACKEND == TO_FILES else ""


def link_of(person: User) -> str:
    """Works until it was used, for PASSWORD_RESET_TIMEOUT seconds, while neither address nor password change."""
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": int_to_base36(person.pk), "key": key})
    return f"{settings.ORIGIN}{path}"


def write_invitation(person: User, firm: str) -> EmailMessage:
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
    with translation.override(person.language):
        subject = _("%(firm)s invites you to Tandem") % {"firm": firm}
        body = _(
            "Hello %(name)s,\n\n"
            "%(firm)s decides about requests of marketing and projects of IT in Tandem, and you are invited.\n"
            "Choose your password here; the link works once and for %(days)s days:\n\n"
            "%(link)s\n\n"
            "If it is too old, ask for a new one at the sign-in page with this address.\n"
        ) % {"name": person.name, "firm": firm, "days": days, "link": link_of(person)}
    headers = {"Message-ID": f"<invitation-{person.pk}-{person.version}@tandem>"}
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email], headers=headers)


def send_invitation(*, person: User, at: datetime, firm: str | None = None) -> None:
    """Sends, then marks; a repeat carries the same Message-ID."""
    name = firm if firm is not None else Firm.objects.values_list("name", flat=True).first() or "Tandem"
    write_invitation(person, name).send()
    User.objects.filter(pk=person.pk).update(invitation_mailed_at=at)


def mail_invitations(*, at: datetime) -> int:
    """Sends what a broken mail server or a crash left behind; one that fails does not hold up the others."""
    sent = 0
    with transaction.atomic():
        waiting = User.objects.invited().filter(invitation_mailed_at=None, invited_at__lt=at - PATIENCE)
        for person in waiting.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:BATCH]:
            try:
                send_invitation(person=person, at=at)
                sent += 1
            except OSError:
                log.warning("the invitation of user:%s was not sent", person.pk, exc_info=True)
    return sent
