"""The verb that takes a message from outside: a comment of whom it is known to be, held for somebody to look at, or left.

A sender is known by two things together: the signed mark of a mail that we sent them, and their own address.
"""

import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tracker.history.actions import Fact, record
from tracker.intake.actions import add_comment, comment_by_link
from tracker.intake.files import MOST_FILES, Held, hold_file
from tracker.intake.links import follower_of, is_open
from tracker.intake.media import UNKNOWN
from tracker.intake.models import Comment, FollowLink, HeldMail, WorkRequest
from tracker.intake.states import State
from tracker.kernel import idempotency
from tracker.kernel.errors import Invalid, NotAllowed, Refused, TooOften
from tracker.notices.held import Why, held_room
from tracker.notices.incoming import Brought, Incoming
from tracker.notices.marks import Mark, find_mark
from tracker.notices.models import Mail, Notice
from tracker.people.models import User

log = logging.getLogger("tandem.mail")
HELD_LOCK = 7_006
KEY = re.compile(r"\bR-\d{1,12}[a-z]?\b", re.IGNORECASE)
OF_COMMENT = re.compile(r"comment:(\d+)(?::|$)", re.ASCII)
"""As the sources of notices name it."""
ACTOR = "mail"


class HeldFull(Exception):
    """So much waits that no more is held: the mail server is asked to try again later."""


@dataclass(frozen=True)
class Outcome:
    """`word` is taken, held, refused or known; `about` the key of the request, or why."""

    word: str
    about: str = ""


@dataclass(frozen=True)
class _Put:
    """Why a message is held instead, and the request that it is about as far as that is known."""

    why: Why
    ask: WorkRequest | None = None


def receive_mail(*, at: datetime, message: Incoming) -> Outcome:
    """Once for each Message-ID, also where it comes twice at the same moment. Raises HeldFull."""
    if message.refused:
        return Outcome("refused", message.refused)
    return _receive(at=at, message=message)


@transaction.atomic
def _receive(*, at: datetime, message: Incoming) -> Outcome:
    key = hashlib.sha256(message.message_id.encode()).hexdigest()
    if idempotency.claim_call(actor=ACTOR, key=key, fingerprint="receive_mail", at=at) is not None:
        return Outcome("known", message.message_id)
    put = _place(message, at)
    if isinstance(put, _Put):
        _hold(message, put, at)
        return Outcome("held", put.why)
    return Outcome("taken", put)


def _place(message: Incoming, at: datetime) -> str | _Put:
    """The key of the request that has it as a comment now."""
    mark = find_mark(message.hints)
    if not message.whole:
        return _Put(Why.TOO_LARGE)
    if message.senders > 1:
        return _Put(Why.SEVERAL_SENDERS)
    if mark is None:
        return _Put(Why.UNSIGNED, _named_in(message.title))
    if not message.text and not message.files:
        return _Put(Why.EMPTY)
    return _from_person(message, mark, at) if mark.kind == "mail" else _from_guest(message, mark, at)


def _named_in(title: str) -> WorkRequest | None:
    keys = KEY.findall(title)
    found = f"R-{keys[0][2:].lower()}" if len(keys) == 1 else ""
    return WorkRequest.objects.exclude(state=State.DRAFT).filter(key=found).first() if found else None


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _from_person(message: Incoming, mark: Mark, at: datetime) -> str | _Put:
    mail = Mail.objects.filter(pk=mark.number).first()
    person = User.objects.active().with_standing().filter(pk=mail.user_id).first() if mail else None
    if mail is None or person is None or not _same(person.email, message.sender):
        return _Put(Why.OTHER_SENDER)
    told = _told_in(mail, message.title)
    ask = _ask_of(told)
    if ask is None:
        return _Put(Why.SEVERAL)
    viewer = person.viewer()
    if not WorkRequest.objects.visible_to(viewer).filter(pk=ask.pk).exists():
        return _Put(Why.NOT_SEEN)
    sides = _sides_of(told)
    if sides not in ({""}, {viewer.side}):
        return _Put(Why.ONE_SIDE, ask)
    with translation.override(person.language):
        text, files = _said(message)
    try:
        add_comment(actor=viewer, at=at, ask=ask, text=text, internal=sides != {""}, files=files)
    except NotAllowed:
        return _Put(Why.NOT_SEEN, ask)
    except Refused:
        return _Put(Why.REFUSED, ask)
    return str(ask.key)


def _told_in(mail: Mail, title: str) -> list[Notice]:
    """What the mail says of one request: the only one it is about, or of several the one that the title of the answer
    names. Empty where that is none."""
    told = [(notice, _key_in(notice)) for notice in mail.notices.all()]
    keys = {key for _notice, key in told if key.startswith("R-")}
    if len(keys) > 1:
        named = {key.upper() for key in KEY.findall(title)}
        keys = {key for key in keys if key.upper() in named}
    return [notice for notice, key in told if keys == {key}]


def _key_in(notice: Notice) -> str:
    return str(notice.facts.get("request") or notice.facts.get("key") or "")


def _ask_of(told: Sequence[Notice]) -> WorkRequest | None:
    """Of what was merged the one it was merged into."""
    if not told:
        return None
    ask = WorkRequest.objects.select_related("merged_into").filter(key=_key_in(told[0])).first()
    return ask.merged_into or ask if ask else None


def _sides_of(told: Sequence[Notice]) -> set[str | None]:
    """Who alone reads what was told, empty for all: an answer is for no more people than what it answers."""
    found = [OF_COMMENT.match(notice.source) for notice in told]
    numbers = {int(one[1]) for one in found if one}
    sides = dict(Comment.objects.filter(pk__in=numbers).values_list("pk", "internal_to"))
    return {sides.get(int(one[1])) if one else "" for one in found}


def _from_guest(message: Incoming, mark: Mark, at: datetime) -> str | _Put:
    link = FollowLink.objects.select_related("ask").filter(pk=mark.number).first()
    if link is None or not link.email or not _same(link.email, message.sender):
        return _Put(Why.OTHER_SENDER)
    if not is_open(link, at):
        return _Put(Why.LINK_OVER, link.ask)
    with translation.override(link.language or "en"):
        text, files = _said(message)
    try:
        comment_by_link(actor=follower_of(link), at=at, text=text, files=files, by_mail=True)
    except TooOften:
        return _Put(Why.TOO_OFTEN, link.ask)
    except Refused:
        return _Put(Why.REFUSED, link.ask)
    return str(link.ask.key)


def _said(message: Incoming) -> tuple[str, list[Held]]:
    """What is written, with the names of what is not put with it: what nobody knows the kind of, and what is too much."""
    kept, left = _hold_files(message.files)
    text = message.text or _("Sent by mail, without words.")
    if left:
        text += "\n\n" + _("Not attached: %(names)s.") % {"names": ", ".join(left)}
    return text, kept


def _hold_files(files: Sequence[Brought]) -> tuple[list[Held], list[str]]:
    kept: list[Held] = []
    left: list[str] = []
    for one in files:
        try:
            held = hold_file(one.name, len(one.content), [one.content]) if len(kept) < MOST_FILES else None
        except Invalid:
            held = None
        if held is None or held.media_type == UNKNOWN:
            left.append(one.name)
        else:
            kept.append(held)
    return kept, left


def _hold(message: Incoming, put: _Put, at: datetime) -> None:
    """Its words stand in the row alone, not in history: they go once somebody has settled it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HELD_LOCK])
    if held_room().full:
        raise HeldFull
    names = ", ".join(one.name for one in message.files)
    text = f"{message.text}\n\n[{names}]" if names else message.text
    row = HeldMail.objects.create(
        message_id=message.message_id[:300],
        sender=message.shown_sender,
        title=message.title,
        text=text[:20_000],
        why=put.why,
        ask=put.ask,
        at=at,
    )
    record(actor="system", at=at, facts=[Fact("held-mail", row.pk, 1, "hold_mail", put.why)])
