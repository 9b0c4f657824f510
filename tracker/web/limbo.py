"""Limbo: what nobody decided and is past due, by team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tracker.escalations.queries import Limbo, LimboRow, limbo_list, limbo_weeks
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed
from tracker.people.models import Side
from tracker.promises.models import Deed, Kind
from tracker.templatetags.geometry import Picture
from tracker.templatetags.times import say_day
from tracker.web.courts import THEN
from tracker.web.emergency import lessons_this_quarter
from tracker.web.line_pictures import trend_picture
from tracker.web.pictures import send_picture
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in


@require_GET
@signed_in
def show_limbo(request: SignedInRequest) -> HttpResponse:
    if not request.viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    now = clock.now()
    limbo = limbo_list(request.viewer, now)
    trend = limbo_picture(limbo_weeks(request.viewer, now))
    if trend and (file := send_picture(request, trend)):
        return file
    context = {
        "title": say_limbo(limbo),
        "context_line": say_ages(limbo),
        "teams": [(team, [show_row(row, now) for row in team.rows]) for team in limbo.teams],
        "trend": trend,
        "emergencies": lessons_this_quarter(request.viewer, now),
        "now": now,
        "nav": "limbo",
    }
    return render_page(request, "tracker/cases/limbo.html", context)


@dataclass(frozen=True)
class ShownRow:
    """A row in words: what is owed, who is asked `then` before the COO, and on which day it goes to the COO by itself."""

    row: LimboRow
    kind: str
    then: str
    to_coo_on: date | None
    to_coo: str


def show_row(row: LimboRow, now: datetime) -> ShownRow:
    on = timezone.localtime(row.to_coo_at).date() if row.to_coo_at else None
    to_coo = _("goes to the COO: %(day)s") % {"day": say_day(on, timezone.localtime(now).date())} if on else ""
    then = "" if on and row.next_deed == Deed.DOCKET else str(THEN.get(row.next_deed, ""))
    return ShownRow(row, str(Kind(row.kind).label), then, on, to_coo)


def limbo_picture(weeks: Sequence[tuple[datetime, int]]) -> Picture | None:
    """Whether it grows or shrinks; None where nothing was ever late."""
    if not any(count for _then, count in weeks):
        return None
    today = timezone.localtime(weeks[-1][0]).date()
    counts = [count for _then, count in weeks]
    return trend_picture(
        name="limbo",
        title=_("Past due without a decision"),
        news=_("%(now)s now, %(before)s twelve weeks ago, %(most)s at most.")
        % {"now": counts[-1], "before": counts[0], "most": max(counts)},
        head=_("Day"),
        series=[(say_day(timezone.localtime(then).date(), today), count) for then, count in weeks],
    )


def say_limbo(limbo: Limbo) -> str:
    count = len(limbo.rows)
    if not count:
        return _("Nothing is past due without a decision")
    return ngettext(
        "%(count)s request is past due without a decision",
        "%(count)s requests are past due without a decision",
        count,
    ) % {"count": count}


def say_ages(limbo: Limbo) -> str:
    if limbo.median is None:
        return _("Whoever owes an answer gives it in time.")
    words = {"median": limbo.median, "oldest": max(row.days for row in limbo.rows)}
    if len(limbo.rows) == 1:
        text = ngettext("It has waited %(median)s day.", "It has waited %(median)s days.", limbo.median) % words
    else:
        text = (
            ngettext(
                "Half of them have waited %(median)s day or longer, the oldest %(oldest)s.",
                "Half of them have waited %(median)s days or longer, the oldest %(oldest)s.",
                limbo.median,
            )
            % words
        )
    sides = {side: sum(row.side == side for row in limbo.rows) for side in Side.values}
    owed = _("Marketing owes %(marketing)s of the answers, IT %(technology)s.") % sides
    return f"{text} {owed}"
