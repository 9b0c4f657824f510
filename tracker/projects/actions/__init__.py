"""The verbs of projects, rank, capacity and line: the only writers of this room."""

from tracker.projects.actions.batches import NewProject, add_projects
from tracker.projects.actions.capacities import (
    foresee_capacity,
    give_back,
    host_unestimated,
    open_period,
    set_capacity,
    take_on,
    turn_period,
    weeks_of,
)
from tracker.projects.actions.line import Cause, redraw_line
from tracker.projects.actions.projects import (
    add_project,
    block_project,
    drop_project,
    edit_project,
    launch_project,
    refuse_blocked,
    set_effort,
    start_project,
    unblock_project,
)
from tracker.projects.actions.ranking import move_project, pin_project, unpin_project

__all__ = [
    "Cause",
    "NewProject",
    "add_project",
    "add_projects",
    "block_project",
    "drop_project",
    "edit_project",
    "foresee_capacity",
    "give_back",
    "host_unestimated",
    "launch_project",
    "move_project",
    "open_period",
    "pin_project",
    "redraw_line",
    "refuse_blocked",
    "set_capacity",
    "set_effort",
    "start_project",
    "take_on",
    "turn_period",
    "unblock_project",
    "unpin_project",
    "weeks_of",
]
