"""Mails the link to follow a request to whoever filed it by a public form. What was not sent is found by the sweep."""

import logging
from contextlib import closing
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tracker.intake.links import secret_of
from tracker.intake.models import FollowLink
from tracker.kernel.prepared import fetch_rows
from tracker.notices.actions.posting import LEASE, MOST_TRIES, is_hopeless, wait_after
from tracker.notices.marks import Mark

log = logging.getLogger("tandem.mail")
BATCH = 20
WAITING = """
SELECT id FROM tracker_followlink
WHERE made_by_id IS NULL AND mailed_at IS NULL AND revoked_at IS NULL AND due_at <= %(at)s::timestamptz
  AND expires_at > %(at)s::timestamptz AND tries < %(most)s AND email <> ''
"""
DUE = f"{WAITING} LIMIT 1"
LEASED = f"""
UPDATE tracker_followlink link SET due_at = %(until)s::timestamptz, tries = tries + 1
WHERE id IN ({WAITING} ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) RETURNING id
"""  # noqa: S608  filled in with constants


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
    """Leases, sends in no transaction, then marks, as the outbox does; how many went out. A repeat carries the same
    Message-ID; one that fails waits longer each time and does not hold up the others."""
    if not fetch_rows(DUE, {"at": at, "most": MOST_TRIES}):
        return 0
    sent, server = 0, get_connection()
    try:
        server.open()
    except (OSError, SMTPException) as broken:
        log.warning("no mail server: %s", broken)
        return 0
    given = {"at": at, "until": at + LEASE, "most": MOST_TRIES, "limit": BATCH}
    with closing(server):
        while leased := [row[0] for row in fetch_rows(LEASED, given)]:
            links = FollowLink.objects.filter(pk__in=leased).select_related("ask").order_by("pk")
            sent += sum(_mail_link(link, server, at) for link in links)
    return sent


def _mail_link(link: FollowLink, server: BaseEmailBackend, at: datetime) -> bool:
    row, letter = FollowLink.objects.filter(pk=link.pk), write_link(link)
    letter.connection = server
    try:
        letter.send()
    except (OSError, SMTPException, ValueError) as broken:
        log.warning("the link %s was not mailed: %s", link.pk, broken)
        tries = MOST_TRIES if is_hopeless(broken) else link.tries
        row.update(due_at=at + wait_after(link.tries), tries=tries)
        return False
    row.update(mailed_at=at)
    return True
