"""Verbs of people, teams, tokens and the firm; who stands in for whom has its own module."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.kernel.errors import Invalid, NotAllowed, Refused
from tracker.kernel.events import publish
from tracker.kernel.slugs import slug_of
from tracker.kernel.unique import refuse_taken
from tracker.people.access import Power, Role, Scope, Ties, Viewer, require
from tracker.people.actions.standing import add_absence, change_absence, end_absence, set_rota
from tracker.people.events import LevelSet, PersonLeft
from tracker.people.invitations import send_invitation
from tracker.people.models import Firm, Level, Place, SavedView, Side, Team, Token, User, known_time_zones
from tracker.people.rules import clean_query

__all__ = [
    "LONGEST_QUERY",
    "add_absence",
    "add_first_admin",
    "add_team",
    "change_absence",
    "change_view",
    "deactivate_person",
    "delete_view",
    "edit_person",
    "edit_profile",
    "edit_team",
    "end_absence",
    "hide_first_steps",
    "invite_again",
    "invite_person",
    "issue_token",
    "name_firm",
    "reactivate_person",
    "revoke_token",
    "save_view",
    "set_level",
    "set_password",
    "set_roles",
    "set_rota",
    "show_first_steps",
]
SYSTEM = "system"
FIRST_ADMIN_LOCK = 7_001
LONGEST_QUERY = 2_000
"""Letters of the address of a view."""

LONGEST_LIFE = 3650
"""Days that a token with an end may live."""


@transaction.atomic
def add_first_admin(
    *, at: datetime, name: str, email: str, password: str, firm: str, language: str = "en", time_zone: str = "UTC"
) -> User:
    """Founds the installation at level Start; only while nobody is there. Of two at once the second is refused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_ADMIN_LOCK])
    if User.objects.exists():
        raise Refused(_("The first administrator is there already."), code="already_founded")
    add_row(Firm(pk=1, name=firm, level=Level.START), actor=SYSTEM, at=at, verb="add_first_admin")
    person = User(name=name, email=email.lower(), roles=[str(Role.ADMIN)], password=make_password(password))
    person.language, person.time_zone = _known_settings(language, time_zone)
    add_row(person, actor=SYSTEM, at=at, verb="add_first_admin")
    return person


@transaction.atomic
def invite_person(
    *,
    actor: Viewer,
    at: datetime,
    email: str,
    name: str,
    roles: Iterable[str],
    title: str = "",
    team: Team | None = None,
    language: str = "",
    time_zone: str = "",
) -> User:
    """Adds somebody who has no password until they follow the link that is mailed once this is committed."""
    require(actor, Power.MANAGE_PEOPLE)
    person = User(name=name, email=email.lower(), title=title, team=team, roles=_known_roles(roles), invited_at=at)
    person.language, person.time_zone = _known_settings(language or actor.language, time_zone or actor.time_zone)
    person.set_unusable_password()
    with refuse_taken("email"):
        add_row(person, actor=actor.key, at=at, verb="invite_person")
    transaction.on_commit(lambda: send_invitation(person=person, at=at), robust=True)
    return person


@transaction.atomic
def invite_again(*, actor: Viewer, at: datetime, person: User, expected: int | None = None) -> None:
    """Mails a new link to somebody who has not used the first."""
    require(actor, Power.MANAGE_PEOPLE)
    if not person.is_active or not person.waits_for_password:
        raise Refused(_("There is no open invitation of this person."), code="not_invited")
    changes = {"invited_at": at, "invitation_mailed_at": None}
    change_row(person, actor=actor.key, at=at, verb="invite_again", changes=changes, expected=expected)
    transaction.on_commit(lambda: send_invitation(person=person, at=at), robust=True)


@transaction.atomic
def edit_person(*, actor: Viewer, at: datetime, person: User, expected: int | None, changes: Mapping[str, Any]) -> None:
    """`changes` holds name, title, email and team."""
    require(actor, Power.MANAGE_PEOPLE)
    told = dict(changes)
    if "email" in told:
        told["email"] = told["email"].lower()
    with refuse_taken("email"):
        change_row(person, actor=actor.key, at=at, verb="edit_person", changes=told, expected=expected)


@transaction.atomic
def set_roles(*, actor: Viewer, at: datetime, person: User, expected: int | None, roles: Iterable[str]) -> None:
    """Nobody gives roles to themselves, but for the administrator at level Start; the last administrator stays one."""
    require(actor, Power.MANAGE_PEOPLE)
    wanted = _known_roles(roles)
    if person.pk == actor.id and Firm.objects.values_list("level", flat=True).first() != Level.START:
        raise NotAllowed(_("Another administrator sets your roles."), code="own_roles")
    if Role.ADMIN in person.roles and Role.ADMIN not in wanted:
        _keep_an_administrator(person)
    change_row(person, actor=actor.key, at=at, verb="set_roles", changes={"roles": wanted}, expected=expected)


@transaction.atomic
def deactivate_person(
    *, actor: Viewer, at: datetime, person: User, expected: int | None = None, reason: str = ""
) -> None:
    """From now on neither the password nor any token of this person opens anything; what they wrote stays."""
    require(actor, Power.MANAGE_PEOPLE)
    if person.pk == actor.id:
        raise NotAllowed(_("Another administrator deactivates you."), code="own_account")
    if Role.ADMIN in person.roles:
        _keep_an_administrator(person)
    change_row(
        person,
        actor=actor.key,
        at=at,
        verb="deactivate_person",
        changes={"is_active": False},
        expected=expected,
        reason=reason,
    )
    publish(PersonLeft(at=at, actor_key=actor.key, person=person.pk))


@transaction.atomic
def reactivate_person(*, actor: Viewer, at: datetime, person: User, expected: int | None = None) -> None:
    require(actor, Power.MANAGE_PEOPLE)
    changes = {"is_active": True}
    change_row(person, actor=actor.key, at=at, verb="reactivate_person", changes=changes, expected=expected)


@transaction.atomic
def edit_profile(
    *, actor: Viewer, at: datetime, person: User, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds name, language and time_zone of the actor."""
    if person.pk != actor.id:
        raise NotAllowed(_("A profile is changed by its owner."))
    _known_settings(changes.get("language", person.language), changes.get("time_zone", person.time_zone))
    change_row(person, actor=actor.key, at=at, verb="edit_profile", changes=changes, expected=expected)


@transaction.atomic
def set_password(*, at: datetime, person: User, password: str) -> None:
    """The owner chose a new one, by the old one or by a link; other sessions end and the link is spent."""
    fresh = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    changes = {"password": make_password(password)}
    change_row(fresh, actor=fresh.key, at=at, verb="set_password", changes=changes)
    person.password, person.version = fresh.password, fresh.version


@transaction.atomic
def add_team(*, actor: Viewer, at: datetime, name: str, side: str, key: str = "") -> Team:
    """`key` is made of the name where none is given."""
    require(actor, Power.MANAGE_SITES)
    team = Team(key=key or slug_of(name, 30, f"team-{secrets.token_hex(3)}"), name=name, side=_known_side(side))
    with refuse_taken("name", *(["key"] if key else [])):
        add_row(team, actor=actor.key, at=at, verb="add_team")
    return team


@transaction.atomic
def edit_team(*, actor: Viewer, at: datetime, team: Team, expected: int | None, changes: Mapping[str, Any]) -> None:
    """`changes` holds name and side."""
    require(actor, Power.MANAGE_SITES)
    if "side" in changes:
        _known_side(changes["side"])
    with refuse_taken("name"):
        change_row(team, actor=actor.key, at=at, verb="edit_team", changes=changes, expected=expected)


@transaction.atomic
def name_firm(*, actor: Viewer, at: datetime, firm: Firm, expected: int | None, name: str) -> None:
    require(actor, Power.MANAGE_PEOPLE)
    change_row(firm, actor=actor.key, at=at, verb="name_firm", changes={"name": name}, expected=expected)


@transaction.atomic
def set_level(*, actor: Viewer, at: datetime, firm: Firm, expected: int | None, level: str) -> None:
    """Start is left for good: there an administrator may take any role, which nobody shall get back by a detour."""
    require(actor, Power.MANAGE_PEOPLE)
    if level not in Level.values:
        raise Invalid(_("There is no such level."), fields={"level": _("There is no such level.")})
    if level == Level.START and firm.level != Level.START:
        raise Refused(_("Level Start is left for good."), code="start_is_left")
    change_row(firm, actor=actor.key, at=at, verb="set_level", changes={"level": level}, expected=expected)
    publish(LevelSet(at=at, actor_key=actor.key, level=level, zone=actor.time_zone))


@transaction.atomic
def hide_first_steps(*, actor: Viewer, at: datetime, expected: int | None = None) -> None:
    """Takes the list of the first steps from everybody's home; it stays on its own page."""
    require(actor, Power.MANAGE_PEOPLE)
    firm = Firm.objects.select_for_update().get()
    if firm.steps_hidden_at is None:
        changes = {"steps_hidden_at": at}
        change_row(firm, actor=actor.key, at=at, verb="hide_first_steps", changes=changes, expected=expected)


@transaction.atomic
def show_first_steps(*, actor: Viewer, at: datetime, expected: int | None = None) -> None:
    require(actor, Power.MANAGE_PEOPLE)
    firm = Firm.objects.select_for_update().get()
    if firm.steps_hidden_at is not None:
        changes = {"steps_hidden_at": None}
        change_row(firm, actor=actor.key, at=at, verb="show_first_steps", changes=changes, expected=expected)


@transaction.atomic
def issue_token(
    *,
    actor: Viewer,
    at: datetime,
    person: User,
    name: str = "",
    scopes: Iterable[str] = (Scope.READ,),
    days: int | None = None,
    reason: str = "",
) -> tuple[Token, str]:
    """The token and its secret of 256 bits; the secret is told here and never again. `days` None: it has no end."""
    if person.pk != actor.id or actor.scopes is not None:
        raise NotAllowed(_("Everybody makes their own tokens, signed in with their password."))
    wanted = [str(scope) for scope in Scope if scope in set(scopes)]
    if not wanted or set(scopes) - set(Scope.values):
        raise Invalid(_("Choose what the token may do."), fields={"scopes": _("Choose what the token may do.")})
    if days is not None and not 1 <= days <= LONGEST_LIFE:
        text = _("A token lives 1 to %(days)s days.") % {"days": LONGEST_LIFE}
        raise Invalid(text, fields={"days": text})
    secret = secrets.token_urlsafe(32)
    token = Token(
        user=person,
        name=name,
        digest=hashlib.sha256(secret.encode()).digest(),
        scopes=wanted,
        created_at=at,
        expires_at=None if days is None else at + timedelta(days=days),
    )
    add_row(token, actor=actor.key, at=at, verb="issue_token", reason=reason)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Viewer, at: datetime, token: Token) -> None:
    if token.user_id != actor.id:
        raise NotAllowed(_("Everybody revokes their own tokens."))
    if token.revoked_at is None:
        change_row(token, actor=actor.key, at=at, verb="revoke_token", changes={"revoked_at": at})


@transaction.atomic
def save_view(
    *,
    actor: Viewer,
    at: datetime,
    name: str,
    query: str,
    place: str = Place.REQUESTS,
    shared: bool = False,
    is_default: bool = False,
) -> SavedView:
    """Keeps what a list shows under a name; `query` is the part of its address behind the ?."""
    require(actor, Power.KEEP_VIEW, Ties(requester=actor.id))
    view = SavedView(owner_id=actor.id, name=name, place=place, shared=shared, is_default=is_default)
    view.query = _known_query(query)
    if is_default:
        _free_default(actor, at, view)
    with refuse_taken("name", "is_default"):
        add_row(view, actor=actor.key, at=at, verb="save_view")
    return view


@transaction.atomic
def change_view(
    *, actor: Viewer, at: datetime, view: SavedView, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds name, query, shared and is_default; which list opens first its owner alone decides."""
    require(actor, Power.KEEP_VIEW, view.ties)
    told = dict(changes)
    if told.get("is_default", view.is_default) != view.is_default:
        if view.owner_id != actor.id:
            raise NotAllowed(_("Its owner decides whether it opens first."), code="own_default")
        if told["is_default"]:
            _free_default(actor, at, view)
    if "query" in told:
        told["query"] = _known_query(told["query"])
    with refuse_taken("name", "is_default"):
        change_row(view, actor=actor.key, at=at, verb="change_view", changes=told, expected=expected)


@transaction.atomic
def delete_view(*, actor: Viewer, at: datetime, view: SavedView, expected: int | None = None) -> None:
    """Nobody sees it any more; its history stays."""
    require(actor, Power.KEEP_VIEW, view.ties)
    changes = {"deleted_at": at, "is_default": False}
    change_row(view, actor=actor.key, at=at, verb="delete_view", changes=changes, expected=expected)


def _free_default(actor: Viewer, at: datetime, view: SavedView) -> None:
    """One view of a list opens first: the one that did until now does no longer."""
    others = SavedView.objects.filter(owner=actor.id, place=view.place, is_default=True, deleted_at=None)
    for other in others.exclude(pk=view.pk).select_for_update():
        change_row(other, actor=actor.key, at=at, verb="change_view", changes={"is_default": False})


def _known_query(query: str) -> str:
    kept = clean_query(query)
    if len(kept) > LONGEST_QUERY or "%00" in kept:
        text = _("This address cannot be kept.")
        raise Invalid(text, fields={"query": text})
    return kept


def _keep_an_administrator(leaving: User) -> None:
    """Locks all administrators in one order, so that the last two cannot let each other go at once."""
    active = User.objects.active().holding(Role.ADMIN).order_by("pk").select_for_update()
    if not set(active.values_list("pk", flat=True)) - {leaving.pk}:
        raise Refused(_("The last administrator stays one."), code="last_admin")


def _known_roles(roles: Iterable[str]) -> list[str]:
    wanted = {str(role) for role in roles}
    if not wanted or not wanted <= set(Role.values):
        text = _("Choose at least one of the known roles.")
        raise Invalid(text, fields={"roles": text})
    return [str(role) for role in Role if role in wanted]


def _known_side(side: str) -> str:
    if side not in Side.values:
        raise Invalid(_("There is no such side."), fields={"side": _("There is no such side.")})
    return side


def _known_settings(language: str, time_zone: str) -> tuple[str, str]:
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("There is no such language."), fields={"language": _("There is no such language.")})
    if time_zone not in known_time_zones():
        raise Invalid(_("There is no such time zone."), fields={"time_zone": _("There is no such time zone.")})
    return language, time_zone
