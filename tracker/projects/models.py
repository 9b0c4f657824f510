"""IT projects that exist already, what they ask of each team, and the line."""

from decimal import Decimal

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat, Greatest, Length, LPad
from django.utils.translation import gettext_lazy as _

from tracker.kernel.models import Versioned
from tracker.people.access import Ties, Viewer
from tracker.people.models import Team, User
from tracker.sites.models import Area


class Stage(models.TextChoices):
    """A launched project still claims in its quarter what was spent on it; a dropped one claims nothing."""

    PROPOSED = "proposed", _("proposed")
    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    LAUNCHED = "launched", _("launched")
    DROPPED = "dropped", _("dropped")


CLOSED = (Stage.LAUNCHED, Stage.DROPPED)


class Size(models.TextChoices):
    S = "S", _("S · 1 week")
    M = "M", _("M · 3 weeks")
    L = "L", _("L · 8 weeks")


class Period(Versioned):
    """A quarter: capacity and effort are counted in it. `key` looks like 2027-Q1."""

    subject = "period"

    key = models.CharField(max_length=10, unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on"]

    def __str__(self) -> str:
        year, quarter = self.key.split("-")
        return f"{quarter} {year}"


class Capacity(Versioned):
    """Person-weeks of a team in a period; `drawn` is what embedded items took of the allowance."""

    subject = "capacity"

    team = models.ForeignKey(Team, models.PROTECT, related_name="capacities")
    period = models.ForeignKey(Period, models.PROTECT, related_name="capacities")
    gross = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(0))
    reserve_percent = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(25))
    allowance = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(0))
    drawn = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "period"], name="capacity_once"),
            models.CheckConstraint(
                condition=Q(gross__gte=0, reserve_percent__range=(0, 100), allowance__gte=0, drawn__gte=0),
                name="capacity_sane",
            ),
        ]


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, viewer: Viewer) -> "ProjectQuerySet":
        """Everybody who is signed in sees every project."""
        return self if viewer.roles else self.none()

    def ranked(self) -> "ProjectQuerySet":
        return self.exclude(stage__in=CLOSED).order_by("-pinned", "rank")

    def unowned(self) -> "ProjectQuerySet":
        """Open ones for which nobody answers: without an owner, or with one who has left."""
        return self.exclude(stage__in=CLOSED).exclude(owner__is_active=True)

    def above_the_line(self) -> "ProjectQuerySet":
        return self.filter(above=True)


class Project(Versioned):
    """`above` and Effort.fits are drawn by draw_line and touch no version: see Crossing."""

    subject = "project"

    key = models.GeneratedField(
        expression=Concat(
            Value("P-", models.TextField()),
            LPad(
                Cast("id", models.TextField()),
                Greatest(Length(Cast("id", models.TextField())), 2),
                Value("0", models.TextField()),
                output_field=models.TextField(),
            ),
        ),
        output_field=models.CharField(max_length=20),
        db_persist=True,
        unique=True,
    )
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="projects")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="projects")
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.PLANNED)
    rank = models.CharField(max_length=80, db_collation="C")
    pinned = models.BooleanField(default=False)
    pin_reason = models.CharField(max_length=200, blank=True)
    pin_approver = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    areas = models.ManyToManyField(Area, related_name="projects")
    value_per_week = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    confidence = models.CharField(max_length=10, blank=True)
    issues_total = models.PositiveIntegerField(default=0)
    issues_done = models.PositiveIntegerField(default=0)
    above = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="project_stage_known"),
            models.CheckConstraint(condition=Q(pinned=False) | ~Q(pin_reason=""), name="pin_has_reason"),
            # Checked at the end of a statement: one statement deals all keys anew.
            models.UniqueConstraint(fields=["rank"], name="project_rank_once", deferrable=models.Deferrable.IMMEDIATE),
        ]
        indexes = [
            models.Index(fields=["-pinned", "rank"], name="project_rank", condition=~Q(stage__in=CLOSED)),
            models.Index(fields=["title"], name="project_title"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def ties(self) -> Ties:
        owners = frozenset() if self.owner_id is None else frozenset({self.owner_id})
        return Ties(delivery=owners, team=self.team_id)

    @property
    def open(self) -> bool:
        return self.stage not in CLOSED


class Effort(models.Model):
    """What a project asks of a team in a period, in person-weeks; `embedded` is the overflow of embedded items."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="efforts")
    team = models.ForeignKey(Team, models.PROTECT, related_name="efforts")
    period = models.ForeignKey(Period, models.PROTECT, related_name="efforts")
    size = models.CharField(max_length=1, choices=Size.choices, blank=True)
    weeks = models.DecimalField(max_digits=7, decimal_places=2)
    embedded = models.DecimalField(max_digits=7, decimal_places=2, default=Decimal(0))
    fits = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "team", "period"], name="effort_once"),
            models.CheckConstraint(condition=Q(weeks__gte=0, embedded__gte=0), name="effort_sane"),
        ]
        indexes = [models.Index(fields=["team", "period"], name="effort_list")]

    @property
    def claim(self) -> Decimal:
        return self.weeks + self.embedded


class Blocker(models.Model):
    """Why a project may not be launched or dropped; written by the rooms above through block_project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="blockers")
    source = models.CharField(max_length=30, unique=True)
    text = models.CharField(max_length=300)


class Crossing(models.Model):
    """A project crossed the line: a row of its own, so that nobody's edit goes stale by it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="crossings")
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    rose = models.BooleanField()
    cause = models.CharField(max_length=20)
    cause_project = models.ForeignKey(Project, models.SET_NULL, null=True, related_name="+")
    cause_team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    weeks = models.DecimalField(max_digits=8, decimal_places=2, null=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="crossing_latest")]
