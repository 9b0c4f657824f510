"""Products: what the work is for, in objectives and in items now, next and later."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from roadmap.products.states import PlanState
from tracker.backlog.models import BacklogItem
from tracker.intake.models import CHIEFS
from tracker.kernel.models import Versioned
from tracker.people.access import Ties, Viewer
from tracker.people.models import User
from tracker.projects.models import Project


class Horizon(models.TextChoices):
    NOW = "now", pgettext_lazy("roadmap", "Now")
    NEXT = "next", pgettext_lazy("roadmap", "Next")
    LATER = "later", pgettext_lazy("roadmap", "Later")


class Origin(models.TextChoices):
    """The signal that an item came from."""

    USERS = "users", _("user feedback")
    SEARCH = "search", _("search behaviour")
    BUSINESS = "business", _("business priority")
    OTHER = "other", _("something else")


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, viewer: Viewer) -> "ProductQuerySet":
        return self if viewer.roles else self.none()


class Product(Versioned):
    """What is owned on both sides: the business owner stands with marketing, the delivery owner with technology."""

    subject = "product"

    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    vision = models.CharField(max_length=300, blank=True)
    business_owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    delivery_owner = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(business_owner=F("delivery_owner")), name="product_two_owners")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ties(self) -> Ties:
        return Ties(parties=frozenset({self.business_owner_id, self.delivery_owner_id}))


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    def visible_to(self, viewer: Viewer) -> "ObjectiveQuerySet":
        return self if viewer.roles else self.none()


class Objective(Versioned):
    """What shall become of a figure: from the baseline to the target, until a day."""

    subject = "objective"

    product = models.ForeignKey(Product, models.PROTECT, related_name="objectives")
    title = models.CharField(max_length=200)
    kpi = models.CharField(max_length=120, blank=True)
    baseline = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    target = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    due_on = models.DateField(null=True)
    position = models.PositiveIntegerField(default=0)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title


class RoadmapItemQuerySet(models.QuerySet["RoadmapItem"]):
    def visible_to(self, viewer: Viewer) -> "RoadmapItemQuerySet":
        return self if viewer.roles else self.none()

    def open(self) -> "RoadmapItemQuerySet":
        return self.filter(state=PlanState.OPEN)


class RoadmapItem(Versioned):
    """`rank` orders the items of one horizon of one product; closed ones keep theirs."""

    subject = "roadmap-item"

    product = models.ForeignKey(Product, models.PROTECT, related_name="items")
    objective = models.ForeignKey(Objective, models.PROTECT, null=True, related_name="items")
    title = models.CharField(max_length=200)
    horizon = models.CharField(max_length=5, choices=Horizon.choices, default=Horizon.LATER)
    rank = models.CharField(max_length=80, db_collation="C")
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.OTHER)
    note = models.TextField(blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    state = models.CharField(max_length=7, choices=PlanState.choices, default=PlanState.OPEN)
    closed_at = models.DateTimeField(null=True)

    objects = RoadmapItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(horizon__in=Horizon.values), name="plan_horizon_known"),
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="plan_state_known"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(starts_on__lte=F("ends_on")), name="plan_dates_sane"
            ),
            models.CheckConstraint(
                condition=Q(state=PlanState.OPEN, closed_at=None)
                | ~Q(state=PlanState.OPEN) & Q(closed_at__isnull=False),
                name="plan_closed_at",
            ),
            # Checked at the end of a statement: one statement deals all keys anew.
            models.UniqueConstraint(
                fields=["product", "horizon", "rank"], name="plan_rank_once", deferrable=models.Deferrable.IMMEDIATE
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ties(self) -> Ties:
        """Needs `product` loaded."""
        return self.product.ties


class ItemTie(models.Model):
    """A backlog item that delivers an item of the roadmap."""

    plan = models.ForeignKey(RoadmapItem, models.CASCADE, related_name="item_ties")
    item = models.ForeignKey(BacklogItem, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "item"], name="item_tied_once")]


class ProjectTie(models.Model):
    """A project that delivers an item of the roadmap."""

    plan = models.ForeignKey(RoadmapItem, models.CASCADE, related_name="project_ties")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "project"], name="project_tied_once")]


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def visible_to(self, viewer: Viewer) -> "ShareLinkQuerySet":
        """Links are the business of those who may share."""
        if viewer.roles & CHIEFS:
            return self
        owned = Q(product__business_owner=viewer.id) | Q(product__delivery_owner=viewer.id)
        return self.filter(owned) if viewer.roles else self.none()


class ShareLink(Versioned):
    """A way in for somebody without an account, to one roadmap, to read; only the hash of its secret is kept."""

    subject = "share-link"

    product = models.ForeignKey(Product, models.PROTECT, related_name="links")
    digest = models.BinaryField(max_length=32, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    @property
    def ties(self) -> Ties:
        """Needs `product` loaded."""
        return self.product.ties
