"""What the mediator is offered, and how long each side let the other wait."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tracker.escalations.rules import (
    COMPROMISE,
    DENY,
    GRANT,
    Act,
    Effect,
    Known,
    Segment,
    fill_gaps,
    prefill_rulings,
    stall_cost,
    waited_by_side,
)
from tracker.kernel.calendar import FREE, OFFICE, Calendar

MONDAY = datetime(2027, 2, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = Calendar("UTC", (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, FREE, FREE))
HOST = Known(undecided=True, host="P-24", weeks=Decimal("1.5"), overflow=Decimal(1), team="web", alone=Decimal(6))


def acts_of(known: Known) -> dict[str, tuple[Act, ...]]:
    return {one.kind: one.acts for one in prefill_rulings(known, {})}


def test_a_host_carries_it_with_reserved_capacity_or_without() -> None:
    acts = acts_of(HOST)
    embed = Act(Effect.EMBED, project="P-24", weeks=Decimal("1.5"))
    assert acts[GRANT] == (Act(Effect.RESERVE, team="web", weeks=Decimal(1)), embed)
    assert acts[COMPROMISE] == (embed,)
    assert acts[DENY] == (Act(Effect.DECLINE),)


def test_nothing_is_reserved_where_the_allowance_suffices() -> None:
    acts = acts_of(Known(undecided=True, host="P-24", weeks=Decimal(1), team="web"))
    assert acts[GRANT] == (Act(Effect.EMBED, project="P-24", weeks=Decimal(1)),)


def test_without_a_host_it_is_accepted_and_capacity_kept_for_it() -> None:
    acts = acts_of(Known(undecided=True, team="web", alone=Decimal(6)))
    assert acts[GRANT] == (Act(Effect.ACCEPT), Act(Effect.RESERVE, team="web", weeks=Decimal(6)))
    assert acts[COMPROMISE] == (Act(Effect.ACCEPT),)


def test_what_is_decided_is_not_decided_again() -> None:
    acts = acts_of(Known(undecided=False))
    assert acts == {GRANT: (), COMPROMISE: (), DENY: ()}


def test_what_was_declined_is_accepted_or_stays_declined() -> None:
    acts = acts_of(Known(undecided=False, declined=True))
    assert acts == {GRANT: (Act(Effect.ACCEPT),), COMPROMISE: (Act(Effect.ACCEPT),), DENY: ()}


@pytest.mark.parametrize("lift, moved", [("P-19", (Act(Effect.MOVE, project="P-30", after="P-19"),)), (None, ())])
def test_a_carrier_below_the_line_is_pinned_or_moved_just_above_it(lift: str | None, moved: tuple[Act, ...]) -> None:
    acts = acts_of(Known(undecided=False, carrier="P-30", lift=lift))
    assert acts[GRANT] == (Act(Effect.PIN, project="P-30"),)
    assert acts[COMPROMISE] == moved
    assert acts[DENY] == ()


@pytest.mark.parametrize(
    "marketing, technology, middle",
    [
        ((), (), COMPROMISE),
        ((GRANT, COMPROMISE), (COMPROMISE, DENY), COMPROMISE),
        ((GRANT,), (GRANT, DENY), GRANT),
        ((COMPROMISE, DENY), (DENY,), DENY),
        ((GRANT, COMPROMISE), (GRANT, COMPROMISE), COMPROMISE),
        ((GRANT,), (DENY,), COMPROMISE),
    ],
)
def test_what_both_would_accept_stands_in_the_middle(
    marketing: tuple[str, ...], technology: tuple[str, ...], middle: str
) -> None:
    options = prefill_rulings(HOST, {"marketing": marketing, "technology": technology})
    assert options[1].kind == middle
    assert {one.kind for one in options} == {GRANT, COMPROMISE, DENY}
    assert options[1].both is (middle in marketing and middle in technology)


def segment(side: str, start: float, end: float | None) -> Segment:
    return Segment(side, MONDAY + start * DAY, None if end is None else MONDAY + end * DAY, WEEK)


def test_waiting_counts_working_days_of_each_side() -> None:
    waited = waited_by_side([segment("marketing", 0, 1), segment("technology", 1, None)], MONDAY + 7 * DAY)
    assert waited == {"marketing": Decimal("1.0"), "technology": Decimal("4.0")}


def test_answers_owed_side_by_side_count_once() -> None:
    first, decision = segment("technology", 0, 2), segment("technology", 0, 4)
    inside = segment("technology", 1, 3)
    assert waited_by_side([first, decision, inside], MONDAY + 9 * DAY)["technology"] == 4


def test_a_desk_counts_only_while_nobody_owes_an_answer() -> None:
    owed = [segment("technology", 1, 2), segment("", 3, 4)]
    filled = fill_gaps(owed, [segment("marketing", 0, None)], MONDAY + 7 * DAY)
    assert waited_by_side(filled, MONDAY + 7 * DAY) == {"marketing": Decimal(3), "technology": Decimal(1)}
    assert fill_gaps(owed, [segment("marketing", 1, 2)], MONDAY + 7 * DAY) == owed


def test_who_stands_on_neither_side_lets_nobody_wait() -> None:
    assert waited_by_side([segment("", 0, 3)], MONDAY + 9 * DAY) == {"marketing": 0, "technology": 0}


def test_the_cost_of_stall_is_a_range_that_the_confidence_opens() -> None:
    assert stall_cost(Decimal(1000), Decimal(50), timedelta(weeks=4)) == (Decimal(2000), Decimal(4000))
