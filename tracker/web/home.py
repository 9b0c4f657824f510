"""Your move: what waits for you, what you wait for, and the news of the line."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Count, Exists, Subquery, Value
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import (
    InMotion,
    decisions_for,
    find_best_hosts,
    open_checks_of,
    own_in_motion,
    to_decide_by,
)
from tracker.notices.models import Notice
from tracker.notices.texts import say
from tracker.people.access import Power, Role, Viewer, may
from tracker.people.models import User
from tracker.projects.queries import LineToday, line_today
from tracker.web.home_moves import (
    Move,
    admin_moves,
    check_moves,
    decision_moves,
    minutes_of,
    own_moves,
    rank_moves,
    triage_moves,
    waited_for,
)
from tracker.web.line import line_url, say_cause
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in

MOST_TRIAGE, SHOWN, NEWS = 20, 12, 4
KEYS = "123456789"
URGENCY = {
    "rehome": 0,
    "answer": 1,
    "embed": 2,
    "rank": 3,
    "triage": 4,
    "way": 5,
    "measure": 6,
    "checks": 7,
    "admin": 8,
}


@require_GET
@signed_in
def show_home(request: SignedInRequest) -> HttpResponse:
    """Eight statements at most, whatever waits."""
    viewer = request.viewer
    now = timezone.now()
    today = timezone.localtime(now).date()
    team = viewer.team if viewer.side == "technology" else None
    line = line_today(team, today)
    motions = own_in_motion(viewer) if may(viewer, Power.FILE_REQUEST) else []
    moves = list(_moves(viewer, motions, line, now))
    moves.sort(key=lambda move: URGENCY[move.kind])
    context = {
        "title": say_title(moves),
        "context_line": say_context(viewer, moves),
        "nav": "home",
        "now": now,
        "moves": [(move, KEYS[place] if place < len(KEYS) else "") for place, move in enumerate(moves[:SHOWN])],
        "left_out": max(len(moves) - SHOWN, 0),
        "waited": list(waited_for(motions, now))[:SHOWN],
        "line": line if line.team else None,
        "line_url": line_url(line.key or ""),
        "bottleneck": say_bottleneck(line),
        "crossings": [(one, say_cause(one)) for one in line.crossings],
        "news": [(one, say(one.kind, one.facts)) for one in Notice.objects.visible_to(viewer).order_by("-id")[:NEWS]],
        "first_steps": not line.team,
        "may_import": may(viewer, Power.IMPORT_PROJECTS),
        "may_file": may(viewer, Power.FILE_REQUEST),
    }
    return render_page(request, "tracker/home/index.html", context)


def _moves(viewer: Viewer, motions: Sequence[InMotion], line: LineToday, now: datetime) -> Iterator[Move]:
    today = timezone.localtime(now).date()
    waiting = to_decide_by(viewer, MOST_TRIAGE)
    ranks = may(viewer, Power.RANK_PROJECTS)
    yield from decision_moves(decisions_for(viewer, today), today)
    yield from rank_moves([ask for ask in waiting if ranks and ask.rank_asked_at], now)
    yield from triage_moves([ask for ask in waiting if not (ranks and ask.rank_asked_at)], now)
    ways = [motion.ask for motion in motions if motion.court == "way"]
    yield from own_moves(motions, find_best_hosts(ways, now), now)
    yield from check_moves(open_checks_of(viewer.id), today)
    if Role.ADMIN in viewer.roles:
        yield from admin_moves(line.unowned, line.unestimated, *_left_to_set_up(viewer))


def _left_to_set_up(viewer: Viewer) -> tuple[int, bool]:
    """How many invited people are not in yet, and whether something was ever embedded (one statement)."""
    invited = User.objects.invited().order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk"))
    found = User.objects.select_related(None).filter(pk=viewer.id)
    embedded = Exists(BacklogItem.objects.all())
    number, begun = found.values_list(Subquery(invited.values("number")), embedded).get()
    return number or 0, begun


def say_title(moves: Sequence[Move]) -> str:
    """The news: how many decisions wait, and about how long they take."""
    if not moves:
        return _("Nothing waits for you")
    minutes = minutes_of(moves)
    words = {
        "decisions": ngettext("%(count)s decision", "%(count)s decisions", len(moves)) % {"count": len(moves)},
        "minutes": ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes},
    }
    return _("%(decisions)s, about %(minutes)s") % words


def say_context(viewer: Viewer, moves: Sequence[Move]) -> str:
    if not moves:
        return _("Everything else moves without you.")
    if Role.COO in viewer.roles:
        return _("Everything else settled without you.")
    return _("Everything else moves without you.")


def say_bottleneck(line: LineToday) -> str:
    if not line.bottleneck or not line.waiting:
        return ""
    return ngettext(
        "%(team)s is the bottleneck elsewhere: %(count)s project waits for it.",
        "%(team)s is the bottleneck elsewhere: %(count)s projects wait for it.",
        line.waiting,
    ) % {"team": line.bottleneck, "count": line.waiting}
