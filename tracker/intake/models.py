"""Requests: what marketing files, from draft to the outcome that was measured."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from tracker.intake.rules import CONDITIONAL_FIELDS, CORE_FIELDS
from tracker.intake.states import State
from tracker.kernel.models import Versioned
from tracker.people.access import Power, Ties, Viewer, may
from tracker.people.models import Team, User
from tracker.sites.models import Area

CHIEFS = frozenset({"cmo", "cto", "coo"})


class Confidence(models.TextChoices):
    GUESS = "guess", _("guess")
    SIMILAR = "similar", _("similar case")
    MEASURED = "measured", _("measured")


class Delivery(models.TextChoices):
    """Where an accepted request stands; derived from its item by the backlog."""

    NONE = "", ""
    WAITING = "waiting", _("below the line")
    SCHEDULED = "scheduled", _("scheduled")
    IN_PROGRESS = "in_progress", _("in progress")
    SHIPPED = "shipped", _("shipped")
    MET = "met", _("measured: met")
    PARTLY_MET = "partly_met", _("measured: partly met")
    NOT_MET = "not_met", _("measured: not met")


class RequestType(Versioned):
    """`fields` is a list of {key, kind, stage, label: {en, ru}, help: {en, ru}, choices?}.

    kind: text, lines, number, money, date, choice; stage: filing, acceptance, embedding.
    """

    subject = "request-type"

    key = models.SlugField(max_length=40, unique=True)
    name = models.JSONField(default=dict)
    fields = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "key"]


class WorkRequestQuerySet(models.QuerySet["WorkRequest"]):
    def visible_to(self, viewer: Viewer) -> "WorkRequestQuerySet":
        """Drafts are their writer's; a restricted request is for those tied to it and for those above."""
        if not viewer.roles:
            return self.none()
        mine = Q(requester=viewer.id)
        seen = ~Q(state=State.DRAFT)
        if not may(viewer, Power.VIEW_RESTRICTED):
            tied = Q(parties__contains=[viewer.id]) | mine
            if "lead" in viewer.roles and viewer.team:
                tied |= Q(team=viewer.team)
            seen &= Q(restricted=False) | tied
        return self.filter(mine | seen)

    def to_triage(self) -> "WorkRequestQuerySet":
        return self.filter(state=State.FILED)

    def to_triage_by(self, viewer: Viewer) -> "WorkRequestQuerySet":
        """What waits for this viewer's decision: their team's as its lead, everybody's as the CTO."""
        if may(viewer, Power.TRIAGE):
            return self.to_triage()
        leads = viewer.team is not None and may(viewer, Power.TRIAGE, Ties(team=viewer.team))
        return self.to_triage().filter(team=viewer.team) if leads else self.none()

    def undecided(self) -> "WorkRequestQuerySet":
        return self.filter(state__in=[State.FILED, State.NEEDS_INFORMATION])


class WorkRequest(Versioned):
    subject = "request"
    key = models.GeneratedField(
        expression=Concat(
            Value("R-", models.TextField()),
            Cast(Coalesce(F("split_number"), F("id")), models.TextField()),
            Cast("split_part", models.TextField()),
        ),
        output_field=models.CharField(max_length=24),
        db_persist=True,
        unique=True,
    )
    split_number = models.BigIntegerField(null=True)
    split_part = models.CharField(max_length=2, blank=True)
    split_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    type = models.ForeignKey(RequestType, models.PROTECT, related_name="requests")
    title = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="requests")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="routed_requests")
    requester = models.ForeignKey(User, models.PROTECT, related_name="requests")
    requester_team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="filed_requests")
    parties = ArrayField(models.BigIntegerField(), default=list, blank=True)
    restricted = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    delivery = models.CharField(max_length=12, choices=Delivery.choices, default="", blank=True)
    example_urls = ArrayField(models.TextField(), default=list, blank=True)
    kpi = models.CharField(max_length=120, blank=True)
    baseline = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    measure_on = models.DateField(null=True, blank=True)
    confidence = models.CharField(max_length=10, choices=Confidence.choices, blank=True)
    confidence_source = models.CharField(max_length=300, blank=True)
    value_per_week = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    deadline_on = models.DateField(null=True, blank=True)
    deadline_reason = models.CharField(max_length=300, blank=True)
    acceptance_tests = ArrayField(models.TextField(), default=list, blank=True)
    how_to_test = models.TextField(blank=True)
    answers = models.JSONField(default=dict, blank=True)
    effort_weeks = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    question = models.TextField(blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decision_reason = models.TextField(blank=True)
    review_on = models.DateField(null=True, blank=True)
    rank_asked_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = WorkRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="request_state_known"),
            models.CheckConstraint(
                condition=~Q(state=State.DECLINED) | ~Q(decision_reason=""), name="decline_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PARKED) | Q(review_on__isnull=False), name="parked_has_date"
            ),
            models.CheckConstraint(condition=~Q(state=State.NEEDS_INFORMATION) | ~Q(question=""), name="asked_what"),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="request_state"),
            models.Index(fields=["team", "state", "-id"], name="request_team"),
            models.Index(fields=["requester", "-id"], name="request_requester"),
            models.Index(fields=["area", "-id"], name="request_area"),
            models.Index(fields=["review_on"], name="request_review", condition=Q(state=State.PARKED)),
            models.Index(fields=["rank_asked_at"], name="request_rank_asked", condition=Q(rank_asked_at__isnull=False)),
            models.Index(fields=["id"], name="request_restricted", condition=Q(restricted=True)),
            GinIndex(fields=["title"], name="request_title_trigrams", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def ties(self) -> Ties:
        return Ties(
            requester=self.requester_id,
            requester_team=self.requester_team_id,
            team=self.team_id,
            parties=frozenset(self.parties),
        )

    @property
    def core(self) -> dict[str, object]:
        """The fields that every type has, by name, as the rules about what is missing read them."""
        names = [name for stage in CORE_FIELDS.values() for name in stage if name != "area"]
        names += [*CONDITIONAL_FIELDS, "deadline_on"]
        return {"area": self.area_id, **{name: getattr(self, name) for name in names}}


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, viewer: Viewer) -> "CommentQuerySet":
        """Internal notes are for the side of their writer, and for the chiefs; who sees the request is asked first."""
        if viewer.roles & CHIEFS:
            return self
        return self.filter(internal_to__in=["", viewer.side])


class Comment(models.Model):
    """A word about a request; `internal_to` names the side that alone reads it."""

    ask = models.ForeignKey(WorkRequest, models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    internal_to = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["ask", "id"], name="comment_story")]
