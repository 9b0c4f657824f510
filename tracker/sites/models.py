"""Web properties and their parts; filing routes by area."""

from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tracker.kernel.models import Versioned
from tracker.people.access import Ties, Viewer
from tracker.people.models import Team, User
from tracker.sites.rules import Window


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, viewer: Viewer) -> "SiteQuerySet":
        return self if viewer.roles else self.none()


class Site(Versioned):
    subject = "site"
    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    url = models.URLField(max_length=300)
    public_owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    """Who takes up what strangers file; the public form is open while somebody does."""

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


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def visible_to(self, viewer: Viewer) -> "FreezeQuerySet":
        return self if viewer.roles else self.none()

    def in_force(self) -> "FreezeQuerySet":
        """Those that nobody ended; whether their days are over is another matter."""
        return self.filter(ended_at=None)


class Freeze(Versioned):
    """Days on which nothing goes live on a site, or nothing of a team, first and last included."""

    subject = "freeze"

    site = models.ForeignKey(Site, models.CASCADE, null=True, related_name="freezes")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="freezes")
    reason = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    objects = FreezeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="freeze_sane"),
            models.CheckConstraint(
                condition=Q(site__isnull=False, team__isnull=True) | Q(site__isnull=True, team__isnull=False),
                name="freeze_of_one",
            ),
        ]
        indexes = [models.Index(fields=["site", "ends_on"], name="freeze_of")]
        ordering = ["starts_on", "id"]

    @property
    def window(self) -> Window:
        return Window(self.starts_on, self.ends_on)

    @property
    def of(self) -> str:
        """The site by its host, as people say it, or the team; needs both loaded."""
        if self.site:
            return urlsplit(self.site.url).hostname or self.site.name
        return self.team.name if self.team else ""
