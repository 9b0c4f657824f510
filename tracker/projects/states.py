"""The stages of a project."""

from tracker.kernel.states import Machine
from tracker.projects.models import Stage

PROJECT = Machine(
    "project",
    {
        (Stage.PROPOSED, "plan"): Stage.PLANNED,
        (Stage.PROPOSED, "start"): Stage.RUNNING,
        (Stage.PLANNED, "start"): Stage.RUNNING,
        (Stage.PLANNED, "launch"): Stage.LAUNCHED,
        (Stage.RUNNING, "launch"): Stage.LAUNCHED,
        (Stage.PROPOSED, "drop"): Stage.DROPPED,
        (Stage.PLANNED, "drop"): Stage.DROPPED,
        (Stage.RUNNING, "drop"): Stage.DROPPED,
    },
)
