"""Verbs of the public form of a site: whether strangers may file there, and who stands for what they file."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import change_row
from tracker.kernel.errors import Invalid
from tracker.people.access import Power, Viewer, may, require
from tracker.people.models import User
from tracker.sites.models import Site


@transaction.atomic
def open_public_form(*, actor: Viewer, at: datetime, site: Site, owner: User, expected: int | None = None) -> None:
    """Whoever knows the address files by it, and `owner` is the requester; also names another owner."""
    require(actor, Power.MANAGE_SITES)
    if not owner.is_active or not may(owner.viewer(), Power.FILE_REQUEST):
        text = _("%(name)s may not file requests: choose somebody who may.") % {"name": owner.name}
        raise Invalid(text, fields={"owner": text})
    changes = {"public_owner": owner}
    change_row(site, actor=actor.key, at=at, verb="open_public_form", changes=changes, expected=expected)


@transaction.atomic
def close_public_form(*, actor: Viewer, at: datetime, site: Site, expected: int | None = None) -> None:
    """Its address shows nothing any more; what was filed by it stays."""
    require(actor, Power.MANAGE_SITES)
    if site.public_owner_id is not None:
        changes = {"public_owner": None}
        change_row(site, actor=actor.key, at=at, verb="close_public_form", changes=changes, expected=expected)


def public_site(key: str) -> Site | None:
    """The site with this key where its form is open: whoever stands for it is still here (one statement)."""
    rows = Site.objects.filter(key=key, public_owner__is_active=True)
    site = rows.select_related("public_owner__team").first()
    owner = site.public_owner if site else None
    return site if owner is not None and may(owner.viewer(), Power.FILE_REQUEST) else None
