"""Verbs of links to a roadmap for people without an account."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from roadmap.products.models import Product, ShareLink
from tracker.history.actions import add_row, change_row, check_version
from tracker.kernel.errors import Invalid
from tracker.people.access import Power, Viewer, require

LONGEST_DAYS = 366


@transaction.atomic
def share_roadmap(
    *, actor: Viewer, at: datetime, product: Product, days: int = 30, expected: int | None = None
) -> tuple[ShareLink, str]:
    """The link and its secret of 256 bits; the secret is told here and never again."""
    require(actor, Power.EDIT_ROADMAP, product.ties)
    check_version(product, expected)
    if not 1 <= days <= LONGEST_DAYS:
        text = _("A link works 1 to %(days)s days.") % {"days": LONGEST_DAYS}
        raise Invalid(text, fields={"days": text})
    secret = secrets.token_urlsafe(32)
    link = ShareLink(
        product=product,
        digest=digest_of(secret),
        made_by_id=actor.id,
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    add_row(link, actor=actor.key, at=at, verb="share_roadmap")
    return link, secret


@transaction.atomic
def revoke_share(*, actor: Viewer, at: datetime, link: ShareLink, expected: int | None = None) -> None:
    """The link opens nothing any more. Needs `product` loaded."""
    require(actor, Power.EDIT_ROADMAP, link.ties)
    if link.revoked_at is None:
        changes = {"revoked_at": at}
        change_row(link, actor=actor.key, at=at, verb="revoke_share", changes=changes, expected=expected)


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
