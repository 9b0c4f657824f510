"""Policies: who owes which answer, how long it may take, and who hears of it when it does not come."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise as Lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from tracker.kernel import clock
from tracker.people.access import Power, may, require
from tracker.people.models import Firm, Level
from tracker.promises.actions import edit_policy
from tracker.promises.models import Kind, Policy, Promise
from tracker.promises.rules import OWN_DATE, WALL
from tracker.web.forms.answers import answer_edit
from tracker.web.forms.backlog import plain_weeks as plain
from tracker.web.forms.merging import Merge
from tracker.web.forms.policies import PolicyForm
from tracker.web.hours_words import say_later, say_reminders, say_wait, say_working_days
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in

OWERS: Mapping[str, str | Lazy] = {
    Kind.TRIAGE: gettext_lazy("the lead of the team that owns the area, from filing: accept, ask, decline or park"),
    Kind.DECISION: gettext_lazy("the same lead, from filing; waiting for a reply does not count"),
    Kind.REPLY: gettext_lazy("the requester, from the question"),
    Kind.EMBED_ANSWER: gettext_lazy("the owner of the project that is asked to carry it"),
    Kind.POSITION: gettext_lazy("each of the two sides of a case; without it the COO decides"),
    Kind.RULING: gettext_lazy("the COO, from taking the case up"),
    Kind.CONDITION: gettext_lazy("whoever the ruling names; broken, it brings the case back"),
    Kind.CONTEST: gettext_lazy("the next above who decided; so long a merge may be objected to as well"),
    Kind.CONFIRM: gettext_lazy("somebody of the other side, from the start of an emergency"),
    Kind.EXPEDITE: gettext_lazy("the owner named when an emergency is started"),
    Kind.FIX: gettext_lazy("the same owner, from the start"),
}


@dataclass(frozen=True)
class PolicyRow:
    """One kind of promise in words."""

    kind: str
    name: str
    owed_by: str | Lazy
    within: str
    reminders: str
    chiefs: str
    docket: str


def row_of(policy: Policy) -> PolicyRow:
    return PolicyRow(
        kind=policy.kind,
        name=capfirst(str(Kind(policy.kind).label)),
        owed_by=OWERS[policy.kind],
        within=say_within(policy),
        reminders=say_reminders(policy.reminders),
        chiefs=say_wait(policy.chiefs_after),
        docket=say_later(policy.docket_after),
    )


def say_within(policy: Policy) -> str:
    if policy.kind in WALL:
        minutes = int(WALL[policy.kind].total_seconds() // 60)
        if minutes % 60:
            return ngettext("%(count)s minute by the clock", "%(count)s minutes by the clock", minutes) % {
                "count": minutes
            }
        hours = minutes // 60
        return ngettext("%(count)s hour by the clock", "%(count)s hours by the clock", hours) % {"count": hours}
    return _("by its own date") if policy.kind in OWN_DATE else say_working_days(policy.days)


@require_GET
@signed_in
def show_policies(request: SignedInRequest) -> HttpResponse:
    known = {policy.kind: policy for policy in Policy.objects.all()}
    start = Firm.objects.filter(level=Level.START).exists()
    context = {
        "title": say_title(known, start=start),
        "context_line": say_running(Promise.objects.running().count()),
        "rows": [row_of(known[kind]) for kind in Kind.values if kind in known],
        "start": start,
        "editable": may(request.viewer, Power.SET_POLICIES),
        "member": bool(request.viewer.roles),
    }
    return render_page(request, "tracker/policies/index.html", context)


def say_title(known: Mapping[str, Policy], *, start: bool) -> str:
    if start or Kind.TRIAGE not in known or Kind.DECISION not in known:
        return _("No clock runs yet")
    words = {name: say_working_days(known[name].days) for name in (Kind.TRIAGE, Kind.DECISION)}
    return _("A first answer takes up to %(triage)s, a decision up to %(decision)s") % words


def say_running(count: int) -> str:
    if not count:
        return _("Nothing is owed now. Whatever begins keeps the terms that it began with.")
    return ngettext(
        "%(count)s promise runs now and keeps the terms that it began with.",
        "%(count)s promises run now and keep the terms that they began with.",
        count,
    ) % {"count": count}


@require_http_methods(["GET", "POST"])
@signed_in
@once
def change_policy(request: SignedInRequest, kind: str) -> HttpResponse:
    require(request.viewer, Power.SET_POLICIES)
    policy = Policy.objects.filter(kind=kind).first()
    if policy is None:
        raise Http404
    form = policy_form(request, policy)

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        edit_policy(actor=request.viewer, at=clock.now(), policy=policy, expected=expected, changes=changes)
        messages.success(request, _("Saved. It holds for what begins from now on."))
        return redirect("policy-list")

    row = row_of(policy)
    context = {"title": say_policy(row), "context_line": capfirst(str(row.owed_by)), "policy": policy, "row": row}
    return answer_edit(request, Merge(form, policy), save, "tracker/policies/policy.html", context)


def policy_form(request: SignedInRequest, policy: Policy) -> PolicyForm:
    shown = {name: plain(getattr(policy, name)) for name in ("days", "chiefs_after", "docket_after")}
    shown["reminders"] = ", ".join(map(str, policy.reminders))
    form = PolicyForm(request.POST or None, initial=shown)
    if policy.kind in OWN_DATE:
        del form.fields["days"]
    return form


def say_policy(row: PolicyRow) -> str:
    return _("%(promise)s: %(within)s") % {"promise": row.name, "within": row.within}
