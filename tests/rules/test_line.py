"""The line of death: what it must never do, on random portfolios, and the figures of scenario S2."""

from collections.abc import Sequence
from decimal import Decimal
from time import process_time
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.projects.rules import (
    ZERO,
    Claim,
    Line,
    Standing,
    Totals,
    available_weeks,
    crossings,
    draw_line,
    draw_list,
    join_lists,
    lowest_place_above,
    pushed_below,
    weeks_below,
)

TEAMS = (1, 2, 3)
WEEKS = st.decimals(0, 12, places=2)
SOME_WEEKS = st.decimals("0.01", 12, places=2)


class Portfolio(NamedTuple):
    """Projects in rank order, each with the weeks it asks of the teams it needs, and what the teams have."""

    needs: list[dict[int, Decimal]]
    available: dict[int, Decimal]

    def claims(self) -> dict[int, list[Claim]]:
        return {
            team: [Claim(project, asked[team]) for project, asked in enumerate(self.needs) if team in asked]
            for team in TEAMS
        }

    def draw(self) -> Line:
        return draw_line(self.claims(), self.available)


PORTFOLIOS = st.builds(
    Portfolio,
    st.lists(st.dictionaries(st.sampled_from(TEAMS), WEEKS, min_size=1), min_size=1, max_size=12),
    st.fixed_dictionaries({team: st.decimals(0, 40, places=2) for team in TEAMS}),
)
LISTS = st.lists(SOME_WEEKS, max_size=12).map(lambda efforts: [Claim(n, weeks) for n, weeks in enumerate(efforts)])


def judge_by_the_sentence(portfolio: Portfolio, project: int) -> list[int]:
    """The teams in which a project does not fit, by domain.md's sentence word for word, slowly."""
    bottlenecks = []
    for team, own in portfolio.needs[project].items():
        higher = sum((asked.get(team, ZERO) for asked in portfolio.needs[:project]), ZERO)
        if own > 0 and higher + own > portfolio.available[team]:
            bottlenecks.append(team)
    return sorted(bottlenecks)


@given(PORTFOLIOS)
def test_the_line_is_what_the_sentence_says(portfolio: Portfolio) -> None:
    line = portfolio.draw()
    expected = {project: judge_by_the_sentence(portfolio, project) for project in range(len(portfolio.needs))}
    assert line.above == {project: not teams for project, teams in expected.items()}
    assert line.bottlenecks == {project: teams for project, teams in expected.items() if teams}


@given(PORTFOLIOS, st.sampled_from(TEAMS), SOME_WEEKS)
def test_more_capacity_never_lowers_anything(portfolio: Portfolio, team: int, more: Decimal) -> None:
    available = {**portfolio.available, team: portfolio.available[team] + more}
    assert crossings(portfolio.draw().above, portfolio._replace(available=available).draw().above).fell == []


@given(PORTFOLIOS, st.data(), st.sampled_from(TEAMS), SOME_WEEKS)
def test_more_effort_never_lifts_anything(portfolio: Portfolio, data: st.DataObject, team: int, more: Decimal) -> None:
    grown = data.draw(st.integers(0, len(portfolio.needs) - 1))
    needs = [dict(asked) for asked in portfolio.needs]
    needs[grown][team] = needs[grown].get(team, ZERO) + more
    assert crossings(portfolio.draw().above, portfolio._replace(needs=needs).draw().above).rose == []


@given(PORTFOLIOS)
def test_nothing_below_the_line_jumps_over_it_inside_a_team(portfolio: Portfolio) -> None:
    line = portfolio.draw()
    for rows in line.lists.values():
        fits = [row.fits for row in rows if row.weeks]
        assert fits == sorted(fits, reverse=True)
        held_back = [row.project for row in rows if row.weeks and not row.fits]
        assert not any(line.above[project] for project in held_back)


@given(PORTFOLIOS)
def test_a_project_below_keeps_its_claims_in_every_team(portfolio: Portfolio) -> None:
    for rows in portfolio.draw().lists.values():
        assert [row.cumulated for row in rows] == [
            sum((row.weeks for row in rows[:n]), ZERO) for n in range(1, len(rows) + 1)
        ]


@given(PORTFOLIOS)
def test_effort_is_counted_once(portfolio: Portfolio) -> None:
    line = portfolio.draw()
    for team, totals in line.totals.items():
        claimed = portfolio.claims()[team]
        above = sum((claim.weeks for claim in claimed if line.above[claim.project]), ZERO)
        below = sum((claim.weeks for claim in claimed if not line.above[claim.project]), ZERO)
        assert totals.above == above <= portfolio.available[team]
        assert totals.reserved + totals.beyond == below
        assert sum(totals, ZERO) == sum((claim.weeks for claim in claimed), ZERO)


@given(PORTFOLIOS)
def test_reserved_behind_a_bottleneck_is_what_fits_here_and_is_held_back_elsewhere(portfolio: Portfolio) -> None:
    line = portfolio.draw()
    for team, totals in line.totals.items():
        bottlenecks = [judge_by_the_sentence(portfolio, project) for project in range(len(portfolio.needs))]
        held_back = [
            asked[team]
            for asked, short_in in zip(portfolio.needs, bottlenecks, strict=True)
            if team in asked and short_in and team not in short_in
        ]
        assert totals.reserved == sum(held_back, ZERO)


@given(PORTFOLIOS, st.sampled_from(TEAMS), st.decimals(0, 40, places=2))
def test_a_change_in_one_team_redraws_that_list_alone(portfolio: Portfolio, team: int, available: Decimal) -> None:
    changed = portfolio._replace(available={**portfolio.available, team: available})
    lists = {**portfolio.draw().lists, team: draw_list(portfolio.claims()[team], available)}
    assert join_lists(lists) == changed.draw()


@given(PORTFOLIOS)
def test_ranking_a_project_higher_never_lowers_it(portfolio: Portfolio) -> None:
    above = portfolio.draw().above
    for place, moved in enumerate(portfolio.needs):
        others = [*portfolio.needs[:place], *portfolio.needs[place + 1 :]]
        for higher in range(place if above[place] else 0):
            needs = [*others[:higher], moved, *others[higher:]]
            assert portfolio._replace(needs=needs).draw().above[higher]


@given(LISTS, st.data(), SOME_WEEKS, st.decimals(0, 60, places=2))
def test_what_an_insertion_pushes_below_is_what_a_redraw_shows(
    claims: list[Claim], data: st.DataObject, effort: Decimal, available: Decimal
) -> None:
    place = data.draw(st.integers(1, len(claims) + 1))
    before = draw_list(claims, available)
    after = draw_list([*claims[: place - 1], Claim(-1, effort), *claims[place - 1 :]], available)
    fell = crossings({row.project: row.fits for row in before}, {row.project: row.fits for row in after}).fell
    assert pushed_below(claims, place, effort, available) == fell
    assert (weeks_below(claims, place, effort, available) <= 0) == after[place - 1].fits
    assert max(weeks_below(claims, place, effort, available), ZERO) == after[place - 1].short


@given(LISTS, SOME_WEEKS, st.decimals(0, 60, places=2))
def test_the_lowest_place_above_is_the_last_one_that_fits(
    claims: list[Claim], effort: Decimal, available: Decimal
) -> None:
    places = range(1, len(claims) + 2)
    fitting = [place for place in places if weeks_below(claims, place, effort, available) <= 0]
    assert lowest_place_above(claims, effort, available) == max(fitting, default=None)


def web_list() -> list[Claim]:
    """Team Web in S2: 38 projects asking 231 pw; P-06 asks 14, rank 19 (P-17) 7, rank 20 six; 138 to rank 26."""
    efforts = ["7", "6", "8", "5", "6", "14", "4", "7", "6", "5", "6", "6", "6", "5", "6", "2.5", "1.5", "1.5", "7"]
    efforts += ["6", "3", "4", "4", "3.5", "4", "4", *["7.75"] * 12]
    return [Claim(rank, Decimal(weeks)) for rank, weeks in enumerate(efforts, start=1)]


WEB = available_weeks(Decimal(150), ZERO, Decimal(25), ZERO)


def count_above(rows: Sequence[Standing]) -> int:
    return sum(row.fits for row in rows)


def test_web_has_112_and_a_half_weeks_and_its_line_is_after_rank_19() -> None:
    rows = draw_list(web_list(), WEB)
    assert Decimal("112.50") == WEB
    assert (len(rows), rows[-1].cumulated) == (38, Decimal(231))
    assert (rows[18].cumulated, rows[18].fits, rows[18].short) == (Decimal("109.5"), True, ZERO)
    assert (rows[19].weeks, rows[19].fits, rows[19].short) == (Decimal(6), False, Decimal("3.0"))
    assert count_above(rows) == 19


def test_embedding_one_and_a_half_weeks_in_p06_keeps_19_projects_above() -> None:
    claims = web_list()
    claims[5] = Claim(6, Decimal(14) + Decimal("1.5"))
    rows = draw_list(claims, WEB)
    assert rows[5].weeks == Decimal("15.5")
    assert rows[18].cumulated == Decimal("111.0")
    assert count_above(rows) == 19


def test_r41_would_be_27th_and_31_and_a_half_weeks_below() -> None:
    assert weeks_below(web_list(), 27, Decimal(6), WEB) == Decimal("31.5")


def test_r41_has_to_climb_eight_places_and_would_push_the_returns_portal_below() -> None:
    lowest = lowest_place_above(web_list(), Decimal(6), WEB)
    assert lowest == 27 - 8
    assert pushed_below(web_list(), lowest, Decimal(6), WEB) == [19]


@pytest.mark.parametrize("embedded", ["0", "1.5"])
def test_two_engineers_leaving_lift_the_line_by_four_places(embedded: str) -> None:
    claims = web_list()
    claims[5] = Claim(6, Decimal(14) + Decimal(embedded))
    before = {row.project: row.fits for row in draw_list(claims, WEB)}
    fewer = available_weeks(Decimal(132), ZERO, Decimal(25), ZERO)
    after = {row.project: row.fits for row in draw_list(claims, fewer)}
    assert fewer == Decimal(99)
    assert crossings(before, after) == ([16, 17, 18, 19], [])


def test_a_project_held_back_by_mobile_is_reserved_behind_it_in_web() -> None:
    web, mobile = 1, 2
    claims = {
        web: [Claim(1, Decimal(5)), Claim(2, Decimal(3)), Claim(3, Decimal(4))],
        mobile: [Claim(4, Decimal(8)), Claim(2, Decimal(3))],
    }
    line = draw_line(claims, {web: Decimal(10), mobile: Decimal(10)})
    assert line.above == {1: True, 2: False, 3: False, 4: True}
    assert line.bottlenecks == {2: [mobile], 3: [web]}
    assert line.totals[web] == Totals(above=Decimal(5), reserved=Decimal(3), beyond=Decimal(4))
    assert line.totals[mobile] == Totals(above=Decimal(8), reserved=ZERO, beyond=Decimal(3))


def test_a_project_that_fills_the_last_hundredth_is_above() -> None:
    first = Claim(1, Decimal("9.99"))
    filling = draw_list([first, Claim(2, Decimal("0.01"))], Decimal(10))[1]
    exceeding = draw_list([first, Claim(2, Decimal("0.02"))], Decimal(10))[1]
    assert (filling.fits, filling.short) == (True, ZERO)
    assert (exceeding.fits, exceeding.short) == (False, Decimal("0.01"))


def test_a_project_that_asks_nothing_of_a_full_team_is_not_held_back_by_it() -> None:
    rows = draw_list([Claim(1, Decimal(5)), Claim(2, ZERO)], Decimal(4))
    assert [row.fits for row in rows] == [False, True]
    assert pushed_below([Claim(2, ZERO)], 1, Decimal(5), Decimal(4)) == []


def test_a_team_without_capacity_holds_back_all_that_need_it() -> None:
    line = draw_line({7: [Claim(1, Decimal(1))]}, {})
    assert line.bottlenecks == {1: [7]}


def test_a_new_project_and_one_that_is_gone_have_crossed_nothing() -> None:
    assert crossings({1: True, 2: True, 3: False}, {1: False, 3: True, 4: False, 5: True}) == ([1], [3])


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ([Claim(1, Decimal(-1))], "project 1 claims -1"),
        ([Claim(1, Decimal(1)), Claim(1, Decimal(2))], "stands twice"),
    ],
)
def test_a_list_that_cannot_be_drawn_is_refused(claims: list[Claim], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw_list(claims, Decimal(10))


@pytest.mark.parametrize(("place", "effort"), [(0, 1), (3, 1), (1, 0)])
def test_an_insertion_outside_the_list_or_without_effort_is_refused(place: int, effort: int) -> None:
    with pytest.raises(ValueError, match=r"outside a list|effort above 0"):
        weeks_below([Claim(1, Decimal(1))], place, Decimal(effort), Decimal(10))


def test_a_portfolio_of_two_thousand_projects_is_drawn_in_milliseconds() -> None:
    needs = [{team: Decimal("1.25") for team in TEAMS[: 1 + n % 3]} for n in range(2000)]
    portfolio = Portfolio(needs, {team: Decimal(700) for team in TEAMS})
    claims = portfolio.claims()
    spent = []
    for _ in range(5):
        started = process_time()
        draw_line(claims, portfolio.available)
        spent.append(process_time() - started)
    # A few milliseconds; the bound leaves a slow machine ten times that.
    assert min(spent) < 0.05
