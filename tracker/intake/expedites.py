"""Emergencies: what passes the rank by, started by one side and confirmed by the other."""

from django.db import models
from django.db.models import Q

from tracker.intake.models import WorkRequest
from tracker.intake.states import ExpediteState
from tracker.kernel.models import Versioned
from tracker.people.access import Ties, Viewer
from tracker.people.models import User


class ExpediteQuerySet(models.QuerySet["Expedite"]):
    def visible_to(self, viewer: Viewer) -> "ExpediteQuerySet":
        """An emergency is seen by whoever sees its request."""
        return self.filter(ask__in=WorkRequest.objects.visible_to(viewer))

    def running(self) -> "ExpediteQuerySet":
        return self.filter(ended_at=None)

    def unconfirmed(self) -> "ExpediteQuerySet":
        """The other side may still confirm it."""
        open_still = [ExpediteState.STARTED, ExpediteState.FIXED]
        return self.filter(state__in=open_still, confirmed_at=None, lapsed_at=None)


class Expedite(Versioned):
    """An emergency: started by one side, confirmed by the other until `confirm_by`; one at a time, by the wall clock.

    `side` is that of who started it; `answer` what its owner said first, `refusal` why it was refused or withdrawn;
    `cause` and `lesson` are said when it is fixed or later. Fixed and not confirmed in time, it keeps its state and has `lapsed_at`.
    """

    subject = "expedite"

    ask = models.ForeignKey(WorkRequest, models.PROTECT, related_name="expedites")
    reason = models.TextField()
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=ExpediteState.choices, default=ExpediteState.STARTED)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    side = models.CharField(max_length=12, blank=True)
    confirm_by = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    fixed_at = models.DateTimeField(null=True)
    cause = models.TextField(blank=True)
    lesson = models.CharField(max_length=300, blank=True)
    refusal = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    slot = models.PositiveSmallIntegerField(default=1)

    objects = ExpediteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot"], name="one_expedite", condition=Q(ended_at__isnull=True)),
            models.CheckConstraint(condition=Q(state__in=ExpediteState.values), name="expedite_state_known"),
        ]

    @property
    def running(self) -> bool:
        return self.ended_at is None

    @property
    def awaits_second(self) -> bool:
        """Somebody of the other side may still confirm it."""
        open_still = self.state in (ExpediteState.STARTED, ExpediteState.FIXED)
        return open_still and self.confirmed_at is None and self.lapsed_at is None

    @property
    def ties(self) -> Ties:
        """Needs `owner` loaded."""
        return Ties(delivery=frozenset({self.owner_id}), team=self.owner.team_id)
