from django.db import models


class Entry(models.Model):
    """What somebody did to a record: written once, in the transaction of the change, never edited."""

    subject = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    actor = models.CharField(max_length=40)
    verb = models.CharField(max_length=40)
    at = models.DateTimeField()
    reason = models.TextField(default="")
    changes = models.JSONField(default=dict)
    seal = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "subject_id", "version"], name="entry_once_a_version")
        ]
        indexes = [models.Index(fields=["subject", "id"], name="entry_latest")]
