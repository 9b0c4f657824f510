"""What a ruling does: named effects alone, each through the verb of the room it touches, in one transaction.

A ruling has no hands of its own. Every effect is something that somebody could have done, goes the same way, keeps the
same rules (a pinned project stays above, a host without an estimate takes nothing in) and stands in the same history.
Only the power is not asked for again: issue_ruling asked for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from tracker.backlog.actions import answer_embed, drop_item, embed_request
from tracker.backlog.actions.placing import running_period
from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ItemState
from tracker.escalations.rules import Act, Effect
from tracker.intake.actions import accept_request, answer_contest, decline_request
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Invalid, NotFound
from tracker.people.access import Viewer
from tracker.people.models import Team
from tracker.projects.actions import move_project, pin_project, set_capacity
from tracker.projects.actions.capacities import find_locked
from tracker.projects.models import Project

MOST_ACTS = 10
LONGEST_PIN = 200
Told = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Who rules, when, about what, and in which words."""

    actor: Viewer
    at: datetime
    ask: WorkRequest
    sentence: str


def apply_acts(bench: Bench, acts: Sequence[Act]) -> list[Told]:
    """Each effect with its result, as JSON values. Raises what the verbs raise: then nothing was done."""
    if len(acts) > MOST_ACTS:
        text = _("At most %(count)s.") % {"count": MOST_ACTS}
        raise Invalid(text, fields={"effects": text})
    return [{**told_act(act), "result": APPLY[act.effect](bench, act)} for act in acts]


def told_act(act: Act) -> Told:
    """An effect as JSON values; what does not belong to it is left out."""
    told: Told = {"effect": str(act.effect)}
    told |= {name: getattr(act, name) for name in ("project", "team") if getattr(act, name)}
    if act.effect == Effect.MOVE:
        told["after"] = act.after
    if act.weeks is not None:
        told["weeks"] = f"{act.weeks.normalize():f}"
    return told


def read_acts(values: Sequence[Mapping[str, Any]]) -> list[Act]:
    """The reverse of told_act, also for what a person sent; raises Invalid."""
    try:
        return [
            Act(
                effect=Effect(one["effect"]),
                project=str(one.get("project") or ""),
                after=str(one.get("after") or ""),
                team=str(one.get("team") or ""),
                weeks=Decimal(str(one["weeks"])) if one.get("weeks") is not None else None,
            )
            for one in values
        ]
    except (KeyError, ValueError, ArithmeticError, TypeError, AttributeError):
        text = _("An effect is one of: %(choices)s.") % {"choices": ", ".join(Effect)}
        raise Invalid(text, fields={"effects": text}) from None


def _embed(bench: Bench, act: Act) -> Told:
    """Agreed at once; a proposal to this host is answered, one to another host falls."""
    host, weeks = _project(act.project), _weeks(act)
    loaded = BacklogItem.objects.select_related("ask__type", "ask__form", "project__owner", "team", "period")
    item = loaded.filter(ask=bench.ask, state=ItemState.PROPOSED).first()
    by: dict[str, Any] = {"actor": bench.actor, "at": bench.at, "by_ruling": True}
    if item is not None and item.project_id != host.pk:
        drop_item(**by, item=item, reason=bench.sentence)
        item = None
    if item is None:
        item = embed_request(**by, ask=bench.ask, host=host, added_weeks=weeks, note=bench.sentence)
    item.ask = bench.ask
    answer_embed(**by, item=item, added_weeks=weeks)
    return {"item": item.key, "drawn": _plain(item.drawn), "overflow": _plain(item.overflow)}


def _reserve(bench: Bench, act: Act) -> Told:
    """Raises the team's allowance of the running quarter by so many weeks, for this request."""
    team = Team.objects.filter(key=act.team).first()
    if team is None:
        raise _unknown(act.team)
    period = running_period(bench.at)
    row = find_locked(team, period)
    before = row.allowance if row else Decimal(0)
    made = set_capacity(
        actor=bench.actor,
        at=bench.at,
        team=team,
        period=period,
        capacity=row,
        orphans_accepted=True,
        by_ruling=True,
        allowance=before + _weeks(act),
    )
    return {"period": period.key, "allowance": [_plain(before), _plain(made.allowance)], "for": bench.ask.key}


def _move(bench: Bench, act: Act) -> Told:
    project = _project(act.project)
    after = _project(act.after) if act.after else None
    move_project(actor=bench.actor, at=bench.at, project=project, after=after, orphans_accepted=True, by_ruling=True)
    return {"project": project.key}


def _pin(bench: Bench, act: Act) -> Told:
    project = _project(act.project)
    pin_project(
        actor=bench.actor,
        at=bench.at,
        project=project,
        reason=bench.sentence[:LONGEST_PIN],
        orphans_accepted=True,
        by_ruling=True,
    )
    return {"project": project.key}


def _accept(bench: Bench, act: Act) -> Told:
    if bench.ask.contest_open:
        _answer_contest(bench, upholds=False)
    accept_request(actor=bench.actor, at=bench.at, ask=bench.ask, by_ruling=True)
    return {"state": bench.ask.state}


def _answer_contest(bench: Bench, *, upholds: bool) -> None:
    answer_contest(
        actor=bench.actor, at=bench.at, ask=bench.ask, upholds=upholds, reason=bench.sentence, by_ruling=True
    )


def _decline(bench: Bench, act: Act) -> Told:
    """A decision that is contested stands; whatever else waits is declined."""
    if bench.ask.contest_open:
        _answer_contest(bench, upholds=True)
        return {"state": bench.ask.state}
    decline_request(actor=bench.actor, at=bench.at, ask=bench.ask, reason=bench.sentence, by_ruling=True)
    return {"state": bench.ask.state}


APPLY: Mapping[Effect, Callable[[Bench, Act], Told]] = {
    Effect.ACCEPT: _accept,
    Effect.DECLINE: _decline,
    Effect.EMBED: _embed,
    Effect.RESERVE: _reserve,
    Effect.MOVE: _move,
    Effect.PIN: _pin,
}


def _project(key: str) -> Project:
    found = Project.objects.select_related("owner", "team").filter(key=key).first()
    if found is None:
        raise _unknown(key)
    return found


def _weeks(act: Act) -> Decimal:
    if act.weeks is None or not act.weeks.is_finite() or act.weeks <= 0:
        text = _("Say how many weeks.")
        raise Invalid(text, fields={"effects": text})
    return act.weeks


def _plain(weeks: Decimal) -> str:
    return f"{weeks.normalize():f}"


def _unknown(key: str) -> NotFound:
    return NotFound(_("There is no %(key)s.") % {"key": key}, key=key)
