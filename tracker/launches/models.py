"""Checks of a project: what must hold before it is launched. Gates come later."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.kernel.models import Versioned
from tracker.people.access import Ties
from tracker.people.models import User
from tracker.projects.models import Project


class CheckState(models.TextChoices):
    OPEN = "open", _("open")
    PASSED = "passed", _("passed")
    FAILED = "failed", _("failed")


class Check(Versioned):
    """`source` is the key of what asked for it ("I-12"): the acceptance check of an embedded item; `owner` delivers it."""

    subject = "check"

    project = models.ForeignKey(Project, models.CASCADE, related_name="checks")
    source = models.CharField(max_length=30, db_index=True)
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=CheckState.choices, default=CheckState.OPEN)
    evidence = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=Q(state__in=CheckState.values), name="check_state_known")]

    def __str__(self) -> str:
        return self.text

    @property
    def ties(self) -> Ties:
        """Its owner and the owner of its project; needs `project` loaded."""
        owners = {self.owner_id, self.project.owner_id}
        return Ties(delivery=frozenset(owner for owner in owners if owner is not None), team=self.project.team_id)
