"""Old tickets, group by group: what they say, how many and since when; declined or kept several at once."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.intake.models import WorkRequest
from tracker.integrations import groups
from tracker.integrations.words import say_issue, say_template
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Power, may, require
from tracker.web.forms.answers import tell_refusal, told
from tracker.web.forms.findings import DeclineGroupsForm
from tracker.web.numbers import number_asked
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in

VIEWS = ("open", "declined", "kept")
DEEDS = ("decline", "keep")
LARGEST = 2**63 - 1
"""A number that the database can hold."""


@require_GET
@signed_in
def list_tickets(request: SignedInRequest) -> HttpResponse:
    """The largest groups first; those that wait for a decision, or what became of the others."""
    require(request.viewer, Power.IMPORT_TICKETS)
    view = request.GET.get("show", "open")
    view = view if view in VIEWS else "open"
    totals = groups.count_groups()
    found = groups.list_groups("" if view == "open" else view, _after(request))
    shown = found[: groups.PAGE]
    waiting = totals.get("", (0, 0))
    last = shown[-1] if len(found) > groups.PAGE else None
    context = {
        "title": _title(waiting),
        "context_line": _(
            "Decline what time has overtaken, keep what still hurts: one draft a group, naming its tickets."
        ),
        "view": view,
        "chips": [(name, totals.get("" if name == "open" else name, (0, 0))[1]) for name in VIEWS],
        "groups": shown,
        "asks": _keys(request, shown),
        "anything": bool(totals),
        "may_keep": may(request.viewer, Power.FILE_REQUEST),
        "next": f"?show={view}&count={last.count}&after={last.pick}" if last else None,
        "nav": "import-list",
    }
    return render_page(request, "tracker/tickets/index.html", context)


def _title(waiting: tuple[int, int]) -> str:
    tickets, count = waiting
    if not count:
        return _("No old ticket waits for a decision")
    facts = {"groups": count, "tickets": tickets}
    return (
        ngettext(
            "%(groups)s group of old tickets waits for a decision (%(tickets)s in all)",
            "%(groups)s groups of old tickets wait for a decision (%(tickets)s in all)",
            count,
        )
        % facts
    )


def _after(request: SignedInRequest) -> tuple[int, int] | None:
    count, pick = number_asked(request, "count"), number_asked(request, "after")
    return None if count is None or pick is None else (count, pick)


def _keys(request: SignedInRequest, shown: list[groups.Group]) -> dict[int, str]:
    """Key of the request that a group became, by its pick, as far as one may see it."""
    ids = {group.ask for group in shown if group.ask}
    rows = WorkRequest.objects.visible_to(request.viewer).filter(pk__in=ids)
    keys = dict(rows.values_list("pk", "key")) if ids else {}
    return {group.pick: keys[group.ask] for group in shown if group.ask in keys}


@require_GET
@signed_in
def show_group(request: SignedInRequest, number: int) -> HttpResponse:
    """All tickets of one group."""
    require(request.viewer, Power.IMPORT_TICKETS)
    if number > LARGEST:
        raise Http404
    found = [
        (outcome, group) for outcome in ("", "declined", "kept") for group in groups.find_groups(outcome, [number])
    ]
    if not found:
        raise Http404
    outcome, group = found[0]
    rows = groups.read_tickets_of(group, outcome, number_asked(request, "after") or 0)
    shown = rows[: groups.PAGE]
    context = {
        "title": group.title,
        "context_line": _("%(source)s · issue: %(issue)s · template: %(template)s")
        % {"source": group.source, "issue": say_issue(group.issue), "template": say_template(group.template) or "–"},
        "group": group,
        "rows": shown,
        "outcome": outcome,
        "next": f"?after={shown[-1].pk}" if len(rows) > groups.PAGE else None,
        "nav": "import-list",
    }
    return render_page(request, "tracker/tickets/group.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def decide_tickets(request: SignedInRequest) -> HttpResponseBase:
    """A GET shows what would become of the picked groups; a POST does it."""
    require(request.viewer, Power.IMPORT_TICKETS)
    given = request.POST if request.method == "POST" else request.GET
    deed = given.get("do", "decline")
    if deed not in DEEDS:
        raise Http404
    if deed == "keep":
        require(request.viewer, Power.FILE_REQUEST)
    picks = [int(text) for text in given.getlist("pick")[: groups.MOST_GROUPS] if text.isascii() and text.isdigit()]
    picks = [pick for pick in picks if pick < 2**63]
    form = DeclineGroupsForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and (deed == "keep" or form.is_valid()):
        try:
            return _decide(request, deed, picks, form)
        except Refused as refused:
            status = tell_refusal(form, refused) if form.is_bound else refused.status
    elif request.method == "POST":
        status = 422
    return _preview(request, deed, picks, form, status)


def _decide(request: SignedInRequest, deed: str, picks: list[int], form: DeclineGroupsForm) -> HttpResponse:
    who: dict[str, Any] = {"actor": request.viewer, "at": clock.now(), "picks": picks}
    if deed == "keep":
        done = groups.keep_groups(**who)
        text = ngettext("%(count)s group is kept.", "%(count)s groups are kept.", done.groups)
        drafts = ngettext(
            "%(count)s draft of yours was written.", "%(count)s drafts of yours were written.", len(done.asks)
        )
        messages.success(request, text % {"count": done.groups})
        messages.info(request, drafts % {"count": len(done.asks)})
    else:
        done = groups.decline_groups(**who, reason=form.cleaned_data["reason"])
        text = ngettext("%(count)s group is declined.", "%(count)s groups are declined.", done.groups)
        messages.success(request, text % {"count": done.groups})
    return redirect("ticket-list")


def _preview(
    request: SignedInRequest, deed: str, picks: list[int], form: DeclineGroupsForm, status: int
) -> HttpResponse:
    found = groups.find_groups("", picks) if picks else []
    facts = {"groups": len(found), "tickets": sum(group.count for group in found)}
    keeps = ngettext(
        "Keep %(groups)s group of old tickets (%(tickets)s in all)",
        "Keep %(groups)s groups of old tickets (%(tickets)s in all)",
        len(found),
    )
    declines = ngettext(
        "Decline %(groups)s group of old tickets (%(tickets)s in all)",
        "Decline %(groups)s groups of old tickets (%(tickets)s in all)",
        len(found),
    )
    context = {
        "title": (keeps if deed == "keep" else declines) % facts if found else _("Nothing is selected"),
        "context_line": _("Nothing is done yet.") if found else "",
        "deed": deed,
        "groups": found,
        "form": form,
        "nav": "import-list",
    }
    return render_page(request, "tracker/tickets/decide.html", context, status=status)


@require_POST
@signed_in
@once
def reopen_group(request: SignedInRequest, number: int) -> HttpResponseBase:
    """Takes a decline back."""
    require(request.viewer, Power.IMPORT_TICKETS)
    with told(request, _("The group waits for a decision again.")):
        groups.reopen_groups(actor=request.viewer, at=clock.now(), picks=[number])
    return redirect("ticket-list")
