"""The truth table of powers, written by hand from the design and read by people.

Columns are roles, cells name the ties that give the power: * whatever one may see, O its requester, A its delivery or
project owner, T the team that does or owns it, R the requester's team, P a party to it, S the team that
one stands in for, - never.
"""

import itertools

import pytest

from tracker.kernel.errors import NotAllowed
from tracker.people.access import Power, Role, Scope, Ties, Viewer, may, require, scope_of

TRUTH = """
power             marketer engineer lead cmo cto coo admin
view              *        *        *    *   *   *   *
view_restricted   OPS      APS      TPS  *   *   *   -
file_request      *        *        *    *   *   *   -
edit_business     O        -        R    *   -   -   -
edit_technical    -        A        T    -   *   -   -
restrict          O        O        TR   O   *   O   -
comment           *        *        *    *   *   *   -
triage            S        S        TS   -   *   -   -
speak_for         O        O        O    O   O   O   -
share_request     O        O        ORT  O   *   O   -
answer_contest    -        -        -    -   *   *   -
start_expedite    O        OP       TR   *   *   *   -
confirm_expedite  *        *        *    *   *   *   -
fix_expedite      -        A        T    -   *   -   -
back              *        *        *    *   *   -   -
watch             *        *        *    *   *   *   *
set_absence       O        O        O    O   *   O   O
set_rota          -        -        T    -   *   -   -
rank_projects     -        -        -    -   *   -   -
edit_project      -        A        T    -   *   -   -
rank_inside       -        A        T    -   *   -   -
propose_embed     O        A        T    *   *   *   -
answer_embed      -        A        T    -   *   -   -
deliver           -        A        T    -   *   -   -
agree_to_drop     O        -        -    *   -   -   -
measure           O        -        R    *   -   -   -
edit_roadmap      P        P        P    *   *   *   -
keep_view         O        O        O    O   O   O   *
manage_areas      -        -        T    *   *   -   *
manage_sites      -        -        -    *   *   -   *
manage_types      -        -        -    *   *   -   *
escalate          OP       A        T    *   *   -   -
state_position    P        P        P    P   P   P   -
rule              -        -        -    -   -   *   -
import_projects   -        -        T    *   *   *   *
import_tickets    -        -        *    *   *   -   *
set_policies      -        -        -    *   *   *   -
manage_people     -        -        -    -   -   -   *
"""
ME, MY_TEAM, OTHER_TEAM, STOOD_IN = 7, 3, 4, 5
TIES = {
    "*": Ties(),
    "O": Ties(requester=ME),
    "A": Ties(delivery=frozenset({ME, 8})),
    "T": Ties(team=MY_TEAM),
    "R": Ties(requester_team=MY_TEAM),
    "P": Ties(parties=frozenset({ME})),
    "S": Ties(team=STOOD_IN),
}


def rows() -> list[tuple[str, str, str]]:
    head, *body = [line.split() for line in TRUTH.strip().splitlines()]
    return [(cells[0], role, cell) for cells in body for role, cell in zip(head[1:], cells[1:], strict=True)]


def test_every_power_and_every_role_has_its_place_in_the_table() -> None:
    assert {(power, role) for power, role, _cell in rows()} == set(
        itertools.product([str(power) for power in Power], [str(role) for role in Role])
    )


@pytest.mark.parametrize("power, role, cell", rows())
def test_each_role_holds_exactly_the_powers_of_the_truth_table(power: str, role: str, cell: str) -> None:
    viewer = Viewer(id=ME, roles=frozenset({role}), team=MY_TEAM, stands_in=frozenset({STOOD_IN}))
    for tie, ties in TIES.items():
        expected = "*" in cell or tie in cell
        assert may(viewer, Power(power), ties) is expected, f"{role} with tie {tie}: {power}"


@pytest.mark.parametrize("power", list(Power))
def test_nobody_without_a_role_holds_a_power(power: Power) -> None:
    everything = Ties(ME, MY_TEAM, frozenset({ME}), MY_TEAM, frozenset({ME}))
    assert not may(Viewer(id=ME, team=MY_TEAM), power, everything)


def test_ties_of_somebody_else_give_nothing() -> None:
    other = Ties(8, OTHER_TEAM, frozenset({8}), OTHER_TEAM, frozenset({8}))
    for power, role, cell in rows():
        viewer = Viewer(id=ME, roles=frozenset({role}), team=MY_TEAM)
        assert may(viewer, Power(power), other) is ("*" in cell)


def test_no_team_is_not_a_common_team() -> None:
    lead = Viewer(id=ME, roles=frozenset({"lead"}), team=None)
    assert not may(lead, Power.TRIAGE, Ties(team=None))
    assert not may(lead, Power.MEASURE, Ties(requester_team=None))


def test_roles_add_up() -> None:
    both = Viewer(id=ME, roles=frozenset({"marketer", "lead"}), team=MY_TEAM)
    assert may(both, Power.TRIAGE, TIES["T"])
    assert may(both, Power.EDIT_BUSINESS, TIES["O"])


@pytest.mark.parametrize("power", list(Power))
@pytest.mark.parametrize("scope", list(Scope))
def test_a_token_only_shrinks_what_its_owner_may_do(power: Power, scope: Scope) -> None:
    everyone = frozenset(str(role) for role in Role)
    ties = Ties(ME, MY_TEAM, frozenset({ME}), MY_TEAM, frozenset({ME}))
    shrunk = Viewer(id=ME, roles=everyone, team=MY_TEAM, scopes=frozenset({str(scope)}))
    assert may(shrunk, power, ties) is (scope_of(power) == scope)
    nobody = Viewer(id=ME, team=MY_TEAM, scopes=frozenset({str(scope)}))
    assert not may(nobody, power, ties)


def test_a_refusal_says_for_whom_it_is() -> None:
    with pytest.raises(NotAllowed, match="CTO"):
        require(Viewer(id=ME, roles=frozenset({"coo"})), Power.RANK_PROJECTS)
