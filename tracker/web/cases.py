"""The docket, a case and its steps, and the form that asks the COO."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

import orjson
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.escalations import actions
from tracker.escalations.models import Condition, Escalation, Reason
from tracker.escalations.queries import LOADED, docket_of
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.people.access import Power, Viewer, may, require
from tracker.promises.models import Promise
from tracker.web.case_page import read_case_page
from tracker.web.case_words import say_row
from tracker.web.forms.answers import INVALID, answer_form, tell_refusal
from tracker.web.forms.cases import (
    REASONS,
    AcknowledgeForm,
    MeetForm,
    PlainCaseForm,
    PositionForm,
    RaiseForm,
    RulingForm,
    SendBackForm,
    SettleForm,
    TakeUpForm,
    WithdrawCaseForm,
)
from tracker.web.once import once
from tracker.web.pictures import send_picture
from tracker.web.render import render_page
from tracker.web.shell import count_waiting
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in
from tracker.web.way_steps import find_ask

count_waiting("docket", lambda viewer: Escalation.objects.before(viewer))


def find_case(viewer: Viewer, key: str) -> Escalation:
    """404 for what the viewer may not know of."""
    case = Escalation.objects.visible_to(viewer).select_related(*LOADED).filter(key=key).first()
    if case is None:
        raise Http404
    return case


@require_GET
@signed_in
def show_docket(request: SignedInRequest) -> HttpResponse:
    """Cases first, then the answers that are late."""
    viewer = request.viewer
    if not viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    now = clock.now()
    docket = docket_of(viewer, now)
    mine = [row for row in docket.cases if may(viewer, Power.RULE) and not row.own]
    returned = [row for row in docket.lines if row.broken]
    lines = len(docket.lines) - len(returned)
    late = ngettext("%(count)s answer is late.", "%(count)s answers are late.", lines) % {"count": lines}
    context = {
        "title": _say_docket(len(mine), len(docket.cases), mediates=may(viewer, Power.RULE)),
        "context_line": late if lines else _say_no_lines(len(docket.cases)),
        "cases": [(row, say_row(row)) for row in docket.cases],
        "docket": docket,
        "returned": returned,
        "lines": [row for row in docket.lines if not row.broken],
        "mediates": may(viewer, Power.RULE),
        "keys": "123456789",
        "now": now,
        "nav": "docket",
    }
    return render_page(request, "tracker/cases/docket.html", context)


def _say_no_lines(cases: int) -> str:
    """A case may have begun as a late answer: it is none of those that only lie here."""
    return _("No late answer lies here beside the cases.") if cases else _("No late answer has come this far.")


def _say_docket(mine: int, cases: int, *, mediates: bool) -> str:
    if mediates and mine:
        return ngettext("%(count)s case needs you", "%(count)s cases need you", mine) % {"count": mine}
    if mediates:
        return _("No case needs you")
    return ngettext("%(count)s case is before the COO", "%(count)s cases are before the COO", cases) % {"count": cases}


@require_GET
@signed_in
def show_case(request: SignedInRequest, key: str) -> HttpResponse:
    return _show(request, find_case(request.viewer, key))


def _show(
    request: SignedInRequest,
    case: Escalation,
    *,
    refused: Refused | None = None,
    given: Mapping[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    page = read_case_page(case, request.viewer, now, given)
    if page.waiting and (file := send_picture(request, page.waiting)):
        return file
    context = {
        "title": page.title,
        "context_line": page.context_line,
        "page": page,
        "case": case,
        "forms": page.forms,
        "now": now,
        "refused": str(refused) if refused else "",
        "stale": refused is not None and refused.code == "stale",
        "nav": "docket",
    }
    return render_page(request, "tracker/cases/detail.html", context, status=status)


@dataclass(frozen=True)
class CaseStep:
    """`said` is what the flash says once it is done; `name` is that of its form on the page."""

    act: Callable[..., Any]
    said: str | Lazy
    form: type[forms.Form] = PlainCaseForm


STEPS: Mapping[str, CaseStep] = {
    "take-up": CaseStep(
        actions.take_up_case,
        gettext_lazy("%(key)s is yours: who has not spoken yet is asked for a position."),
        TakeUpForm,
    ),
    "position": CaseStep(actions.write_position, gettext_lazy("The position is written."), PositionForm),
    "settle": CaseStep(actions.settle_case, gettext_lazy("The other side is asked to confirm it."), SettleForm),
    "confirm": CaseStep(actions.settle_case, gettext_lazy("%(key)s is settled.")),
    "send-back": CaseStep(actions.send_back, gettext_lazy("%(key)s is sent back."), SendBackForm),
    "withdraw": CaseStep(actions.withdraw_case, gettext_lazy("%(key)s is withdrawn."), WithdrawCaseForm),
}


@require_POST
@signed_in
@once
def take_case_step(request: SignedInRequest, key: str, name: str) -> HttpResponseBase:
    """One step; what is refused comes back on the page of the case with all that was typed."""
    case, step = find_case(request.viewer, key), STEPS[name]
    form = step.form(request.POST, auto_id=f"{name}-%s")
    if not form.is_valid():
        return _show(request, case, given={name.replace("-", "_"): form}, status=INVALID)
    given = {"actor": request.viewer, "at": clock.now(), "expected": seen_version(request), **form.cleaned_data}
    return _act(request, case, name, form, lambda: step.act(case=case, **given), step.said)


@require_POST
@signed_in
@once
def rule(request: SignedInRequest, key: str) -> HttpResponseBase:
    """One of the three; its effects are those that were shown with it."""
    case = find_case(request.viewer, key)
    require(request.viewer, Power.RULE)
    form = RulingForm(request.POST, auto_id="rule-%s")
    if not form.is_valid():
        return _show(request, case, given={"rule": form}, status=INVALID)
    kind, at = form.cleaned_data["kind"], clock.now()
    said = {name: form.cleaned_data[name] for name in ("sentence", "due_on", "rationale", "accepted_risk")}

    def act() -> object:
        return actions.issue_ruling(
            actor=request.viewer,
            at=at,
            case=case,
            kind=kind,
            acts=actions.read_acts(_read_effects(request.POST.get(f"effects_{kind}", ""))),
            conditions=_read_conditions(form),
            expected=seen_version(request),
            **said,
        )

    told = gettext_lazy("%(key)s is ruled on; both sides are told.")
    return _act(request, case, "rule", form, act, told, offers_next=True)


def _offer_next(viewer: Viewer) -> str:
    """The case that comes first on the docket of the viewer, as a link; empty where none waits."""
    waiting = next((row.case for row in docket_of(viewer, clock.now()).cases if not row.own), None)
    if waiting is None:
        return ""
    words = {"case": waiting.key, "title": waiting.wanted or waiting.ask.title}
    text = _("Next: %(case)s %(title)s") % words
    return format_html(' <a href="{}">{}</a>', reverse("case", args=[waiting.key]), text)


def _read_effects(text: str) -> list[Any]:
    try:
        values = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        return [None]
    return values if isinstance(values, list) else [None]


def _read_conditions(form: RulingForm) -> list[actions.NewCondition]:
    given = form.cleaned_data
    if not given["condition_owner"]:
        return []
    what = given["condition"] or given["sentence"]
    return [actions.NewCondition(what, given["condition_owner"], given["condition_due_on"])]


@require_POST
@signed_in
@once
def meet(request: SignedInRequest, key: str, number: int) -> HttpResponseBase:
    case = find_case(request.viewer, key)
    condition = Condition.objects.filter(escalation=case, pk=number).select_related("escalation__ask").first()
    if condition is None:
        raise Http404
    form = MeetForm(request.POST, auto_id="meet-%s")
    if not form.is_valid():
        return _show(request, case, status=INVALID)
    given = {"actor": request.viewer, "at": clock.now(), "expected": seen_version(request), **form.cleaned_data}
    said = gettext_lazy("Noted: the condition holds.")
    return _act(request, case, "meet", form, lambda: actions.meet_condition(condition=condition, **given), said)


def _act(
    request: SignedInRequest,
    case: Escalation,
    name: str,
    form: forms.Form,
    act: Callable[[], object],
    said: str | Lazy,
    *,
    offers_next: bool = False,
) -> HttpResponseBase:
    try:
        act()
    except NotAllowed:
        raise
    except Refused as refused:
        status = tell_refusal(form, refused)
        fresh = find_case(request.viewer, case.key)
        return _show(request, fresh, refused=refused, given={name.replace("-", "_"): form}, status=status)
    following = _offer_next(request.viewer) if offers_next else ""
    messages.success(request, format_html("{}{}", said % {"key": case.key}, following))
    return redirect("case", case.key)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def escalate(request: SignedInRequest, key: str) -> HttpResponseBase:
    """Asks the COO: one question, why it is stuck, what could be done, what was tried."""
    ask = find_ask(request.viewer, key)
    require(request.viewer, Power.ESCALATE, actions.ties_to_escalate(ask))
    form = RaiseForm(request.POST or None, initial={"reason": REASONS.get(ask.state, Reason.NO_ANSWER)})

    def save() -> HttpResponse:
        case = actions.raise_case(actor=request.viewer, at=clock.now(), ask=ask, **form.cleaned_data)
        text = _("%(case)s is before the COO; both sides are asked for a position.")
        messages.success(request, text % {"case": case.key})
        return redirect("case", case.key)

    context = {
        "title": _("Ask the COO about %(request)s") % {"request": ask.key},
        "context_line": ask.title,
        "ask": ask,
        "nav": "request-list",
    }
    return answer_form(request, form, save, "tracker/cases/raise.html", context)


@require_POST
@signed_in
@once
def take_request(request: SignedInRequest, key: str) -> HttpResponseBase:
    """The mediator's own act."""
    ask = find_ask(request.viewer, key)
    try:
        case = actions.take_up_request(actor=request.viewer, at=clock.now(), ask=ask, expected=seen_version(request))
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("request", ask.key)
    messages.success(request, _("%(key)s is yours: both sides are asked for a position.") % {"key": case.key})
    return redirect("case", case.key)


@require_POST
@signed_in
@once
def acknowledge(request: SignedInRequest, key: str) -> HttpResponseBase:
    """Whoever owes a late answer says when it comes."""
    ask = find_ask(request.viewer, key)
    promise = Promise.objects.visible_to(request.viewer).broken().of_matter(f"request:{ask.pk}").order_by("due_at")
    late = promise.select_related("calendar").first()
    if late is None:
        raise NotAllowed(_("Whoever owes the answer says when it comes, or their lead."))
    form = AcknowledgeForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Choose a day within the next two weeks."))
        until = datetime.combine(form.cleaned_data["until"], time(), UTC)
        actions.acknowledge_breach(
            actor=request.viewer, at=clock.now(), ask=ask, promise=late, until=until, expected=seen_version(request)
        )
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Noted: until then nobody else is asked."))
    return redirect("request", ask.key)
