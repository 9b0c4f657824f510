"""The news of home: what its heading and the line under it say to each role."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.backlog.queries import Decision
from tracker.escalations.queries import OnDesk
from tracker.people.access import Viewer
from tracker.projects.queries import LineToday
from tracker.projects.words import say_weeks
from tracker.promises.models import Kind
from tracker.web.home_cases import say_waiting
from tracker.web.home_moves import Move, minutes_of

UNCOUNTED = (Kind.RULING, Kind.CONDITION)
"""No answers that somebody waits for: a ruling is a case, a condition has a day of its own."""
FEWEST_TO_SUM = 2
"""One proposal says its own saving."""


def say_title(moves: Sequence[Move]) -> str:
    """How many decisions wait, to a mediator the cases among them first, and about how long all of them take."""
    if not moves:
        return _("Nothing waits for you")
    minutes = minutes_of(moves)
    told = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    cases = sum(move.kind == "ruling" for move in moves)
    if cases:
        needed = ngettext("%(count)s case needs you", "%(count)s cases need you", cases) % {"count": cases}
        needed = _say_heard(needed, [move for move in moves if move.kind == "ruling"])
        return _("%(cases)s, about %(minutes)s") % {"cases": _and_others(needed, len(moves) - cases), "minutes": told}
    decisions = ngettext("%(count)s decision", "%(count)s decisions", len(moves)) % {"count": len(moves)}
    return _("%(decisions)s, about %(minutes)s") % {"decisions": decisions, "minutes": told}


def _say_heard(cases: str, rulings: Sequence[Move]) -> str:
    """How many of them are ready, where the sides are still heard in some; a ready one has the main button."""
    ready = sum(move.primary for move in rulings)
    if ready == len(rulings):
        return cases
    words = {"cases": cases, "ready": ready, "heard": len(rulings) - ready}
    return _("%(cases)s: %(ready)s ready, %(heard)s still being heard") % words


def _and_others(cases: str, others: int) -> str:
    if not others:
        return cases
    return ngettext("%(cases)s, and %(count)s other decision", "%(cases)s, and %(count)s other decisions", others) % {
        "cases": cases,
        "count": others,
    }


def say_context(
    viewer: Viewer, moves: Sequence[Move], desk: Sequence[OnDesk], decisions: Sequence[Decision], kept: str
) -> str:
    """One line of whole sentences; `kept` is what an administrator hears of promises."""
    said = [kept, say_waiting(desk), say_broken(desk), say_owing(moves, viewer), say_saving(decisions)]
    others = _("Everything else moves without you.") if moves else ""
    return " ".join(sentence for sentence in (*said, others) if sentence)


def say_broken(desk: Iterable[OnDesk]) -> str:
    count = sum(one.broken for one in desk)
    if not count:
        return ""
    return ngettext("%(count)s condition was broken.", "%(count)s conditions were broken.", count) % {"count": count}


def say_owing(moves: Iterable[Move], viewer: Viewer) -> str:
    """How many of the decisions are answers that somebody waits for until a day; the rest has none. The same number
    stands in the navigation."""
    moves = list(moves)
    mine = [move.owed for move in moves if move.owed and move.owed.holder_id == viewer.id]
    mine = [one for one in mine if one.kind not in UNCOUNTED]
    late = sum(one.breached_at is not None for one in mine)
    if not mine:
        return ""
    words = {"count": len(mine), "late": late}
    if late:
        said = ngettext(
            "%(count)s of them has a day by which it is due; late: %(late)s.",
            "%(count)s of them have a day by which they are due; late: %(late)s.",
            len(mine),
        )
    else:
        said = ngettext(
            "%(count)s of them has a day by which it is due.",
            "%(count)s of them have a day by which they are due.",
            len(mine),
        )
    if len(mine) == len(moves):
        return said % words
    return " ".join((said % words, _("This is the number beside “Your move”.")))


def say_saving(decisions: Iterable[Decision]) -> str:
    """What the proposals that wait for the viewer would save."""
    saving = [one.standalone - one.weeks for one in decisions if one.kind == "answer" and one.standalone]
    total = sum(saving, Decimal(0))
    if len(saving) < FEWEST_TO_SUM or total <= 0:
        return ""
    return ngettext("%(count)s embed would save %(weeks)s.", "%(count)s embeds would save %(weeks)s.", len(saving)) % {
        "count": len(saving),
        "weeks": say_weeks(total),
    }


def say_kept(late: int, *, stands: bool) -> str:
    """To an administrator: whether all promises are kept, and whether somebody sweeps them."""
    if stands:
        return _("The clocks stand still: nobody is reminded.")
    if not late:
        return _("All promises kept, nothing overdue.")
    return ngettext("%(count)s answer is late.", "%(count)s answers are late.", late) % {"count": late}


def say_bottleneck(line: LineToday) -> str:
    if not line.bottleneck or not line.waiting:
        return ""
    return ngettext(
        "%(team)s is the bottleneck elsewhere: %(count)s project waits for it.",
        "%(team)s is the bottleneck elsewhere: %(count)s projects wait for it.",
        line.waiting,
    ) % {"team": line.bottleneck, "count": line.waiting}
