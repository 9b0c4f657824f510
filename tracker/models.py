"""The index of every table, room by room."""

from tracker.backlog.models import BacklogItem
from tracker.escalations.models import Condition, Escalation, Position, Ruling
from tracker.history.models import Entry
from tracker.intake.models import Comment, RequestType, WorkRequest
from tracker.integrations.models import ImportFile, ImportRun, Link, PlannedProject, PlannedRow
from tracker.kernel.models import Heartbeat, IdempotentCall
from tracker.launches.models import Check
from tracker.notices.models import Mail, MailChoice, Notice
from tracker.people.models import Firm, SavedView, Team, Token, User
from tracker.projects.models import Blocker, Capacity, Crossing, Effort, Period, Project
from tracker.promises.models import Firing, Policy, Promise, WorkCalendar
from tracker.sites.models import Area, Site

__all__ = [
    "Area",
    "BacklogItem",
    "Blocker",
    "Capacity",
    "Check",
    "Comment",
    "Condition",
    "Crossing",
    "Effort",
    "Entry",
    "Escalation",
    "Firing",
    "Firm",
    "Heartbeat",
    "IdempotentCall",
    "ImportFile",
    "ImportRun",
    "Link",
    "Mail",
    "MailChoice",
    "Notice",
    "Period",
    "PlannedProject",
    "PlannedRow",
    "Policy",
    "Position",
    "Project",
    "Promise",
    "RequestType",
    "Ruling",
    "SavedView",
    "Site",
    "Team",
    "Token",
    "User",
    "WorkCalendar",
    "WorkRequest",
]
