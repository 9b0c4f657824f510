"""Requests: what marketing files, from draft to the outcome that was measured."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Lower, Now, Replace, TruncDate
from django.utils.translation import gettext_lazy as _

from tracker.intake.rules import CONDITIONAL_FIELDS, CORE_FIELDS
from tracker.intake.states import State
from tracker.kernel.models import Versioned
from tracker.measures.models import Kpi
from tracker.people.access import Power, Ties, Viewer, may
from tracker.people.models import Team, User
from tracker.sites.models import Area

CHIEFS = frozenset({"cmo", "cto", "coo"})


def today_of(viewer: Viewer) -> TruncDate:
    """The day that it is where the viewer is, by the clock of the database."""
    return TruncDate(Now(), tzinfo=ZoneInfo(viewer.time_zone))


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

    kind: text, lines, number (with `unit`), money, date, choice, choices, person, area, urls, kpi, file; stage: filing,
    acceptance, embedding, or none (""). `form` keeps these fields for the requests that are filed now.
    """

    subject = "request-type"

    key = models.SlugField(max_length=40, unique=True)
    name = models.JSONField(default=dict)
    fields = models.JSONField(default=list)
    form = models.ForeignKey("TypeForm", models.PROTECT, null=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "key"]


class TypeForm(models.Model):
    """The fields of a type as they were at one time, never changed: a filed request keeps the form it was filed with."""

    type = models.ForeignKey(RequestType, models.CASCADE, related_name="forms")
    number = models.PositiveIntegerField()
    fields = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "number"], name="type_form_once")]


class WorkRequestQuerySet(models.QuerySet["WorkRequest"]):
    def visible_to(self, viewer: Viewer) -> "WorkRequestQuerySet":
        """Drafts are their writer's; a restricted request is for those tied to it and for those above."""
        if not viewer.roles:
            return self.none()
        mine = Q(requester=viewer.id)
        seen = ~Q(state=State.DRAFT)
        if not may(viewer, Power.VIEW_RESTRICTED):
            tied = Q(parties__contains=[viewer.id]) | mine
            tied |= Q(team__in=viewer.stands_in)
            if "lead" in viewer.roles and viewer.team:
                tied |= Q(team=viewer.team)
            seen &= Q(restricted=False) | tied
        return self.filter(mine | seen)

    def to_triage(self) -> "WorkRequestQuerySet":
        return self.filter(state=State.FILED)

    def to_triage_by(self, viewer: Viewer) -> "WorkRequestQuerySet":
        """What waits for this viewer's decision: their team's as its lead, that of the teams they stand in for, everybody's
        as the CTO."""
        if may(viewer, Power.TRIAGE):
            return self.to_triage()
        teams = [
            team for team in {viewer.team, *viewer.stands_in} - {None} if may(viewer, Power.TRIAGE, Ties(team=team))
        ]
        return self.to_triage().filter(team__in=teams) if teams else self.none()

    def with_snooze(self, viewer: Viewer) -> "WorkRequestQuerySet":
        """Each with the day (`snoozed_until`) on which it comes back to this viewer's inbox, None where it is in it."""
        mine = Snooze.objects.filter(ask=OuterRef("pk"), person=viewer.id, until__gt=today_of(viewer))
        return self.annotate(snoozed_until=Subquery(mine.values("until")))

    def awake_for(self, viewer: Viewer) -> "WorkRequestQuerySet":
        mine = Snooze.objects.filter(ask=OuterRef("pk"), person=viewer.id, until__gt=today_of(viewer))
        return self.filter(~Exists(mine))

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
    form = models.ForeignKey(TypeForm, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=200)
    words = models.GeneratedField(
        expression=SearchVector(Replace(Lower("title"), Value("ё"), Value("е")), config="russian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    """The stems of its title: the Russian configuration takes Latin words as English ones."""
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
    measure = models.ForeignKey(Kpi, models.PROTECT, null=True, related_name="requests")
    similar_to = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
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
    times_parked = models.PositiveSmallIntegerField(default=0)
    times_asked = models.PositiveSmallIntegerField(default=0)
    assigned_to = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    contested_at = models.DateTimeField(null=True)
    contest_reason = models.TextField(blank=True)
    contest_answered_at = models.DateTimeField(null=True)
    guest_name = models.CharField(max_length=120, blank=True)
    guest_email = models.EmailField(blank=True)
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
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | ~Q(state=State.MERGED) & Q(merged_into__isnull=True),
                name="merged_into_one",
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
            GinIndex(fields=["words"], name="request_words"),
            models.Index(fields=["merged_into"], name="request_merged", condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def fields(self) -> Any:
        """What it is asked: the form it was filed with, a draft what its type asks now; needs `type` and `form` loaded."""
        return self.form.fields if self.form else self.type.fields

    @property
    def ties(self) -> Ties:
        return Ties(
            requester=self.requester_id,
            requester_team=self.requester_team_id,
            team=self.team_id,
            parties=frozenset(self.parties),
        )

    @property
    def contest_open(self) -> bool:
        """Its decision is contested and nobody above has answered yet."""
        decided = self.state in (State.DECLINED, State.PARKED, State.MERGED)
        return decided and self.contested_at is not None and self.contest_answered_at is None

    @property
    def core(self) -> dict[str, object]:
        """The fields that every type has, by name, as the rules about what is missing read them."""
        names = [name for stage in CORE_FIELDS.values() for name in stage if name != "area"]
        names += [*CONDITIONAL_FIELDS, "deadline_on"]
        named = {"area": self.area_id, "similar_to": self.similar_to_id}
        return {**named, **{name: getattr(self, name) for name in names}}


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, viewer: Viewer) -> "CommentQuerySet":
        """Internal notes are for the side of their writer, and for the chiefs; who sees the request is asked first."""
        if viewer.roles & CHIEFS:
            return self
        return self.filter(internal_to__in=["", viewer.side])


class Comment(Versioned):
    """A word about a request; `internal_to` names the side that alone reads it. Who follows by a link has no account:
    then `guest` is their name."""

    subject = "comment"

    ask = models.ForeignKey(WorkRequest, models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    guest = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    internal_to = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["ask", "id"], name="comment_story")]


class Wording(models.Model):
    """What a comment said before it was edited."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="wordings")
    text = models.TextField()
    at = models.DateTimeField()


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def living(self) -> "AttachmentQuerySet":
        return self.filter(removed_at=None)

    def visible_to(self, viewer: Viewer) -> "AttachmentQuerySet":
        """What hangs on an internal note is for whom the note is for; who sees the request is asked first."""
        if viewer.roles & CHIEFS:
            return self
        return self.filter(Q(comment=None) | Q(comment__internal_to__in=["", viewer.side]))


class Attachment(Versioned):
    """A file of a request; its bytes lie on disk under their digest. `field` names the answer that it is."""

    subject = "attachment"

    ask = models.ForeignKey(WorkRequest, models.CASCADE, related_name="attachments")
    comment = models.ForeignKey(Comment, models.SET_NULL, null=True, related_name="attachments")
    field = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["ask", "id"], name="attachment_of")]


class Stake(models.TextChoices):
    KPI = "kpi", _("KPI")
    BUDGET = "budget", _("budget")
    CAMPAIGN = "campaign", _("campaign date")


class Backing(Versioned):
    """A person or a team stands behind a request with something of theirs; `entered_by` wrote it down, also for others."""

    subject = "backing"

    ask = models.ForeignKey(WorkRequest, models.CASCADE, related_name="backings")
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="backings")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="backings")
    stake = models.CharField(max_length=10, choices=Stake.choices)
    kpi = models.CharField(max_length=120, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    campaign_on = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, team__isnull=True) | Q(person__isnull=True, team__isnull=False),
                name="backed_by_one",
            ),
            models.CheckConstraint(
                condition=Q(stake=Stake.KPI) & ~Q(kpi="")
                | Q(stake=Stake.BUDGET, amount__gt=0)
                | Q(stake=Stake.CAMPAIGN, campaign_on__isnull=False),
                name="backed_with_something",
            ),
            models.UniqueConstraint(
                fields=["ask", "person", "team"],
                name="backed_once",
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["ask", "id"], name="backing_of")]


class Watch(models.Model):
    """Somebody wants to hear of each turn of a request; `muted` where they do not, though they are a party to it."""

    ask = models.ForeignKey(WorkRequest, models.CASCADE, related_name="watches")
    person = models.ForeignKey(User, models.CASCADE, related_name="watches")
    muted = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ask", "person"], name="watched_once")]


class Snooze(models.Model):
    """One person's inbox leaves a request out until a day; everybody else's does not, and no clock stops."""

    ask = models.ForeignKey(WorkRequest, models.CASCADE, related_name="snoozes")
    person = models.ForeignKey(User, models.CASCADE, related_name="snoozes")
    until = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ask", "person"], name="snoozed_once")]


class FollowLink(Versioned):
    """A way to follow one request without an account; only the hash of its secret is kept. Nobody made the one of who filed
    by a public form: it is mailed to them in their language, `due_at` and `tries` are as those of Mail."""

    subject = "follow-link"

    ask = models.ForeignKey(WorkRequest, models.CASCADE, related_name="links")
    digest = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, blank=True)
    mailed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], name="link_unmailed", condition=Q(made_by=None, mailed_at=None, revoked_at=None)
            ),
        ]


class HeldMail(Versioned):
    """A message from outside that nobody could be sure of: it waits for somebody to take it or leave it."""

    subject = "held-mail"

    message_id = models.CharField(max_length=300, unique=True)
    sender = models.CharField(max_length=300)
    title = models.CharField(max_length=300)
    text = models.TextField()
    why = models.CharField(max_length=30)
    ask = models.ForeignKey(WorkRequest, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)


class Word(models.Model):
    """Every word of a title, once: what a misspelt one is held against."""

    text = models.CharField(max_length=60, unique=True)

    class Meta:
        indexes = [GinIndex(OpClass("text", name="gin_trgm_ops"), name="word_trigrams")]
