"""Reads of people and teams, shaped for their pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Subquery
from django.db.models.functions import Lower

from tracker.people.access import Role, Scope, Viewer
from tracker.people.models import Firm, SavedView, Side, Team, Token, User

PAGE = 100
MOST_VIEWS = 200


@dataclass(frozen=True)
class PersonRow:
    """`state` is active, invited or left."""

    id: int
    name: str
    title: str
    email: str
    side: str
    team: str
    roles: str
    state: str


@dataclass(frozen=True)
class Roster:
    """One page of people by name; `after` continues it, None at its end."""

    rows: Sequence[PersonRow]
    after: str | None


@dataclass(frozen=True)
class TeamRow:
    key: str
    name: str
    side: str
    side_label: str
    members: int
    areas: int


@dataclass(frozen=True)
class TokenRow:
    id: int
    name: str
    scopes: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    version: int


def roles_in_words(roles: Sequence[str]) -> str:
    return ", ".join(str(Role(role).label) for role in roles)


def list_people(viewer: Viewer, *, words: str = "", role: str = "", left: bool = False, after: str = "") -> Roster:
    """By name; `left` shows those who were deactivated. One statement."""
    people = User.objects.visible_to(viewer).filter(is_active=not left)
    for word in words.split()[:5]:
        people = people.filter(
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(title__icontains=word)
            | Q(team__name__icontains=word)
        )
    if role in Role.values:
        people = people.holding(role)
    number, _point, name = after.partition(".")
    if number.isdecimal():
        people = people.filter(Q(name__gt=name) | Q(name=name, pk__gt=int(number[:15])))
    found = list(people.order_by("name", "pk")[: PAGE + 1])
    more = f"{found[PAGE - 1].pk}.{found[PAGE - 1].name}" if len(found) > PAGE else None
    return Roster([_person_row(person) for person in found[:PAGE]], more)


def _person_row(person: User) -> PersonRow:
    state = "left" if not person.is_active else "invited" if person.waits_for_password else "active"
    return PersonRow(
        id=person.pk,
        name=person.name,
        title=person.title,
        email=person.email,
        side=person.side,
        team=person.team.name if person.team else "",
        roles=roles_in_words(person.roles),
        state=state,
    )


def find_person(viewer: Viewer, number: int) -> User | None:
    """With `level`, the level of the firm, in the same statement."""
    people = User.objects.visible_to(viewer).annotate(level=Subquery(Firm.objects.values("level")[:1]))
    return people.filter(pk=number).first()


def list_teams(viewer: Viewer) -> list[TeamRow]:
    """Marketing and technology, each by name, with the number of people here and of areas."""
    members = Count("members", filter=Q(members__is_active=True), distinct=True)
    teams = Team.objects.visible_to(viewer).annotate(people=members, parts=Count("areas", distinct=True))
    rows = teams.order_by("-side", "name").values_list("key", "name", "side", "people", "parts")
    return [TeamRow(key, name, side, str(Side(side).label), people, areas) for key, name, side, people, areas in rows]


def list_tokens(viewer: Viewer) -> list[TokenRow]:
    return [
        TokenRow(
            id=token.pk,
            name=token.name,
            scopes=", ".join(str(Scope(scope).label) for scope in token.scopes),
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
            version=token.version,
        )
        for token in Token.objects.visible_to(viewer).order_by("-pk")[:100]
    ]


@dataclass(frozen=True)
class ViewRow:
    """A view of a list; `mine` is whether it is the viewer's own."""

    id: int
    name: str
    query: str
    shared: bool
    is_default: bool
    mine: bool
    owner: User
    version: int

    @property
    def address(self) -> str:
        """The part of the address behind the ?: the view by its number, then what it shows."""
        return f"view={self.id}&{self.query}".rstrip("&")


def list_views(viewer: Viewer, place: str) -> list[ViewRow]:
    """One's own first, then what others share, by name (one statement)."""
    rows = SavedView.objects.visible_to(viewer).filter(place=place).select_related("owner__team")
    found = [
        ViewRow(
            id=view.pk,
            name=view.name,
            query=view.query,
            shared=view.shared,
            is_default=view.is_default and view.owner_id == viewer.id,
            mine=view.owner_id == viewer.id,
            owner=view.owner,
            version=view.version,
        )
        for view in rows.order_by(Lower("name"), "pk")[:MOST_VIEWS]
    ]
    return sorted(found, key=lambda view: not view.mine)
