"""Several requests at once: what would be done, what refused and why; one button; and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tracker.intake.actions import MOST_TOGETHER, Order, Outcome, act_together
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale
from tracker.people.access import require
from tracker.sites.models import Area
from tracker.web.forms.answers import INVALID, STALE, tell_refusal
from tracker.web.forms.requests import MoveForm, StepForm
from tracker.web.meanwhile import say_meanwhile
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.request_words import tone_of
from tracker.web.requests import known_areas
from tracker.web.together import ACTS, INVERSE, VERBS, Before, acts_for, note_before, undo_of
from tracker.web.undo import tell_done, way_back
from tracker.web.viewer import SignedInRequest, signed_in

SHOWN = ("type", "area", "team", "requester__team")


@dataclass(frozen=True)
class Verdict:
    """What would become of one selected request; `why_not` is empty where it would be done, `news` is what happened to
    it meanwhile."""

    ask: WorkRequest
    tone: str
    why_not: str
    news: str = ""


@require_http_methods(["GET", "POST"])
@signed_in
@once
def act_on_selected(request: SignedInRequest) -> HttpResponseBase:
    """A GET shows what would be refused and changes nothing; a POST does the rest, each with the version shown."""
    verb = _verb_asked(request)
    areas = known_areas(request.viewer) if verb == "move" else {}
    if request.method == "GET":
        return show_selected(request, verb, request.GET.getlist("pick"), _form_of(verb, areas))
    seen, left = _read_seen(request), request.POST.getlist("left")
    form, status = _form_of(verb, areas, request.POST), INVALID
    news: dict[str, str] = {}
    if form.is_valid() and seen:
        befores, outcomes = _act(request, verb, seen, {key: form.arguments() for key in seen})
        refused = {one.order.ask.key: one.refused for one in outcomes if one.refused is not None}
        if len(refused) < len(outcomes):
            _tell(request, verb, outcomes, left=left, undo=undo_of(verb, _done(befores, outcomes), _back_of(request)))
            return redirect(_back_of(request))
        status, news = _tell_nothing_done(form, refused)
    return show_selected(request, verb, [*seen, *left], form, news=news, status=status)


def _verb_asked(request: SignedInRequest) -> str:
    """The verb of the form, else the first that the viewer may use at all."""
    offered = [name for name, _act in acts_for(request.viewer)]
    verb = (request.POST if request.method == "POST" else request.GET).get("do", "") or next(iter(offered), "accept")
    if verb not in VERBS:
        raise Http404
    if verb not in offered:
        require(request.viewer, VERBS[verb].powers[0])
    return verb


def _form_of(verb: str, areas: Mapping[str, Area], given: Mapping[str, Any] | None = None) -> StepForm:
    form = ACTS[verb].form(given, auto_id=f"{verb}-%s")
    if isinstance(form, MoveForm):
        form.offer_areas(areas)
    return form


def _read_seen(request: SignedInRequest) -> dict[str, int]:
    """Key → version of what the form was shown with; raises Invalid for what no page of ours has sent."""
    seen = {}
    for one in request.POST.getlist("seen"):
        key, _colon, version = one.rpartition(":")
        if not (key and version.isascii() and version.isdigit() and len(version) < 10) or "\x00" in key:
            raise Invalid(_("This form cannot be read."))
        seen[key] = int(version)
    if len(seen) > MOST_TOGETHER:
        raise Invalid(_("At most %(count)s requests at once.") % {"count": MOST_TOGETHER})
    return seen


def _find(request: SignedInRequest, keys: Sequence[str]) -> list[WorkRequest]:
    """One statement, however many."""
    rows = WorkRequest.objects.visible_to(request.viewer).filter(key__in=keys)
    return list(rows.select_related(*SHOWN).order_by("id"))


def _act(
    request: SignedInRequest, verb: str, seen: Mapping[str, int], given: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Before], list[Outcome]]:
    orders = [Order(ask, seen[ask.key], given[ask.key]) for ask in _find(request, list(seen))]
    befores = {order.ask.key: note_before(order.ask) for order in orders}
    return befores, act_together(actor=request.viewer, at=clock.now(), together=VERBS[verb], orders=orders)


def _done(befores: Mapping[str, Before], outcomes: Sequence[Outcome]) -> list[Before]:
    return [befores[one.order.ask.key] for one in outcomes if one.refused is None]


def _back_of(request: SignedInRequest) -> str:
    return way_back(request, reverse("request-list"))


def _tell(
    request: SignedInRequest,
    verb: str,
    outcomes: Sequence[Outcome],
    *,
    left: Sequence[str] = (),
    undo: tuple[str, int] = ("", 0),
) -> None:
    """What was done, with its undo (and for how many it is there), and what was not and why: one message a reason."""
    address, undone = undo
    done = sum(one.refused is None for one in outcomes)
    text = str(ACTS[verb].said % {"count": done})
    if 0 < undone < done:
        text = f"{text} {_('Undo is there for %(count)s of them.') % {'count': undone}}"
    tell_done(request, text, address)
    reasons: dict[str, list[str]] = {}
    for one in outcomes:
        if one.refused is not None:
            reasons.setdefault(_say_refused(one.refused), []).append(one.order.ask.key)
    for verdict in _judge(request, verb, left):
        reasons.setdefault(verdict.why_not or _("It was to be left out."), []).append(verdict.ask.key)
    for reason, keys in reasons.items():
        messages.warning(request, _("Left out: %(keys)s. %(reason)s") % {"keys": ", ".join(keys), "reason": reason})


def _say_refused(refused: Refused) -> str:
    return say_meanwhile(refused) if isinstance(refused, Stale) else str(refused)


def _tell_nothing_done(form: StepForm, refused: Mapping[str, Refused]) -> tuple[int, dict[str, str]]:
    """The status of the page that comes back, and by key why each was refused."""
    if not refused:
        return STALE, {}
    first = next(iter(refused.values()))
    if all(one.fields.keys() & form.fields.keys() for one in refused.values()):
        return tell_refusal(form, first), {}
    if all(isinstance(one, NotAllowed) for one in refused.values()):
        return first.status, {}
    form.add_error(None, _("Nothing was done: look at what changed, then decide again."))
    return STALE, {key: _say_refused(one) for key, one in refused.items() if isinstance(one, Stale)}


def _judge(
    request: SignedInRequest, verb: str, keys: Sequence[str], news: Mapping[str, str] | None = None
) -> list[Verdict]:
    told = news or {}
    wanted = [key for key in keys if "\x00" not in key]
    asks = _find(request, wanted) if wanted else []
    refused = VERBS[verb].refusals(request.viewer, asks)
    return [Verdict(ask, tone_of(ask), str(refused.get(ask.pk, "")), told.get(ask.key, "")) for ask in asks]


def show_selected(
    request: SignedInRequest,
    verb: str,
    keys: Sequence[str],
    form: StepForm,
    *,
    news: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The preview: for each selected request whether the verb would be done, and one button for all of them."""
    picked = list(dict.fromkeys(keys))
    rows = _judge(request, verb, picked[:MOST_TOGETHER], news)
    ready, back = sum(not row.why_not for row in rows), _back_of(request)
    words = {"verb": ACTS[verb].label, "ready": ready, "left": len(rows) - ready, "count": len(rows)}
    others = [
        (
            act.label,
            f"?{urlencode({'do': name, 'back': back, 'pick': [row.ask.key for row in rows]}, doseq=True)}",
            name,
        )
        for name, act in acts_for(request.viewer)
    ]
    context = {
        "title": _("%(verb)s: %(ready)s of %(count)s can be done") % words if rows else _("Nothing is selected"),
        "context_line": _("Nothing is done yet: this is what would be done, and what not and why.") if rows else "",
        "rows": sorted(rows, key=lambda row: not row.why_not),
        "ready": ready,
        "confirm": say_confirm(ready, len(rows) - ready),
        "act": ACTS[verb],
        "verb": verb,
        "others": [(label, url, name == verb) for label, url, name in others],
        "form": form,
        "back": back,
        "gone": say_gone(min(len(picked), MOST_TOGETHER) - len(rows)),
        "over": say_over(len(picked) - MOST_TOGETHER),
        "nav": "request-list",
    }
    return render_page(request, "tracker/requests/selected.html", context, status=status)


def say_confirm(ready: int, left: int) -> str:
    if not left:
        return _("Do it for %(ready)s") % {"ready": ready}
    return _("Do it for %(ready)s, leave out %(left)s") % {"ready": ready, "left": left}


def say_gone(count: int) -> str:
    """Where keys lead nowhere; who may not see a request does not learn that it exists."""
    told = ngettext("%(count)s of them is not there.", "%(count)s of them are not there.", count)
    return told % {"count": count} if count > 0 else ""


def say_over(count: int) -> str:
    """Where more were selected than go at once."""
    told = ngettext(
        "At most %(most)s requests at once: %(count)s more stays as it is.",
        "At most %(most)s requests at once: %(count)s more stay as they are.",
        count,
    )
    return told % {"most": MOST_TOGETHER, "count": count} if count > 0 else ""


@require_POST
@signed_in
@once
def undo_selected(request: SignedInRequest) -> HttpResponseBase:
    """The inverse of what was done to some requests; each with the version that the act gave it and its own values."""
    verb = request.POST.get("do", "")
    if verb not in INVERSE.values():
        raise Http404
    seen = _read_seen(request)
    _befores, outcomes = _act(request, verb, seen, _read_given(request, verb, list(seen)))
    if not outcomes:
        raise Http404
    refused = [one.refused for one in outcomes if one.refused is not None]
    if len(refused) < len(outcomes):
        _tell(request, verb, outcomes)
    elif isinstance(refused[0], NotAllowed):
        raise refused[0]
    else:
        messages.error(request, _("It cannot be undone any more. %(reason)s") % {"reason": _say_refused(refused[0])})
    return redirect(_back_of(request))


def _read_given(request: SignedInRequest, verb: str, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By key what the inverse verb is given: each field stands in the form once for each request, in their order."""
    areas = known_areas(request.viewer) if verb == "move" else {}
    names = [name for name in ACTS[verb].form.base_fields if name != "next"]
    lists = {name: request.POST.getlist(name) for name in names}
    given = {}
    for place, key in enumerate(keys):
        form = _form_of(verb, areas, {name: values[place] for name, values in lists.items() if place < len(values)})
        if not form.is_valid():
            raise Invalid(_("This form cannot be read."))
        given[key] = form.arguments()
    return given
