"""Who stands in: one's own absences with a deputy, and who triages for a team in which week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people import actions
from tracker.people.access import STANDING_IN, Power, Role, Ties, may, require
from tracker.people.models import Absence, Rota, Team, User
from tracker.people.rules import on_duty
from tracker.web.forms.answers import INVALID, STALE, answer_form, tell_refusal, told
from tracker.web.forms.standing import AbsenceForm, RotaForm
from tracker.web.once import once
from tracker.web.people import team_or_404
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

WEEKS = 6
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """A week of a rota: who has it, and who stands in where they are away in it."""

    monday: date
    who: User | None
    away: Absence | None
    now: bool


def able_to_stand_in() -> dict[int, User]:
    """Who may be a deputy or have a week of a rota, in the order of their names (one statement)."""
    people = User.objects.active().filter(roles__overlap=[str(role) for role in STANDING_IN])
    return {one.pk: one for one in people.order_by("name", "pk")}


@require_http_methods(["GET", "POST"])
@signed_in
@once
def show_absences(request: SignedInRequest) -> HttpResponse:
    person, viewer = request.user, request.viewer
    require(viewer, Power.SET_ABSENCE, Ties(requester=viewer.id))
    people = {pk: one for pk, one in able_to_stand_in().items() if pk != person.pk}
    form = AbsenceForm(request.POST or None, people={pk: one.name for pk, one in people.items()})

    def save() -> HttpResponse:
        given = form.cleaned_data
        deputy = people.get(given["deputy"])
        days = {"starts_on": given["starts_on"], "ends_on": given["ends_on"]}
        actions.add_absence(actor=viewer, at=clock.now(), person=person, deputy=deputy, **days)
        said = _("It is noted, and %(name)s hears of it.") % {"name": deputy.name} if deputy else _("It is noted.")
        messages.success(request, said)
        return redirect("absence-list")

    rows = Absence.objects.visible_to(viewer).to_come(timezone.localdate())
    context = {
        "title": _("Your absences"),
        "context_line": _("Your deputy triages what you would; what you promised stays yours."),
        "absences": rows.filter(person=person).select_related("deputy__team").order_by("starts_on"),
        "deputed": rows.filter(deputy=person).select_related("person__team").order_by("starts_on"),
        "today": timezone.localdate(),
        "nav": "profile",
    }
    return answer_form(request, form, save, "tracker/profile/absences.html", context)


@require_POST
@signed_in
@once
def end_absence(request: SignedInRequest, number: int) -> HttpResponseBase:
    absence = Absence.objects.visible_to(request.viewer).filter(pk=number).first()
    if absence is None:
        raise Http404
    with told(request, _("Nobody stands in for it any more.")):
        actions.end_absence(actor=request.viewer, at=clock.now(), absence=absence, expected=seen_version(request))
    return redirect("absence-list")


@require_http_methods(["GET", "POST"])
@signed_in
@once
def show_team_triage(request: SignedInRequest, key: str) -> HttpResponse:
    team, status = team_or_404(request, key), 200
    editable = may(request.viewer, Power.SET_ROTA, Ties(team=team.pk))
    people = able_to_stand_in() if editable else {}
    names = {pk: one.name for pk, one in people.items()}
    form = RotaForm(request.POST or None, people=names)
    if request.method == "POST":
        require(request.viewer, Power.SET_ROTA, Ties(team=team.pk))
        status = INVALID
        if form.is_valid():
            try:
                return _set_rota(request, team, form, people)
            except Refused as refused:
                status = tell_refusal(form, refused)
    today = timezone.localdate()
    rota = Rota.objects.filter(team=team).first()
    form.initial = _shown(rota, today)
    context = {
        "title": _("Who triages for %(team)s") % {"team": team.name},
        "context_line": _("Its lead, and beside the lead whoever has the week; while one is away, the deputy."),
        "team": team,
        "rota": rota,
        "editable": editable,
        "form": form,
        **_read_people(team, rota, today),
        "stale": status == STALE,
        "nav": "team-list",
    }
    return render_page(request, "tracker/people/triage.html", context, status=status)


def _set_rota(request: SignedInRequest, team: Team, form: RotaForm, people: Mapping[int, User]) -> HttpResponse:
    order = [people[pk] for pk in form.in_order()]
    days: dict[str, Any] = {"starts_on": form.cleaned_data["starts_on"], "expected": seen_version(request)}
    actions.set_rota(actor=request.viewer, at=clock.now(), team=team, people=order, **days)
    messages.success(request, _("The rota is set.") if order else _("There is no rota any more."))
    return redirect("team-triage", team.key)


def _shown(rota: Rota | None, today: date) -> dict[str, Any]:
    if rota is None or not rota.people:
        return {"starts_on": today}
    return {"people": rota.people, "first": rota.people[0], "starts_on": rota.starts_on}


def _read_people(team: Team, rota: Rota | None, today: date) -> dict[str, Any]:
    """The leads with who stands in for them, and the weeks to come (two statements)."""
    turns = list(rota.people) if rota else []
    leads = User.objects.active().filter(team=team, roles__contains=[str(Role.LEAD)])
    known = {one.pk: one for one in (leads | User.objects.filter(pk__in=turns))}
    away = Absence.objects.to_come(today).filter(person__in=known).select_related("deputy", "person")
    absences = list(away.order_by("starts_on"))
    return {
        "leads": [
            (one, _absent(absences, one.pk, today, today))
            for one in known.values()
            if one.team_id == team.pk and one.is_active and Role.LEAD in one.roles
        ],
        "weeks": _weeks(rota, known, absences, today) if rota and turns else [],
    }


def _weeks(rota: Rota, known: dict[int, User], absences: Sequence[Absence], today: date) -> list[Week]:
    first = max(today - timedelta(days=today.weekday()), rota.starts_on)
    weeks = []
    for monday in (first + number * A_WEEK for number in range(WEEKS)):
        who = on_duty(rota.people, rota.starts_on, monday)
        person = known.get(who or 0)
        away = _absent(absences, who, monday, monday + A_WEEK - timedelta(days=3))
        weeks.append(
            Week(monday, person if person and person.is_active else None, away, monday <= today < monday + A_WEEK)
        )
    return weeks


def _absent(absences: Sequence[Absence], person: int | None, first: date, last: date) -> Absence | None:
    """Their first absence that touches these days."""
    return next(
        (one for one in absences if one.person_id == person and one.starts_on <= last and one.ends_on >= first), None
    )
