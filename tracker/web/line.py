"""The line of a team, and the capacities that it is drawn on."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ENDED
from tracker.kernel import clock
from tracker.kernel.errors import Stale
from tracker.people.access import Power, Viewer, may, require
from tracker.projects.models import Period, Project
from tracker.projects.queries import (
    Crossed,
    LineRow,
    TeamCapacity,
    TeamLine,
    line_of,
    period_named,
    teams_in,
)
from tracker.projects.words import say_weeks
from tracker.templatetags.times import number
from tracker.web.forms.projects import CapacityLook
from tracker.web.line_pictures import capacity_parts, crossings_picture, line_picture
from tracker.web.pictures import send_picture
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in

FOLDED_FROM = 60
SHOWN_CROSSINGS = 6
SHOWN_AT_TOP, SHOWN_ABOVE, SHOWN_BELOW = 3, 8, 20


@dataclass(frozen=True)
class EmbeddedChip:
    label: str
    url: str


@dataclass
class ShownRow:
    """A row of the list in words; `fold` is the text of the rows left out before it, `fold_last` the last of them."""

    key: str
    rank: int
    title: str
    url: str
    move_url: str
    version: int
    above: bool
    side_text: str
    effort: Decimal
    short: str
    lift: str
    first_below: bool = False
    fold: str = ""
    fold_last: str = ""
    chips: list[EmbeddedChip] = field(default_factory=list)


def line_url(team: str = "", period: str = "") -> str:
    query = {name: value for name, value in (("team", team), ("period", period)) if value}
    return f"{reverse('line')}?{urlencode(query)}" if query else reverse("line")


@require_GET
@signed_in
def show_line(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.VIEW)
    now = clock.now()
    period = period_named(request.GET.get("period", ""), now.date())
    if period is None:
        return render_page(
            request,
            "tracker/line/nothing.html",
            {"title": _("No quarter is open yet"), "may_rank": may(request.viewer, Power.RANK_PROJECTS)},
        )
    teams = teams_in(period)
    team = choose_team(teams, request.GET.get("team", ""), request.viewer)
    if team is None:
        title = _("No team has a capacity in %(period)s yet") % {"period": period}
        context = {"title": title, "period": period, "may_rank": may(request.viewer, Power.RANK_PROJECTS)}
        return render_page(request, "tracker/line/nothing.html", context)
    line = line_of(team, period)
    picture, trend = line_picture(line, period), crossings_picture(line)
    if file := send_picture(request, picture, *[one for one in (trend,) if one]):
        return file
    context = line_context(request, period, teams, line, now) | {"picture": picture, "trend": trend}
    return render_page(request, "tracker/line/index.html", context)


def choose_team(teams: list[TeamCapacity], key: str, viewer: Viewer) -> TeamCapacity | None:
    """The team that was asked for, else the viewer's own, else the one with the most projects."""
    if key:
        found = next((team for team in teams if team.key == key), None)
        if found is None:
            raise Http404
        return found
    own = next((team for team in teams if team.team_id == viewer.team), None)
    return own or next(iter(teams), None)


def line_context(
    request: SignedInRequest, period: Period, teams: list[TeamCapacity], line: TeamLine, now: datetime
) -> dict[str, Any]:
    team = line.team
    ranks = may(request.viewer, Power.RANK_PROJECTS)
    rows = shown_rows(line, ranks, embedded_chips(request.viewer, line, period))
    chosen = next((row for row in rows if row.key == request.GET.get("move") and row.move_url), None)
    folded = len(rows) > FOLDED_FROM and "all" not in request.GET
    capacity = {"gross": team.gross, "reserve_percent": team.reserve_percent, "allowance": team.allowance}
    return {
        "title": say_title(line),
        "context_line": " ".join(say_context(line)),
        "nav": "line",
        "now": now,
        "line": line,
        "team": team,
        "teams": [(one.name, line_url(one.key, period.key), one is team) for one in teams],
        "period": period,
        "periods": other_periods(period, team),
        "all_rows": rows,
        "rows": fold_rows(rows, line) if folded else rows,
        "all_url": f"{line_url(team.key, period.key)}&all=1",
        "chosen": chosen,
        "may_rank": ranks,
        "the_line": _("the line · capacity %(weeks)s w") % {"weeks": number(team.available)},
        "left": _("%(weeks)s w left") % {"weeks": number(line.left)},
        "parts": capacity_parts(line),
        "crossings": [(one, say_cause(one)) for one in line.crossings[:SHOWN_CROSSINGS]],
        "capacity_form": CapacityLook(initial=capacity, auto_id="capacity_%s", period=period),
        "unestimated_title": ngettext(
            "No estimate yet: %(count)s project", "No estimate yet: %(count)s projects", len(line.unestimated)
        )
        % {"count": len(line.unestimated)},
    }


def other_periods(chosen: Period, team: TeamCapacity) -> list[tuple[str, str, bool]]:
    periods = list(Period.objects.all())
    return [(str(one), line_url(team.key, one.key), one == chosen) for one in periods] if len(periods) > 1 else []


def say_title(line: TeamLine) -> str:
    words = {"team": line.team.name, "above": line.above, "count": len(line.rows)}
    return (
        ngettext(
            "%(team)s: %(above)s of %(count)s project is above the line",
            "%(team)s: %(above)s of %(count)s projects are above the line",
            len(line.rows),
        )
        % words
    )


def say_context(line: TeamLine) -> list[str]:
    """Sentences, each whole in itself."""
    told = [_say_claimed(line)]
    if line.elsewhere:
        words = {
            "team": line.elsewhere.team,
            "count": line.elsewhere.waiting,
            "weeks": say_weeks(line.elsewhere.reserved),
        }
        told.append(
            ngettext(
                "%(team)s is the bottleneck elsewhere: %(count)s project waits for it.",
                "%(team)s is the bottleneck elsewhere: %(count)s projects wait for it.",
                line.elsewhere.waiting,
            )
            % words
            if not line.elsewhere.reserved
            else ngettext(
                "%(team)s is the bottleneck elsewhere: %(count)s project waits for it,"
                " with %(weeks)s of other teams reserved behind it.",
                "%(team)s is the bottleneck elsewhere: %(count)s projects wait for it,"
                " with %(weeks)s of other teams reserved behind them.",
                line.elsewhere.waiting,
            )
            % words
        )
    return told


def _say_claimed(line: TeamLine) -> str:
    """What the weeks of the team are taken by, and why the rest takes nobody up."""
    after = next((row.key for row in line.rows if not row.fits), "")
    words = {
        "claimed": number(line.claimed),
        "available": say_weeks(line.team.available),
        "left": say_weeks(line.left),
        "project": after,
    }
    if after and line.left:
        return _("What fits takes %(claimed)s of %(available)s; %(left)s are left, too little for %(project)s.") % words
    return _("What fits takes %(claimed)s of %(available)s.") % words


def embedded_chips(viewer: Viewer, line: TeamLine, period: Period) -> dict[int, list[EmbeddedChip]]:
    """What is embedded in the projects of the list and counts in it, as far as the viewer may see it (one statement)."""
    found = (
        BacklogItem.objects.visible_to(viewer)
        .filter(project__in=[row.id for row in line.rows], way="embed", team=line.team.team_id, period=period)
        .exclude(state__in=[*ENDED, "proposed"])
        .order_by("rank")
        .values_list("project_id", "key", "ask__key", "added_weeks")
    )
    chips: dict[int, list[EmbeddedChip]] = {}
    for project, _item, ask, weeks in found:
        chips.setdefault(project, []).append(EmbeddedChip(f"{ask} +{number(weeks)}", f"/requests/{ask}/"))
    return chips


def shown_rows(line: TeamLine, ranks: bool, chips: dict[int, list[EmbeddedChip]]) -> list[ShownRow]:
    rows = []
    below = False
    for row in line.rows:
        first_below = not row.fits and not below
        below = below or not row.fits
        movable = ranks and row.stage not in ("launched", "dropped")
        rows.append(
            ShownRow(
                key=row.key,
                rank=row.place,
                title=row.title,
                url=reverse("project", args=[row.key]),
                move_url=reverse("project-move", args=[row.key]) if movable else "",
                version=row.version,
                above=row.above,
                side_text=say_side(row),
                effort=row.weeks,
                short=say_short(row, line),
                lift=say_lift(row, line),
                first_below=first_below,
                chips=chips.get(row.id, []),
            )
        )
    return rows


def say_side(row: LineRow) -> str:
    if row.stage == "launched":
        return _("launched")
    return _("pinned · %(reason)s") % {"reason": row.pin_reason} if row.pinned else row.owner


def say_short(row: LineRow, line: TeamLine) -> str:
    """Why a row is below: phrases, each whole in itself."""
    if row.above:
        return ""
    team = line.team.name
    told = [_("short %(weeks)s in %(team)s") % {"weeks": say_weeks(row.short), "team": team}] if row.short else []
    if row.bottlenecks:
        told.append(_("waits for %(teams)s") % {"teams": ", ".join(row.bottlenecks)})
    reserved = dict(row.reserved) | ({team: row.weeks} if row.fits else {})
    told += [
        _("%(weeks)s of %(team)s reserved behind it") % {"weeks": say_weeks(weeks), "team": name}
        for name, weeks in reserved.items()
        if weeks
    ]
    return "; ".join(told)


def say_lift(row: LineRow, line: TeamLine) -> str:
    """The smallest change that lifts a project which only this team holds back."""
    if row.above or not row.short or row.bottlenecks:
        return ""
    words = {"weeks": say_weeks(row.short), "team": line.team.name, "past": row.past}
    if row.weeks <= line.left:
        words |= {"left": say_weeks(line.left), "needed": number(row.weeks)}
        return _("needs %(needed)s, and %(left)s are left; but what ranks higher goes first") % words
    less = row.short < row.weeks
    if row.past and less:
        return _("+%(weeks)s of %(team)s, or past %(past)s, or %(weeks)s less") % words
    if row.past:
        return _("+%(weeks)s of %(team)s, or past %(past)s") % words
    if less:
        return _("+%(weeks)s of %(team)s, or %(weeks)s less") % words
    return _("+%(weeks)s of %(team)s") % words


def fold_rows(rows: list[ShownRow], line: TeamLine) -> list[ShownRow]:
    """The top, what stands around the line, and a fold for each stretch that is left out."""
    cut = next((number for number, row in enumerate(rows) if row.first_below), len(rows))
    around = range(max(cut - SHOWN_ABOVE, 0), cut + SHOWN_BELOW)
    shown: list[ShownRow] = []
    hidden: list[ShownRow] = []
    for place, row in enumerate(rows):
        if place < SHOWN_AT_TOP or place in around or row.key == rows[-1].key:
            if hidden:
                row.fold, row.fold_last = say_fold(hidden), hidden[-1].key
                hidden = []
            shown.append(row)
        else:
            hidden.append(row)
    return shown


def say_fold(hidden: list[ShownRow]) -> str:
    weeks = sum((row.effort for row in hidden), Decimal(0))
    return _("ranks %(first)s – %(last)s · %(weeks)s") % {
        "first": hidden[0].rank,
        "last": hidden[-1].rank,
        "weeks": say_weeks(weeks),
    }


def say_cause(one: Crossed) -> str:
    """Why a project crossed: "P-06 grew by 2 weeks"."""
    weeks = one.weeks or Decimal(0)
    words = {"key": one.cause_key, "team": one.cause_team, "weeks": say_weeks(abs(weeks))}
    grew = weeks >= 0
    texts = {
        "moved": _("%(key)s was moved"),
        "pinned": _("%(key)s was pinned"),
        "unpinned": _("%(key)s was unpinned"),
        "effort": _("%(key)s grew by %(weeks)s") if grew else _("%(key)s shrank by %(weeks)s"),
        "embedded": _("%(key)s took on %(weeks)s") if grew else _("%(key)s gave back %(weeks)s"),
        "capacity": _("%(team)s gained %(weeks)s") if grew else _("%(team)s lost %(weeks)s"),
        "launched": _("%(key)s was launched"),
        "dropped": _("%(key)s was dropped"),
    }
    if one.cause == "added" and one.cause_key:
        return _("%(key)s was added") % words
    return texts.get(one.cause, _("projects were imported")) % words


def say_stale_move(project: Project, refused: Stale, who: str) -> str:
    words = {"key": project.key, "who": who}
    if who:
        return (
            _("%(who)s changed %(key)s meanwhile. This is the list as it is now; nothing of yours was moved.") % words
        )
    return _("%(key)s was changed meanwhile. This is the list as it is now; nothing of yours was moved.") % words
