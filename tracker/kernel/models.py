from typing import ClassVar

from django.db import models


class IdempotentCall(models.Model):
    """One answer for one key: a POST that is sent twice takes effect once."""

    actor = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(default="")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotent_call_once")]


class Heartbeat(models.Model):
    """When a sweep of this name last came to its end: the program tells on itself."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()


class Versioned(models.Model):
    """A record that people edit: `version` grows by one with each history entry; `subject` names it there."""

    subject: ClassVar[str]

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
