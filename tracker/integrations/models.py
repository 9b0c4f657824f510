"""What came from elsewhere: a link for each record of a source, a row for each run of an import."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.people.models import User
from tracker.projects.models import Project


class RunState(models.TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    PLANNING = "planning", _("being checked")
    PLANNED = "planned", _("checked")
    QUEUED = "queued", _("waiting to run")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class ImportRun(models.Model):
    """`content` is the file as it came; `mapping` what counts as a project; `report` one line a row."""

    source = models.SlugField(max_length=40)
    filename = models.CharField(max_length=200)
    content = models.BinaryField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.UPLOADED)
    mapping = models.JSONField(default=dict)
    report = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=40, blank=True)
    error_facts = models.JSONField(default=dict)
    started_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()


class Link(models.Model):
    """A record of another tracker: the project itself (`issue` False) or an issue that belongs to it."""

    source = models.SlugField(max_length=40)
    external_id = models.CharField(max_length=200)
    project = models.ForeignKey(Project, models.CASCADE, related_name="links")
    issue = models.BooleanField(default=False)
    title = models.CharField(max_length=300, blank=True)
    done = models.BooleanField(default=False)
    raw = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id", "issue"], name="link_once")]
