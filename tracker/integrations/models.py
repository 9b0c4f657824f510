"""What came from elsewhere: a link for each record of a source, a run for each import with what it says of every row."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.intake.models import WorkRequest
from tracker.kernel.models import Versioned
from tracker.people.access import Power, Ties, Viewer, may
from tracker.people.models import Team, User
from tracker.projects.models import Project


class RunState(models.TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    PLANNING = "planning", _("being checked")
    PLANNED = "planned", _("checked")
    QUEUED = "queued", _("waiting to run")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", pgettext_lazy("import", "failed")


ACTIVE = (RunState.PLANNING, RunState.QUEUED, RunState.RUNNING)


class What(models.TextChoices):
    """What the rows of a file become."""

    PROJECTS = "projects", _("projects")
    FINDINGS = "findings", _("findings")
    TICKETS = "tickets", _("old tickets")


POWERS = {
    What.PROJECTS: Power.IMPORT_PROJECTS,
    What.FINDINGS: Power.FILE_REQUEST,
    What.TICKETS: Power.IMPORT_TICKETS,
}


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, viewer: Viewer) -> "ImportRunQuerySet":
        """Projects: whoever may import sees the runs of everybody, a lead those of their team and their own. Findings
        become drafts, so they are for who imports them; old tickets are for all who decide about them."""
        seen = Q(pk__in=[])
        if may(viewer, Power.IMPORT_PROJECTS):
            seen |= Q(what=What.PROJECTS)
        elif may(viewer, Power.IMPORT_PROJECTS, Ties(team=viewer.team)):
            seen |= Q(what=What.PROJECTS) & (Q(team=viewer.team) | Q(started_by=viewer.id))
        if may(viewer, Power.FILE_REQUEST):
            seen |= Q(what=What.FINDINGS, started_by=viewer.id)
        if may(viewer, Power.IMPORT_TICKETS):
            seen |= Q(what=What.TICKETS)
        return self.filter(seen)

    def active(self) -> "ImportRunQuerySet":
        return self.filter(state__in=ACTIVE)


class ImportRun(Versioned):
    """One import of one file. `mapping` says what counts as a project, `columns` which column holds a field whose name
    nobody knew, `counts` what the check or the import found; `rows_done` grows while it runs and touches no version."""

    subject = "import"

    source = models.SlugField(max_length=40)
    what = models.CharField(max_length=10, choices=What.choices, default=What.PROJECTS)
    filename = models.CharField(max_length=200)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.UPLOADED)
    columns = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=40, blank=True)
    error_facts = models.JSONField(default=dict)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="import_state_known"),
        ]
        indexes = [
            models.Index(fields=["updated_at"], name="import_active", condition=Q(state__in=ACTIVE)),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.filename}"

    @property
    def ties(self) -> Ties:
        return Ties(team=self.team_id)

    @property
    def power(self) -> Power:
        """What one needs to carry it out."""
        return POWERS[What(self.what)]

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


class ImportFile(models.Model):
    """The file as it came, kept with the run, and what it offers to choose from."""

    run = models.OneToOneField(ImportRun, models.CASCADE, related_name="file")
    content = models.BinaryField()
    survey = models.JSONField(default=dict)


class PlannedProject(models.Model):
    """A project to be. `values` is what the tracker says of it, `changes` what the import does ([before, after]),
    `kept` what people changed in Tandem and so stays; `place` is its place in the tracker's order."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("left out")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="projects")
    place = models.PositiveIntegerField()
    external_id = models.CharField(max_length=200)
    row = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=30, blank=True)
    values = models.JSONField(default=dict)
    raw = models.JSONField(default=list)
    members = ArrayField(models.PositiveIntegerField(), default=list)
    doubts = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    links_changed = models.PositiveIntegerField(default=0)
    project = models.ForeignKey(Project, models.SET_NULL, null=True, related_name="+")
    written = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="planned_project_once")]


class PlannedRow(models.Model):
    """What becomes of one row of the file; `number` counts as a spreadsheet does."""

    class Outcome(models.TextChoices):
        PROJECT = "project", _("project")
        LINK = "link", _("issue of a project")
        SKIPPED = "skipped", _("skipped")
        UNCLEAR = "unclear", _("unclear")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    external_id = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=30, blank=True)
    what = models.CharField(max_length=200, blank=True)
    targets = ArrayField(models.CharField(max_length=200), default=list)
    doubts = models.JSONField(default=list)
    status = models.CharField(max_length=200, blank=True)
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="planned_row_once")]
        indexes = [models.Index(fields=["run", "outcome", "number"], name="planned_row_outcome")]


class Link(models.Model):
    """A record of another tracker: the project itself (`issue` False) or an issue that belongs to it.

    `raw` of a project holds what was imported last (`values`) and its row of the file; of an issue its status and row.
    """

    source = models.SlugField(max_length=40)
    external_id = models.CharField(max_length=200)
    project = models.ForeignKey(Project, models.CASCADE, related_name="links")
    issue = models.BooleanField(default=False)
    title = models.CharField(max_length=300, blank=True)
    done = models.BooleanField(default=False)
    raw = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], condition=Q(issue=False), name="link_once"),
            models.UniqueConstraint(
                fields=["source", "external_id", "project"], condition=Q(issue=True), name="link_issue_once"
            ),
        ]


class PlannedRequest(models.Model):
    """What becomes of one finding or old ticket of a file. Findings are the same where template and issue are
    (`group`); `values` is what the draft would hold, `raw` the row as it came."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        BELOW = "below", _("below the threshold")
        EXISTS = "exists", _("there already")
        SKIPPED = "skipped", _("skipped")
        UNCLEAR = "unclear", _("unclear")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="requests")
    number = models.PositiveIntegerField()
    external_id = models.CharField(max_length=300)
    group = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=30, blank=True)
    values = models.JSONField(default=dict)
    raw = models.JSONField(default=list)
    doubts = models.JSONField(default=list)
    ask = models.ForeignKey(WorkRequest, models.SET_NULL, null=True, related_name="+")
    written = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="planned_request_once")]
        indexes = [
            models.Index(fields=["run", "outcome", "number"], name="planned_request_outcome"),
            models.Index(fields=["run", "group", "number"], name="planned_request_group"),
        ]


class Finding(models.Model):
    """A record elsewhere that a request came of: the same one never makes a second request."""

    source = models.SlugField(max_length=40)
    external_id = models.CharField(max_length=300)
    ask = models.ForeignKey(WorkRequest, models.CASCADE, null=True, related_name="findings")
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="finding_once")]


class OldTicket(Versioned):
    """A ticket of an old tracker, kept until its group is declined or kept; `ask` is the request that came of it."""

    subject = "old-ticket"

    source = models.SlugField(max_length=40)
    external_id = models.CharField(max_length=200)
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="tickets")
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=500, blank=True)
    template = models.CharField(max_length=120, blank=True)
    issue = models.CharField(max_length=200, blank=True)
    group = models.CharField(max_length=330)
    opened_on = models.DateField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    ask = models.ForeignKey(WorkRequest, models.SET_NULL, null=True, related_name="+")
    raw = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="old_ticket_once")]
        indexes = [models.Index(fields=["source", "group", "id"], name="old_ticket_group")]


class ColumnMemory(models.Model):
    """Which column held what, the last time a file with these headers was imported."""

    what = models.CharField(max_length=10, choices=What.choices)
    headers = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "headers"], name="columns_remembered_once")]
