"""The index of every table, room by room."""

from tracker.backlog.models import BacklogItem
from tracker.escalations.models import Condition, Escalation, Position, Ruling
from tracker.history.models import Entry
from tracker.intake.expedites import Expedite
from tracker.intake.markup.models import MarkupCheck
from tracker.intake.models import (
    Attachment,
    Backing,
    Comment,
    FollowLink,
    HeldMail,
    RequestType,
    Snooze,
    TypeForm,
    Watch,
    Word,
    Wording,
    WorkRequest,
)
from tracker.integrations.models import (
    ColumnMemory,
    Finding,
    ImportFile,
    ImportRun,
    Link,
    OldTicket,
    PlannedProject,
    PlannedRequest,
    PlannedRow,
)
from tracker.kernel.models import Heartbeat, IdempotentCall
from tracker.launches.models import Check
from tracker.measures.models import Kpi
from tracker.notices.models import Mail, MailChoice, Notice
from tracker.people.models import Absence, Firm, Rota, SavedView, Team, Token, User
from tracker.projects.models import Blocker, Capacity, Crossing, Effort, Period, Project
from tracker.promises.models import Firing, Policy, Promise, WorkCalendar
from tracker.sites.models import Area, Freeze, Site

__all__ = [
    "Absence",
    "Area",
    "Attachment",
    "Backing",
    "BacklogItem",
    "Blocker",
    "Capacity",
    "Check",
    "ColumnMemory",
    "Comment",
    "Condition",
    "Crossing",
    "Effort",
    "Entry",
    "Escalation",
    "Expedite",
    "Finding",
    "Firing",
    "Firm",
    "FollowLink",
    "Freeze",
    "Heartbeat",
    "HeldMail",
    "IdempotentCall",
    "ImportFile",
    "ImportRun",
    "Kpi",
    "Link",
    "Mail",
    "MailChoice",
    "MarkupCheck",
    "Notice",
    "OldTicket",
    "Period",
    "PlannedProject",
    "PlannedRequest",
    "PlannedRow",
    "Policy",
    "Position",
    "Project",
    "Promise",
    "RequestType",
    "Rota",
    "Ruling",
    "SavedView",
    "Site",
    "Snooze",
    "Team",
    "Token",
    "TypeForm",
    "User",
    "Watch",
    "Word",
    "Wording",
    "WorkCalendar",
    "WorkRequest",
]
