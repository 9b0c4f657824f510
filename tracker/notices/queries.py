"""What is still to be delivered, and what a person chose to get."""

from datetime import datetime

from tracker.notices.models import Mail, MailChoice
from tracker.people.access import Viewer


def oldest_unmailed() -> datetime | None:
    """Since when the mail that waits longest is owed."""
    return Mail.objects.owed().order_by("due_at").values_list("at", flat=True).first()


def choice_of(viewer: Viewer) -> MailChoice:
    """What they chose, or the defaults as a record that is not stored."""
    return MailChoice.objects.filter(user=viewer.id).first() or MailChoice(user_id=viewer.id)
