"""Backlog items: the accepted request as a piece of work inside an IT project, with an owner on both sides."""

from datetime import date
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from tracker.backlog.states import BLOCKING, ENDED, OUTCOMES, ItemState
from tracker.intake.models import WorkRequest
from tracker.kernel.models import Versioned
from tracker.people.access import Ties, Viewer
from tracker.people.models import Team, User
from tracker.projects.models import Period, Project

TONES = {
    ItemState.PROPOSED: "warn",
    ItemState.AGREED: "good",
    ItemState.IN_PROGRESS: "good",
    ItemState.SHIPPED: "accent",
    ItemState.MET: "good",
    ItemState.PARTLY_MET: "warn",
    ItemState.NOT_MET: "bad",
}
"""How good the news is, for badges."""


class Way(models.TextChoices):
    EMBED = "embed", _("embedded")
    OUTRANK = "outrank", _("a project of its own")


class CounterAnswer(models.TextChoices):
    NONE = "", ""
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")


COUNTERED = Q(state=ItemState.PROPOSED, countered_at__isnull=False, counter_answer="")
"""A counter-proposal waits for its answer."""


class BacklogItemQuerySet(models.QuerySet["BacklogItem"]):
    def visible_to(self, viewer: Viewer) -> "BacklogItemQuerySet":
        """An item is seen by whoever sees its request."""
        return self.filter(ask__in=WorkRequest.objects.visible_to(viewer))

    def live(self) -> "BacklogItemQuerySet":
        return self.exclude(state__in=ENDED)

    def blocking(self) -> "BacklogItemQuerySet":
        return self.filter(state__in=BLOCKING)

    def orphaned(self) -> "BacklogItemQuerySet":
        return self.filter(orphaned_at__isnull=False)

    def owned_by(self, person: int) -> "BacklogItemQuerySet":
        """On either side, or through the host."""
        return self.filter(Q(business_owner=person) | Q(delivery_owner=person) | Q(project__owner=person))

    def to_answer_by(self, viewer: Viewer) -> "BacklogItemQuerySet":
        """Proposals to hosts that the viewer owns; those that nobody owns any more wait for the lead of their team."""
        mine = Q(project__owner=viewer.id)
        if "lead" in viewer.roles and viewer.team:
            mine |= Q(project__in=Project.objects.unowned(), project__team=viewer.team)
        return self.filter(mine, state=ItemState.PROPOSED).exclude(COUNTERED)

    def countered_to(self, person: int) -> "BacklogItemQuerySet":
        """Proposals of theirs that the host answered with something else."""
        return self.filter(Q(business_owner=person) | Q(proposed_by=person)).filter(COUNTERED)

    def to_measure_by(self, person: int, today: date) -> "BacklogItemQuerySet":
        """Shipped, and their measuring date has come or was never named."""
        due = Q(measure_on__lte=today) | Q(measure_on=None)
        return self.filter(due, business_owner=person, state=ItemState.SHIPPED)


class BacklogItem(Versioned):
    """What its host's owner offered instead stands in `counter_…`, once a proposal; `counter_project` is another host.

    `drawn` came out of the team's allowance, `overflow` lies on the host; both in person-weeks."""

    subject = "backlog-item"

    key = models.GeneratedField(
        expression=Concat(Value("I-", models.TextField()), Cast("id", models.TextField())),
        output_field=models.CharField(max_length=24),
        db_persist=True,
        unique=True,
    )
    ask = models.ForeignKey(WorkRequest, models.PROTECT, related_name="items")
    project = models.ForeignKey(Project, models.PROTECT, related_name="items")
    way = models.CharField(max_length=8, choices=Way.choices)
    state = models.CharField(max_length=12, choices=ItemState.choices, default=ItemState.PROPOSED)
    team = models.ForeignKey(Team, models.PROTECT, related_name="items")
    period = models.ForeignKey(Period, models.PROTECT, related_name="items")
    business_owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    delivery_owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_weeks = models.DecimalField(max_digits=7, decimal_places=2)
    drawn = models.DecimalField(max_digits=7, decimal_places=2, default=Decimal(0))
    overflow = models.DecimalField(max_digits=7, decimal_places=2, default=Decimal(0))
    conditions = models.TextField(blank=True)
    note = models.TextField(blank=True)
    refusal = models.TextField(blank=True)
    countered_at = models.DateTimeField(null=True)
    countered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    counter_weeks = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    counter_offer = models.TextField(blank=True)
    counter_checks = ArrayField(models.TextField(), default=list, blank=True)
    counter_ready_on = models.DateField(null=True)
    counter_project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="+")
    counter_answer = models.CharField(max_length=10, choices=CounterAnswer.choices, default="", blank=True)
    tracker_key = models.CharField(max_length=80, blank=True)
    rank = models.CharField(max_length=80, db_collation="C")
    orphaned_at = models.DateTimeField(null=True)
    orphan_cause = models.CharField(max_length=20, blank=True)
    measure_on = models.DateField(null=True)
    measured_value = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    measured_note = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = BacklogItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="item_state_known"),
            models.UniqueConstraint(fields=["ask"], condition=~Q(state__in=ENDED), name="one_live_item_a_request"),
            # Checked at the end of a statement: one statement deals all keys anew.
            models.UniqueConstraint(
                fields=["project", "rank"], name="item_rank_once", deferrable=models.Deferrable.IMMEDIATE
            ),
            models.CheckConstraint(condition=Q(added_weeks__gte=0, drawn__gte=0, overflow__gte=0), name="item_sane"),
        ]
        indexes = [
            models.Index(fields=["project", "rank"], name="item_project"),
            models.Index(fields=["state", "-id"], name="item_state"),
            models.Index(fields=["-shipped_at"], name="item_shipped", condition=Q(shipped_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def tone(self) -> str:
        """An orphan says so in a badge of its own."""
        return "neutral" if self.orphaned_at else TONES.get(ItemState(self.state), "neutral")

    @property
    def live(self) -> bool:
        return self.state not in ENDED

    @property
    def counter_open(self) -> bool:
        """Whoever proposed it answers what the host offers instead."""
        return self.state == ItemState.PROPOSED and self.countered_at is not None and not self.counter_answer

    @property
    def checks_wanted(self) -> list[str]:
        """What is checked: the tests of its request, or those of the counter-proposal that was accepted; needs `ask`."""
        agreed = self.counter_answer == CounterAnswer.ACCEPTED and self.counter_checks
        return self.counter_checks if agreed else self.ask.acceptance_tests

    @property
    def measured(self) -> bool:
        return self.state in OUTCOMES

    @property
    def ties(self) -> Ties:
        """The delivery owner of the item and the owner of its host; needs `ask` and `project` loaded."""
        owners = {self.delivery_owner_id, self.project.owner_id} - {None}
        return Ties(
            requester=self.business_owner_id,
            requester_team=self.ask.requester_team_id,
            delivery=frozenset(owner for owner in owners if owner is not None),
            team=self.project.team_id,
        )
