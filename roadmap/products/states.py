"""The states of an item of the roadmap; how far it is follows from what delivers it."""

from django.db import models
from django.utils.translation import pgettext_lazy

from tracker.kernel.states import Machine


class PlanState(models.TextChoices):
    OPEN = "open", pgettext_lazy("roadmap", "open")
    DONE = "done", pgettext_lazy("roadmap", "done")
    DROPPED = "dropped", pgettext_lazy("roadmap", "dropped")


PLAN = Machine(
    "roadmap item",
    {
        (PlanState.OPEN, "edit"): PlanState.OPEN,
        (PlanState.OPEN, "move"): PlanState.OPEN,
        (PlanState.OPEN, "tie"): PlanState.OPEN,
        (PlanState.OPEN, "untie"): PlanState.OPEN,
        (PlanState.OPEN, "finish"): PlanState.DONE,
        (PlanState.OPEN, "drop"): PlanState.DROPPED,
    },
)
