"""The triage inbox: oldest first, one request open, four answers with one key each."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q
from django.forms import Form
from django.http import HttpResponse
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
from tracker.web.merging import alike_of, near_hosts
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


def waiting_for(viewer: Viewer) -> WorkRequestQuerySet:
    return WorkRequest.objects.visible_to(viewer).to_triage_by(viewer)


count_waiting(TRIAGE, waiting_for)


def next_in_line(viewer: Viewer, ask: WorkRequest) -> str:
    """The key of the request behind this one; empty behind the last."""
    behind = Q(filed_at__gt=ask.filed_at) | Q(filed_at=ask.filed_at, pk__gt=ask.pk)
    rows = waiting_for(viewer).filter(behind).order_by("filed_at", "id")
    return rows.values_list("key", flat=True).first() or ""


@require_GET
@signed_in
def show_triage(request: SignedInRequest) -> HttpResponse:
    viewer = request.viewer
    if not may(viewer, Power.TRIAGE, Ties(team=viewer.team)):
        raise NotAllowed(_("Triage is for the leads of teams and the CTO."))
    chosen = None
    if request.GET.get("key"):
        visible = WorkRequest.objects.visible_to(viewer).select_related(*LOADED)
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
    queue = list(waiting_for(request.viewer).select_related(*LOADED).order_by("filed_at", "id")[: SHOWN + 1])
    ask = chosen or (queue[0] if queue else None)
    now = clock.now()
    page = read_request_page(ask, request.viewer, now) if ask else None
    owed = owed_as(f"{one.key}:{kind}" for one in queue for kind in ANSWERS)
    lacking = page.acceptance.lacking if page else []
    alike = alike_of(request.viewer, ask) if ask and page and page.may_triage else []
    backed = say_backed(request.viewer, queue[:SHOWN], now)
    count = ngettext("%(count)s request waits for you", "%(count)s requests wait for you", len(queue))
    if len(queue) > SHOWN:
        count = _("More than %(count)s requests wait for you")
    context = {
        "title": count % {"count": min(len(queue), SHOWN)} if queue else _("No request waits for you"),
        "context_line": _("Oldest first: accept, ask, decline or park; the next one opens by itself.") if queue else "",
        "queue": [(one, *_due(one, owed, now), backed.get(one.pk, "")) for one in queue[:SHOWN]],
        "ask": ask,
        "page": page,
        "now": now,
        "forms": {
            **step_forms(dict(refused or {}), lacking=lacking, then=TRIAGE),
            **decision_forms(dict(refused or {}), alike=alike, then=TRIAGE),
        },
        "near_hosts": near_hosts(now, ask) if ask and page and page.may_triage else [],
        "missed": missed,
        "acts": acts_for(request.viewer, of=TOGETHER),
        "stale": status == STALE,
        "nav": TRIAGE,
    }
    return render_page(request, "tracker/triage/index.html", context, status=status)


def _due(ask: WorkRequest, owed: Mapping[str, Promise], now: datetime) -> tuple[str, str]:
    """Until when the answer is owed and the tone of it; nothing where no clock runs."""
    first = running(owed[source] for kind in ANSWERS if (source := f"{ask.key}:{kind}") in owed)
    return say_due(first[0], now) if first else ("", "")
