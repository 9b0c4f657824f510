"""Links by which somebody without an account follows one request: who comes by one, and what it opens."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import salted_hmac

from tracker.intake.models import FollowLink, WorkRequest
from tracker.people.access import Viewer

NOBODY = 0
SALT = "tandem.public-link"


@dataclass(frozen=True)
class Follower(Viewer):
    """Who came by a link: no roles and so no powers; what they do goes into history under the number of the link."""

    link: int = 0

    @property
    def key(self) -> str:
        return f"link:{self.link}"


def follower_of(link: FollowLink) -> Follower:
    return Follower(id=NOBODY, name=link.name, link=link.pk)


@dataclass(frozen=True)
class Guest(Viewer):
    """Who files by a public form: with the powers and the teams of whoever stands for it, under the number of their own
    link."""

    link: int = 0

    @property
    def key(self) -> str:
        return f"link:{self.link}"


def guest_of(owner: Viewer, link: int) -> Guest:
    return Guest(owner.id, owner.name, owner.roles, owner.team, owner.side, link=link)


def secret_of(link: int, made_at: datetime) -> str:
    """Of a link that nobody made: it is mailed later and kept nowhere, so it is made anew of our secret key."""
    made = salted_hmac(SALT, f"{link}:{made_at.isoformat()}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def find_link(secret: str, *loaded: str) -> FollowLink | None:
    """Also one that opens nothing any more; with its request, and with what is `loaded` of that (one statement)."""
    rows = FollowLink.objects.select_related("ask", *(f"ask__{name}" for name in loaded))
    return rows.filter(digest=digest_of(secret)).first()


def is_open(link: FollowLink, at: datetime) -> bool:
    return link.revoked_at is None and link.expires_at > at


def open_links(ask: WorkRequest, at: datetime) -> list[FollowLink]:
    """Those that open it now, oldest first (one statement)."""
    rows = FollowLink.objects.filter(ask=ask, revoked_at=None, expires_at__gt=at)
    return list(rows.select_related("made_by__team").order_by("id"))
