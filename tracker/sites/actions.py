"""Verbs of sites and areas."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.kernel.errors import Invalid
from tracker.kernel.slugs import slug_of
from tracker.kernel.unique import refuse_taken
from tracker.people.access import Power, Ties, Viewer, require
from tracker.people.models import Team
from tracker.sites.models import Area, Site
from tracker.sites.rules import is_pattern


@transaction.atomic
def add_site(*, actor: Viewer, at: datetime, name: str, url: str, key: str = "") -> Site:
    """`key` is made of the name where none is given."""
    require(actor, Power.MANAGE_SITES)
    site = Site(key=key or slug_of(name, 30, "site"), name=name, url=url)
    with refuse_taken("key" if key else "name"):
        add_row(site, actor=actor.key, at=at, verb="add_site")
    return site


@transaction.atomic
def edit_site(*, actor: Viewer, at: datetime, site: Site, expected: int | None, changes: dict[str, Any]) -> None:
    """`changes` holds name and url."""
    require(actor, Power.MANAGE_SITES)
    change_row(site, actor=actor.key, at=at, verb="edit_site", changes=changes, expected=expected)


@transaction.atomic
def add_area(*, actor: Viewer, at: datetime, site: Site, team: Team, name: str, key: str = "", **facts: Any) -> Area:
    """`facts` holds pattern, components and url_count; `key` is made of the name where none is given."""
    require(actor, Power.MANAGE_AREAS, Ties(team=team.pk))
    _check_pattern(facts.get("pattern", ""))
    area = Area(site=site, team=team, key=key or slug_of(name, 40, "area"), name=name, **facts)
    with refuse_taken("key" if key else "name"):
        add_row(area, actor=actor.key, at=at, verb="add_area")
    return area


@transaction.atomic
def edit_area(*, actor: Viewer, at: datetime, area: Area, expected: int | None, changes: dict[str, Any]) -> None:
    """`changes` holds name, pattern, components, url_count and team; giving an area away needs power over both."""
    require(actor, Power.MANAGE_AREAS, area.ties)
    if "team" in changes:
        require(actor, Power.MANAGE_AREAS, Ties(team=changes["team"].pk))
    if changes.get("pattern", area.pattern) != area.pattern:
        _check_pattern(changes["pattern"])
    change_row(area, actor=actor.key, at=at, verb="edit_area", changes=changes, expected=expected)


def _check_pattern(pattern: str) -> None:
    if not is_pattern(pattern):
        text = _("A pattern begins with / or with the address of a site: /p/* or https://shop.example/p/*.")
        raise Invalid(text, fields={"pattern": text})
