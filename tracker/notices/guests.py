"""Mails the link to follow a request to whoever filed it by a public form. What was not sent is found by the sweep."""

import logging
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tracker.intake.links import secret_of
from tracker.intake.models import FollowLink
from tracker.notices.actions.posting import is_hopeless
from tracker.notices.marks import Mark

log = logging.getLogger("tandem.mail")
BATCH = 20


def write_link(link: FollowLink) -> EmailMessage:
    """Nothing in it was written by whoever filed: they may have given somebody else's address."""
    address = f"{settings.ORIGIN}{reverse('follow', args=[secret_of(link.pk, link.made_at)])}"
    with translation.override(link.language or "en"):
        subject = _("Your request is filed: %(key)s") % {"key": link.ask.key}
        body = _(
            "Somebody filed a request at %(origin)s and gave this address.\n\n"
            "Here you see what becomes of it, answer what you are asked, and comment:\n\n"
            "%(link)s\n\n"
            "Whoever has this link sees the page: pass it on with care. If it was not you, there is nothing to do.\n"
        ) % {"origin": settings.ORIGIN, "link": address}
    return EmailMessage(subject, body, to=[link.email], headers=Mark("link", link.pk).headers)


def mail_guests(*, at: datetime) -> int:
    """Sends, then marks; a repeat carries the same Message-ID. One that fails does not hold up the others."""
    sent = 0
    with transaction.atomic():
        waiting = FollowLink.objects.filter(made_by=None, mailed_at=None, revoked_at=None, expires_at__gt=at)
        found = waiting.exclude(email="").select_related("ask").order_by("pk")
        for link in found.select_for_update(of=["self"], skip_locked=True)[:BATCH]:
            try:
                write_link(link).send()
            except (OSError, SMTPException, ValueError) as broken:
                log.warning("the link %s was not mailed: %s", link.pk, broken)
                if not is_hopeless(broken):
                    continue
            else:
                sent += 1
            FollowLink.objects.filter(pk=link.pk).update(mailed_at=at)
    return sent
