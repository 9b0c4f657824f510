"""People and teams: who is here, in which roles; invitations."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.people import actions
from tracker.people.access import Power, Role, may, require
from tracker.people.invitations import link_of, mail_folder
from tracker.people.models import Level, Team, User
from tracker.people.queries import find_person, list_people, list_teams, roles_in_words
from tracker.projects.models import Period
from tracker.projects.queries import TeamCapacity, period_named, teams_in
from tracker.projects.rules import weeks_between
from tracker.projects.words import say_weeks
from tracker.templatetags.times import number
from tracker.web.forms.answers import answer_edit, answer_form, tell_refusal, told
from tracker.web.forms.merging import Merge
from tracker.web.forms.people import InviteForm, PersonForm, RolesForm, TeamForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

NAMES = 8


def person_or_404(request: SignedInRequest, number: int) -> User:
    require(request.viewer, Power.MANAGE_PEOPLE)
    person = find_person(request.viewer, number)
    if person is None:
        raise Http404
    return person


def team_or_404(request: SignedInRequest, key: str) -> Team:
    team = Team.objects.visible_to(request.viewer).filter(key=key).first()
    if team is None:
        raise Http404
    return team


@require_GET
@signed_in
def offer_names(request: SignedInRequest) -> JsonResponse:
    """Names of colleagues for what is typed after an @."""
    text = request.GET.get("q", "")[:100].replace("\x00", "")
    found = User.objects.visible_to(request.viewer).active().filter(name__icontains=text).order_by("name", "id")
    return JsonResponse({"names": list(found.values_list("name", flat=True)[:NAMES])})


@require_GET
@signed_in
def show_people(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.MANAGE_PEOPLE)
    asked = request.GET
    words, role, left = asked.get("q", "")[:100], asked.get("role", ""), asked.get("left") == "1"
    after = asked.get("after", "").replace("\x00", "")
    roster = list_people(request.viewer, words=words.replace("\x00", ""), role=role, left=left, after=after)
    count = len(roster.rows)
    title = ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
    context: dict[str, Any] = {
        "title": title if not (words or role or left or after or roster.after) else _("People"),
        "roster": roster,
        "words": words,
        "role": role,
        "roles": Role.choices,
        "left": left,
        "here_only": not left,
        "next": _page_after(request, roster.after),
        "mail_folder": mail_folder(),
    }
    return render_page(request, "tracker/people/index.html", context)


def _page_after(request: HttpRequest, after: str | None) -> str | None:
    if after is None:
        return None
    query = request.GET.copy()
    query["after"] = after
    return f"?{query.urlencode()}"


@require_http_methods(["GET", "POST"])
@signed_in
@once
def invite(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.MANAGE_PEOPLE)
    form = InviteForm(request.POST or None, initial={"language": request.viewer.language})

    def save() -> HttpResponse:
        person = actions.invite_person(actor=request.viewer, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("The invitation to %(name)s is on its way.") % {"name": person.name})
        return redirect("person", person.pk)

    context = {"title": _("Invite somebody"), "nav": "people-list"}
    return answer_form(request, form, save, "tracker/people/invite.html", context)


@require_GET
@signed_in
def show_person(request: SignedInRequest, number: int) -> HttpResponse:
    person = person_or_404(request, number)
    return _render_person(request, person, RolesForm(initial={"roles": person.roles}))


def _render_person(request: SignedInRequest, person: User, form: forms.Form, status: int = 200) -> HttpResponse:
    own = person.pk == request.viewer.id
    level = getattr(person, "level", "")
    folder = mail_folder() if person.is_active and person.waits_for_password else ""
    context = {
        "title": person.name,
        "context_line": person.title,
        "person": person,
        "roles": roles_in_words(person.roles),
        "form": form,
        "roles_refused": _("Another administrator sets your roles.") if own and level != Level.START else "",
        "leave_refused": _("Another administrator deactivates you.") if own else "",
        "stale": status == 409,
        "mail_folder": folder,
        "invitation_link": link_of(person) if folder else "",
        "nav": "people-list",
    }
    return render_page(request, "tracker/people/detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit(request: SignedInRequest, number: int) -> HttpResponse:
    person = person_or_404(request, number)
    shown = {"name": person.name, "email": person.email, "title": person.title, "team": person.team and person.team.key}
    form = PersonForm(request.POST or None, initial=shown)

    def save(expected: int | None) -> HttpResponse:
        changes = form.cleaned_data
        actions.edit_person(actor=request.viewer, at=clock.now(), person=person, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("person", person.pk)

    context = {"title": person.name, "person": person, "nav": "people-list"}
    return answer_edit(request, Merge(form, person), save, "tracker/people/form.html", context)


@require_POST
@signed_in
@once
def give_roles(request: SignedInRequest, number: int) -> HttpResponseBase:
    person = person_or_404(request, number)
    form = RolesForm(request.POST)
    if not form.is_valid():
        return _render_person(request, person, form, 422)
    expected, roles = seen_version(request), form.cleaned_data["roles"]
    try:
        actions.set_roles(actor=request.viewer, at=clock.now(), person=person, expected=expected, roles=roles)
    except Refused as refused:
        return _render_person(request, person, form, tell_refusal(form, refused))
    messages.success(request, _("%(name)s now is: %(roles)s.") % {"name": person.name, "roles": roles_in_words(roles)})
    return redirect("person", person.pk)


@require_POST
@signed_in
@once
def deactivate(request: SignedInRequest, number: int) -> HttpResponseBase:
    person = person_or_404(request, number)
    with told(request, _("%(name)s cannot sign in any more.") % {"name": person.name}):
        actions.deactivate_person(actor=request.viewer, at=clock.now(), person=person, expected=seen_version(request))
    return redirect("person", person.pk)


@require_POST
@signed_in
@once
def reactivate(request: SignedInRequest, number: int) -> HttpResponseBase:
    person = person_or_404(request, number)
    with told(request, _("%(name)s can sign in again.") % {"name": person.name}):
        actions.reactivate_person(actor=request.viewer, at=clock.now(), person=person, expected=seen_version(request))
    return redirect("person", person.pk)


@require_POST
@signed_in
@once
def send_again(request: SignedInRequest, number: int) -> HttpResponseBase:
    person = person_or_404(request, number)
    with told(request, _("The invitation to %(name)s is on its way.") % {"name": person.name}):
        actions.invite_again(actor=request.viewer, at=clock.now(), person=person, expected=seen_version(request))
    return redirect("person", person.pk)


@require_GET
@signed_in
def show_teams(request: SignedInRequest) -> HttpResponse:
    if not request.viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    teams = list_teams(request.viewer)
    period = period_named("", clock.now().date())
    weeks = {one.key: (one.available, say_people(one, period)) for one in teams_in(period)} if period else {}
    context = {
        "title": ngettext("%(count)s team", "%(count)s teams", len(teams)) % {"count": len(teams)},
        "context_line": _(
            "A team of technology leads to its line. The weeks are what its line is drawn on; they come from the capacity that was set, not from who signs in."
        ),
        "teams": [(team, *weeks.get(team.key, (None, ""))) for team in teams],
        "period": period,
        "editable": may(request.viewer, Power.MANAGE_SITES),
        "people_url": reverse("people-list") if may(request.viewer, Power.MANAGE_PEOPLE) else "",
    }
    return render_page(request, "tracker/people/teams.html", context)


def say_people(team: TeamCapacity, period: Period) -> str:
    """The gross capacity as people who work all of the quarter."""
    each = weeks_between(period.starts_on, period.ends_on)
    if not team.gross or not each:
        return ""
    words = {"gross": number(team.gross), "people": number(team.gross / each, 1), "weeks": say_weeks(each)}
    return _("%(gross)s gross: %(people)s people × %(weeks)s") % words


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_team(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.MANAGE_SITES)
    form = TeamForm(request.POST or None)

    def save() -> HttpResponse:
        team = actions.add_team(actor=request.viewer, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("Team %(name)s is there.") % {"name": team.name})
        return redirect("team-list")

    return answer_form(request, form, save, "tracker/people/team.html", {"title": _("Add a team"), "nav": "team-list"})


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_team(request: SignedInRequest, key: str) -> HttpResponse:
    require(request.viewer, Power.MANAGE_SITES)
    team = team_or_404(request, key)
    form = TeamForm(request.POST or None, initial={"name": team.name, "side": team.side})

    def save() -> HttpResponse:
        expected, changes = seen_version(request), form.cleaned_data
        actions.edit_team(actor=request.viewer, at=clock.now(), team=team, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("team-list")

    context = {"title": team.name, "team": team, "nav": "team-list"}
    return answer_form(request, form, save, "tracker/people/team.html", context)
