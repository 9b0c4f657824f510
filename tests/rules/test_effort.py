"""Capacity, added effort and scores: the sums around the line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.projects.rules import (
    CONFIDENCE_PERCENT,
    SIZES,
    ZERO,
    available_weeks,
    cd3_score,
    hypothetical_place,
    split_added_effort,
)

WEEKS = st.decimals(0, 200, places=2)
PERCENT = st.decimals(0, 100, places=1)
SCORES = st.lists(st.none() | st.decimals(0, 50, places=2), max_size=30)


@pytest.mark.parametrize(
    ("gross", "pods", "reserve", "allowance", "left"),
    [
        ("150", "0", "25", "0", "112.50"),
        ("132", "0", "25", "0", "99.00"),
        ("150", "14.3", "25", "0", "101.78"),
        ("150", "0", "25", "12.5", "100.00"),
        ("10", "12", "25", "0", "0.00"),
        ("10", "0", "50", "6", "0.00"),
    ],
)
def test_the_capacity_of_the_scenarios(gross: str, pods: str, reserve: str, allowance: str, left: str) -> None:
    found = available_weeks(Decimal(gross), Decimal(pods), Decimal(reserve), Decimal(allowance))
    assert (found, found.as_tuple().exponent) == (Decimal(left), -2)


@given(WEEKS, WEEKS, PERCENT, WEEKS, WEEKS)
def test_capacity_grows_with_people_and_shrinks_with_what_is_kept_apart(
    gross: Decimal, pods: Decimal, reserve: Decimal, allowance: Decimal, more: Decimal
) -> None:
    left = available_weeks(gross, pods, reserve, allowance)
    assert ZERO <= left <= gross
    assert available_weeks(gross + more, pods, reserve, allowance) >= left
    assert available_weeks(gross, pods + more, reserve, allowance) <= left
    assert available_weeks(gross, pods, min(reserve + more, Decimal(100)), allowance) <= left
    assert available_weeks(gross, pods, reserve, allowance + more) <= left


@pytest.mark.parametrize("terms", [(-1, 0, 0, 0), (1, -1, 0, 0), (1, 0, -1, 0), (1, 0, 101, 0), (1, 0, 0, -1)])
def test_impossible_capacity_is_refused(terms: tuple[int, int, int, int]) -> None:
    gross, pods, reserve, allowance = map(Decimal, terms)
    with pytest.raises(ValueError, match="negative terms"):
        available_weeks(gross, pods, reserve, allowance)


@given(WEEKS, WEEKS, WEEKS)
def test_added_effort_is_counted_once_and_draws_the_allowance_first(
    added: Decimal, allowance: Decimal, drawn: Decimal
) -> None:
    taken = split_added_effort(added, allowance, drawn)
    assert taken.from_allowance + taken.overflow == added
    assert min(taken) >= ZERO
    assert taken.overflow == ZERO or drawn + taken.from_allowance >= allowance
    assert taken.from_allowance == ZERO or drawn + taken.from_allowance <= allowance


@pytest.mark.parametrize(
    ("added", "allowance", "drawn", "split"),
    [("1.5", "0", "0", ("0", "1.5")), ("1.5", "10", "9", ("1", "0.5")), ("1.5", "3", "5", ("0", "1.5"))],
)
def test_what_exceeds_the_allowance_goes_to_the_host(
    added: str, allowance: str, drawn: str, split: tuple[str, str]
) -> None:
    taken = split_added_effort(Decimal(added), Decimal(allowance), Decimal(drawn))
    assert taken == (Decimal(split[0]), Decimal(split[1]))


def test_negative_added_effort_is_refused() -> None:
    with pytest.raises(ValueError, match="negative terms"):
        split_added_effort(Decimal(-1), ZERO, ZERO)


def test_sizes_are_one_three_and_eight_weeks() -> None:
    assert SIZES == {"S": 1, "M": 3, "L": 8}


@pytest.mark.parametrize(
    ("confidence", "score"), [("guess", "833.33"), ("similar", "1333.33"), ("measured", "1583.33")]
)
def test_a_score_is_value_a_week_by_confidence_over_effort(confidence: str, score: str) -> None:
    assert cd3_score(Decimal(10_000), confidence, Decimal(6)) == Decimal(score)


@given(st.decimals(0, 10**6, places=2), st.decimals("0.01", 100, places=2), st.decimals("0.01", 100, places=2))
def test_a_smaller_effort_and_better_evidence_never_lower_a_score(value: Decimal, one: Decimal, other: Decimal) -> None:
    ascending = ("guess", "similar", "measured")
    assert set(ascending) == set(CONFIDENCE_PERCENT)
    scores = [cd3_score(value, confidence, one) for confidence in ascending]
    assert scores == sorted(scores)
    assert cd3_score(value, "guess", min(one, other)) >= cd3_score(value, "guess", max(one, other))


@pytest.mark.parametrize(("confidence", "effort"), [("certain", 1), ("", 1), ("guess", 0), ("guess", -1)])
def test_a_score_without_confidence_or_effort_is_refused(confidence: str, effort: int) -> None:
    with pytest.raises(ValueError, match=r"no confidence|effort above 0"):
        cd3_score(Decimal(100), confidence, Decimal(effort))


def test_a_request_stands_behind_equal_scores_and_behind_unscored_ranked_projects() -> None:
    ranked = [Decimal(9), None, Decimal(5), Decimal(3), None]
    assert hypothetical_place(Decimal(5), ranked) == 5
    assert hypothetical_place(Decimal(10), ranked) == 3
    assert hypothetical_place(Decimal(5), []) == 1


@given(SCORES, st.decimals(0, 50, places=2), st.decimals(0, 50, places=2))
def test_a_better_score_never_stands_lower(ranked: list[Decimal | None], one: Decimal, other: Decimal) -> None:
    better, worse = hypothetical_place(max(one, other), ranked), hypothetical_place(min(one, other), ranked)
    assert 1 <= better <= worse <= len(ranked) + 1
