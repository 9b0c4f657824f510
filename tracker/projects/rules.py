"""The line: what fits into a team's quarter, what does not, and what would.

All efforts and capacities are person-weeks (pw) as exact decimals. A team's list is the part of the one portfolio order
that needs the team, in rank order (pinned projects first: the order given here already says so). Lists do not know of
each other: one list is drawn from its own claims and its own capacity alone, and only `join_lists` looks across teams.
So a change of one team's effort or capacity redraws that one list.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

ZERO = Decimal(0)
HUNDREDTH = Decimal("0.01")

SIZES: Mapping[str, Decimal] = {"S": Decimal(1), "M": Decimal(3), "L": Decimal(8)}
"""Person-weeks of the three sizes, for whoever has no better estimate."""

CONFIDENCE_PERCENT: Mapping[str, Decimal] = {"guess": Decimal(50), "similar": Decimal(80), "measured": Decimal(95)}
"""How much of a stated value counts: a guess half, a similar case four fifths, measured data nearly all."""


class Claim(NamedTuple):
    """What one project asks of one team in the quarter: spent plus remaining pw, and what embedding added."""

    project: int
    weeks: Decimal


class Standing(NamedTuple):
    """One row of a team's drawn list."""

    project: int
    weeks: Decimal
    cumulated: Decimal
    """pw of all projects ranked higher in this team, plus its own."""
    fits: bool
    short: Decimal
    """pw this team lacks for it; 0 where it fits."""


class Totals(NamedTuple):
    """Where the claims on one team stand, in pw; `above + reserved + beyond` is all of them, each counted once."""

    above: Decimal
    reserved: Decimal
    """Reserved behind a bottleneck: fits here, but is held back by another team."""
    beyond: Decimal
    """Does not fit here."""


class Line(NamedTuple):
    """The portfolio's line, joined from the lists of all teams."""

    lists: Mapping[int, Sequence[Standing]]
    """Team → its rows in rank order."""
    above: Mapping[int, bool]
    """Project → whether it is above; every project of every list is in it."""
    bottlenecks: Mapping[int, Sequence[int]]
    """Project below → the teams where it does not fit."""
    totals: Mapping[int, Totals]
    """Team → its totals."""


class Crossings(NamedTuple):
    """Projects that crossed the line between two drawings, in ascending order of their ids."""

    fell: list[int]
    rose: list[int]


class AddedEffort(NamedTuple):
    """Where the added effort of an embedded item is taken from, in pw; the two add up to it."""

    from_allowance: Decimal
    overflow: Decimal
    """Exceeds what is left of the allowance: added to the claim of the host."""


def available_weeks(gross: Decimal, pods: Decimal, reserve_percent: Decimal, allowance: Decimal) -> Decimal:
    """The pw of a team that ranked projects may claim, to a hundredth, never below 0.

    gross − pods − reserve_percent % of (gross − pods) − allowance. The reserve is taken of what the pods leave, because
    people given to a pod answer no incidents of the team. Raises ValueError for negative terms or a reserve over 100 %.
    """
    if min(gross, pods, reserve_percent, allowance) < ZERO or reserve_percent > 100:
        raise ValueError("capacity has no negative terms, and a reserve is at most 100 percent")
    own = gross - pods
    left = own - own * reserve_percent / 100 - allowance
    return max(left, ZERO).quantize(HUNDREDTH, ROUND_HALF_UP)


def weeks_between(first: date, last: date) -> Decimal:
    """Working weeks of one person from one day to another, both counted: Mondays to Fridays by five, to a tenth."""
    days = max((last - first).days + 1, 0)
    whole, rest = divmod(days, 7)
    worked = whole * 5 + sum((first.weekday() + one) % 7 < 5 for one in range(rest))
    return (Decimal(worked) / 5).quantize(Decimal("0.1"), ROUND_HALF_UP)


def draw_list(claims: Sequence[Claim], available: Decimal) -> list[Standing]:
    """Draws one team's list: one row for each claim, in the given rank order.

    Every project claims its effort, also one that does not fit: otherwise a small project far down would jump over a
    large one, and the large one would starve. A claim of 0 asks nothing of the team and so fits anywhere.
    Raises ValueError for a negative claim or a project that claims twice.
    """
    rows = []
    cumulated = ZERO
    for project, weeks in claims:
        if weeks < ZERO:
            raise ValueError(f"project {project} claims {weeks} person-weeks")
        cumulated += weeks
        fits = cumulated <= available or not weeks
        rows.append(Standing(project, weeks, cumulated, fits, ZERO if fits else cumulated - available))
    if len({row.project for row in rows}) < len(rows):
        raise ValueError("a project stands twice in one team's list")
    return rows


def join_lists(lists: Mapping[int, Sequence[Standing]]) -> Line:
    """Joins the drawn lists of all teams (team → rows): a project is above if it fits in each team it needs.

    A project held back by one team keeps its claims in the others. That costs some capacity, shown as `reserved`, but
    whoever ranks then sees what moving it would free.
    """
    above: dict[int, bool] = {}
    bottlenecks: dict[int, list[int]] = {}
    for team, rows in lists.items():
        for row in rows:
            if row.fits:
                above.setdefault(row.project, True)
            else:
                above[row.project] = False
                bottlenecks.setdefault(row.project, []).append(team)
    return Line(lists, above, bottlenecks, {team: _add_up(rows, above) for team, rows in lists.items()})


def _add_up(rows: Sequence[Standing], above: Mapping[int, bool]) -> Totals:
    done = reserved = beyond = ZERO
    for row in rows:
        if not row.fits:
            beyond += row.weeks
        elif above[row.project]:
            done += row.weeks
        else:
            reserved += row.weeks
    return Totals(done, reserved, beyond)


def draw_line(claims: Mapping[int, Sequence[Claim]], available: Mapping[int, Decimal]) -> Line:
    """Draws the portfolio's line from each team's claims in rank order and each team's available pw.

    A team without a capacity has none: what needs it stays below, and names it as its bottleneck.
    Raises ValueError as `draw_list` does.
    """
    return join_lists({team: draw_list(rows, available.get(team, ZERO)) for team, rows in claims.items()})


def crossings(before: Mapping[int, bool], after: Mapping[int, bool]) -> Crossings:
    """Which projects fell and which rose between two `Line.above`; one that is new or gone has crossed nothing."""
    fell = [project for project, was_above in before.items() if was_above and after.get(project) is False]
    rose = [project for project, was_above in before.items() if not was_above and after.get(project)]
    return Crossings(sorted(fell), sorted(rose))


def split_added_effort(added: Decimal, allowance: Decimal, drawn: Decimal) -> AddedEffort:
    """Takes the added effort of an embedded item from its team's allowance first, and the rest from the host.

    `drawn` is what other items have already taken; after a raid it may exceed the allowance, then nothing is left.
    Raises ValueError for negative terms.
    """
    if min(added, allowance, drawn) < ZERO:
        raise ValueError("effort and allowance have no negative terms")
    from_allowance = min(added, max(allowance - drawn, ZERO))
    return AddedEffort(from_allowance, added - from_allowance)


def cd3_score(value_per_week: Decimal, confidence: str, effort: Decimal) -> Decimal:
    """Cost of delay divided by duration (CD3, Reinertsen): value lost per week × confidence / pw, to a hundredth.

    `confidence` is a key of `CONFIDENCE_PERCENT`. Raises ValueError for an unknown one or an effort not above 0.
    """
    if confidence not in CONFIDENCE_PERCENT:
        raise ValueError(f"{confidence!r} is no confidence")
    if effort <= ZERO:
        raise ValueError("a score needs an effort above 0")
    return (value_per_week * CONFIDENCE_PERCENT[confidence] / 100 / effort).quantize(HUNDREDTH, ROUND_HALF_UP)


def hypothetical_place(score: Decimal, ranked: Sequence[Decimal | None]) -> int:
    """Where a score would insert a request among the ranked projects: 1 + those it does not beat.

    It beats only a lower score: at equal scores who was ranked first stays first, and a project without a score (None)
    stands on its rank, which somebody decided.
    """
    return 1 + sum(other is None or other >= score for other in ranked)


def weeks_below(claims: Sequence[Claim], place: int, effort: Decimal, available: Decimal) -> Decimal:
    """How many pw a team lacks for a project of this effort inserted at this place of its list, counted from 1.

    Above 0 means below the line; 0 or less is what would be left. Raises ValueError for a place outside the list or an
    effort that is not above 0.
    """
    _refuse_place(claims, place, effort)
    return sum((claim.weeks for claim in claims[: place - 1]), ZERO) + effort - available


def lowest_place_above(claims: Sequence[Claim], effort: Decimal, available: Decimal) -> int | None:
    """The lowest place, counted from 1, of a team's list at which an inserted project of this effort still fits.

    None where it does not fit even at the top. The list may be empty. Raises ValueError for an effort not above 0.
    """
    _refuse_place(claims, 1, effort)
    cumulated = effort
    if cumulated > available:
        return None
    for place, claim in enumerate(claims, start=1):
        cumulated += claim.weeks
        if cumulated > available:
            return place
    return len(claims) + 1


def pushed_below(claims: Sequence[Claim], place: int, effort: Decimal, available: Decimal) -> list[int]:
    """The projects of a team's list that fit now and no longer would behind one of this effort inserted at `place`.

    In rank order. Of one team: one that another team holds back already is among them too. Raises ValueError as
    `weeks_below` does.
    """
    _refuse_place(claims, place, effort)
    behind = draw_list(claims, available)[place - 1 :]
    return [row.project for row in behind if row.weeks and row.fits and row.cumulated + effort > available]


def _refuse_place(claims: Sequence[Claim], place: int, effort: Decimal) -> None:
    if not 1 <= place <= len(claims) + 1:
        raise ValueError(f"place {place} is outside a list of {len(claims)}")
    if effort <= ZERO:
        raise ValueError("what stands in a list has an effort above 0")
