"""The levels of a firm: what each adds, where the firm stands, what changes for what is there when it goes up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, QuerySet, Subquery, Value
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ItemState
from tracker.escalations.models import Escalation
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.people.access import Role
from tracker.people.actions import set_level
from tracker.people.models import Firm, Level, User
from tracker.web.forms.answers import told
from tracker.web.forms.people import LevelForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.settings_page import firm_or_404
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

ORDER = (Level.START, Level.TEAM, Level.COMPANY)
ADDS: dict[Level, tuple[str | Lazy, ...]] = {
    Level.START: (
        gettext_lazy("Requests: filed, accepted, asked about, declined, parked"),
        gettext_lazy("Sizes S, M, L and the line"),
        gettext_lazy("Embedding, with one owner on each side"),
        gettext_lazy("Mail"),
        gettext_lazy("One person may hold several roles; a missing role falls to the administrator"),
    ),
    Level.TEAM: (
        gettext_lazy("Clocks on first answers, decisions and answers to an embed"),
        gettext_lazy("Escalation up to a ruling"),
        gettext_lazy("The allowance for embedded work, plan versions, pairs of KPIs"),
        gettext_lazy("Nobody gives roles to themselves any more"),
    ),
    Level.COMPANY: (
        gettext_lazy("Sealed positions in a case, chains of several steps"),
        gettext_lazy("Blind scores, trials, gates and waivers"),
        gettext_lazy("Pods, budgets, joint signing"),
    ),
}


@dataclass(frozen=True)
class Affected:
    """What is there now and would feel a change of level."""

    undecided: int
    proposed: int
    cases: int
    several: int
    admins: int
    mediated: bool


@dataclass(frozen=True)
class LevelCard:
    value: str
    label: str | Lazy
    adds: Sequence[tuple[str | Lazy, bool]]
    """Each with whether it is in force."""
    current: bool
    changes: Sequence[str]
    refused: str
    confirm: str


@require_http_methods(["GET", "POST"])
@signed_in
@once
def show_levels(request: SignedInRequest) -> HttpResponseBase:
    firm = firm_or_404(request)
    if request.method != "POST":
        return _render_levels(request, firm)
    form = LevelForm(request.POST)
    if form.is_valid():
        level = form.cleaned_data["level"]
        with told(request, _("The level is %(level)s now.") % {"level": Level(level).label}):
            set_level(actor=request.viewer, at=clock.now(), firm=firm, expected=seen_version(request), level=level)
    return redirect("settings-level")


def _render_levels(request: SignedInRequest, firm: Firm) -> HttpResponse:
    level, found = Level(firm.level), read_affected()
    context = {
        "title": _("%(firm)s is at level %(level)s") % {"firm": firm.name, "level": level.label},
        "context_line": _("A firm of three starts without ceremony and turns on more as it grows."),
        "firm": firm,
        "cards": [card_of(one, level, found) for one in ORDER],
        "nav": "settings",
    }
    return render_page(request, "tracker/settings/levels.html", context)


def card_of(level: Level, now: Level, found: Affected) -> LevelCard:
    back = level == Level.START and now != Level.START
    confirm = _("Change the level of the firm?")
    if now == Level.START:
        confirm = _("Leave level Start for good? There is no way back to it.")
    return LevelCard(
        value=level,
        label=level.label,
        adds=[(text, ORDER.index(level) <= ORDER.index(now)) for text in ADDS[level]],
        current=level == now,
        changes=[] if back or level == now else list(say_changes(level, now, found)),
        refused=_("Level Start is left for good.") if back else "",
        confirm=confirm,
    )


def say_changes(to: Level, now: Level, found: Affected) -> Iterator[str]:
    """What happens to what is there, by its numbers."""
    if now == Level.START:
        yield from _say_leaving_start(found)
    if to == Level.COMPANY:
        yield _cases(found.cases, _("Cases raised from then on are sealed until both sides have written."))
    if to == Level.TEAM and now == Level.COMPANY:
        yield _cases(found.cases, _("Cases raised from then on are no longer sealed."))


def _say_leaving_start(found: Affected) -> Iterator[str]:
    yield _("Level Start is left for good: nobody gives roles to themselves from then on.")
    if found.several:
        yield ngettext(
            "%(count)s person holds several roles and keeps them.",
            "%(count)s people hold several roles and keep them.",
            found.several,
        ) % {"count": found.several}
    if found.admins < 2:
        yield _("You are the only administrator: nobody could change your roles. Make a second one first.")
    if not found.mediated:
        yield _("Nobody is COO: give the role first, or what is stuck finds nobody to rule on it.")
    yield _waiting(found.undecided + found.proposed)


def _waiting(count: int) -> str:
    if not count:
        return _("Nothing waits for an answer now; clocks run for what begins from then on.")
    return ngettext(
        "%(count)s answer is awaited now: its clock starts with the next step of its request.",
        "%(count)s answers are awaited now: their clocks start with the next step of each request.",
        count,
    ) % {"count": count}


def _cases(count: int, sentence: str) -> str:
    if not count:
        return sentence
    stays = ngettext("%(count)s open case stays as it began.", "%(count)s open cases stay as they began.", count) % {
        "count": count
    }
    return f"{sentence} {stays}"


def read_affected() -> Affected:
    """One statement."""
    people = User.objects.active().select_related(None)

    def number(rows: QuerySet[Any]) -> Subquery:
        counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk"))
        return Subquery(counted.values("number"))

    undecided, proposed, cases, several, admins, mediated = Firm.objects.values_list(
        number(WorkRequest.objects.filter(state=State.FILED)),
        number(BacklogItem.objects.filter(state=ItemState.PROPOSED)),
        number(Escalation.objects.live()),
        number(people.filter(roles__len__gt=1)),
        number(people.holding(Role.ADMIN)),
        Exists(people.holding(Role.COO)),
    ).get()
    return Affected(undecided or 0, proposed or 0, cases or 0, several or 0, admins or 0, bool(mediated))
