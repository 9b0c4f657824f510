"""Word to a person: what happened, why they hear it, what they can do."""

from django.db import models
from django.db.models import Q

from tracker.people.access import Viewer
from tracker.people.models import User

MOST_TRIES = 10


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, viewer: Viewer) -> "NoticeQuerySet":
        """Notices are read by the person that they were written to."""
        return self.filter(user=viewer.id)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def unmailed(self) -> "NoticeQuerySet":
        return self.filter(mailed_at=None, mail_tries__lt=MOST_TRIES)


class Notice(models.Model):
    """`kind` chooses the sentence, `facts` fills it; unique `source` makes a second telling impossible.

    A notice whose mail failed `MOST_TRIES` times stays in the list of the person and is tried no more.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    source = models.CharField(max_length=80)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "source"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_latest"),
            models.Index(fields=["user"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["id"], name="notice_unmailed", condition=Q(mailed_at__isnull=True)),
        ]
