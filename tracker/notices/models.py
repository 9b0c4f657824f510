"""Word to a person: what happened, why they hear it, what they can do; and the mails that carry it."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.kernel.models import Versioned
from tracker.people.access import Viewer
from tracker.people.models import User


class Pace(models.TextChoices):
    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("in the daily mail")
    NEVER = "never", _("not by mail")


class MailChoice(Versioned):
    """How somebody wants their mail; who never chose has the defaults.

    `turn` is for what waits for their answer, `news` for everything else; the daily mail goes out on working days at
    `hour` of their time zone.
    """

    subject = "mail_choice"

    user = models.OneToOneField(User, models.CASCADE, related_name="mail_choice")
    turn = models.CharField(max_length=10, choices=Pace.choices, default=Pace.AT_ONCE)
    news = models.CharField(max_length=10, choices=Pace.choices, default=Pace.DAILY)
    hour = models.PositiveSmallIntegerField(default=8)


class MailQuerySet(models.QuerySet["Mail"]):
    def owed(self) -> "MailQuerySet":
        return self.filter(sent_at=None, dead_at=None)

    def dead(self) -> "MailQuerySet":
        return self.filter(dead_at__isnull=False)

    def due(self, at: datetime) -> "MailQuerySet":
        return self.owed().filter(due_at__lte=at)


class Mail(models.Model):
    """One mail of the outbox: leased, sent outside of any transaction, then marked; a repeat has the same Message-ID.

    `due_at` is when it may be tried: whoever leases it moves it on, so that nobody else takes it meanwhile and it comes
    back by itself when they die. `source` names why it is sent, unique ("daily:5:2026-11-23"). What failed too often
    is dead until somebody sends it again.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="mails")
    source = models.CharField(max_length=60, unique=True)
    daily = models.BooleanField(default=False)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    sent_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True, default="", db_default="")

    objects = MailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="mail_due", condition=Q(sent_at=None, dead_at=None)),
            models.Index(fields=["dead_at"], name="mail_dead", condition=Q(dead_at__isnull=False)),
            models.Index(fields=["at"], name="mail_unsent", condition=Q(sent_at=None)),
        ]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, viewer: Viewer) -> "NoticeQuerySet":
        """Notices are read by the person that they were written to."""
        return self.filter(user=viewer.id)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def unmailed(self) -> "NoticeQuerySet":
        return self.filter(awaits_mail=True)


class Notice(models.Model):
    """`kind` chooses the sentence, `facts` fills it; unique `source` makes a second telling impossible.

    It awaits a mail until one carries it, its reader has read it here, or their choice is to get none.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    source = models.CharField(max_length=80)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    awaits_mail = models.BooleanField(default=True, db_default=True)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="notices", db_index=False)

    hidden: bool
    """Only where `told_to` has read it."""

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "source"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_latest"),
            models.Index(fields=["user"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["user"], name="notice_unmailed", condition=Q(awaits_mail=True)),
            models.Index(fields=["mail"], name="notice_mail", condition=Q(mail__isnull=False)),
        ]
