"""Whatever is not in a table of states is refused."""

import itertools

import pytest

from roadmap.products.states import PLAN, PlanState
from tracker.backlog.states import ITEM, ItemState
from tracker.escalations.states import CASE, CONDITION, CaseState, ConditionState
from tracker.intake.states import EXPEDITE, REQUEST, ExpediteState, State
from tracker.integrations.models import RunState
from tracker.integrations.states import IMPORT
from tracker.kernel.errors import WrongState
from tracker.kernel.states import Machine

MACHINES: list[tuple[Machine, list[str]]] = [
    (REQUEST, list(State)),
    (ITEM, list(ItemState)),
    (IMPORT, list(RunState)),
    (PLAN, list(PlanState)),
    (CASE, list(CaseState)),
    (CONDITION, list(ConditionState)),
    (EXPEDITE, list(ExpediteState)),
]
PAIRS = [
    (machine, str(state), verb)
    for machine, states in MACHINES
    for state, verb in itertools.product(states, machine.verbs)
]


@pytest.mark.parametrize("machine, state, verb", PAIRS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_verb_outside_the_table_is_refused(machine: Machine, state: str, verb: str) -> None:
    if machine.allows(state, verb):
        assert machine.next(state, verb) != ""
    else:
        with pytest.raises(WrongState):
            machine.next(state, verb)


@pytest.mark.parametrize("machine, states", MACHINES, ids=lambda value: getattr(value, "name", ""))
def test_tables_speak_only_of_known_states(machine: Machine, states: list[str]) -> None:
    known = {str(state) for state in states}
    assert {str(source) for source, _verb in machine.steps} | {str(end) for end in machine.steps.values()} <= known
