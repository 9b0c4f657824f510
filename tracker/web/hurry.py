"""A near date, held against what it usually takes."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import ngettext

from tracker.backlog.queries import pace_until
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.states import State

UNSHIPPED = (Delivery.NONE, Delivery.WAITING, Delivery.SCHEDULED, Delivery.IN_PROGRESS)
WAITING = (State.FILED, State.NEEDS_INFORMATION, State.ACCEPTED)


def say_hurry(ask: WorkRequest, now: datetime) -> str:
    """That its deadline comes sooner than is usual; empty where it does not, or nobody knows (one statement where it has a
    deadline, else none)."""
    if ask.deadline_on is None or ask.state not in WAITING or ask.delivery not in UNSHIPPED:
        return ""
    pace = pace_until(ask.deadline_on, timezone.localtime(now).date())
    if pace is None or not pace.short:
        return ""
    left = ngettext("%(count)s working day is left", "%(count)s working days are left", pace.left)
    usual = ngettext(
        "%(left)s; from filing to live it usually takes %(count)s (median of the last %(of)s).",
        "%(left)s; from filing to live it usually takes %(count)s (median of the last %(of)s).",
        pace.usual,
    )
    return usual % {"left": left % {"count": pace.left}, "count": pace.usual, "of": pace.of}
