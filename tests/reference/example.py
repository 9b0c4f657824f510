"""The worked example of docs/explanation/the-line.md, drawn by the rules that the product runs."""

from decimal import Decimal
from textwrap import fill
from typing import Any

from tests.reference.tables import table
from tracker.projects.rules import Claim, available_weeks, draw_line, split_added_effort


def write_example() -> str:
    """The worked example of the line: two teams, five projects, drawn by the rules that the product runs."""
    web, data = 1, 2
    names = {1: "Checkout", 2: "Product page", 3: "Recommendations", 4: "Search", 5: "Returns"}
    claims = {
        web: [Claim(1, Decimal(12)), Claim(2, Decimal(8)), Claim(3, Decimal(4)), Claim(4, Decimal(6)), Claim(5, ONE)],
        data: [Claim(2, Decimal(2)), Claim(3, Decimal(12))],
    }
    gross = {web: Decimal(40), data: Decimal(16)}
    allowance = {web: Decimal(2), data: Decimal(0)}
    available = {team: available_weeks(gross[team], Decimal(0), Decimal(25), allowance[team]) for team in claims}
    line = draw_line(claims, available)
    held = next(p for p, teams in line.bottlenecks.items() if list(teams) == [data])
    moved = {
        team: [*(c for c in rows if c.project != held), *(c for c in rows if c.project == held)]
        for team, rows in claims.items()
    }
    after = draw_line(moved, available)
    rose = [names[p] for p in names if after.above[p] and not line.above[p]]
    taken = [split_added_effort(Decimal("1.5"), allowance[web], drawn) for drawn in (Decimal(0), Decimal("1.5"))]
    cells = {team: {row.project: row for row in rows} for team, rows in line.lists.items()}
    rows = []
    for project, name in names.items():
        shown = [_claim(cells[team].get(project)) for team in (web, data)]
        stuck = ", ".join({web: "Web", data: "Data"}[team] for team in line.bottlenecks.get(project, ()))
        rows.append([str(project), name, *shown, "above" if line.above[project] else f"below: {stuck}"])
    totals = line.totals[web]
    text = f"""Two teams give a quarter. Web has {gross[web]} person-weeks, keeps 25 % in reserve and {allowance[web]} as
allowance, so ranked projects may claim {_weeks(available[web])}. Data has {gross[data]}, keeps 25 % and no allowance,
so {_weeks(available[data])}. In each cell stands what the project claims and, after the arrow, the sum down to it.

{table(["rank", "project", f"Web, {_weeks(available[web])} to claim", f"Data, {_weeks(available[data])}", "stands"], rows)}

{names[held]} fits in Web and not in Data. It stays below and still claims its {_weeks(cells[web][held].weeks)} weeks in
Web: of what Web has to give, {_weeks(totals.above)} are used, {_weeks(totals.reserved)} are reserved behind the
bottleneck, and {_weeks(totals.beyond)} do not fit. {names[4]} lacks {_weeks(cells[web][4].short)}. {names[5]} asks one
week and does not slip past {names[4]}.

Moved to the end, {names[held]} sets its claim free, and {" and ".join(rose)} rise. The page says so beforehand; whether
it is worth it is for the CTO to decide.

An item of 1.5 weeks embedded in {names[2]} takes {_weeks(taken[0].from_allowance)} from Web's allowance and adds
{_weeks(taken[0].overflow)} to its host. A second one of 1.5 finds {_weeks(taken[1].from_allowance)} left there, and
{_weeks(taken[1].overflow)} is added to what {names[2]} claims."""
    return "\n\n".join(part if part.startswith("|") else fill(part, 120) for part in text.split("\n\n"))


ONE = Decimal(1)


def _weeks(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _claim(row: Any) -> str:
    if row is None:
        return ""
    return f"{_weeks(row.weeks)} → {_weeks(row.cumulated)}" + ("" if row.fits else " ✗")
