"""Web properties and their parts; filing routes by area."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tracker.kernel.models import Versioned
from tracker.people.access import Ties, Viewer
from tracker.people.models import Team


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, viewer: Viewer) -> "SiteQuerySet":
        return self if viewer.roles else self.none()


class Site(Versioned):
    subject = "site"
    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    url = models.URLField(max_length=300)

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AreaQuerySet(models.QuerySet["Area"]):
    def visible_to(self, viewer: Viewer) -> "AreaQuerySet":
        return self if viewer.roles else self.none()


class Area(Versioned):
    """A part of a site: a page template, a URL pattern or a component."""

    subject = "area"

    site = models.ForeignKey(Site, models.PROTECT, related_name="areas")
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    pattern = models.CharField(max_length=300, blank=True)
    components = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    url_count = models.PositiveIntegerField(default=0)
    team = models.ForeignKey(Team, models.PROTECT, related_name="areas")

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def ties(self) -> Ties:
        return Ties(team=self.team_id)
