"""Verbs of sites, areas and freezes."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.kernel.errors import Invalid, WrongState
from tracker.kernel.slugs import slug_of
from tracker.kernel.unique import refuse_taken
from tracker.people.access import Power, Ties, Viewer, require
from tracker.people.models import Team
from tracker.sites.models import Area, Freeze, Site
from tracker.sites.rules import LONGEST_FREEZE, is_pattern


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


@transaction.atomic
def add_freeze(
    *,
    actor: Viewer,
    at: datetime,
    reason: str,
    starts_on: date,
    ends_on: date,
    site: Site | None = None,
    team: Team | None = None,
) -> Freeze:
    """Of a site or of a team: from the first to the last day nothing of it goes live."""
    require(actor, Power.MANAGE_SITES)
    if (site is None) == (team is None):
        text = _("Name the site or the team that it is for, not both.")
        raise Invalid(text, fields={"site": text})
    _check_freeze(reason, starts_on, ends_on)
    if ends_on < at.date():
        text = _("These days are over.")
        raise Invalid(text, fields={"ends_on": text})
    freeze = Freeze(site=site, team=team, reason=reason.strip(), starts_on=starts_on, ends_on=ends_on)
    add_row(freeze, actor=actor.key, at=at, verb="add_freeze")
    return freeze


@transaction.atomic
def edit_freeze(*, actor: Viewer, at: datetime, freeze: Freeze, expected: int | None, changes: dict[str, Any]) -> None:
    """`changes` holds reason, starts_on and ends_on."""
    require(actor, Power.MANAGE_SITES)
    _check_in_force(freeze)
    told = {name: changes.get(name, getattr(freeze, name)) for name in ("reason", "starts_on", "ends_on")}
    _check_freeze(**told)
    told["reason"] = told["reason"].strip()
    change_row(freeze, actor=actor.key, at=at, verb="edit_freeze", changes=told, expected=expected)


@transaction.atomic
def end_freeze(*, actor: Viewer, at: datetime, freeze: Freeze, expected: int | None = None) -> None:
    """Called off, or over before its time: its days hold nothing back any more."""
    require(actor, Power.MANAGE_SITES)
    _check_in_force(freeze)
    change_row(freeze, actor=actor.key, at=at, verb="end_freeze", changes={"ended_at": at}, expected=expected)


def _check_in_force(freeze: Freeze) -> None:
    if freeze.ended_at is not None:
        raise WrongState(_("This freeze was ended. Add another one."), state="ended")


def _check_freeze(reason: str, starts_on: date, ends_on: date) -> None:
    if not reason.strip():
        text = _("Say what it is for: Peak season.")
        raise Invalid(text, fields={"reason": text})
    if ends_on < starts_on:
        text = _("The last day is not before the first.")
        raise Invalid(text, fields={"ends_on": text})
    if (ends_on - starts_on).days >= LONGEST_FREEZE:
        text = _("A freeze of more than a year is no freeze.")
        raise Invalid(text, fields={"ends_on": text})
