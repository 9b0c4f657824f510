"""The table of powers: who may do what to which record. Default deny; every face and every verb asks here.

The table is the one of docs/reference/powers.md. A power is held through a role and a tie to the record: the
requester of it, its delivery owner, the lead of its team, any record that one may see. Roles add up. A token only
shrinks what its owner may do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.kernel.errors import NotAllowed


class Role(models.TextChoices):
    MARKETER = "marketer", _("Marketer")
    ENGINEER = "engineer", _("Engineer")
    LEAD = "lead", _("Lead")
    CMO = "cmo", _("CMO")
    CTO = "cto", _("CTO")
    COO = "coo", _("COO")
    ADMIN = "admin", _("Administrator")


class Tie(StrEnum):
    """How somebody is tied to a record."""

    ANY = "any"
    REQUESTER = "requester"
    DELIVERY = "delivery"
    TEAM = "team"
    REQUESTER_TEAM = "requester_team"
    PARTY = "party"
    STAND_IN = "stand_in"


class Scope(models.TextChoices):
    READ = "read", _("Read")
    WRITE = "write", _("Write")
    MANAGE = "manage", _("Manage")


class Power(models.TextChoices):
    VIEW = "view", _("view requests, projects and the line")
    VIEW_RESTRICTED = "view_restricted", _("view a restricted request")
    FILE_REQUEST = "file_request", _("file a request")
    EDIT_BUSINESS = "edit_business", _("edit business fields")
    EDIT_TECHNICAL = "edit_technical", _("edit technical fields")
    RESTRICT = "restrict", _("restrict a request")
    COMMENT = "comment", _("comment")
    TRIAGE = "triage", _("triage")
    SPEAK_FOR = "speak_for", _("withdraw a request, answer a question, contest a decision")
    SHARE_REQUEST = "share_request", _("make a link to follow a request without an account")
    ANSWER_CONTEST = "answer_contest", _("answer a contest of somebody else's decision")
    START_EXPEDITE = "start_expedite", _("start an expedite")
    CONFIRM_EXPEDITE = "confirm_expedite", _("confirm or refuse an expedite of the other side")
    FIX_EXPEDITE = "fix_expedite", _("answer and fix an expedite")
    BACK = "back", _("back a request")
    WATCH = "watch", _("watch a request")
    SET_ABSENCE = "set_absence", _("say when somebody is away, and who stands in")
    SET_ROTA = "set_rota", _("set the rota of a team")
    RANK_PROJECTS = "rank_projects", _("rank projects and set capacity")
    EDIT_PROJECT = "edit_project", _("edit, launch or drop a project")
    RANK_INSIDE = "rank_inside", _("rank inside a project")
    PROPOSE_EMBED = "propose_embed", _("propose an embed")
    ANSWER_EMBED = "answer_embed", _("answer an embed")
    DELIVER = "deliver", _("deliver an item, pass or fail a check")
    AGREE_TO_DROP = "agree_to_drop", _("agree to drop an embedded item")
    MEASURE = "measure", _("record a measured outcome")
    EDIT_ROADMAP = "edit_roadmap", _("edit a product and its roadmap")
    KEEP_VIEW = "keep_view", _("save, change or delete a view")
    MANAGE_AREAS = "manage_areas", _("manage areas")
    MANAGE_SITES = "manage_sites", _("manage sites and teams")
    MANAGE_TYPES = "manage_types", _("manage request types")
    ESCALATE = "escalate", _("ask the COO for a ruling")
    STATE_POSITION = "state_position", _("state a position, settle")
    RULE = "rule", _("take a case up and rule on it")
    IMPORT_PROJECTS = "import_projects", _("import projects")
    IMPORT_TICKETS = "import_tickets", _("import and decide old tickets")
    SET_POLICIES = "set_policies", _("set policies and working hours")
    MANAGE_PEOPLE = "manage_people", _("manage people and roles")


M, E, L = Role.MARKETER, Role.ENGINEER, Role.LEAD
CMO, CTO, COO, ADMIN = Role.CMO, Role.CTO, Role.COO, Role.ADMIN
ANY, OWN, A, T, RT, P = Tie.ANY, Tie.REQUESTER, Tie.DELIVERY, Tie.TEAM, Tie.REQUESTER_TEAM, Tie.PARTY
S = Tie.STAND_IN
STANDING_IN = (M, E, L)
"""Who may be a deputy, or have a week of a rota."""
FILERS = (M, E, L, CMO, CTO, COO)

TABLE: Mapping[Power, Mapping[Role, tuple[Tie, ...]]] = {
    Power.VIEW: dict.fromkeys(Role, (ANY,)),
    Power.VIEW_RESTRICTED: {M: (OWN, P, S), E: (A, P, S), L: (T, P, S), CMO: (ANY,), CTO: (ANY,), COO: (ANY,)},
    Power.FILE_REQUEST: dict.fromkeys(FILERS, (ANY,)),
    Power.EDIT_BUSINESS: {M: (OWN,), L: (RT,), CMO: (ANY,)},
    Power.EDIT_TECHNICAL: {E: (A,), L: (T,), CTO: (ANY,)},
    Power.RESTRICT: {M: (OWN,), E: (OWN,), L: (T, RT), CMO: (OWN,), CTO: (ANY,), COO: (OWN,)},
    Power.COMMENT: dict.fromkeys(FILERS, (ANY,)),
    Power.TRIAGE: {M: (S,), E: (S,), L: (T, S), CTO: (ANY,)},
    Power.SPEAK_FOR: dict.fromkeys(FILERS, (OWN,)),
    Power.SHARE_REQUEST: {M: (OWN,), E: (OWN,), L: (OWN, RT, T), CMO: (OWN,), CTO: (ANY,), COO: (OWN,)},
    Power.ANSWER_CONTEST: {CTO: (ANY,), COO: (ANY,)},
    Power.START_EXPEDITE: {M: (OWN,), E: (OWN, P), L: (T, RT), CMO: (ANY,), CTO: (ANY,), COO: (ANY,)},
    Power.CONFIRM_EXPEDITE: dict.fromkeys(FILERS, (ANY,)),
    Power.FIX_EXPEDITE: {E: (A,), L: (T,), CTO: (ANY,)},
    Power.BACK: dict.fromkeys((M, E, L, CMO, CTO), (ANY,)),
    Power.WATCH: dict.fromkeys(Role, (ANY,)),
    Power.SET_ABSENCE: dict.fromkeys(Role, (OWN,)) | {CTO: (ANY,)},
    Power.SET_ROTA: {L: (T,), CTO: (ANY,)},
    Power.RANK_PROJECTS: {CTO: (ANY,)},
    Power.EDIT_PROJECT: {E: (A,), L: (T,), CTO: (ANY,)},
    Power.RANK_INSIDE: {E: (A,), L: (T,), CTO: (ANY,)},
    Power.PROPOSE_EMBED: {M: (OWN,), E: (A,), L: (T,), CMO: (ANY,), CTO: (ANY,), COO: (ANY,)},
    Power.ANSWER_EMBED: {E: (A,), L: (T,), CTO: (ANY,)},
    Power.DELIVER: {E: (A,), L: (T,), CTO: (ANY,)},
    Power.AGREE_TO_DROP: {M: (OWN,), CMO: (ANY,)},
    Power.MEASURE: {M: (OWN,), L: (RT,), CMO: (ANY,)},
    Power.EDIT_ROADMAP: {M: (P,), E: (P,), L: (P,), CMO: (ANY,), CTO: (ANY,), COO: (ANY,)},
    Power.KEEP_VIEW: dict.fromkeys(FILERS, (OWN,)) | {ADMIN: (ANY,)},
    Power.MANAGE_AREAS: {L: (T,), CMO: (ANY,), CTO: (ANY,), ADMIN: (ANY,)},
    Power.MANAGE_SITES: {CMO: (ANY,), CTO: (ANY,), ADMIN: (ANY,)},
    Power.MANAGE_TYPES: {CMO: (ANY,), CTO: (ANY,), ADMIN: (ANY,)},
    Power.ESCALATE: {M: (OWN, P), E: (A,), L: (T,), CMO: (ANY,), CTO: (ANY,)},
    Power.STATE_POSITION: dict.fromkeys(FILERS, (P,)),
    Power.RULE: {COO: (ANY,)},
    Power.IMPORT_PROJECTS: {L: (T,), CMO: (ANY,), CTO: (ANY,), COO: (ANY,), ADMIN: (ANY,)},
    Power.IMPORT_TICKETS: {L: (ANY,), CMO: (ANY,), CTO: (ANY,), ADMIN: (ANY,)},
    Power.SET_POLICIES: {CMO: (ANY,), CTO: (ANY,), COO: (ANY,)},
    Power.MANAGE_PEOPLE: {ADMIN: (ANY,)},
}
MANAGING = {
    Power.SET_ROTA,
    Power.MANAGE_AREAS,
    Power.MANAGE_SITES,
    Power.MANAGE_TYPES,
    Power.IMPORT_PROJECTS,
    Power.IMPORT_TICKETS,
    Power.SET_POLICIES,
    Power.MANAGE_PEOPLE,
}
READING = {Power.VIEW, Power.VIEW_RESTRICTED}


@dataclass(frozen=True)
class Viewer:
    """Who looks or acts: the key goes into history; `scopes` is None for a person at the screen. `stands_in` are the teams
    that they triage for now: in their week of the rota, or as the deputy of who is away."""

    id: int
    name: str = ""
    roles: frozenset[str] = frozenset()
    team: int | None = None
    side: str = ""
    scopes: frozenset[str] | None = None
    language: str = "en"
    time_zone: str = "UTC"
    stands_in: frozenset[int] = frozenset()

    @property
    def key(self) -> str:
        return f"user:{self.id}"


@dataclass(frozen=True)
class Ties:
    """The people and teams that a record is tied to."""

    requester: int | None = None
    requester_team: int | None = None
    delivery: frozenset[int] = field(default_factory=frozenset)
    team: int | None = None
    parties: frozenset[int] = field(default_factory=frozenset)

    def of(self, viewer: Viewer) -> frozenset[Tie]:
        ties = {Tie.ANY}
        if self.requester == viewer.id:
            ties.add(Tie.REQUESTER)
        if viewer.id in self.delivery:
            ties.add(Tie.DELIVERY)
        if self.team is not None and self.team == viewer.team:
            ties.add(Tie.TEAM)
        if self.requester_team is not None and self.requester_team == viewer.team:
            ties.add(Tie.REQUESTER_TEAM)
        if viewer.id in self.parties:
            ties.add(Tie.PARTY)
        if self.team is not None and self.team in viewer.stands_in:
            ties.add(Tie.STAND_IN)
        return frozenset(ties)


NOTHING = Ties()


def scope_of(power: Power) -> Scope:
    if power in READING:
        return Scope.READ
    return Scope.MANAGE if power in MANAGING else Scope.WRITE


def may(viewer: Viewer, power: Power, ties: Ties = NOTHING) -> bool:
    """Whether the viewer holds the power over a record with these ties."""
    if viewer.scopes is not None and scope_of(power) not in viewer.scopes:
        return False
    held = ties.of(viewer)
    row = TABLE[power]
    return any(not held.isdisjoint(row[Role(role)]) for role in viewer.roles if role in row)


def may_somewhere(viewer: Viewer, power: Power) -> bool:
    """Whether there can be records over which the viewer holds the power."""
    rows = (TABLE[power].get(Role(role), ()) for role in viewer.roles)
    return any(tie != Tie.STAND_IN or viewer.stands_in for ties in rows for tie in ties)


def require(viewer: Viewer, power: Power, ties: Ties = NOTHING) -> None:
    """Raises NotAllowed, saying which roles may."""
    if may(viewer, power, ties):
        return
    roles = ", ".join(str(role.label) for role, ties in TABLE[power].items() if ties != (Tie.STAND_IN,))
    raise NotAllowed(
        _("You may not %(power)s here. It is for: %(roles)s.") % {"power": power.label, "roles": roles},
        power=str(power),
    )
