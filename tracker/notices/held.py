"""Mail that waits for somebody to look at it: why it does, and how much of it is kept."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from tracker.intake.models import HeldMail

MOST_HELD = 500
MOST_HELD_TEXT = 5_000_000
"""Messages that wait, and characters of all of them."""
KEPT_FOR = timedelta(days=30)
"""So long what a settled message said stays."""


class Why(models.TextChoices):
    UNSIGNED = "unsigned", _("It answers no mail of ours, and anybody can write a sender.")
    OTHER_SENDER = "other_sender", _("It answers a mail of ours, and somebody else sends it.")
    SEVERAL_SENDERS = "several_senders", _("It names several senders.")
    SEVERAL = "several", _("It answers a mail about several requests.")
    NOT_SEEN = "not_seen", _("Its sender may not see the request, or may not comment on it.")
    ONE_SIDE = "one_side", _("It answers a note of one side, and might be read by the other if it were put there.")
    LINK_OVER = "link_over", _("The link of its sender was revoked, or is over.")
    TOO_OFTEN = "too_often", _("Its sender wrote too often within an hour.")
    TOO_LARGE = "too_large", _("It is too large to be read: only who sent it is known.")
    EMPTY = "empty", _("It says nothing.")
    REFUSED = "refused", _("What it says could not be put with the request.")


@dataclass(frozen=True)
class HeldRoom:
    """How much waits."""

    count: int
    text: int

    @property
    def full(self) -> bool:
        return self.count >= MOST_HELD or self.text >= MOST_HELD_TEXT


def held_room() -> HeldRoom:
    """One statement."""
    rows = HeldMail.objects.filter(settled_at=None)
    told = rows.aggregate(count=models.Count("pk"), text=Sum(Length("text")))
    return HeldRoom(told["count"], told["text"] or 0)
