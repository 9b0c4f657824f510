"""Progress and risk of an item of the roadmap, from what delivers it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.products.rules import Deliverer, Risk, RiskKind, progress_of, risks_of

TODAY = date(2027, 2, 1)
YESTERDAY = TODAY - timedelta(days=1)


def item(number: int, host: int = 6, **more: Any) -> Deliverer:
    return Deliverer(f"I-{number}", f"P-{host:02d}", **more)


def project(number: int, **more: Any) -> Deliverer:
    return Deliverer(f"P-{number:02d}", f"P-{number:02d}", **more)


def risks(*deliverers: Deliverer, ends_on: date | None = None) -> list[Risk]:
    return risks_of(deliverers, ends_on=ends_on, today=TODAY)


def test_nothing_has_no_progress() -> None:
    assert progress_of([]) is None
    assert progress_of([item(1, ended=True)]) is None


def test_progress_counts_what_is_shipped_and_launched() -> None:
    told = progress_of([item(1, done=True), project(24), item(2)])
    assert told is not None
    assert (told.done, told.count, told.weighed) == (1, 3, False)
    assert told.share == Decimal(1) / 3


def test_effort_weighs_where_all_of_it_is_known() -> None:
    told = progress_of([item(1, done=True, weeks=Decimal("1.5")), project(24, weeks=Decimal("4.5"))])
    assert told is not None
    assert (told.share, told.weighed) == (Decimal("0.25"), True)


@pytest.mark.parametrize("unknown", [None, Decimal(0)])
def test_one_unknown_effort_and_heads_are_counted(unknown: Decimal | None) -> None:
    told = progress_of([item(1, done=True, weeks=Decimal(1)), project(24, weeks=unknown)])
    assert told is not None
    assert (told.share, told.weighed) == (Decimal("0.5"), False)


def test_what_was_dropped_neither_counts_nor_endangers() -> None:
    gone = item(2, ended=True, below=("Mobile",), orphaned=True, owned=False, weeks=Decimal(40))
    told = progress_of([item(1, done=True, weeks=Decimal(1)), gone])
    assert told is not None
    assert (told.done, told.count, told.share) == (1, 1, Decimal(1))
    assert risks(gone) == []


def test_what_is_above_owned_and_in_time_is_not_at_risk() -> None:
    assert risks(item(1), project(24), ends_on=TODAY) == []


def test_below_the_line_names_the_host_and_the_team() -> None:
    assert risks(item(1, 24, below=("Mobile",))) == [Risk(RiskKind.BELOW, "P-24", ("Mobile",))]


def test_a_host_is_named_once_however_many_items_it_carries() -> None:
    assert len(risks(item(1, 24, below=("Mobile",)), item(2, 24, below=("Mobile",)))) == 1


def test_an_orphan_is_named_and_its_host_is_not() -> None:
    assert risks(item(1, 24, below=("Mobile",), orphaned=True)) == [Risk(RiskKind.ORPHANED, "I-1")]


def test_what_is_done_endangers_nothing() -> None:
    finished = item(1, done=True, below=("Web",), orphaned=True, owned=False)
    assert risks(finished, ends_on=YESTERDAY) == []


def test_late_is_past_its_last_day_and_not_done() -> None:
    assert risks(item(1), ends_on=YESTERDAY) == [Risk(RiskKind.LATE, since=YESTERDAY)]
    assert risks(item(1), ends_on=TODAY) == []
    assert risks(ends_on=YESTERDAY) == [Risk(RiskKind.LATE, since=YESTERDAY)]


def test_the_worst_comes_first() -> None:
    found = risks(item(4, owned=False), project(24, below=("Mobile", "Web")), item(2, orphaned=True), ends_on=YESTERDAY)
    assert [risk.kind for risk in found] == [RiskKind.ORPHANED, RiskKind.BELOW, RiskKind.LATE, RiskKind.UNOWNED]


deliverers = st.lists(
    st.builds(
        Deliverer,
        key=st.sampled_from(["I-1", "I-2", "P-03", "P-24"]),
        host=st.sampled_from(["P-03", "P-24"]),
        done=st.booleans(),
        ended=st.booleans(),
        orphaned=st.booleans(),
        owned=st.booleans(),
        below=st.sampled_from([(), ("Mobile",), ("Mobile", "Web")]),
        weeks=st.none() | st.decimals(0, 50, places=2),
    ),
    max_size=6,
)


@given(deliverers)
def test_a_share_lies_between_nothing_and_everything(found: list[Deliverer]) -> None:
    told = progress_of(found)
    if told is not None:
        assert 0 <= told.share <= 1
        assert (told.share == 1) == (told.done == told.count)


@given(deliverers)
def test_delivering_more_never_lowers_the_share_and_never_adds_a_risk(found: list[Deliverer]) -> None:
    for place, one in enumerate(found):
        better = [*found[:place], Deliverer(one.key, one.host, done=True, ended=one.ended, weeks=one.weeks)]
        better += found[place + 1 :]
        before, after = progress_of(found), progress_of(better)
        assert (before is None) == (after is None)
        if before is not None and after is not None:
            assert after.share >= before.share
        assert set(risks(*better, ends_on=YESTERDAY)) <= set(risks(*found, ends_on=YESTERDAY))


@given(deliverers, st.randoms())
def test_the_order_of_deliverers_says_nothing(found: list[Deliverer], chance: Any) -> None:
    mixed = found[:]
    chance.shuffle(mixed)
    assert risks(*mixed) == risks(*found)
    assert progress_of(mixed) == progress_of(found)
