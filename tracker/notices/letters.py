"""The mails themselves: what happened, until when, what otherwise, and why this person hears it, in their language."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.intake.queries import hidden_keys
from tracker.notices.mail_links import LIFE, Offered, links_for, read_offered
from tracker.notices.marks import Mark
from tracker.notices.models import Mail, Notice
from tracker.notices.texts import DAY_AND_TIME, TURNS, Told, say_guarded
from tracker.people.access import Viewer
from tracker.people.models import User
from tracker.promises.models import Kind, Promise

SUBJECT_LENGTH = 140
MOST_IN_A_MAIL = 50
PARAGRAPH = "\n\n"


@dataclass
class Content:
    """What one mail is made of; `hidden` are the requests that its reader may not see any more."""

    notices: list[Notice] = field(default_factory=list)
    owed: list[Promise] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    reader: Viewer = field(default_factory=lambda: Viewer(0))
    offered: Offered = field(default_factory=lambda: Offered({}, {}))


def write_mails(mails: Sequence[Mail], at: datetime) -> dict[int, EmailMessage]:
    """The letter of each mail by its id; none where nothing is left to say, or nobody who reads it.

    Six statements for the set, and one for each reader of requests.
    """
    contents: dict[int, Content] = defaultdict(Content)
    for notice in Notice.objects.filter(mail__in=mails).order_by("pk"):
        contents[notice.mail_id or 0].notices.append(notice)
    owed: dict[int | None, list[Promise]] = defaultdict(list)
    readers = [mail.user_id for mail in mails]
    for promise in Promise.objects.running().filter(holder__in=readers).order_by("due_at"):
        owed[promise.holder_id].append(promise)
    viewers = {person.pk: person.viewer() for person in User.objects.with_standing().filter(pk__in=readers)}
    offered = read_offered(notice for content in contents.values() for notice in content.notices)
    letters = {}
    for mail in mails:
        content = contents[mail.pk]
        content.owed = owed[mail.user_id]
        if mail.user.is_active and (content.notices or (mail.daily and content.owed)):
            keys = {*map(_request_in, content.notices), *map(_request_in, content.owed)} - {""}
            content.reader, content.offered = viewers[mail.user_id], offered
            content.hidden = hidden_keys(content.reader, keys)
            letters[mail.pk] = write_mail(mail, content, at)
    return letters


def _request_in(one: Notice | Promise) -> str:
    """The key of the request that it speaks of."""
    return str(one.facts.get("request") or one.facts.get("key") or "")


def write_mail(mail: Mail, content: Content, at: datetime) -> EmailMessage:
    person = mail.user
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        shown = content.notices[:MOST_IN_A_MAIL]
        told = [say_guarded(one.kind, one.facts, hidden=_request_in(one) in content.hidden) for one in shown]
        subject = _daily_subject(content) if mail.daily else _subject(told, len(content.notices))
        until = {promise.facts.get("url"): promise for promise in reversed(content.owed)}
        parts: Iterator[str] = (
            _paragraphs(one, notice, until, content, at) for one, notice in zip(told, shown, strict=True)
        )
        if mail.daily and content.owed:
            parts = chain([_say_owed(content, at)], parts)
        more = len(content.notices) - len(shown)
        if more:
            text = ngettext("%(count)s more is in Tandem: %(url)s", "%(count)s more are in Tandem: %(url)s", more)
            parts = chain(parts, [text % {"count": more, "url": link("notice-list")}])
        choice = _("What comes by mail is your choice: %(url)s") % {"url": link("mail-choice")}
        body = "\n\n\n".join([*parts, f"-- \n{choice}\n"])
    headers = {**Mark("mail", mail.pk).headers, "List-Unsubscribe": f"<{link('mail-choice')}>"}
    return EmailMessage(cut(subject), body, to=[person.email], headers=headers)


def link(name: str) -> str:
    return f"{settings.ORIGIN}{reverse(name)}"


def _subject(told: Sequence[Told], count: int) -> str:
    subject = " ".join(told[0].what.split())
    more = count - 1
    if not more:
        return subject
    text = ngettext("%(first)s And %(count)s more.", "%(first)s And %(count)s more.", more)
    return text % {"first": cut(subject), "count": more}


def _daily_subject(content: Content) -> str:
    owed, news = len(content.owed), len(content.notices)
    said = ngettext("%(count)s answer waits for you", "%(count)s answers wait for you", owed) % {"count": owed}
    told = ngettext("%(count)s piece of news", "%(count)s pieces of news", news) % {"count": news}
    if not owed:
        return _("Your day: %(news)s") % {"news": told}
    if not news:
        return _("Your day: %(owed)s") % {"owed": said}
    return _("Your day: %(owed)s, %(news)s") % {"owed": said, "news": told}


def _say_owed(content: Content, at: datetime) -> str:
    """What the reader owes, the one that is due first in front."""
    lines = []
    for promise in content.owed[:MOST_IN_A_MAIL]:
        text = _("%(key)s %(title)s: your %(promise)s is due %(due)s")
        if promise.due_at < at:
            text = _("%(key)s %(title)s: your %(promise)s was due %(due)s")
        words = _words(promise)
        if _request_in(promise) in content.hidden:
            words["title"] = ""
        lines.append(f"- {text % words}\n  {settings.ORIGIN}{promise.facts.get('url', '/')}")
    return "\n".join([_("Your move:"), *lines])


def _words(promise: Promise) -> dict[str, str]:
    return {
        "key": promise.facts.get("key", ""),
        "title": promise.facts.get("title", ""),
        "promise": str(Kind(promise.kind).label),
        "due": date_format(timezone.localtime(promise.due_at), DAY_AND_TIME),
    }


def _paragraphs(told: Told, notice: Notice, until: Mapping[str, Promise], content: Content, at: datetime) -> str:
    """By when and what otherwise come from the promise that its reader owes there, where the sentence has none."""
    promise = until.get(notice.url) if notice.kind in TURNS and "due" not in notice.facts else None
    due = _("Until %(due)s; then your lead hears of it.") % _words(promise) if promise else ""
    why = _("You get this because: %(why)s") % {"why": told.why} if told.why else ""
    page, answers = f"{settings.ORIGIN}{notice.url}", _say_answers(notice, content, at)
    return PARAGRAPH.join(line for line in (told.what, told.then, due, page, answers, why) if line)


def _say_answers(notice: Notice, content: Content, at: datetime) -> str:
    """What can be answered right from the mail; empty where nothing can."""
    links = links_for(notice, content.reader, content.offered, at)
    if not links or _request_in(notice) in content.hidden:
        return ""
    day = date_format(timezone.localtime(at + LIFE), "j E")
    head = _("Answer without signing in; the links are yours alone and work until %(day)s:") % {"day": day}
    return "\n".join([head, *(f"- {label}: {url}" for label, url in links)])


def cut(subject: str) -> str:
    return subject if len(subject) <= SUBJECT_LENGTH else f"{subject[: SUBJECT_LENGTH - 1]}…"
