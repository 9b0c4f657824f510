"""Verbs of notices: tell people once, mail what was told, mark it read."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.kernel.prepared import fetch_rows
from tracker.notices.models import MOST_TRIES, Notice
from tracker.notices.texts import Told, say
from tracker.people.access import Viewer
from tracker.people.models import User

log = logging.getLogger("tandem.notices")
SUBJECT_LENGTH = 140
MOST_IN_A_MAIL = 50
INSERT = """
WITH told AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb)
             AS told (user_id bigint, leads_of bigint, kind text, facts jsonb, url text, source text)
), heard AS (
    SELECT person.id AS person, told.* FROM told JOIN tracker_user person ON person.id = told.user_id
    WHERE person.is_active
    UNION ALL
    SELECT person.id, told.* FROM told JOIN tracker_user person ON person.team_id = told.leads_of
    WHERE person.is_active AND 'lead' = ANY(person.roles)
)
INSERT INTO tracker_notice (user_id, kind, facts, url, source, at, mail_tries)
SELECT person, kind, facts, url, source, %s::timestamptz, 0 FROM heard WHERE person <> %s::bigint
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Telling:
    """Word to one person, or to the leads of one team; `source` names what happened ("I-12:orphaned:4"): what was
    told once is not told again."""

    kind: str
    facts: dict[str, Any]
    url: str
    source: str
    user: int | None = None
    leads_of: int | None = None


def tell(*, at: datetime, tellings: Sequence[Telling], actor: int = 0) -> None:
    """Writes the notices in one statement, in the transaction of what they tell of; the sweep mails them.

    `actor` is left out: nobody needs word of what they did themselves.
    """
    if not tellings:
        return
    told = [
        {
            "user_id": one.user,
            "leads_of": one.leads_of,
            "kind": one.kind,
            "facts": one.facts,
            "url": one.url,
            "source": one.source,
        }
        for one in tellings
    ]
    fetch_rows(INSERT, [orjson.dumps(told).decode(), at, actor])


def person_in(actor_key: str) -> int:
    """The id in "user:5", 0 for what no person did."""
    kind, _colon, number = actor_key.partition(":")
    return int(number) if kind == "user" else 0


@transaction.atomic
def mark_read(*, actor: Viewer, at: datetime, notices: Sequence[int] | None = None) -> int:
    """Marks these notices of the viewer as read, all of them where none are named; how many were not yet."""
    rows = Notice.objects.visible_to(actor).unread()
    return rows.update(read_at=at) if notices is None else rows.filter(pk__in=notices).update(read_at=at)


def mail_notices(*, at: datetime, limit: int = 200) -> int:
    """Mails what was told and not mailed yet, one mail a person, whoever waits longest first; how many mails went out.

    Rows are claimed with SKIP LOCKED and marked in one transaction, so several workers never send one twice; a worker
    that dies between sending and marking sends again under the same Message-ID. Whom no mail reaches is counted and
    left for the next sweep, the others go on.
    """
    sent = 0
    tried: set[int] = set()
    while len(tried) < limit:
        with transaction.atomic():
            waiting = Notice.objects.unmailed().select_for_update(skip_locked=True)
            first = waiting.exclude(user__in=tried).order_by("pk").first()
            if first is None:
                break
            tried.add(first.user_id)
            sent += _mail(list(waiting.filter(user=first.user_id).order_by("pk")[:MOST_IN_A_MAIL]), at)
    return sent


def _mail(notices: list[Notice], at: datetime) -> int:
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    person = notices[0].user
    if not person.is_active:
        rows.update(mail_tries=MOST_TRIES)
        return 0
    try:
        write_mail(person, notices).send()
    except (OSError, SMTPException, ValueError) as broken:
        log.warning("notices from %s on were not mailed: %s", notices[0].pk, broken)
        rows.update(mail_tries=F("mail_tries") + 1)
        return 0
    rows.update(mailed_at=at, mail_tries=F("mail_tries") + 1)
    return 1


def write_mail(person: User, notices: Sequence[Notice]) -> EmailMessage:
    """What happened, what can be done, where, and why this person hears it, in their language."""
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        told = [say(notice.kind, notice.facts) for notice in notices]
        subject = " ".join(told[0].what.split())
        more = len(told) - 1
        if more:
            subject = ngettext("%(first)s And %(count)s more.", "%(first)s And %(count)s more.", more) % {
                "first": _cut(subject),
                "count": more,
            }
        body = "\n\n\n".join(_paragraphs(one, notice) for one, notice in zip(told, notices, strict=True))
    ident = f"<notice-{notices[0].pk}-{notices[-1].pk}@tandem>"
    return EmailMessage(_cut(subject), body, to=[person.email], headers={"Message-ID": ident})


def _paragraphs(told: Told, notice: Notice) -> str:
    why = _("You get this because: %(why)s") % {"why": told.why} if told.why else ""
    return "\n\n".join(line for line in (told.what, told.then, f"{settings.ORIGIN}{notice.url}", why) if line)


def _cut(subject: str) -> str:
    return subject if len(subject) <= SUBJECT_LENGTH else f"{subject[: SUBJECT_LENGTH - 1]}…"
