"""Word to a person: what happened, why they hear it, what they can do."""

from django.db import models
from django.db.models import Q

from tracker.people.models import User


class Notice(models.Model):
    """`kind` chooses the sentence, `facts` fills it; unique `source` makes a second telling impossible."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    source = models.CharField(max_length=80)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "source"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_latest"),
            models.Index(fields=["id"], name="notice_unmailed", condition=Q(mailed_at__isnull=True)),
        ]
