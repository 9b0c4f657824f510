"""The states of an import."""

from tracker.integrations.models import RunState
from tracker.kernel.states import Machine

IMPORT = Machine(
    "import",
    {
        (RunState.UPLOADED, "map"): RunState.UPLOADED,
        (RunState.PLANNED, "map"): RunState.UPLOADED,
        (RunState.FAILED, "map"): RunState.UPLOADED,
        (RunState.UPLOADED, "plan"): RunState.PLANNING,
        (RunState.PLANNING, "finish_plan"): RunState.PLANNED,
        (RunState.PLANNED, "run"): RunState.QUEUED,
        (RunState.QUEUED, "begin"): RunState.RUNNING,
        (RunState.RUNNING, "finish"): RunState.DONE,
        (RunState.PLANNING, "fail"): RunState.FAILED,
        (RunState.QUEUED, "fail"): RunState.FAILED,
        (RunState.RUNNING, "fail"): RunState.FAILED,
    },
)
