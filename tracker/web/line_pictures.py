"""The line as pictures: what a team has against what is asked of it, all teams beside each other, and the trend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.projects.models import Period
from tracker.projects.queries import LATEST_CROSSINGS, Demand, LineRow, TeamCapacity, TeamLine
from tracker.projects.words import say_weeks
from tracker.templatetags.geometry import (
    FULL,
    Bar,
    Dot,
    Heading,
    Picture,
    Row,
    Span,
    Stroke,
    Words,
    beside,
    has_room,
    join_points,
    percent_of,
    stack_spans,
    trace,
)
from tracker.templatetags.times import number

MOST_BLOCKS = 60
"""More projects than this are drawn together with their neighbours."""
BAR = 22
CAPTION_1, BAR_1, CAPTION_2, BAR_2 = 34, 40, 82, 88
TEAM_STEP, TEAM_BAR = 58, 14


@dataclass(frozen=True)
class Block:
    """A project of the list, or several neighbours of one tone."""

    tone: str
    label: str
    name: str
    weeks: Decimal
    url: str = ""
    key: str = ""


def tone_of(row: LineRow) -> str:
    if row.above:
        return "above"
    return "held" if row.fits else "below"


def say_tone(tone: str) -> str:
    return {
        "above": _("above the line"),
        "held": _("reserved behind another team"),
        "below": _("below the line"),
        "room": _("for projects"),
        "allowance": _("allowance"),
        "reserve": _("reserve"),
    }[tone]


def blocks_of(rows: Sequence[LineRow]) -> list[Block]:
    """One for each project in the order of rank; of a long list one for all neighbours of a tone."""
    if len(rows) <= MOST_BLOCKS:
        return [
            Block(
                tone_of(row),
                row.key,
                f"{row.place}. {row.key} {row.title}",
                row.weeks,
                reverse("project", args=[row.key]),
                row.key,
            )
            for row in rows
        ]
    return [_join(tone, list(some)) for tone, some in groupby(rows, key=tone_of)]


def _join(tone: str, rows: Sequence[LineRow]) -> Block:
    words = {"count": len(rows), "first": rows[0].place, "last": rows[-1].place}
    label = ngettext("%(count)s project", "%(count)s projects", len(rows)) % words
    name = _("ranks %(first)s – %(last)s") % words
    return Block(tone, label, name, sum((row.weeks for row in rows), Decimal(0)))


def parts_of(team: TeamCapacity) -> list[tuple[str, Decimal]]:
    """What the capacity of a team is made of; the line stands at the end of the first."""
    parts = [("room", team.available), ("allowance", team.allowance), ("reserve", team.reserve)]
    return [(tone, weeks) for tone, weeks in parts if weeks > 0]


def line_picture(line: TeamLine, period: Period) -> Picture:
    """Capacity over demand on one scale, the line through both."""
    team, blocks, parts = line.team, blocks_of(line.rows), parts_of(line.team)
    asked = sum((block.weeks for block in blocks), Decimal(0))
    has = sum((weeks for _tone, weeks in parts), Decimal(0))
    whole = max(asked, has)
    cut = percent_of(team.available, whole)
    words = [
        beside(_("the line · %(weeks)s w") % {"weeks": number(team.available)}, cut, 12, "cut"),
        Words(_("Capacity: %(weeks)s w") % {"weeks": number(has)}, 0, CAPTION_1),
        Words(_("Asked for: %(weeks)s w") % {"weeks": number(asked)}, 0, CAPTION_2),
    ]
    had = zip(parts, stack_spans([weeks for _tone, weeks in parts], whole), strict=True)
    wanted = zip(blocks, stack_spans([block.weeks for block in blocks], whole), strict=True)
    bars = [_part_bar(tone, weeks, span) for (tone, weeks), span in had]
    bars += [_block_bar(block, span) for block, span in wanted]
    tones = dict.fromkeys([block.tone for block in blocks])
    return Picture(
        name=f"line-{team.key}-{period.key}",
        title=_("%(team)s, %(period)s: capacity against what is asked") % {"team": team.name, "period": period},
        news=_say_line(line, asked),
        height=BAR_2 + BAR + 6,
        headings=(Heading(_("Part")), Heading(_("Weeks"), True), Heading(_("Sum"), True), Heading(_("Where"))),
        rows=tuple(_rows(parts, blocks)),
        bars=tuple(bars),
        strokes=(Stroke("cut", cut, 16, cut, BAR_2 + BAR + 4),),
        words=tuple(words),
        legend=tuple((tone, say_tone(tone)) for tone in ("above", "held", "below") if tone in tones),
    )


def _say_line(line: TeamLine, asked: Decimal) -> str:
    over = asked - line.claimed
    words = {
        "asked": say_weeks(asked),
        "available": number(line.team.available),
        "claimed": number(line.claimed),
        "over": number(over),
    }
    if over:
        return (
            _("Asked for %(asked)s with room for %(available)s: %(claimed)s fit, %(over)s are below the line.") % words
        )
    return _("Asked for %(asked)s with room for %(available)s: all of it fits.") % words


def _part_bar(tone: str, weeks: Decimal, span: Span) -> Bar:
    short = number(weeks)
    whole = f"{short} {say_tone(tone)}"
    label = next((text for text in (whole, short) if has_room(text, span.width)), "")
    return Bar(tone, span.x, BAR_1, span.width, BAR, label, f"{say_tone(tone)}: {say_weeks(weeks)}")


def _block_bar(block: Block, span: Span) -> Bar:
    tip = f"{block.name}: {say_weeks(block.weeks)}, {say_tone(block.tone)}"
    label = block.label if has_room(block.label, span.width) else ""
    return Bar(block.tone, span.x, BAR_2, span.width, BAR, label, tip, block.key)


def _rows(parts: Sequence[tuple[str, Decimal]], blocks: Sequence[Block]) -> Iterator[Row]:
    reached = Decimal(0)
    for tone, weeks in parts:
        reached += weeks
        yield Row((say_tone(tone), number(weeks), number(reached), _("capacity")))
    reached = Decimal(0)
    for block in blocks:
        reached += block.weeks
        yield Row((block.name, number(block.weeks), number(reached), say_tone(block.tone)), block.url)


def capacity_parts(line: TeamLine) -> list[dict[str, Any]]:
    team = line.team
    above = line.claimed - line.reserved
    parts = [
        {"label": _("reserve"), "value": team.reserve, "tone": "reserve"},
        {
            "label": _("allowance, drawn %(weeks)s") % {"weeks": number(team.drawn)},
            "value": team.allowance,
            "tone": "allowance",
        },
        {"label": _("projects"), "value": above, "tone": "projects"},
        {"label": _("reserved behind others"), "value": line.reserved, "tone": "short"},
        {"label": _("left"), "value": line.left, "tone": "left"},
    ]
    return [part for part in parts if part["value"] or part["tone"] != "short"]


def teams_picture(teams: Sequence[TeamCapacity], demands: dict[int, Demand], period: Period) -> Picture:
    """Every team on one scale: its capacity as a thin bar, under it what is asked, each with its line."""
    listed = [(team, demands.get(team.team_id, Demand())) for team in teams]
    whole = max((max(team.gross, demand.asked) for team, demand in listed), default=Decimal(0))
    placed = [(place * TEAM_STEP, *one) for place, one in enumerate(listed)]
    cuts = [(top, percent_of(team.available, whole)) for top, team, _demand in placed]
    labels = (_("Team"), _("Capacity"), _("For projects"), _("Above the line"), _("Reserved"), _("Below the line"))
    tones = dict.fromkeys(tone for _team, demand in listed for tone, _weeks in demand.parts)
    return Picture(
        name=f"capacity-{period.key}",
        title=_("All teams in %(period)s: capacity against what is asked") % {"period": period},
        news=_say_teams(listed),
        height=max(len(listed), 1) * TEAM_STEP,
        headings=tuple(Heading(label, place > 0) for place, label in enumerate(labels)),
        rows=tuple(_team_row(team, demand, period) for team, demand in listed),
        bars=tuple(bar for one in placed for bar in _team_bars(*one, whole)),
        strokes=tuple(Stroke("cut", x, top + 17, x, top + 33 + TEAM_BAR) for top, x in cuts),
        words=tuple(words for one in placed for words in _team_words(*one)),
        legend=tuple((tone, say_tone(tone)) for tone in ("above", "held", "below") if tone in tones),
    )


def _team_bars(top: int, team: TeamCapacity, demand: Demand, whole: Decimal) -> Iterator[Bar]:
    for parts, y, height in ((parts_of(team), top + 20, 8), (demand.parts, top + 30, TEAM_BAR)):
        for (tone, weeks), span in zip(parts, stack_spans([one for _tone, one in parts], whole), strict=True):
            label = number(weeks) if tone == "above" and has_room(number(weeks), span.width) else ""
            tip = f"{team.name}: {say_tone(tone)}, {say_weeks(weeks)}"
            yield Bar(tone, span.x, y, span.width, height, label, tip)


def _team_words(top: int, team: TeamCapacity, demand: Demand) -> tuple[Words, Words]:
    told = {"fit": number(demand.fit), "available": number(team.available), "below": number(demand.below)}
    said = _("%(fit)s of %(available)s w, %(below)s below") if demand.below else _("%(fit)s of %(available)s w")
    return Words(team.name, 0, top + 13, "strong"), Words(said % told, FULL, top + 13, "soft", "end")


def _team_row(team: TeamCapacity, demand: Demand, period: Period) -> Row:
    numbers = (team.gross, team.available, demand.above, demand.held, demand.below)
    return Row((team.name, *(number(one) for one in numbers)), f"{reverse('line')}?team={team.key}&period={period.key}")


def _say_teams(listed: Sequence[tuple[TeamCapacity, Demand]]) -> str:
    worst = max(listed, key=lambda one: one[1].below, default=None)
    if worst is None or not worst[1].below:
        return _("Everything that is asked fits.")
    words = {"team": worst[0].name, "weeks": say_weeks(worst[1].below)}
    return _("Most is below the line in %(team)s: %(weeks)s.") % words


def crossings_picture(line: TeamLine) -> Picture | None:
    """How many of today's projects stood above the line after each of the latest crossings; None where none crossed.

    Counted backwards from now: whoever rose was below before. Projects come and go without a crossing, so that the
    count is always one of those that are in the list now.
    """
    series = series_of(line)
    if len(series) <= 1:
        return None
    counts = [count for _label, count in series]
    return trend_picture(
        name="crossings",
        title=_("Of today's projects above the line"),
        news=_("Above the line: %(last)s of today's projects, %(first)s before the latest crossings.")
        % {"last": counts[-1], "first": counts[0]},
        head=_("Crossed"),
        series=series,
    )


def series_of(line: TeamLine) -> list[tuple[str, int]]:
    """(what crossed, projects above then), the oldest first; of the oldest instant some may not have been read."""
    above, listed = line.above, {row.key for row in line.rows}
    crossed = [one for one in line.crossings if one.key in listed]
    found: list[tuple[str, int]] = []
    for _at, some in groupby(crossed, key=lambda one: one.at):
        together = list(some)
        found.append((", ".join(f"{'↑' if one.rose else '↓'} {one.key}" for one in together), above))
        above -= sum(1 if one.rose else -1 for one in together)
    if found and len(line.crossings) >= LATEST_CROSSINGS:
        _label, above = found.pop()
    return [(_("before"), above), *reversed(found)] if found else []


def trend_picture(*, name: str, title: str, news: str, head: str, series: Sequence[tuple[str, int]]) -> Picture:
    """A sparkline: no scale, the last value beside it."""
    points = trace([value for _label, value in series], 6, 26, right=86)
    x, y = points[-1]
    return Picture(
        name=name,
        title=title,
        news=news,
        height=32,
        headings=(Heading(head), Heading(title, True)),
        rows=tuple(Row((label, number(value))) for label, value in series),
        strokes=join_points(points, "trend"),
        dots=(Dot("trend", x, y),),
        words=(Words(number(series[-1][1]), x, y + 4, "trend", "start", 8),),
    )
