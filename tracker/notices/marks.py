"""Signed marks of mails that go out: in the Message-ID, and in the address for answers, so that an answer is known by it.

A mark proves that whoever answers was sent the mail; who they are is still the address of the sender.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hmac import compare_digest

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "tandem.answered-mail"
MARK = re.compile(r"\b(mail|link)-(\d{1,18})\.([a-z2-7]{24})@", re.IGNORECASE)
HOST = "tandem"
MOST_MARKS = 100


@dataclass(frozen=True)
class Mark:
    """`kind` is "mail" for one of the outbox, "link" for the one that brings somebody their link to follow a request."""

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}.{self._seal()}"

    def _seal(self) -> str:
        made = salted_hmac(SALT, f"{self.kind}:{self.number}", algorithm="sha256").digest()
        return base64.b32encode(made[:15]).decode().lower()

    @property
    def message_id(self) -> str:
        return f"<{self}@{HOST}>"

    @property
    def headers(self) -> dict[str, str]:
        """Programs that answer by themselves leave alone what says that a program sent it."""
        headers = {"Message-ID": self.message_id, "Auto-Submitted": "auto-generated"}
        if settings.MAIL_REPLY:
            name, _at, host = settings.MAIL_REPLY.rpartition("@")
            headers["Reply-To"] = f"{name}+{self}@{host}"
        return headers


def find_mark(texts: Iterable[str]) -> Mark | None:
    """The first in these headers whose seal is ours."""
    for text in texts:
        for kind, number, seal in MARK.findall(text)[:MOST_MARKS]:
            mark = Mark(kind.lower(), int(number))
            if compare_digest(str(mark), f"{mark.kind}-{mark.number}.{seal.lower()}"):
                return mark
    return None
