"""The states of a backlog item; *orphaned* is a flag beside them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.kernel.states import Machine


class ItemState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    AGREED = "agreed", _("agreed")
    IN_PROGRESS = "in_progress", _("in progress")
    SHIPPED = "shipped", _("shipped")
    MET = "met", _("met")
    PARTLY_MET = "partly_met", _("partly met")
    NOT_MET = "not_met", _("not met")
    REFUSED = "refused", _("refused")
    DROPPED = "dropped", _("dropped")


ENDED = (ItemState.REFUSED, ItemState.DROPPED)
BLOCKING = (ItemState.AGREED, ItemState.IN_PROGRESS)
OUTCOMES = (ItemState.MET, ItemState.PARTLY_MET, ItemState.NOT_MET)

ITEM = Machine(
    "backlog item",
    {
        (ItemState.PROPOSED, "agree"): ItemState.AGREED,
        (ItemState.PROPOSED, "refuse"): ItemState.REFUSED,
        (ItemState.PROPOSED, "counter"): ItemState.PROPOSED,
        (ItemState.PROPOSED, "accept_counter"): ItemState.AGREED,
        (ItemState.PROPOSED, "decline_counter"): ItemState.PROPOSED,
        (ItemState.PROPOSED, "drop"): ItemState.DROPPED,
        (ItemState.AGREED, "start"): ItemState.IN_PROGRESS,
        (ItemState.AGREED, "ship"): ItemState.SHIPPED,
        (ItemState.AGREED, "drop"): ItemState.DROPPED,
        (ItemState.AGREED, "rehome"): ItemState.PROPOSED,
        (ItemState.IN_PROGRESS, "ship"): ItemState.SHIPPED,
        (ItemState.IN_PROGRESS, "drop"): ItemState.DROPPED,
        (ItemState.IN_PROGRESS, "rehome"): ItemState.PROPOSED,
        (ItemState.SHIPPED, "met"): ItemState.MET,
        (ItemState.SHIPPED, "partly_met"): ItemState.PARTLY_MET,
        (ItemState.SHIPPED, "not_met"): ItemState.NOT_MET,
    },
)
