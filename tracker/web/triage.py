"""The triage inbox: oldest first, one request open, four answers with one key each."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Case, Q, When
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tracker.intake.models import WorkRequest, WorkRequestQuerySet
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed
from tracker.people.access import Power, Ties, Viewer, may
from tracker.promises.models import Kind, Promise
from tracker.web.courts import owed_as, running, say_due
from tracker.web.forms.answers import STALE
from tracker.web.forms.decisions import decision_forms
from tracker.web.forms.requests import step_forms
from tracker.web.hurry import say_hurry
from tracker.web.merging import alike_of, assign_form, near_hosts
from tracker.web.render import render_page
from tracker.web.request_page import LOADED, Missed, read_request_page
from tracker.web.request_ties import say_backed
from tracker.web.shell import count_waiting
from tracker.web.together import acts_for
from tracker.web.viewer import SignedInRequest, signed_in

SHOWN = 50
TRIAGE = "triage"
ANSWERS = (Kind.TRIAGE, Kind.DECISION)
TOGETHER = ("accept", "decline", "park")


MINE, SNOOZED = "mine", "snoozed"
SHOWS = ("", MINE, SNOOZED)


def inbox_of(viewer: Viewer) -> WorkRequestQuerySet:
    """All that waits for the viewer, also what they snoozed."""
    return WorkRequest.objects.visible_to(viewer).to_triage_by(viewer)


def waiting_for(viewer: Viewer, show: str = "") -> WorkRequestQuerySet:
    """One of SHOWS: what is in the inbox, of that what is assigned to the viewer, or what is snoozed."""
    if show == SNOOZED:
        return inbox_of(viewer).exclude(pk__in=inbox_of(viewer).awake_for(viewer).values("pk"))
    rows = inbox_of(viewer).awake_for(viewer)
    return rows.filter(assigned_to=viewer.id) if show == MINE else rows


count_waiting(TRIAGE, waiting_for)


def in_line(rows: WorkRequestQuerySet, viewer: Viewer) -> WorkRequestQuerySet:
    """What is assigned to the viewer first, then what waits longest."""
    mine = Case(When(assigned_to=viewer.id, then=0), default=1)
    return rows.annotate(turn=mine).order_by("turn", "filed_at", "id")


def next_in_line(viewer: Viewer, ask: WorkRequest, show: str = "") -> str:
    """The key of the request behind this one; empty behind the last."""
    turn = 0 if ask.assigned_to_id == viewer.id else 1
    later = Q(filed_at__gt=ask.filed_at) | Q(filed_at=ask.filed_at, pk__gt=ask.pk)
    rows = in_line(waiting_for(viewer, show), viewer).filter(Q(turn__gt=turn) | Q(turn=turn) & later)
    return rows.values_list("key", flat=True).first() or ""


def show_asked(request: HttpRequest) -> str:
    """Which part of the inbox is looked at, in the address or in a form that was sent from it."""
    asked = request.GET.get("show", "")
    if request.method == "POST":
        asked = request.POST.get("next", "").partition(":")[2]
    return asked if asked in SHOWS else ""


def from_inbox(request: HttpRequest) -> bool:
    return request.POST.get("next", "").partition(":")[0] == TRIAGE


def inbox_url(show: str = "", key: str = "") -> str:
    asked = {name: value for name, value in (("show", show), ("key", key)) if value}
    return f"{reverse(TRIAGE)}?{urlencode(asked)}" if asked else reverse(TRIAGE)


@require_GET
@signed_in
def show_triage(request: SignedInRequest) -> HttpResponse:
    viewer = request.viewer
    if not may(viewer, Power.TRIAGE, Ties(team=viewer.team)) and not viewer.stands_in:
        raise NotAllowed(_("Triage is for the leads of teams and the CTO."))
    chosen = None
    if request.GET.get("key"):
        visible = WorkRequest.objects.visible_to(viewer).with_snooze(viewer).select_related(*LOADED)
        chosen = visible.filter(key=request.GET["key"].replace("\x00", "")).first()
    return show_inbox(request, chosen)


def show_inbox(
    request: SignedInRequest,
    chosen: WorkRequest | None,
    refused: Mapping[str, Form] | None = None,
    *,
    missed: Missed | None = None,
    status: int = 200,
) -> HttpResponse:
    """The inbox with one request open, else the one that waits longest."""
    viewer, show = request.viewer, show_asked(request)
    rows = in_line(waiting_for(viewer, show).with_snooze(viewer), viewer)
    queue = list(rows.select_related(*LOADED)[: SHOWN + 1])
    ask = chosen or (queue[0] if queue else None)
    now = clock.now()
    page = read_request_page(ask, viewer, now) if ask else None
    owed = owed_as(f"{one.key}:{kind}" for one in queue for kind in ANSWERS)
    lacking = page.acceptance.lacking if page else []
    alike = alike_of(viewer, ask) if ask and page and page.may_triage else []
    backed = say_backed(viewer, queue[:SHOWN], now)
    then = f"{TRIAGE}:{show}" if show else TRIAGE
    keys = [one.key for one in queue[:SHOWN]]
    at = keys.index(ask.key) if ask and ask.key in keys else -1
    context = {
        "title": _say_count(len(queue), show),
        "context_line": _say_context(show) if queue else "",
        "show": show,
        "team": request.user.team.key if request.user.team else "",
        "shows": [(label, inbox_url(name), name == show) for name, label in _labels()],
        "queue": [
            (one, inbox_url(show, one.key), *_due(one, owed, now), backed.get(one.pk, "")) for one in queue[:SHOWN]
        ],
        "previous": inbox_url(show, keys[at - 1]) if at > 0 else "",
        "following": inbox_url(show, keys[at + 1]) if 0 <= at < len(keys) - 1 else "",
        "ask": ask,
        "page": page,
        "now": now,
        "forms": {
            **step_forms(dict(refused or {}), lacking=lacking, then=then),
            **decision_forms(dict(refused or {}), alike=alike, then=then),
            "assign": assign_form(refused or {}, page, then) if page else None,
        },
        "near_hosts": near_hosts(now, ask) if ask and page and page.may_triage else [],
        "hurry": say_hurry(ask, now) if ask else "",
        "missed": missed,
        "acts": acts_for(viewer, of=TOGETHER),
        "stale": status == STALE,
        "nav": TRIAGE,
    }
    return render_page(request, "tracker/triage/index.html", context, status=status)


def _labels() -> list[tuple[str, str]]:
    return [("", _("In your inbox")), (MINE, _("Assigned to you")), (SNOOZED, _("Snoozed"))]


def _say_count(count: int, show: str) -> str:
    """The title of the inbox, or of the part of it that is shown."""
    words = {"count": min(count, SHOWN)}
    if show == SNOOZED:
        told = ngettext("You snoozed %(count)s request", "You snoozed %(count)s requests", words["count"])
        return told % words if count else _("You snoozed no request")
    if show == MINE:
        told = ngettext(
            "%(count)s request is assigned to you", "%(count)s requests are assigned to you", words["count"]
        )
        return told % words if count else _("No request is assigned to you")
    if count > SHOWN:
        return _("More than %(count)s requests wait for you") % words
    told = ngettext("%(count)s request waits for you", "%(count)s requests wait for you", count)
    return told % words if count else _("No request waits for you")


def _say_context(show: str) -> str:
    if show == SNOOZED:
        return _("Each comes back to your inbox on its day. Their clocks run on, and others see them as ever.")
    return _("Yours first, then the oldest: accept, ask, decline or park; the next one opens by itself.")


def _due(ask: WorkRequest, owed: Mapping[str, Promise], now: datetime) -> tuple[str, str]:
    """Until when the answer is owed and the tone of it; nothing where no clock runs."""
    first = running(owed[source] for kind in ANSWERS if (source := f"{ask.key}:{kind}") in owed)
    return say_due(first[0], now) if first else ("", "")
