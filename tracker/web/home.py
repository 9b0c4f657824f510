"""Your move: what waits for you, what you wait for, and the news of the line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, QuerySet, Subquery, Value
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tracker.backlog.queries import (
    Decision,
    InMotion,
    decisions_for,
    find_best_hosts,
    own_in_motion,
    to_decide_by,
)
from tracker.escalations.queries import OnDesk, cases_at
from tracker.intake.models import WorkRequest
from tracker.notices.queries import told_to
from tracker.people.access import Power, Role, Ties, Viewer, may
from tracker.people.models import Firm, Level, User
from tracker.projects.queries import LineToday, line_today
from tracker.promises.models import Promise
from tracker.promises.queries import GRACE, owed_around
from tracker.web.first_steps import first_steps_of, say_steps
from tracker.web.home_cases import case_moves, keys_of, own_rulings
from tracker.web.home_moves import (
    Move,
    add_promises,
    admin_moves,
    by_urgency,
    contest_moves,
    decision_moves,
    expedite_moves,
    own_moves,
    rank_moves,
    triage_moves,
)
from tracker.web.home_waited import waited_for
from tracker.web.home_words import UNCOUNTED, say_bottleneck, say_context, say_kept, say_title
from tracker.web.line import line_url, say_cause
from tracker.web.notices import Word, say_notice
from tracker.web.render import render_page
from tracker.web.shell import count_waiting
from tracker.web.viewer import SignedInRequest, signed_in

MOST_TRIAGE, SHOWN, NEWS = 20, 12, 4
KEYS = "123456789"


def owed_by(viewer: Viewer) -> QuerySet[Promise]:
    """What the sentence "You owe 2 answers" counts; rulings are counted beside the docket."""
    return Promise.objects.running().filter(holder=viewer.id).exclude(kind__in=UNCOUNTED).once_a_request()


count_waiting("home", owed_by)


@dataclass(frozen=True)
class Found:
    """All that home reads: `promises` are the viewer's, and those about requests that they file or decide on."""

    viewer: Viewer
    now: datetime
    motions: Sequence[InMotion]
    waiting: Sequence[WorkRequest]
    decisions: Sequence[Decision]
    promises: Sequence[Promise]
    desk: Sequence[OnDesk]
    line: LineToday


def read_home(viewer: Viewer, now: datetime) -> Found:
    """Six statements, two more for who rules; nobody is asked for what they have no power to do."""
    today = timezone.localtime(now).date()
    team = viewer.team if viewer.side == "technology" else None
    motions = own_in_motion(viewer) if may(viewer, Power.FILE_REQUEST) else []
    waiting = to_decide_by(viewer, MOST_TRIAGE) if may(viewer, Power.TRIAGE, Ties(team=viewer.team)) else []
    promises = owed_around(viewer, [*(motion.ask.pk for motion in motions), *(ask.pk for ask in waiting)])
    return Found(
        viewer=viewer,
        now=now,
        motions=motions,
        waiting=waiting,
        decisions=decisions_for(viewer, today),
        promises=promises,
        desk=cases_at(viewer, keys_of(promises, viewer), now),
        line=line_today(team, today),
    )


@require_GET
@signed_in
def show_home(request: SignedInRequest) -> HttpResponse:
    """Eight statements at most and the two of the frame, whatever waits."""
    viewer, now = request.viewer, timezone.now()
    found = read_home(viewer, now)
    line = found.line
    admin = _left_to_set_up(viewer, now) if Role.ADMIN in viewer.roles else None
    promises = {one.source: one for one in found.promises}
    moves = sorted(add_promises(_moves(found, admin), promises, viewer, now), key=by_urgency)
    waited = waited_for(found.motions, found.promises, now)
    steps = first_steps_of(viewer) if admin or not line.team else None
    context = {
        "title": say_steps(steps) if steps and steps.shown and not moves else say_title(moves),
        "context_line": say_context(viewer, moves, found.desk, found.decisions, admin.kept if admin else ""),
        "nav": "home",
        "now": now,
        "moves": [(move, KEYS[place] if place < len(KEYS) else "") for place, move in enumerate(moves[:SHOWN])],
        "left_out": max(len(moves) - SHOWN, 0),
        "waited": list(waited)[:SHOWN],
        "line": line if line.team else None,
        "line_url": line_url(line.key or ""),
        "bottleneck": say_bottleneck(line),
        "crossings": [(one, say_cause(one)) for one in line.crossings],
        "news": _lately(viewer, found.desk),
        "first_steps": not line.team,
        "steps": steps,
        "may_import": may(viewer, Power.IMPORT_PROJECTS),
        "may_file": may(viewer, Power.FILE_REQUEST),
    }
    return render_page(request, "tracker/home/index.html", context)


def _lately(viewer: Viewer, desk: Sequence[OnDesk]) -> list[Word]:
    """What others told the viewer, and what they ruled themselves; latest first (one statement)."""
    told = [say_notice(one) for one in told_to(viewer).order_by("-id")[:NEWS]]
    return sorted([*told, *own_rulings(desk)], key=lambda word: word.at, reverse=True)


@dataclass(frozen=True)
class Setup:
    """What an administrator hears: how many invited people are not in yet, and whether promises are kept (nothing at a
    level without clocks)."""

    invited: int
    kept: str


def _moves(found: Found, admin: Setup | None) -> Iterator[Move]:
    viewer, now = found.viewer, found.now
    today = timezone.localtime(now).date()
    ranks = may(viewer, Power.RANK_PROJECTS)
    yield from expedite_moves(found.promises, viewer)
    yield from case_moves(found.desk, found.promises, viewer, now)
    yield from decision_moves(found.decisions, today)
    yield from rank_moves([ask for ask in found.waiting if ranks and ask.rank_asked_at], now)
    yield from contest_moves(found.promises, found.viewer)
    yield from triage_moves([ask for ask in found.waiting if not (ranks and ask.rank_asked_at)], now)
    ways = [motion.ask for motion in found.motions if motion.court == "way"]
    yield from own_moves(found.motions, find_best_hosts(ways, now), now)
    if admin is not None:
        yield from admin_moves(found.line.unowned, found.line.unestimated, admin.invited)


def _left_to_set_up(viewer: Viewer, now: datetime) -> Setup:
    """One statement."""
    invited = User.objects.invited().order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk"))
    late = Promise.objects.broken().order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk"))
    overdue = Promise.objects.filter(next_at__lt=now - GRACE)
    found = User.objects.select_related(None).filter(pk=viewer.id)
    number, level, broken, stands = found.values_list(
        Subquery(invited.values("number")),
        Subquery(Firm.objects.values("level")[:1]),
        Subquery(late.values("number")),
        Exists(overdue),
    ).get()
    kept = "" if level in (None, Level.START) else say_kept(broken or 0, stands=stands)
    return Setup(number or 0, kept)
