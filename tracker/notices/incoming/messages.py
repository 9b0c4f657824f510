"""One RFC 5322 message as Tandem reads it, whatever is broken in it."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.policy import compat32, default
from email.utils import getaddresses, parseaddr

from tracker.notices.incoming.quotes import cut_quote, text_of_html

MEBIBYTE = 1024 * 1024
MOST_BYTES = 10 * MEBIBYTE
MOST_PARTS = 200
MOST_HOPS = 50
LONGEST_TEXT = 20_000
LONGEST_HEADER = 300
NO_PERSON = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+._-].*)?@", re.IGNORECASE)
BY_PROGRAMS = ("bulk", "junk", "list", "auto_reply", "auto-reply")
OWN = re.compile(r"<(mail|link|invitation)-[^<>@\s]{1,80}@tandem>", re.IGNORECASE)
HEAD = re.compile(rb"\r?\n\r?\n")
KEPT = "\n\t\u200d"
"""Lines, and what joins one picture of several signs."""


class NoMessage(Exception):
    """What came is no message: nothing says who sends it."""


@dataclass(frozen=True)
class Brought:
    """A file that came along."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Incoming:
    """`text` is what the sender wrote themselves; `hints` are the headers that may carry one of our marks, those that say
    most first; `refused` says why nobody is to read it, if nobody is."""

    message_id: str
    sender: str
    name: str
    title: str
    text: str
    hints: tuple[str, ...]
    refused: str = ""
    senders: int = 1
    whole: bool = True
    files: tuple[Brought, ...] = field(default=())

    @property
    def shown_sender(self) -> str:
        return (f"{self.name} <{self.sender}>" if self.name else self.sender)[:LONGEST_HEADER]


def read_message(raw: bytes, *, whole: bool = True, recipient: str = "") -> Incoming:
    """`whole` is False where the rest is too much to be read, too deeply nested or broken: then its headers alone are
    read. `recipient` is the address it was sent to, if that is known from elsewhere. Raises NoMessage."""
    raw = raw.lstrip(b"\r\n")
    try:
        message = message_from_bytes(raw, policy=default) if whole else _head_of(raw)
    except RecursionError:
        message, whole = _head_of(raw), False
    if not isinstance(message, EmailMessage):
        raise NoMessage
    senders = getaddresses([_header(message, "From", 2_000)])
    name, sender = parseaddr(_header(message, "From", 2_000))
    if len(senders) > 1:
        name, sender = senders[0]
    if "@" not in sender:
        raise NoMessage
    text, files = _body(message) if whole else ("", ())
    return Incoming(
        message_id=_id_of(message) or f"<{hashlib.sha256(raw).hexdigest()}@none>",
        sender=clean(sender)[:LONGEST_HEADER],
        name=clean(name)[:120],
        title=clean(_header(message, "Subject")),
        text=text,
        hints=tuple(_hints(message, recipient)),
        refused=_why_refused(message, sender),
        senders=len(senders),
        whole=whole,
        files=files,
    )


def clean(text: str) -> str:
    """Without what no text may hold and what turns lines around; on one line."""
    return " ".join(clean_text(text).split())


def clean_text(text: str) -> str:
    readable = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(one for one in readable if one in KEPT or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co"))


def _head_of(raw: bytes) -> Message:
    """Parsed by the old rules, which ask no header what it means and so trip over none."""
    head = BytesHeaderParser(EmailMessage, policy=compat32).parsebytes(HEAD.split(raw, maxsplit=1)[0])
    head.policy = default
    return head


def _id_of(message: EmailMessage) -> str:
    """Empty where it holds what no text may hold: cleaned, two that differ could be the same."""
    named = _header(message, "Message-ID")
    return named if named == clean(named) and "\ufffd" not in named else ""


def _header(message: EmailMessage, name: str, longest: int = LONGEST_HEADER) -> str:
    """Decoded as far as it can be; empty where it is missing. A broken one may break the reader as well."""
    try:
        value = message[name]
    except Exception:  # the parser of headers trips over some that are broken on purpose, in ways of its own
        value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(str(value or "").split())[:longest]


def _all(message: EmailMessage, name: str) -> Iterator[str]:
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            yield str(value)[:8_000]


def _has(message: EmailMessage, *names: str) -> bool:
    return any(value.strip() for name in names for value in _all(message, name))


def _hints(message: EmailMessage, recipient: str) -> Iterator[str]:
    yield recipient[:1_000]
    for name in ("In-Reply-To", "Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"):
        yield from _all(message, name)
    for value in _all(message, "References"):
        yield " ".join(reversed(value.split()))


def _why_refused(message: EmailMessage, sender: str) -> str:
    """Whatever a program sent, or what came back: answering such mail is how loops begin."""
    auto = _header(message, "Auto-Submitted").lower().partition(";")[0].strip()
    if OWN.search(_header(message, "Message-ID")) or _header(message, "X-Loop"):
        return "own"
    if any(value.strip() == "<>" for value in _all(message, "Return-Path")):
        return "bounce"
    if _header(message, "Content-Type").lower().startswith("multipart/report") or NO_PERSON.match(sender):
        return "bounce"
    if auto not in ("", "no") or _has(message, "X-Autoreply", "X-Autorespond", "X-Auto-Response"):
        return "automatic"
    if _header(message, "Precedence").lower() in BY_PROGRAMS:
        return "automatic"
    if _has(message, "List-Id", "List-Unsubscribe", "List-Post"):
        return "list"
    return "hops" if sum(1 for _hop in _all(message, "Received")) > MOST_HOPS else ""


def _body(message: EmailMessage) -> tuple[str, tuple[Brought, ...]]:
    plain: list[str] = []
    html: list[str] = []
    files: list[Brought] = []
    for part in _parts(message):
        kind, name = part.get_content_type(), _name_of(part)
        if part.get_content_disposition() == "attachment" or name or part.get_content_maintype() != "text":
            content = _bytes_of(part)
            if content is None or content:
                files.append(Brought(name or clean(f"file.{part.get_content_subtype()[:10]}"), content or b""))
        else:
            (html if kind == "text/html" else plain).append(_text_of(part))
    said = "\n".join(plain).strip() or text_of_html("\n".join(html))
    kept = clean_text(said[:LONGEST_TEXT])
    return cut_quote(kept) or kept.strip(), tuple(files)


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """What is no container; a message that came along as a whole is one file."""
    waiting = [message]
    for _number in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting = [one for one in part.iter_parts() if isinstance(one, EmailMessage)] + waiting
        else:
            yield part


def _name_of(part: EmailMessage) -> str:
    try:
        return clean(part.get_filename() or "")
    except Exception:  # as in _header
        return "file"


def _bytes_of(part: EmailMessage) -> bytes | None:
    """None where it is so broken that nothing can be made of it: then its name alone is told."""
    try:
        if part.is_multipart():
            return b"".join(one.as_bytes() for one in part.get_payload() if isinstance(one, EmailMessage))
        content = part.get_payload(decode=True)
    except Exception:  # as in _header
        return None
    return content if isinstance(content, bytes) else b""


def _text_of(part: EmailMessage) -> str:
    """In the alphabet that it names; where that is unknown or wrong, what can be read of it."""
    content = _bytes_of(part) or b""
    try:
        named = part.get_content_charset() or "utf-8"
        return content.decode("utf-8" if named in ("us-ascii", "ascii") else named)
    except (LookupError, UnicodeError, ValueError):
        return content.decode("utf-8", "replace")
