"""Pictures: nothing stands outside of them, parts add up, more is never shorter."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.templatetags.geometry import (
    FULL,
    Axis,
    axis_over,
    beside,
    flow_legend,
    has_room,
    join_points,
    percent_of,
    quarter_after,
    quarter_of,
    stack_spans,
    trace,
)

WEEKS = st.decimals(min_value=-5, max_value=10_000, places=2)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
NEAR = 0.01


@given(st.lists(WEEKS, max_size=50), WEEKS)
def test_parts_stand_in_a_row_inside_and_add_up(values: list[Decimal], whole: Decimal) -> None:
    spans = stack_spans(values, whole)
    read = [max(float(value), 0) for value in values]
    assert len(spans) == len(values)
    for first, second in pairwise(spans):
        assert first.end == pytest.approx(second.x)
    for span in spans:
        assert span.x >= 0
        assert span.width >= 0
        assert span.end <= FULL + 1e-9
    most = max(float(whole), sum(read))
    if most > 0:
        assert sum(span.width for span in spans) == pytest.approx(sum(read) / most * FULL, abs=NEAR)


@given(st.lists(WEEKS, min_size=2, max_size=20), WEEKS)
def test_who_asks_more_is_never_drawn_shorter(values: list[Decimal], whole: Decimal) -> None:
    drawn = sorted(zip(values, stack_spans(values, whole), strict=True), key=lambda one: one[0])
    for (_less, one), (_more, other) in pairwise(drawn):
        assert one.width <= other.width + NEAR


@given(WEEKS, WEEKS, WEEKS)
def test_a_share_grows_with_its_value_and_never_leaves_the_picture(
    one: Decimal, other: Decimal, whole: Decimal
) -> None:
    less, more = sorted((one, other))
    assert 0 <= percent_of(less, whole) <= percent_of(more, whole) <= FULL


@given(st.lists(DAYS, max_size=20), DAYS)
def test_today_is_always_on_the_axis_which_is_made_of_whole_quarters(days: list[date], today: date) -> None:
    axis = axis_over(days, today)
    assert axis.start <= today < axis.end
    assert axis.start == quarter_of(axis.start)
    assert axis.end == quarter_of(axis.end)
    assert 2 <= len(axis.quarters) <= 9
    assert quarter_after(axis.quarters[-1]) == axis.end


@given(st.lists(DAYS, max_size=5), DAYS, DAYS, DAYS)
def test_a_later_day_never_stands_further_left(days: list[date], today: date, one: date, other: date) -> None:
    axis = axis_over(days, today)
    first, last = sorted((one, other))
    assert 0 <= axis.place(first) <= axis.place(last) <= FULL
    span = axis.span(first, last)
    assert span.x >= 0
    assert span.width >= 1
    assert span.end <= FULL + 1e-9
    assert span.width <= axis.span(first, last + timedelta(days=1)).width + 1e-9


@given(DAYS)
def test_a_quarter_holds_its_days(day: date) -> None:
    assert quarter_of(day) <= day < quarter_after(quarter_of(day))
    assert quarter_after(quarter_after(quarter_of(day)), -1) == quarter_of(day)


def test_a_whole_quarter_is_as_wide_as_its_column() -> None:
    axis = Axis(date(2027, 1, 1), date(2027, 7, 1))
    span = axis.span(date(2027, 1, 1), date(2027, 3, 31))
    assert (span.x, span.end) == (0, axis.place(date(2027, 4, 1)))
    assert axis.span(date(2027, 1, 1), date(2027, 6, 30)).width == FULL


@given(st.lists(st.integers(-1000, 1000), max_size=30))
def test_a_trend_goes_from_left_to_right_with_the_most_on_top(values: list[int]) -> None:
    points = trace(values, 6, 26, right=86)
    assert len(points) == len(values)
    assert [x for x, _y in points] == sorted(x for x, _y in points)
    assert all(0 <= x <= 86 and 6 <= y <= 26 for x, y in points)
    for (value, (_x, y)), (other, (_other_x, lower)) in pairwise(zip(values, points, strict=True)):
        assert (value > other) == (y < lower)
    assert len(join_points(points, "trend")) == max(len(points) - 1, 0)


@given(st.lists(st.text(max_size=30), max_size=12))
def test_a_legend_stays_in_its_lines(labels: list[str]) -> None:
    places = flow_legend(labels, 400)
    assert len(places) == len(labels)
    assert places == sorted(places, key=lambda one: (one[1], one[0]))
    assert len(set(places)) == len(places)


def test_words_stand_where_there_is_room() -> None:
    assert has_room("P-06", 8)
    assert not has_room("P-06", 2)
    assert not has_room("", 100)
    assert (beside("the line", 30, 0, "cut").anchor, beside("the line", 70, 0, "cut").anchor) == ("start", "end")
