"""Who owes an answer until when: promises, the policies behind them, and the hours in which they run."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tracker.kernel.models import Versioned
from tracker.people.access import Role, Viewer
from tracker.people.models import Team, User
from tracker.promises.states import PromiseState


class Kind(models.TextChoices):
    TRIAGE = "triage", _("first answer")
    DECISION = "decision", _("decision")
    REPLY = "reply", _("reply")
    EMBED_ANSWER = "embed_answer", _("answer to an embed")
    POSITION = "position", _("position")
    RULING = "ruling", _("ruling")
    CONDITION = "condition", _("condition")
    CONTEST = "contest", _("answer to a contest")
    CONFIRM = "confirm", _("confirmation of an expedite")
    EXPEDITE = "expedite", _("answer to an expedite")
    FIX = "fix", _("fix of an expedite")


class Deed(models.TextChoices):
    """What a clock does when a step of its plan is due."""

    REMIND = "remind", _("remind")
    BREACH = "breach", _("breach")
    CHIEFS = "chiefs", _("ask the CTO and the CMO")
    DOCKET = "docket", _("put on the docket")


class WorkCalendar(Versioned):
    """The working hours of one team; the one without a team is that of everybody else.

    `week` holds for each day from Monday on spans in minutes after midnight: [[[540, 1080]], …, []]. `days` maps a
    date to the spans of a day that differs: {"2026-12-31": [[540, 840]]}. Holidays come from `country`.
    """

    subject = "calendar"

    team = models.OneToOneField(Team, models.CASCADE, null=True, related_name="calendar")
    zone = models.CharField(max_length=60, default="UTC")
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=10, blank=True)
    week = models.JSONField(default=list)
    days = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team"], name="calendar_once", nulls_distinct=False)]


class Policy(Versioned):
    """How long an answer of one kind may take, in working days, and how a breach climbs; copied into each promise.

    `chiefs_after` and `docket_after` count working days, each from the step before it; the holder's lead hears of a
    breach at once.
    """

    subject = "policy"

    kind = models.CharField(max_length=20, choices=Kind.choices, unique=True)
    days = models.DecimalField(max_digits=5, decimal_places=2)
    reminders = ArrayField(models.PositiveSmallIntegerField(), default=list)
    chiefs_after = models.DecimalField(max_digits=5, decimal_places=2)
    docket_after = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        ordering = ["id"]


class PromiseQuerySet(models.QuerySet["Promise"]):
    def visible_to(self, viewer: Viewer) -> "PromiseQuerySet":
        """Their holder, the lead of the holder's team, and the chiefs; everybody else sees whose turn a record is."""
        if viewer.roles & {Role.CMO, Role.CTO, Role.COO}:
            return self
        return self.owed_by(viewer)

    def owed_by(self, viewer: Viewer) -> "PromiseQuerySet":
        """Theirs to keep: as the holder, or as the lead of the holder's team."""
        mine = Q(holder=viewer.id)
        if Role.LEAD in viewer.roles and viewer.team:
            mine |= Q(team=viewer.team)
        return self.filter(mine)

    def once_a_request(self) -> "PromiseQuerySet":
        """A first answer and a decision about one request run side by side: whoever decides has answered."""
        first = Promise.objects.running().filter(kind=Kind.TRIAGE, matter=OuterRef("matter"))
        return self.exclude(Q(kind=Kind.DECISION) & Exists(first))

    def with_lead(self) -> "PromiseQuerySet":
        """Annotated with `lead`: the name of who leads the holder's team and hears of a breach first, if it is somebody
        else."""
        leads = User.objects.filter(is_active=True, team=OuterRef("team"), roles__contains=[str(Role.LEAD)])
        others = leads.exclude(pk=Coalesce(OuterRef("holder"), 0)).order_by("id")
        return self.annotate(lead=Subquery(others.values("name")[:1]))

    def running(self) -> "PromiseQuerySet":
        return self.filter(state=PromiseState.RUNNING)

    def broken(self) -> "PromiseQuerySet":
        return self.running().filter(breached_at__isnull=False)

    def of_matter(self, matter: str) -> "PromiseQuerySet":
        return self.filter(matter=matter)


class Promise(Versioned):
    """One answer owed by one holder until `due_at`.

    `source` names what it answers, unique while it runs ("R-41:triage"); `matter` the record whose court it is
    ("request:41"); `facts` hold what a notice says: key, title, url. The plan is frozen at the start: step n does
    `deeds[n]`, at `instants[n]` or, where that is null, so many minutes of working time (`waits[n]`) after the step
    before. `next_at` is when step `step` is due; null once nothing is left to do. What is handed over or resumed goes
    on as a new row with `follows`. Every step rewrites its row, and a row each of its indexes: it has no more than are read.
    """

    subject = "promise"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    source = models.CharField(max_length=80)
    matter = models.CharField(max_length=50)
    facts = models.JSONField(default=dict)
    holder = models.ForeignKey(User, models.PROTECT, null=True, related_name="promises", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="promises", db_index=False)
    side = models.CharField(max_length=12, blank=True)
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, related_name="promises", db_index=False)
    state = models.CharField(max_length=12, choices=PromiseState.choices, default=PromiseState.RUNNING)
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="followed_by", db_index=False)
    started_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    deeds = ArrayField(models.CharField(max_length=10, choices=Deed.choices))
    instants = ArrayField(models.DateTimeField(null=True))
    waits = ArrayField(models.PositiveIntegerField())
    step = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stuck = models.TextField(blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], name="promise_once", condition=Q(state=PromiseState.RUNNING)),
            models.UniqueConstraint(fields=["follows"], name="promise_follows", condition=Q(follows__isnull=False)),
            models.CheckConstraint(
                condition=Q(state=PromiseState.RUNNING, ended_at=None)
                | ~Q(state=PromiseState.RUNNING) & Q(ended_at__isnull=False, next_at=None),
                name="promise_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="promise_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["matter", "due_at"], name="promise_matter"),
            models.Index(fields=["holder", "due_at"], name="promise_holder", condition=Q(state=PromiseState.RUNNING)),
            models.Index(fields=["team", "due_at"], name="promise_team", condition=Q(state=PromiseState.RUNNING)),
        ]

    @property
    def next_deed(self) -> str:
        """What its clock does next; empty once nothing is left to do."""
        return next_deed(self.deeds, self.step, self.next_at)


def next_deed(deeds: Sequence[str], step: int, next_at: datetime | None) -> str:
    return deeds[step] if next_at is not None and step < len(deeds) else ""


class Firing(models.Model):
    """A step that was done: the unique key makes a second firing impossible."""

    promise = models.ForeignKey(Promise, models.CASCADE, related_name="firings", db_index=False, db_constraint=False)
    step = models.PositiveSmallIntegerField()
    deed = models.CharField(max_length=10, choices=Deed.choices)
    at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["promise", "step"], name="fired_once")]
