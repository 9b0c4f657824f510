"""The embed finder: which hosts are worth asking, in which order, and until when."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.backlog.rules import Host, Reason, last_day_to_join, overlapping, rank_hosts

TODAY = date(2027, 2, 3)
P06 = Host(
    project=6,
    place=6,
    above=True,
    same_area=True,
    pattern_overlap=True,
    same_component=False,
    same_team=True,
    starts_on=date(2027, 1, 18),
    ends_on=date(2027, 3, 5),
)
WEEKS = Decimal("1.5")
KINSHIP = {Reason.SAME_AREA, Reason.PATTERN_OVERLAP, Reason.SAME_COMPONENT}
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
HOSTS = st.builds(
    Host,
    project=st.integers(1, 99),
    place=st.integers(1, 40),
    above=st.booleans(),
    same_area=st.booleans(),
    pattern_overlap=st.booleans(),
    same_component=st.booleans(),
    same_team=st.booleans(),
    starts_on=st.none() | st.dates(date(2027, 1, 1), date(2027, 2, 28)),
    ends_on=st.none() | st.dates(date(2027, 3, 1), date(2027, 6, 30)),
)


def name_projects(*hosts: Host) -> list[int]:
    return [suggestion.host.project for suggestion in rank_hosts(hosts, WEEKS, TODAY)]


def test_a_host_on_the_same_area_is_suggested_with_its_reasons_and_last_day() -> None:
    [found] = rank_hosts([P06], WEEKS, TODAY)
    assert found.host == P06
    assert found.last_day == date(2027, 2, 17)
    assert found.reasons == (Reason.SAME_AREA, Reason.PATTERN_OVERLAP, Reason.SAME_TEAM, Reason.TIME_LEFT)


def test_the_same_area_comes_before_a_pattern_before_a_component() -> None:
    pattern = P06._replace(project=2, place=1, same_area=False)
    component = P06._replace(project=3, place=2, same_area=False, pattern_overlap=False, same_component=True)
    elsewhere = P06._replace(place=9, same_team=False)
    assert name_projects(component, pattern, elsewhere) == [6, 2, 3]


def test_among_equally_near_hosts_the_same_team_then_time_left_then_rank_decides() -> None:
    other_team = P06._replace(project=1, place=1, same_team=False, ends_on=date(2027, 3, 31))
    undated = P06._replace(project=2, place=1, ends_on=None)
    ends_sooner = P06._replace(project=3, place=2, ends_on=date(2027, 3, 4))
    lower = P06._replace(project=4, place=7)
    assert name_projects(other_team, undated, lower, ends_sooner, P06) == [6, 4, 3, 2, 1]


def test_a_host_without_an_end_date_says_so() -> None:
    [found] = rank_hosts([P06._replace(ends_on=None)], WEEKS, TODAY)
    assert (found.last_day, found.reasons[-1]) == (None, Reason.NO_END_DATE)


@pytest.mark.parametrize(
    "useless",
    [
        P06._replace(above=False),
        P06._replace(same_area=False, pattern_overlap=False),
        P06._replace(ends_on=TODAY),
        P06._replace(starts_on=date(2027, 3, 1)),
    ],
    ids=["below the line", "no kinship", "last day over", "too short"],
)
def test_a_host_that_could_not_carry_it_is_left_out(useless: Host) -> None:
    assert name_projects(useless) == []


def test_a_host_can_be_joined_on_its_last_day_and_not_after_it() -> None:
    assert len(rank_hosts([P06], WEEKS, date(2027, 2, 17))) == 1
    assert rank_hosts([P06], WEEKS, date(2027, 2, 18)) == []


@given(st.lists(HOSTS, max_size=12, unique_by=lambda host: host.place), st.data())
def test_the_order_does_not_hang_on_the_order_of_the_question(hosts: list[Host], data: st.DataObject) -> None:
    found = rank_hosts(hosts, WEEKS, TODAY)
    assert found == rank_hosts(data.draw(st.permutations(hosts)), WEEKS, TODAY)
    assert all(suggestion.host.above and suggestion.reasons[0] in KINSHIP for suggestion in found)
    assert all(suggestion.last_day is None or suggestion.last_day >= TODAY for suggestion in found)


@pytest.mark.parametrize(
    ("ends_on", "weeks", "last_day"),
    [
        (date(2027, 3, 5), "0", date(2027, 3, 1)),
        (date(2027, 3, 5), "1", date(2027, 2, 22)),
        (date(2027, 3, 7), "1", date(2027, 2, 22)),
        (date(2027, 3, 8), "1", date(2027, 2, 23)),
        (date(2027, 3, 5), "0.5", date(2027, 2, 24)),
        (date(2027, 3, 5), "0.01", date(2027, 2, 26)),
    ],
)
def test_the_last_day_leaves_the_effort_and_a_week_of_tests(ends_on: date, weeks: str, last_day: date) -> None:
    assert last_day_to_join(None, ends_on, Decimal(weeks)) == last_day


@given(DAYS, st.decimals(0, 20, places=2))
def test_the_last_day_is_the_latest_that_holds_the_working_days_counted_one_by_one(
    ends_on: date, weeks: Decimal
) -> None:
    def count_working_days(first: date) -> int:
        days = (first + timedelta(days=n) for n in range((ends_on - first).days + 1))
        return sum(day.weekday() < 5 for day in days)

    last_day = last_day_to_join(None, ends_on, weeks)
    assert last_day is not None
    assert last_day.weekday() < 5
    assert count_working_days(last_day) == ceil(weeks * 5) + 5


def test_a_host_too_short_for_the_effort_has_no_last_day() -> None:
    start = date(2027, 2, 22)
    assert last_day_to_join(start, date(2027, 3, 5), Decimal(1)) == start
    assert last_day_to_join(start + timedelta(days=1), date(2027, 3, 5), Decimal(1)) is None


def test_negative_added_effort_has_no_last_day() -> None:
    with pytest.raises(ValueError, match="not below 0"):
        last_day_to_join(None, TODAY, Decimal(-1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/p/*", "/p/shoes/*"),
        ("/p/*", "/p/shoes"),
        ("/p/shoes", "/p/shoes/"),
        ("/p/*/reviews", "*/shoes/*"),
        ("https://lumen.example/p/*", "/p/*"),
        ("https://*.lumen.example/*", "https://de.lumen.example/p/*"),
        ("*", "/anything"),
        ("/p", "/p/*"),
    ],
)
def test_patterns_that_share_a_url_overlap(one: str, other: str) -> None:
    assert overlapping(one, other)
    assert overlapping(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/p/*", "/c/*"),
        ("/p/*", "/products/*"),
        ("/p/*.html", "/p/*.json"),
        ("/p/shoes", "/p/shirts"),
        ("https://lumen.example/p/*", "https://other.example/p/*"),
        ("", "*"),
        ("*", " "),
    ],
)
def test_patterns_without_a_common_url_do_not_overlap(one: str, other: str) -> None:
    assert not overlapping(one, other)
    assert not overlapping(other, one)


@given(st.text("ab*", max_size=7), st.text("ab*", max_size=7))
def test_overlapping_is_what_a_search_for_a_common_url_finds(one: str, other: str) -> None:
    @cache
    def meet(i: int, j: int) -> bool:
        if i == len(one) and j == len(other):
            return True
        skips_one = i < len(one) and one[i] == "*" and (meet(i + 1, j) or (j < len(other) and meet(i, j + 1)))
        skips_other = j < len(other) and other[j] == "*" and (meet(i, j + 1) or (i < len(one) and meet(i + 1, j)))
        both = i < len(one) and j < len(other) and one[i] == other[j] and meet(i + 1, j + 1)
        return skips_one or skips_other or both

    assert overlapping(f"/p{one}", f"/p{other}") == meet(0, 0)


def test_a_host_that_ends_before_the_deadline_comes_before_a_nearer_one_that_does_not() -> None:
    late = P06._replace(project=7, ends_on=date(2027, 6, 30))
    in_time = P06._replace(project=8, same_area=False, pattern_overlap=False, same_component=True)
    found = [one.host.project for one in rank_hosts([late, in_time], WEEKS, TODAY, date(2027, 3, 31))]
    assert found == [8, 7]
    assert [one.host.project for one in rank_hosts([late, in_time], WEEKS, TODAY)] == [7, 8]
