"""What is still to be delivered."""

from datetime import datetime

from tracker.notices.models import Notice


def oldest_unmailed() -> datetime | None:
    """Since when the first word that no mail has carried yet waits."""
    return Notice.objects.unmailed().order_by("id").values_list("at", flat=True).first()
