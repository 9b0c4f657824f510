"""A promise runs until it is kept, handed on to somebody else, or no longer owed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.kernel.states import Machine


class PromiseState(models.TextChoices):
    RUNNING = "running", _("running")
    KEPT = "kept", _("kept")
    HANDED = "handed", _("handed over")
    LIFTED = "lifted", _("no longer owed")


PROMISE = Machine(
    "promise",
    {
        (PromiseState.RUNNING, "keep"): PromiseState.KEPT,
        (PromiseState.RUNNING, "hand"): PromiseState.HANDED,
        (PromiseState.RUNNING, "lift"): PromiseState.LIFTED,
    },
)
