"""What was found when somebody had the samples of a request checked, or pasted markup."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tracker.intake.models import WorkRequest
from tracker.kernel.models import Versioned
from tracker.people.models import User


class MarkupCheck(Versioned):
    """`urls` are those that are fetched, none where the markup was pasted; `leased_until` is set while a worker is at it,
    `tries` is how many workers took it: one that is killed or hangs over it never says so.

    `found` is a list of {url, fault, detail, broken, items: [{type, missing}]}, one for each page; fault is empty, or why
    the page was not read (a code of the guarded session).
    """

    subject = "markup-check"

    ask = models.ForeignKey(WorkRequest, models.CASCADE, related_name="markup_checks")
    wanted = models.CharField(max_length=40, blank=True)
    urls = ArrayField(models.TextField(), default=list, blank=True)
    found = models.JSONField(default=list)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ask"], name="markup_check_running", condition=Q(done_at__isnull=True)),
        ]
        indexes = [
            models.Index(fields=["ask", "-id"], name="markup_check_of"),
            models.Index(fields=["id"], name="markup_check_due", condition=Q(done_at__isnull=True)),
        ]
