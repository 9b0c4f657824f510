"""Verbs of periods and capacities, and what embedded work takes from them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import Fact, add_row, record
from tracker.kernel.errors import Invalid, NotFound, Refused
from tracker.people.access import Power, Viewer, require
from tracker.people.models import Team
from tracker.projects.actions.line import (
    Cause,
    Drawing,
    draw_again,
    reach_of,
    read_lists,
    redraw_line,
    run_locked,
)
from tracker.projects.actions.rows import change_locked
from tracker.projects.models import Capacity, Period, Project
from tracker.projects.rules import ZERO, available_weeks, split_added_effort

PURSE = """
SELECT c.id, c.version, c.allowance, c.drawn, p.version, e.embedded,
       EXISTS (SELECT FROM tracker_effort o WHERE o.project_id = p.id AND o.period_id = %(period)s) AS estimated
FROM tracker_project p
LEFT JOIN tracker_capacity c ON c.team_id = %(team)s AND c.period_id = %(period)s
LEFT JOIN tracker_effort e ON e.project_id = p.id AND e.team_id = %(team)s AND e.period_id = %(period)s
WHERE p.id = %(project)s
"""
SHIFT = """
WITH capacity AS (
    UPDATE tracker_capacity SET drawn = %(drawn)s, version = version + 1 WHERE id = %(capacity)s
), host AS (
    UPDATE tracker_project SET version = version + 1, updated_at = %(at)s WHERE id = %(host)s
)
INSERT INTO tracker_effort (project_id, team_id, period_id, size, weeks, embedded, fits)
SELECT p.id, %(team)s, %(period)s, '', 0, %(embedded)s, true FROM tracker_project p WHERE p.id = %(host)s
ON CONFLICT (project_id, team_id, period_id) DO UPDATE SET embedded = excluded.embedded
"""
TURN = """
UPDATE tracker_project p SET above = n.above
FROM (SELECT q.id, q.stage <> 'dropped' AND coalesce(bool_and(e.fits), false) AS above
      FROM tracker_project q LEFT JOIN tracker_effort e ON e.project_id = q.id AND e.period_id =
           (SELECT id FROM tracker_period WHERE ends_on >= %s ORDER BY starts_on LIMIT 1)
      GROUP BY q.id, q.stage) n
WHERE p.id = n.id AND p.above <> n.above
"""


@transaction.atomic
def open_period(*, actor: Viewer, at: datetime, key: str, starts_on: date, ends_on: date) -> Period:
    """Opened once, never edited; Project.above follows it when it begins (see turn_period)."""
    require(actor, Power.RANK_PROJECTS)
    if ends_on < starts_on:
        text = _("It ends before it starts.")
        raise Invalid(text, fields={"ends_on": text})
    near = list(Period.objects.filter(Q(starts_on__lte=ends_on, ends_on__gte=starts_on) | Q(key=key)))
    if any(one.starts_on <= ends_on and one.ends_on >= starts_on for one in near):
        text = _("Another period covers some of these days.")
        raise Invalid(text, fields={"starts_on": text})
    if near:
        text = _("This quarter is open already.")
        raise Invalid(text, fields={"key": text})
    period = Period(key=key, starts_on=starts_on, ends_on=ends_on)
    add_row(period, actor=actor.key, at=at, verb="open_period")
    turn_period(at=at)
    return period


@transaction.atomic
def turn_period(*, at: datetime) -> int:
    """Project.above follows the running period: run when a quarter begins, and daily; how many projects changed."""
    run_locked("SELECT 1", [])
    with connection.cursor() as cursor:
        cursor.execute(TURN, [at.date()])
        changed: int = cursor.rowcount
    return changed


@transaction.atomic
def set_capacity(
    *,
    actor: Viewer,
    at: datetime,
    team: Team,
    period: Period,
    expected: int | None = None,
    orphans_accepted: bool = False,
    capacity: Capacity | None = None,
    by_ruling: bool = False,
    **numbers: Decimal,
) -> Capacity:
    """`numbers` holds gross, reserve_percent and allowance, those left out stay; `capacity` where it is loaded already.

    Lowering the allowance under what is drawn is allowed and visible. `by_ruling`: as in move_project. Raises Invalid,
    Stale, Refused (`would_orphan`).
    """
    if not by_ruling:
        require(actor, Power.RANK_PROJECTS)
    _check_numbers(numbers)
    row, before = capacity or find_locked(team, period), ZERO
    if row is None:
        row = Capacity(team=team, period=period, **numbers)
        add_row(row, actor=actor.key, at=at, verb="set_capacity")
    else:
        before = weeks_of(row)
        change_locked(row, actor=actor.key, at=at, verb="set_capacity", changes=numbers, expected=expected)
    redraw_line(
        actor_key=actor.key,
        at=at,
        cause=Cause("capacity", team=team.pk, weeks=weeks_of(row) - before),
        lists=[(team.pk, period.pk)],
        orphans_accepted=orphans_accepted,
    )
    return row


def foresee_capacity(*, at: datetime, team: Team, period: Period, **numbers: Decimal) -> Drawing:
    """What `set_capacity` with these numbers would draw, nothing written (one statement)."""
    lists = read_lists(reach_of(at, lists=[(team.pk, period.pk)]))
    gross, reserve, allowance = (numbers[name] for name in ("gross", "reserve_percent", "allowance"))
    return draw_again([one._replace(gross=gross, reserve=reserve, allowance=allowance) for one in lists])


def find_locked(team: Team, period: Period) -> Capacity | None:
    """The capacity as it is under the lock, so that two people do not set the first one at once."""
    found = run_locked("SELECT id FROM tracker_capacity WHERE team_id = %s AND period_id = %s", [team.pk, period.pk])
    return Capacity.objects.get(pk=found[0][0]) if found else None


def weeks_of(capacity: Capacity) -> Decimal:
    """What ranked projects may claim of it."""
    return available_weeks(capacity.gross, ZERO, capacity.reserve_percent, capacity.allowance)


def _check_numbers(numbers: dict[str, Decimal]) -> None:
    largest = {"gross": 100_000, "reserve_percent": 100, "allowance": 100_000}
    wrong = {
        name: _("Between 0 and %(largest)s.") % {"largest": largest[name]}
        for name, value in numbers.items()
        if not 0 <= value <= largest[name]
    }
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


@transaction.atomic
def take_on(
    *, actor_key: str, at: datetime, project: Project, team: Team, period: Period, added: Decimal
) -> tuple[Decimal, Decimal]:
    """Embedded work draws the team's allowance first; what exceeds it is claimed by the host: (drawn, overflow).

    For verbs of the rooms above, which have asked for the power. Raises Refused (`host_unestimated`).
    """
    purse = _open_purse(project, team, period)
    if not purse["estimated"]:
        raise host_unestimated(project, period)
    split = split_added_effort(added, purse["allowance"], purse["drawn"])
    _shift(purse, actor_key, at, project, team, period, split.from_allowance, split.overflow)
    return split.from_allowance, split.overflow


def host_unestimated(project: Project, period: Period) -> Refused:
    """Added to nothing, embedded work would be all that the host claims, and lift it above the line."""
    return Refused(
        _("%(project)s has no estimate in %(period)s: estimate it first, then it can take work in.")
        % {"project": project.key, "period": period.key},
        code="host_unestimated",
        project=project.key,
        period=period.key,
    )


@transaction.atomic
def give_back(
    *,
    actor_key: str,
    at: datetime,
    project: Project,
    team: Team,
    period: Period,
    drawn: Decimal,
    overflow: Decimal,
) -> None:
    """The reverse of take_on, with what it answered."""
    _shift(_open_purse(project, team, period), actor_key, at, project, team, period, -drawn, -overflow)


def _open_purse(project: Project, team: Team, period: Period) -> dict[str, Any]:
    params = {"project": project.pk, "team": team.pk, "period": period.pk}
    rows = run_locked(PURSE, params)
    if not rows:
        raise NotFound(_("There is no such record."))
    names = ("capacity", "capacity_version", "allowance", "drawn", "version", "embedded", "estimated")
    purse = dict(zip(names, rows[0], strict=True))
    return purse | {name: purse[name] or ZERO for name in ("allowance", "drawn", "embedded")}


def _shift(
    purse: dict[str, Any],
    actor_key: str,
    at: datetime,
    project: Project,
    team: Team,
    period: Period,
    drawn: Decimal,
    overflow: Decimal,
) -> None:
    """Writes both parts with their history; the line is drawn again only where the host's claim changed."""
    if not drawn and not overflow:
        return
    after_drawn, after_embedded = max(purse["drawn"] + drawn, ZERO), max(purse["embedded"] + overflow, ZERO)
    params = {
        "at": at,
        "capacity": purse["capacity"] if drawn else None,
        "drawn": after_drawn,
        "host": project.pk if overflow else None,
        "embedded": after_embedded,
        "team": team.pk,
        "period": period.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(SHIFT, params)
    facts = []
    if drawn and purse["capacity"]:
        told = {"drawn": [purse["drawn"], after_drawn], "project": [None, project.key]}
        facts.append(Fact("capacity", purse["capacity"], purse["capacity_version"] + 1, "draw_allowance", "", told))
    if overflow:
        project.version = purse["version"] + 1
        told = {"embedded": [purse["embedded"], after_embedded], "team": [None, team.name]}
        facts.append(Fact("project", project.pk, project.version, "take_on_effort", "", told))
    record(actor=actor_key, at=at, facts=facts)
    if overflow:
        redraw_line(
            actor_key=actor_key,
            at=at,
            cause=Cause("embedded", project=project.pk, team=team.pk, weeks=overflow),
            projects=[project.pk],
            newcomers=[] if purse["estimated"] else [project.pk],
            orphans_accepted=True,
        )
