"""The outbox: notices are gathered into mails, mails are leased, sent and marked.

gather (commit) → lease (commit) → send (no transaction) → mark: whoever dies in between loses nothing, and what is sent
twice carries the same Message-ID.
"""

import logging
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from tracker.kernel.heartbeat import leave_heartbeat
from tracker.kernel.prepared import fetch_rows
from tracker.notices.letters import write_mails
from tracker.notices.models import Mail
from tracker.notices.texts import TURNS, URGENT
from tracker.people.access import Power, Viewer, require

log = logging.getLogger("tandem.notices")
HOLD = timedelta(minutes=2)
"""So long a word waits for others to come along in one mail, and for its reader to see it in Tandem."""
LEASE = timedelta(minutes=10)
BATCH = 20
MOST_TRIES = 10
LONGEST_WAIT = timedelta(hours=6)
REFUSED_FOR_GOOD = 500
SWEEP = "mail_notices"
WAITING = """
WITH waiting AS (
    SELECT notice.id, notice.user_id, notice.at, person.time_zone, coalesce(choice.hour, 8) AS hour,
           notice.kind LIKE %(urgent)s AS urgent,
           CASE WHEN NOT person.is_active THEN 'never' WHEN notice.kind LIKE %(urgent)s THEN 'at_once'
                WHEN notice.kind = ANY(%(turns)s::text[]) THEN coalesce(choice.turn, 'at_once')
                ELSE coalesce(choice.news, 'daily') END AS pace
    FROM tracker_notice notice JOIN tracker_user person ON person.id = notice.user_id
    LEFT JOIN tracker_mailchoice choice ON choice.user_id = notice.user_id
    WHERE notice.awaits_mail FOR UPDATE OF notice SKIP LOCKED
)
"""
LEAVE = f"""{WAITING}
UPDATE tracker_notice notice SET awaits_mail = false FROM waiting
WHERE waiting.id = notice.id AND waiting.pace = 'never'
"""  # noqa: S608  filled in with constants
PUT_IN = """
UPDATE tracker_notice notice SET awaits_mail = false, mail_id = made.id FROM ready JOIN made USING (user_id)
WHERE notice.id = ready.id
"""
AT_ONCE = f"""{WAITING}, ready AS (
    SELECT id, user_id FROM waiting WHERE pace = 'at_once' AND user_id IN (
        SELECT user_id FROM waiting WHERE pace = 'at_once' GROUP BY 1
        HAVING min(at) <= %(held)s::timestamptz OR bool_or(urgent))
), made AS (
    INSERT INTO tracker_mail (user_id, source, daily, at, due_at)
    SELECT user_id, 'word:' || min(id), false, %(at)s::timestamptz, %(at)s::timestamptz FROM ready GROUP BY user_id
    ON CONFLICT DO NOTHING RETURNING id, user_id
) {PUT_IN}
"""  # noqa: S608  filled in with constants
DAILY = f"""{WAITING}, wanted AS (
    SELECT person.id AS user_id, here.day, (here.day + make_time(hour, 0, 0)) AT TIME ZONE person.time_zone AS instant
    FROM (
        SELECT person.id, person.time_zone, coalesce(choice.hour, 8)::int AS hour FROM tracker_user person
        LEFT JOIN tracker_mailchoice choice ON choice.user_id = person.id
        WHERE person.is_active
          AND 'daily' IN (coalesce(choice.turn, 'at_once'), coalesce(choice.news, 'daily'))
    ) person CROSS JOIN LATERAL (SELECT (%(at)s::timestamptz AT TIME ZONE person.time_zone)::date AS day) here
    WHERE extract(isodow FROM here.day) < 6
), mailed AS (
    SELECT user_id, day FROM wanted WHERE instant <= %(at)s::timestamptz AND (
        EXISTS (SELECT FROM waiting WHERE waiting.user_id = wanted.user_id AND pace = 'daily' AND at < instant)
        OR EXISTS (SELECT FROM tracker_promise owed WHERE owed.holder_id = wanted.user_id AND owed.state = 'running'
                     AND owed.started_at < instant AND owed.due_at < instant + interval '1 day'))
), made AS (
    INSERT INTO tracker_mail (user_id, source, daily, at, due_at)
    SELECT user_id, 'daily:' || user_id || ':' || day, true, %(at)s::timestamptz, %(at)s::timestamptz FROM mailed
    ON CONFLICT DO NOTHING RETURNING id, user_id
), ready AS (SELECT id, user_id FROM waiting WHERE pace = 'daily') {PUT_IN}
"""  # noqa: S608  filled in with constants
LEASED = """
UPDATE tracker_mail mail SET due_at = %(until)s::timestamptz, tries = tries + 1
WHERE id IN (SELECT id FROM tracker_mail WHERE sent_at IS NULL AND dead_at IS NULL AND due_at <= %(at)s::timestamptz
             ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def mail_notices(*, at: datetime) -> int:
    """Gathers what was told and sends what is due; how many mails went out."""
    gather_mail(at=at)
    sent = deliver_mail(at=at)
    leave_heartbeat(SWEEP, at)
    return sent


@transaction.atomic
def gather_mail(*, at: datetime) -> None:
    """Puts what was told into mails, one a person: at once after `HOLD` (of an emergency without it), or at the hour of
    the daily mail.

    A digest also goes to whoever owes an answer by the next day. Three statements, whatever waits.
    """
    given = {"turns": list(TURNS), "urgent": f"{URGENT}%", "at": at, "held": at - HOLD}
    for statement in (LEAVE, AT_ONCE, DAILY):
        fetch_rows(statement, given)


def deliver_mail(*, at: datetime, limit: int = BATCH) -> int:
    """Sends what is due, in leases of `limit` over one connection; how many mails went out.

    While no server answers nothing is leased: the mails have lost no try when it comes back.
    """
    if not Mail.objects.due(at).exists():
        return 0
    sent, server = 0, get_connection()
    try:
        server.open()
    except (OSError, SMTPException) as broken:
        log.warning("no mail server: %s", broken)
        return 0
    with closing(server):
        while leased := [row[0] for row in fetch_rows(LEASED, {"at": at, "until": at + LEASE, "limit": limit})]:
            sent += _send(leased, server, at)
    return sent


def _send(leased: Sequence[int], server: BaseEmailBackend, at: datetime) -> int:
    found = list(Mail.objects.select_related("user").filter(pk__in=leased).order_by("pk"))
    letters = write_mails(found, at)
    sent = 0
    for mail in found:
        row = Mail.objects.filter(pk=mail.pk)
        letter = letters.get(mail.pk)
        if letter is None:
            row.delete()
            continue
        letter.connection = server
        try:
            letter.send()
        except (OSError, SMTPException, ValueError) as broken:
            _postpone(mail, broken, at)
        else:
            sent += row.update(sent_at=at, trouble="")
    return sent


def _postpone(mail: Mail, broken: Exception, at: datetime) -> None:
    """Twice as long each time; where the mailbox does not exist or it failed too often, it is given up."""
    log.warning("mail %s was not sent: %s", mail.pk, broken)
    changes: dict[str, Any] = {
        "trouble": f"{type(broken).__name__}: {broken}"[:500],
        "due_at": at + wait_after(mail.tries),
    }
    if is_hopeless(broken) or mail.tries >= MOST_TRIES:
        changes["dead_at"] = at
    Mail.objects.filter(pk=mail.pk, sent_at=None).update(**changes)


def is_hopeless(broken: Exception) -> bool:
    """A mailbox that is refused for good, or a letter that cannot be written."""
    if isinstance(broken, SMTPRecipientsRefused):
        return all(code >= REFUSED_FOR_GOOD for code, _answer in broken.recipients.values())
    return isinstance(broken, ValueError)


def wait_after(tries: int) -> timedelta:
    """1, 2, 4, … minutes after the first, second, third try; six hours at most."""
    return min(timedelta(minutes=2 ** (tries - 1)), LONGEST_WAIT)


@transaction.atomic
def revive_mails(*, actor: Viewer, at: datetime) -> int:
    """Tries the mails that were given up once more; how many. Raises NotAllowed."""
    require(actor, Power.MANAGE_PEOPLE)
    return Mail.objects.dead().update(dead_at=None, tries=0, due_at=at)
