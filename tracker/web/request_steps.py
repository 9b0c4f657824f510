"""Every step of a request as a plain form that is posted below it: accept, ask, answer, park…"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tracker.intake import actions
from tracker.intake.models import WorkRequest
from tracker.intake.states import REQUEST
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.people.access import Power, Viewer, may
from tracker.people.models import User
from tracker.web.forms.answers import INVALID, STALE, tell_refusal
from tracker.web.forms.decisions import ContestAnswerForm, ContestForm, MergeForm
from tracker.web.forms.requests import STEP_FORMS, AssignForm, PlainForm, RouteForm, StepForm
from tracker.web.merging import merge_by_key
from tracker.web.once import once
from tracker.web.request_page import Missed
from tracker.web.requests import find_request, show_detail
from tracker.web.together import Before, note_before, undo_of
from tracker.web.triage import TRIAGE, from_inbox, inbox_url, next_in_line, show_asked, show_inbox
from tracker.web.undo import tell_done, undo_by
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@dataclass(frozen=True)
class Step:
    """`verb` is the one of the table of states, or one that has to be possible still; empty where any state will do; `said` is what the flash says."""

    act: Callable[..., Any]
    said: str | Promise
    verb: str = ""
    form: type[StepForm] = PlainForm
    facts: Mapping[str, Any] | None = None


STEPS: Mapping[str, Step] = {
    "file": Step(actions.file_draft, _("%(key)s is filed."), "file"),
    "accept": Step(actions.accept_request, _("%(key)s is accepted."), "accept", STEP_FORMS["accept"]),
    "ask": Step(actions.ask_question, _("%(key)s waits for an answer now."), "ask", STEP_FORMS["ask"]),
    "answer": Step(actions.answer_question, _("%(key)s is back in triage."), "answer", STEP_FORMS["answer"]),
    "decline": Step(actions.decline_request, _("%(key)s is declined."), "decline", STEP_FORMS["decline"]),
    "park": Step(actions.park_request, _("%(key)s is parked and comes back by itself."), "park", STEP_FORMS["park"]),
    "return": Step(actions.unpark_request, _("%(key)s is back in triage."), "return"),
    "merge": Step(merge_by_key, _("%(key)s is merged into %(into)s."), "merge", MergeForm),
    "unmerge": Step(actions.unmerge_request, _("%(key)s is on its own again, back in triage."), "unmerge"),
    "contest": Step(actions.contest_decision, _("The decision on %(key)s is contested."), "", ContestForm),
    "answer-contest": Step(actions.answer_contest, _("The contest of %(key)s is answered."), "", ContestAnswerForm),
    "withdraw": Step(actions.withdraw_request, _("%(key)s is withdrawn."), "withdraw"),
    "snooze": Step(
        actions.snooze_request,
        _("%(key)s is out of your inbox for now; its clocks run on."),
        "accept",
        STEP_FORMS["snooze"],
    ),
    "unsnooze": Step(actions.unsnooze_request, _("%(key)s is back in your inbox.")),
    "assign": Step(actions.assign_request, _("%(key)s is assigned: %(person)s."), "accept", AssignForm),
    "route": Step(actions.route_request, _("%(key)s is where it belongs now."), "accept", RouteForm),
    "effort": Step(actions.set_request_effort, _("The effort of %(key)s is noted."), "", STEP_FORMS["effort"]),
    "restrict": Step(actions.restrict_request, _("%(key)s is seen by those it concerns alone.")),
    "open": Step(actions.restrict_request, _("%(key)s is seen by all."), facts={"restricted": False}),
}


UNTOLD = ("next", "alike", "upholds", "files")
"""What somebody chose and did not type."""


@require_http_methods(["GET", "POST"])
@signed_in
@once
def take_step(request: SignedInRequest, key: str, name: str) -> HttpResponseBase:
    """One step; what is refused comes back with all that was typed, in the place it came from."""
    ask, step = find_request(request.viewer, key), STEPS[name]
    if request.method == "GET":
        return redirect("request", ask.key)
    more: dict[str, Any] = {"people": list(User.objects.triaging(ask.team_id))} if step.form is AssignForm else {}
    form = step.form(request.POST, request.FILES, auto_id=f"{name}-%s", **more)
    status, missed = INVALID, None
    if form.is_valid():
        show = show_asked(request)
        behind = next_in_line(request.viewer, ask, show) if from_inbox(request) and ask.filed_at else ""
        given, before = {**form.arguments(), **(step.facts or {})}, note_before(ask)
        try:
            step.act(actor=request.viewer, at=clock.now(), ask=ask, expected=seen_version(request), **given)
        except NotAllowed as refused:
            status, missed = refused.status, Missed(str(refused), _typed(form))
        except Refused as refused:
            status = tell_refusal(form, refused)
            ask = find_request(request.viewer, key)
            if step.verb and not REQUEST.allows(ask.state, step.verb):
                status, missed = STALE, Missed(str(refused), _typed(form))
        else:
            where = _where_next(request, ask, behind)
            into = ask.merged_into.key if ask.merged_into else ""
            person = ask.assigned_to.name if ask.assigned_to else _("nobody")
            words = {"key": ask.key, "into": into, "person": person}
            tell_done(request, step.said % words, _undo_step(request.viewer, name, ask, before, where))
            return redirect(where)
    answer = show_inbox if from_inbox(request) and status != NotAllowed.status else show_detail
    return answer(request, ask, {name.replace("-", "_"): form}, missed=missed, status=status)


def unmerge_of(ask: WorkRequest) -> str:
    """The address of the undo of a merge."""
    return undo_by(reverse("request-unmerge", args=[ask.key]), {"version": ask.version})


def _undo_step(viewer: Viewer, name: str, ask: WorkRequest, before: Before, where: str) -> str:
    """The address of what takes this step back; empty where nothing does."""
    then = {"next": TRIAGE} if where.startswith(reverse("triage")) else {}
    match name:
        case "merge":
            return unmerge_of(ask)
        case "snooze":
            return undo_by(reverse("request-unsnooze", args=[ask.key]), then)
        case "assign" if ask.version == before.version + 1:
            back: dict[str, str | int] = {"to": before.assigned_to, "version": ask.version, **then}
            return undo_by(reverse("request-assign", args=[ask.key]), back)
        case "route" if may(viewer, Power.TRIAGE, ask.ties):
            back = {"area": before.area, "type": before.type, "version": ask.version, **then}
            return undo_by(reverse("request-route", args=[ask.key]), back)
    return undo_of(name, [before], where)[0]


def _typed(form: Form) -> list[str]:
    return [str(value) for name, value in form.cleaned_data.items() if value and name not in UNTOLD]


def _where_next(request: SignedInRequest, ask: WorkRequest, behind: str) -> str:
    if not from_inbox(request):
        return reverse("request", args=[ask.key])
    return inbox_url(show_asked(request), behind)
