"""The firm and its people: who they are, on which side they stand, which roles they hold."""

from datetime import date
from functools import lru_cache
from typing import ClassVar
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BigIntegerField, F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.kernel.models import Versioned
from tracker.people.access import STANDING_IN, Role, Ties, Viewer
from tracker.people.standing import DEPUTY_OF, TEAMS_OF, WHO_FOR


class Side(models.TextChoices):
    MARKETING = "marketing", _("Marketing")
    TECHNOLOGY = "technology", _("Technology")


class Level(models.TextChoices):
    START = "start", pgettext_lazy("level", "Start")
    TEAM = "team", _("Team")
    COMPANY = "company", _("Company")


class Firm(Versioned):
    """One row: the firm that this installation serves."""

    subject = "firm"

    name = models.CharField(max_length=120)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.START)
    demo = models.BooleanField(default=False)
    steps_hidden_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_firm")]


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, viewer: Viewer) -> "TeamQuerySet":
        return self if viewer.roles else self.none()


class Team(Versioned):
    subject = "team"
    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    side = models.CharField(max_length=12, choices=Side.choices)

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="team_name_once")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, viewer: Viewer) -> "UserQuerySet":
        """Colleagues know each other: everybody who holds a role sees names, titles, teams and work addresses."""
        return self if viewer.roles else self.none()

    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def holding(self, role: str) -> "UserQuerySet":
        return self.filter(roles__contains=[str(role)])

    def with_standing(self) -> "UserQuerySet":
        """Each with the teams that they triage for now beside its lead, see standing.py."""
        teams = RawSQL(TEAMS_OF.format(person='"tracker_user"."id"'), [])  # noqa: S611  constants
        return self.annotate(standing=teams)

    def with_deputy(self) -> "UserQuerySet":
        """Each with `away`: {until, deputy, deputy_id} while they are away, else None."""
        return self.annotate(away=RawSQL(DEPUTY_OF, [], output_field=models.JSONField()))  # noqa: S611  a constant

    def triaging(self, team: int | None) -> "UserQuerySet":
        """Who may triage what this team owns: its leads, the CTO, and whoever stands in for one of them now."""
        ids = RawSQL(WHO_FOR, [team], output_field=BigIntegerField())  # noqa: S611  constants
        stand_ins = Q(pk__in=ids, roles__overlap=[str(role) for role in STANDING_IN])
        leads = Q(team__isnull=False, team=team, roles__contains=[str(Role.LEAD)])
        return self.active().filter(leads | Q(roles__contains=[str(Role.CTO)]) | stand_ins)

    def invited(self) -> "UserQuerySet":
        """Asked in, but without a password of their own so far."""
        return self.active().filter(invited_at__isnull=False, password__startswith=UNUSABLE_PASSWORD_PREFIX)


class UserManager(BaseUserManager["User"]):
    """People come with their team: every page asks for it."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db).select_related("team")

    def visible_to(self, viewer: Viewer) -> UserQuerySet:
        return self.get_queryset().visible_to(viewer)

    def active(self) -> UserQuerySet:
        return self.get_queryset().active()

    def with_standing(self) -> UserQuerySet:
        return self.get_queryset().with_standing()

    def with_deputy(self) -> UserQuerySet:
        return self.get_queryset().with_deputy()

    def triaging(self, team: int | None) -> UserQuerySet:
        return self.get_queryset().triaging(team)

    def invited(self) -> UserQuerySet:
        return self.get_queryset().invited()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, Versioned):
    subject = "user"
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("title"), max_length=120, blank=True)
    roles = ArrayField(models.CharField(max_length=10, choices=Role.choices), default=list, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="members")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(max_length=60, default="UTC")
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    invitation_mailed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_in_lower_case"),
            models.CheckConstraint(condition=models.Q(roles__contained_by=list(Role.values)), name="roles_known"),
        ]
        ordering = ["name", "id"]
        base_manager_name = "objects"

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"user:{self.pk}"

    @property
    def initials(self) -> str:
        words = self.name.split() or [self.email]
        return "".join(word[0] for word in words[:2]).upper()

    @property
    def side(self) -> str:
        return self.team.side if self.team else ""

    @property
    def waits_for_password(self) -> bool:
        """Invited, and the link of the invitation has not been used."""
        return self.invited_at is not None and not self.has_usable_password()

    def viewer(self, scopes: frozenset[str] | None = None) -> Viewer:
        """What the table of powers needs to know of this person; for whom they stand in only where it was read."""
        return Viewer(
            id=self.pk,
            name=self.name,
            roles=frozenset(self.roles),
            team=self.team_id,
            side=self.side,
            scopes=scopes,
            language=self.language,
            time_zone=self.time_zone,
            stands_in=frozenset(vars(self).get("standing") or ()),
        )


@lru_cache(maxsize=1)
def known_time_zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


class TokenQuerySet(models.QuerySet["Token"]):
    def visible_to(self, viewer: Viewer) -> "TokenQuerySet":
        """Tokens are seen by their owner alone."""
        return self.filter(user=viewer.id)


class Token(Versioned):
    """A bearer token: only its hash is kept, and its scopes only shrink what its owner may do."""

    subject = "token"

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, blank=True)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=10), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]


class Place(models.TextChoices):
    """The lists of which views are kept."""

    REQUESTS = "requests", _("Requests")


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, viewer: Viewer) -> "AbsenceQuerySet":
        """Colleagues know who is here."""
        return self if viewer.roles else self.none()

    def to_come(self, today: date) -> "AbsenceQuerySet":
        """Those that run, and those that will."""
        return self.filter(ended_at=None, ends_on__gte=today)


class Absence(Versioned):
    """Days on which somebody is away, first and last included; the deputy answers for them."""

    subject = "absence"

    person = models.ForeignKey(User, models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_sane")]
        indexes = [models.Index(fields=["person", "ends_on"], name="absence_of")]


class Rota(Versioned):
    """Who triages for a team, a week each in this order, from the week of `starts_on` (a Monday) on."""

    subject = "rota"

    team = models.OneToOneField(Team, models.CASCADE, related_name="rota")
    people = ArrayField(models.BigIntegerField(), default=list)
    starts_on = models.DateField()


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, viewer: Viewer) -> "SavedViewQuerySet":
        """One's own, and what others share with everybody."""
        if not viewer.roles:
            return self.none()
        return self.filter(Q(owner=viewer.id) | Q(shared=True), deleted_at=None)


class SavedView(Versioned):
    """What a list is narrowed to and how it looks, under a name: `query` is the part of its address behind the ?."""

    subject = "view"

    owner = models.ForeignKey(User, models.CASCADE, related_name="views")
    place = models.CharField(max_length=12, choices=Place.choices, default=Place.REQUESTS)
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "owner", "place", Lower("name"), name="view_name_once", condition=Q(deleted_at=None)
            ),
            models.UniqueConstraint(
                fields=["owner", "place"], name="view_is_default_once", condition=Q(is_default=True, deleted_at=None)
            ),
        ]
        indexes = [models.Index(fields=["place"], name="view_shared", condition=Q(shared=True, deleted_at=None))]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def ties(self) -> Ties:
        return Ties(requester=self.owner_id)
