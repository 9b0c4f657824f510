"""The roadmap in time: quarters from left to right, each item a bar from its first day to its last, today a line."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from roadmap.products.models import Horizon, Product
from roadmap.products.queries import PlanRow, Roadmap, roadmap_of
from roadmap.products.states import PlanState
from roadmap.web.products import find_product, today
from roadmap.web.words import say_progress, say_risks, say_roadmap
from tracker.people.access import Power, require
from tracker.templatetags.geometry import (
    FULL,
    Axis,
    Bar,
    Heading,
    Picture,
    Row,
    Stroke,
    Words,
    axis_over,
    beside,
)
from tracker.templatetags.times import say_day
from tracker.web.pictures import send_picture
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in

HEAD, STEP, BAR = 40, 46, 16
LONGEST_TITLE = 46


@require_GET
@signed_in
def show_timeline(request: SignedInRequest, key: str) -> HttpResponse:
    require(request.viewer, Power.VIEW)
    product = find_product(request.viewer, key)
    day = today()
    roadmap = roadmap_of(product, request.viewer, day)
    dated = [plan for plan in roadmap.plans if drawn(plan)]
    picture = timeline_picture(product, dated, day)
    if file := send_picture(request, picture):
        return file
    context = {
        "title": say_roadmap(roadmap),
        "context_line": product.vision,
        "product": product,
        "picture": picture if dated else None,
        "undated": [(plan.title, reverse("plan", args=[plan.id])) for plan in undated(roadmap)],
        "nav": "roadmap",
    }
    return render_page(request, "roadmap/timeline.html", context)


def drawn(plan: PlanRow) -> bool:
    """What has a day, and was not given up."""
    return plan.state != PlanState.DROPPED and bool(plan.starts_on or plan.ends_on)


def undated(roadmap: Roadmap) -> list[PlanRow]:
    return [plan for plan in roadmap.open if not drawn(plan)]


def tone_of(plan: PlanRow) -> str:
    if plan.state == PlanState.DONE:
        return "done"
    return "risk" if plan.at_risk else "open"


def say_tone(tone: str) -> str:
    return {"done": _("done"), "risk": _("at risk"), "open": _("planned")}[tone]


def timeline_picture(product: Product, plans: Sequence[PlanRow], today: date, *, linked: bool = True) -> Picture:
    """Each item below the one that begins before it; `linked` where the reader may open it."""
    days = [day for plan in plans for day in (plan.starts_on, plan.ends_on) if day]
    axis = axis_over(days, today)
    listed = sorted(plans, key=lambda plan: (plan.starts_on or plan.ends_on or today, plan.id))
    height = HEAD + max(len(listed), 1) * STEP
    tones = {tone_of(plan) for plan in listed}
    now = axis.place(today)
    return Picture(
        name=f"timeline-{product.key}",
        title=_("Timeline of %(product)s") % {"product": product.name},
        news=_say_news(listed),
        height=height,
        headings=(
            Heading(_("Item of the roadmap")),
            Heading(_("Begins")),
            Heading(_("Ends")),
            Heading(_("State"), phone=False),
            Heading(_("Progress"), phone=False),
            Heading(_("Risk")),
        ),
        rows=tuple(_row(plan, today, linked=linked) for plan in listed),
        bars=tuple(_bar(plan, axis, HEAD + place * STEP, today) for place, plan in enumerate(listed)),
        strokes=(*_grid(axis, height), Stroke("now", now, 20, now, height)),
        words=(
            *(Words(_say_quarter(first), axis.place(first), 12, "soft", "start", 6) for first in axis.quarters),
            beside(_("today"), now, 31, "now"),
            *(_title(plan, HEAD + place * STEP) for place, plan in enumerate(listed)),
        ),
        legend=tuple((tone, say_tone(tone)) for tone in ("open", "risk", "done") if tone in tones),
    )


def _say_quarter(first: date) -> str:
    return f"Q{(first.month + 2) // 3} {first.year}"


def _grid(axis: Axis, height: float) -> list[Stroke]:
    edges = [*axis.quarters, axis.end]
    upright = [Stroke("grid", axis.place(day), 0, axis.place(day), height) for day in edges]
    return upright + [Stroke("grid", 0, top, FULL, top) for top in range(HEAD, int(height) + 1, STEP)]


def _title(plan: PlanRow, top: float) -> Words:
    return Words(Truncator(plan.title).chars(LONGEST_TITLE), 0, top + 14, "strong", "start", 6)


def _bar(plan: PlanRow, axis: Axis, top: float, today: date) -> Bar:
    """Without a first day a mark at its last; without a last day until the end of the picture."""
    first = plan.starts_on or plan.ends_on or today
    last = plan.ends_on or axis.end - timedelta(days=1)
    span = axis.span(first, last)
    tone = tone_of(plan)
    tip = f"{plan.title}: {say_days(plan, today)}, {say_tone(tone)}"
    return Bar(tone, span.x, top + 20, span.width, BAR, "", tip)


def say_days(plan: PlanRow, today: date) -> str:
    words = {
        "first": say_day(plan.starts_on, today) if plan.starts_on else "",
        "last": say_day(plan.ends_on, today) if plan.ends_on else "",
    }
    if plan.starts_on and plan.ends_on:
        return _("%(first)s – %(last)s") % words
    return _("until %(last)s") % words if plan.ends_on else _("from %(first)s") % words


def _row(plan: PlanRow, today: date, *, linked: bool) -> Row:
    cells = (
        plan.title,
        say_day(plan.starts_on, today) if plan.starts_on else "",
        say_day(plan.ends_on, today) if plan.ends_on else "",
        str(Horizon(plan.horizon).label) if plan.state == PlanState.OPEN else say_tone("done"),
        say_progress(plan.progress),
        "; ".join(say_risks(plan, today)),
    )
    return Row(cells, reverse("plan", args=[plan.id]) if linked else "")


def _say_news(plans: Sequence[PlanRow]) -> str:
    count = len(plans)
    words = {"count": count, "risk": sum(tone_of(plan) == "risk" for plan in plans)}
    if not words["risk"]:
        return ngettext("%(count)s item has a day.", "%(count)s items have a day.", count) % words
    return (
        ngettext("%(count)s item has a day, %(risk)s at risk.", "%(count)s items have a day, %(risk)s at risk.", count)
        % words
    )
