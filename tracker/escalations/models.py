"""Cases before the mediator: what the sides say, what is ruled, and on which conditions."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat, Lower, Replace
from django.utils.translation import gettext_lazy as _

from tracker.escalations.states import LIVE, CaseState, ConditionState
from tracker.intake.models import WorkRequest
from tracker.kernel.models import Versioned
from tracker.people.access import Power, Ties, Viewer, may
from tracker.people.models import Side, User
from tracker.promises.models import Promise


class Reason(models.TextChoices):
    NO_ANSWER = "no_answer", _("no answer")
    DECLINED = "declined", _("it was declined")
    PRIORITY = "priority", _("priority")
    RISK = "risk", _("risk")
    OWNERSHIP = "ownership", _("nobody owns it")
    RESOURCES = "resources", _("no capacity")
    LAUNCH = "launch", _("a launch")


class Origin(models.TextChoices):
    BREACH = "breach", _("a promise was broken")
    RAISED = "raised", _("somebody raised it")
    AGE = "age", _("undecided for too long")
    OWN_ACT = "own_act", _("the mediator took it up")


class RulingKind(models.TextChoices):
    GRANT = "grant", _("grant")
    COMPROMISE = "compromise", _("compromise")
    DENY = "deny", _("deny")
    SEND_BACK = "send_back", _("sent back")
    SETTLEMENT = "settlement", _("settled by the sides")


CHOICES = (RulingKind.GRANT, RulingKind.COMPROMISE, RulingKind.DENY)
"""What a mediator may rule; the other two record how else a case ended."""


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def visible_to(self, viewer: Viewer) -> "EscalationQuerySet":
        """A case is seen by whoever sees its request."""
        return self.filter(ask__in=WorkRequest.objects.visible_to(viewer))

    def live(self) -> "EscalationQuerySet":
        return self.filter(state__in=LIVE)

    def open(self) -> "EscalationQuerySet":
        return self.filter(state=CaseState.OPEN)

    def before(self, viewer: Viewer) -> "EscalationQuerySet":
        """The cases that this mediator may rule on."""
        if not may(viewer, Power.RULE):
            return self.none()
        return self.open().exclude(parties__contains=[viewer.id])


class Escalation(Versioned):
    """One matter before the mediator: a request. `parties` are ids of people; `promise` is the one whose breach brought
    it. A sealed case shows positions to the other side once it is `opened_at`. `acknowledged_until` keeps a line off the
    docket: whoever owes the answer promised it anew.

    `proposal` and what follows is what one side proposes to settle on, until the other confirms.
    """

    subject = "escalation"

    key = models.GeneratedField(
        expression=Concat(Value("E-", models.TextField()), Cast("id", models.TextField())),
        output_field=models.CharField(max_length=24),
        db_persist=True,
        unique=True,
    )
    ask = models.ForeignKey(WorkRequest, models.PROTECT, related_name="escalations")
    state = models.CharField(max_length=12, choices=CaseState.choices, default=CaseState.DOCKETED)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    wanted = models.TextField(blank=True)
    options = ArrayField(models.TextField(), default=list, blank=True)
    tried = models.TextField(blank=True)
    sealed = models.BooleanField(default=False)
    parties = ArrayField(models.BigIntegerField(), default=list, blank=True)
    promise = models.ForeignKey(Promise, models.PROTECT, null=True, related_name="+")
    raised_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    acknowledged_until = models.DateTimeField(null=True)
    proposal = models.TextField(blank=True)
    proposal_side = models.CharField(max_length=12, choices=Side.choices, blank=True)
    proposal_due_on = models.DateField(null=True)
    proposal_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ask"], condition=Q(state__in=LIVE), name="one_live_case_a_request"),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_at=None) | ~Q(state__in=LIVE) & Q(ended_at__isnull=False),
                name="case_ends_once",
            ),
            models.CheckConstraint(condition=~Q(state=CaseState.OPEN) | Q(began_at__isnull=False), name="case_began"),
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="case_taken_whole",
            ),
            models.CheckConstraint(
                condition=Q(proposal="", proposal_side="") | ~Q(proposal="") & ~Q(proposal_side=""),
                name="proposal_has_side",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "created_at"], name="case_docket"),
            models.Index(fields=["ask", "-id"], name="case_request"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def shows_positions(self) -> bool:
        return self.opened_at is not None

    @property
    def ties(self) -> Ties:
        """Needs `ask` loaded."""
        ties = self.ask.ties
        return Ties(ties.requester, ties.requester_team, ties.delivery, ties.team, frozenset(self.parties))


class PositionQuerySet(models.QuerySet["Position"]):
    def visible_to(self, viewer: Viewer) -> "PositionQuerySet":
        """Sealed ones are read by who wrote them and by the mediator; opened ones by whoever sees the case."""
        seen = self.filter(escalation__in=Escalation.objects.visible_to(viewer))
        return seen.filter(readable(viewer))


def readable(viewer: Viewer) -> Q:
    """Which positions of cases that the viewer sees may be read by them."""
    may_read = Q(escalation__opened_at__isnull=False) | Q(author=viewer.id)
    if may(viewer, Power.RULE):
        may_read |= ~Q(escalation__parties__contains=[viewer.id])
    return may_read


class Position(Versioned):
    """What one side says; `accepts` are the kinds of rulings that it could live with."""

    subject = "position"

    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="positions")
    side = models.CharField(max_length=12, choices=Side.choices)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    accepts = ArrayField(models.CharField(max_length=12, choices=RulingKind.choices), default=list, blank=True)
    written_at = models.DateTimeField()

    objects = PositionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["escalation", "side"], name="one_position_a_side"),
            models.CheckConstraint(condition=~Q(text=""), name="position_says_something"),
        ]


class RulingQuerySet(models.QuerySet["Ruling"]):
    def visible_to(self, viewer: Viewer) -> "RulingQuerySet":
        return self.filter(escalation__in=Escalation.objects.visible_to(viewer))


class Ruling(Versioned):
    """Never edited: the newest of a case counts. `effects` is a list of {effect, …, result}: what was done, and what
    came of it."""

    subject = "ruling"

    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="rulings")
    kind = models.CharField(max_length=12, choices=RulingKind.choices)
    sentence = models.TextField()
    words = models.GeneratedField(
        expression=SearchVector(
            Replace(Lower("sentence"), Value("ё", models.TextField()), Value("е", models.TextField())),
            config="russian",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    """The stems of its sentence, as WorkRequest.words are those of a title."""
    due_on = models.DateField(null=True)
    rationale = models.TextField(blank=True)
    accepted_risk = models.TextField(blank=True)
    effects = models.JSONField(default=list)
    ruled_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField()

    objects = RulingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(sentence=""), name="ruling_has_sentence"),
            models.CheckConstraint(
                condition=Q(kind=RulingKind.SEND_BACK) | Q(due_on__isnull=False), name="ruling_has_date"
            ),
        ]
        indexes = [
            models.Index(fields=["escalation", "-id"], name="ruling_latest"),
            GinIndex(fields=["words"], name="ruling_words"),
        ]


class ConditionQuerySet(models.QuerySet["Condition"]):
    def visible_to(self, viewer: Viewer) -> "ConditionQuerySet":
        return self.filter(escalation__in=Escalation.objects.visible_to(viewer))


class Condition(Versioned):
    """On what a ruling depends: its owner keeps it by a date, or the case comes back."""

    subject = "condition"

    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="conditions")
    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="conditions")
    text = models.TextField()
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=ConditionState.choices, default=ConditionState.OPEN)
    met_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ConditionState.values), name="condition_state_known"),
            models.CheckConstraint(
                condition=Q(state=ConditionState.MET, met_at__isnull=False)
                | ~Q(state=ConditionState.MET) & Q(met_at=None),
                name="condition_met_when",
            ),
        ]
        ordering = ["id"]
