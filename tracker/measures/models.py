"""What is measured: the KPIs that requests are to move."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tracker.kernel.models import Versioned
from tracker.people.access import Viewer
from tracker.people.models import Side


class Better(models.TextChoices):
    UP = "up", _("higher is better")
    DOWN = "down", _("lower is better")


class KpiQuerySet(models.QuerySet["Kpi"]):
    def visible_to(self, viewer: Viewer) -> "KpiQuerySet":
        return self if viewer.roles else self.none()


class Kpi(Versioned):
    """A number that somebody reads somewhere: "rich-result clicks a month", from `source`."""

    subject = "kpi"

    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=30, blank=True)
    better = models.CharField(max_length=4, choices=Better.choices, default=Better.UP)
    side = models.CharField(max_length=12, choices=Side.choices, blank=True)
    source = models.CharField(max_length=200, blank=True)
    retired_at = models.DateTimeField(null=True)

    objects = KpiQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="kpi_once")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
