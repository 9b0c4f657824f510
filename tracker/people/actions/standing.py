"""Verbs of who stands in: absences with a deputy, and the rota of a team."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.kernel.errors import Invalid, Refused
from tracker.kernel.events import publish
from tracker.people.access import STANDING_IN, Power, Ties, Viewer, require
from tracker.people.events import DeputyNamed
from tracker.people.models import Absence, Rota, Team, User

LONGEST_ABSENCE = timedelta(days=366)
MOST_IN_ROTA = 20
WEEK = 7


@transaction.atomic
def add_absence(
    *, actor: Viewer, at: datetime, person: User, starts_on: date, ends_on: date, deputy: User | None = None
) -> Absence:
    """First and last day included, in the person's zone. The deputy hears of it and stands in for those days."""
    require(actor, Power.SET_ABSENCE, Ties(requester=person.pk))
    _lock(person)
    absence = Absence(person=person, deputy=deputy, starts_on=starts_on, ends_on=ends_on)
    _check_absence(absence, at)
    add_row(absence, actor=actor.key, at=at, verb="add_absence")
    _tell_deputy(absence, actor, at)
    return absence


@transaction.atomic
def change_absence(
    *, actor: Viewer, at: datetime, absence: Absence, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds starts_on, ends_on and deputy. Needs `person` loaded."""
    require(actor, Power.SET_ABSENCE, Ties(requester=absence.person_id))
    if absence.ended_at is not None:
        raise Refused(_("This absence is over."), code="is_over")
    _lock(absence.person)
    former = absence.deputy_id
    wanted = {"starts_on": absence.starts_on, "ends_on": absence.ends_on, "deputy": absence.deputy, **changes}
    _check_absence(Absence(pk=absence.pk, person=absence.person, **wanted), at)
    change_row(absence, actor=actor.key, at=at, verb="change_absence", changes=wanted, expected=expected)
    if absence.deputy_id != former:
        _tell_deputy(absence, actor, at)


@transaction.atomic
def end_absence(*, actor: Viewer, at: datetime, absence: Absence, expected: int | None = None) -> None:
    """Back early, or not away at all: from now on nobody stands in for it."""
    require(actor, Power.SET_ABSENCE, Ties(requester=absence.person_id))
    if absence.ended_at is None:
        changes = {"ended_at": at}
        change_row(absence, actor=actor.key, at=at, verb="end_absence", changes=changes, expected=expected)


@transaction.atomic
def set_rota(
    *,
    actor: Viewer,
    at: datetime,
    team: Team,
    people: Sequence[User],
    starts_on: date,
    expected: int | None = None,
) -> Rota:
    """A week each in this order, from the Monday of the week of `starts_on` on; nobody named ends the rota."""
    require(actor, Power.SET_ROTA, Ties(team=team.pk))
    if len(people) > MOST_IN_ROTA:
        text = _("A rota has at most %(count)s people.") % {"count": MOST_IN_ROTA}
        raise Invalid(text, fields={"people": text})
    for one in people:
        if refused := _why_not(one):
            raise Invalid(refused, fields={"people": refused})
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    changes = {
        "people": list(dict.fromkeys(one.pk for one in people)),
        "starts_on": starts_on - timedelta(days=starts_on.weekday()),
    }
    rota = Rota.objects.filter(team=team).first()
    if rota is None:
        rota = Rota(team=team, **changes)
        add_row(rota, actor=actor.key, at=at, verb="set_rota")
    else:
        change_row(rota, actor=actor.key, at=at, verb="set_rota", changes=changes, expected=expected)
    return rota


def _lock(person: User) -> None:
    """One at a time writes the absences of a person: nothing else keeps two from overlapping."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)


def _check_absence(absence: Absence, at: datetime) -> None:
    today = at.astimezone(ZoneInfo(absence.person.time_zone)).date()
    wrong: dict[str, str | Promise] = {}
    if absence.ends_on < max(absence.starts_on, today) or absence.ends_on - absence.starts_on > LONGEST_ABSENCE:
        wrong["ends_on"] = _("Choose a last day from the first one on, not in the past, and within a year.")
    elif _overlapping(absence):
        wrong["starts_on"] = _("These days are within another absence.")
    if absence.deputy is not None:
        if absence.deputy.pk == absence.person.pk:
            wrong["deputy"] = _("Choose somebody else: nobody stands in for themselves.")
        elif refused := _why_not(absence.deputy):
            wrong["deputy"] = refused
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def _overlapping(absence: Absence) -> bool:
    others = Absence.objects.filter(person=absence.person, ended_at=None).exclude(pk=absence.pk)
    return others.filter(starts_on__lte=absence.ends_on, ends_on__gte=absence.starts_on).exists()


def _why_not(person: User) -> str:
    """Why somebody cannot stand in; empty where they can."""
    if person.is_active and {str(role) for role in STANDING_IN} & set(person.roles):
        return ""
    return str(_("%(name)s cannot stand in: that takes a marketer, an engineer or a lead.") % {"name": person.name})


def _tell_deputy(absence: Absence, actor: Viewer, at: datetime) -> None:
    if absence.deputy_id is not None:
        days = (absence.starts_on.isoformat(), absence.ends_on.isoformat())
        publish(DeputyNamed(at, actor.key, absence.pk, absence.version, absence.person.name, absence.deputy_id, *days))
