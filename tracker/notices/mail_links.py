"""Answers by mail: signed links that do one thing to one record as it was, for the person to whom the mail went.

Nothing is kept: who, what, which version and until when stand in the link itself, under a signature. Whoever follows it
still has to hold the power, the record still has to be of that version; so a link that was used does nothing more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ItemState
from tracker.intake.models import WorkRequest
from tracker.notices.models import Notice
from tracker.notices.texts import OF_TRIAGE
from tracker.people.access import Power, Viewer, may
from tracker.promises.models import Kind

SALT = "tandem.answer-by-mail"
LIFE = timedelta(days=14)
LONGEST = 500
"""Characters of a link; nothing longer is read."""


class Act(StrEnum):
    ACCEPT = "accept"
    ASK = "ask"
    DECLINE = "decline"
    PARK = "park"
    AGREE = "agree"
    REFUSE = "refuse"


TRIAGING = (Act.ACCEPT, Act.ASK, Act.DECLINE, Act.PARK)
ANSWERING = (Act.AGREE, Act.REFUSE)
LABELS: Mapping[Act, str | Lazy] = {
    Act.ACCEPT: _("Accept"),
    Act.ASK: _("Ask"),
    Act.DECLINE: _("Decline"),
    Act.PARK: _("Park"),
    Act.AGREE: _("Carry it"),
    Act.REFUSE: _("Do not carry it"),
}
OF_PROMISES = ("promise_remind", "promise_breach")


@dataclass(frozen=True)
class MailLink:
    """`number` is the id of the request, or for AGREE and REFUSE that of the item; `version` the one it had."""

    person: int
    act: Act
    number: int
    version: int
    until: datetime

    @property
    def of_item(self) -> bool:
        return self.act in ANSWERING


@dataclass(frozen=True)
class ByMail(Viewer):
    """A person who answers by a link in a mail: with their powers, and named so in history."""

    @property
    def key(self) -> str:
        return f"mail:{self.id}"


def by_mail(viewer: Viewer) -> ByMail:
    return ByMail(**{one.name: getattr(viewer, one.name) for one in fields(Viewer)})


def sign_link(link: MailLink) -> str:
    told = [link.person, str(link.act), link.number, link.version, int(link.until.timestamp())]
    return signing.dumps(told, salt=SALT)


def read_link(text: str) -> MailLink | None:
    """None for what was not signed here."""
    try:
        told: Any = signing.loads(text, salt=SALT) if len(text) <= LONGEST else None
    except signing.BadSignature:
        return None
    if not isinstance(told, list):
        return None
    person, act, number, version, until = told
    return MailLink(person, Act(act), number, version, datetime.fromtimestamp(until, UTC))


@dataclass(frozen=True)
class Offered:
    """What the mails of a set may offer: by key, what still waits."""

    asks: Mapping[str, WorkRequest]
    items: Mapping[str, BacklogItem]


def read_offered(notices: Iterable[Notice]) -> Offered:
    """Two statements at most, whatever the number of mails."""
    told = list(notices)
    asked = {_key_in(one) for one in told if _asks_triage(one)}
    proposed = {_key_in(one) for one in told if _asks_host(one)}
    asks = WorkRequest.objects.to_triage().filter(key__in=asked)
    items = BacklogItem.objects.filter(key__in=proposed, state=ItemState.PROPOSED).select_related("project", "ask")
    return Offered({one.key: one for one in asks} if asked else {}, {one.key: one for one in items} if proposed else {})


def _asks_triage(notice: Notice) -> bool:
    owed = notice.facts.get("promise") in (Kind.TRIAGE, Kind.DECISION)
    return notice.kind in OF_TRIAGE or (notice.kind in OF_PROMISES and owed)


def _asks_host(notice: Notice) -> bool:
    owed = notice.facts.get("promise") == Kind.EMBED_ANSWER
    return notice.kind == "item_proposed" or (notice.kind in OF_PROMISES and owed)


def _key_in(notice: Notice) -> str:
    """Of the page that it leads to: "/requests/R-41/#story" is R-41."""
    parts = notice.url.split("/")
    return parts[2] if len(parts) > 2 else ""


def links_for(notice: Notice, reader: Viewer, offered: Offered, at: datetime) -> Sequence[tuple[str, str]]:
    """(what it does, address) of each answer that the reader may give at once; none where they may not, or nothing
    waits any more."""
    ask, item = offered.asks.get(_key_in(notice)), offered.items.get(_key_in(notice))
    if ask is not None and _asks_triage(notice) and may(reader, Power.TRIAGE, ask.ties):
        return [_offer(reader, act, ask.pk, ask.version, at) for act in TRIAGING]
    if item is not None and _asks_host(notice) and may(reader, Power.ANSWER_EMBED, item.project.ties):
        return [_offer(reader, act, item.pk, item.version, at) for act in ANSWERING]
    return []


def _offer(reader: Viewer, act: Act, number: int, version: int, at: datetime) -> tuple[str, str]:
    token = sign_link(MailLink(reader.id, act, number, version, at + LIFE))
    return str(LABELS[act]), f"{settings.ORIGIN}{reverse('by-mail', args=[token])}"
