"""Tells the ten weeks of the demo in the order in which they happened, each step by the verb of its room."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from tracker.backlog import actions as backlog
from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import item_of
from tracker.intake import actions as intake
from tracker.intake.models import WorkRequest
from tracker.launches.actions import decide_check
from tracker.launches.queries import checks_of
from tracker.management.demo import requests, requests_later
from tracker.management.demo.evidence import example_of, gather_evidence
from tracker.management.demo.people import World, choose_next_id, continue_after_last_id
from tracker.management.demo.portfolio import DATA, GREW, MOBILE, PINNED, PLANS, WEB_BEFORE, WEB_NOW, Plan
from tracker.management.demo.requests import Step, Told
from tracker.management.demo.stuck import let_clocks_run, stuck
from tracker.people.access import Viewer
from tracker.projects import actions as projects
from tracker.projects.models import Capacity, Effort, Project

TOLD = requests.TOLD + requests_later.TOLD
NEARLY_ALL = timedelta(minutes=7)
"""Between two steps of one day, so that no two of them share an instant."""


@dataclass(frozen=True)
class Event:
    """Something that happens once the story has come to this instant."""

    at: datetime
    tell: Callable[[datetime], None]


def tell_story(world: World) -> None:
    """Everything since ten weeks ago; the world has its people and places."""
    events = [*_portfolio(world), *_requests(world), *(Event(at, tell) for at, tell in stuck(world))]
    for event in sorted(events, key=lambda event: event.at):
        let_clocks_run(event.at)
        event.tell(event.at)
    let_clocks_run(world.now)
    for model in (Project, WorkRequest):
        continue_after_last_id(model)


def _viewer(world: World, role: str) -> Viewer:
    return world.people[role].viewer()


# ---- the portfolio ----


def _portfolio(world: World) -> Iterator[Event]:
    calendar = world.calendar
    yield Event(calendar.at((10, 0), 8), partial(_rank_projects, world))
    yield Event(calendar.at((3, 0), 8, 30), partial(_raise_web, world))
    yield Event(calendar.at((2, 1), 9, 20), partial(_let_grow, world, 6))
    yield Event(calendar.at((1, 1), 9, 20), partial(_let_grow, world, 10))
    for plan in PLANS:
        if plan.from_week and calendar.begin_of(plan.from_week) < calendar.monday:
            yield Event(calendar.at((5 - plan.from_week, 0), 7, plan.number % 60), partial(_start, world, plan.number))


def _rank_projects(world: World, at: datetime) -> None:
    cto, calendar = _viewer(world, "cto"), world.calendar
    projects.open_period(actor=cto, at=at, key=calendar.quarter, starts_on=calendar.starts_on, ends_on=calendar.ends_on)
    period = world.period
    for team, gross in (("web", WEB_BEFORE), ("mobile", MOBILE), ("data", DATA)):
        projects.set_capacity(
            actor=cto,
            at=at,
            team=world.teams[team],
            period=period,
            gross=gross,
            reserve_percent=Decimal(25),
            allowance=Decimal(0),
        )
    embedded = _embedded_weeks()
    for plan in PLANS:
        project = world.projects[plan.number] = _add_project(world, plan, cto, at)
        for team, weeks in plan.asked().items():
            own = weeks - embedded.get((plan.number, team), Decimal(0)) - _growth(plan.number, team)
            projects.set_effort(actor=cto, at=at, project=project, team=world.teams[team], period=period, weeks=own)
    number, reason = PINNED
    projects.pin_project(actor=cto, at=at, project=world.projects[number], reason=reason)


def _growth(number: int, team: str) -> Decimal:
    grown_in, weeks = GREW.get(number, ("", Decimal(0)))
    return weeks if grown_in == team else Decimal(0)


def _embedded_weeks() -> Mapping[tuple[int, str], Decimal]:
    """What the story embeds, by host and team: the plan's numbers count it in."""
    teams = {plan.number: plan.team for plan in PLANS}
    found: dict[tuple[int, str], Decimal] = {}
    for told in TOLD:
        if any(step.verb == "agree" for step in told.steps):
            proposal = next(step for step in told.steps if step.verb == "propose")
            host = proposal.more["host"]
            key = (host, teams[host])
            found[key] = found.get(key, Decimal(0)) + Decimal(proposal.more["weeks"])
    return found


def _add_project(world: World, plan: Plan, cto: Viewer, at: datetime) -> Project:
    calendar = world.calendar
    choose_next_id(Project, plan.number)
    total = 6 + plan.number * 7 % 23
    score: dict[str, Any] = {"value_per_week": Decimal(plan.worth), "confidence": "guess"} if plan.worth else {}
    return projects.add_project(
        actor=cto,
        at=at,
        title=plan.title,
        summary=plan.summary,
        team=world.teams[plan.team],
        owner=world.people.get(plan.owner),
        areas=[world.areas[key] for key in plan.areas],
        starts_on=calendar.begin_of(plan.from_week) if plan.from_week else None,
        ends_on=calendar.end_of(plan.to_week) if plan.to_week else None,
        issues_total=total,
        issues_done=total // 3 if 0 < plan.from_week < 4 else 0,
        **score,
    )


def _raise_web(world: World, at: datetime) -> None:
    """Web has more weeks than at the beginning of the quarter; what rises by it falls again when P-06 grows."""
    web = world.teams["web"]
    row = Capacity.objects.get(team=web, period=world.period)
    cto = _viewer(world, "cto")
    projects.set_capacity(actor=cto, at=at, team=web, period=world.period, capacity=row, gross=WEB_NOW)


def _let_grow(world: World, number: int, at: datetime) -> None:
    """An estimate grows; what falls for it, and what it carries, is accepted."""
    team, weeks = GREW[number]
    effort = Effort.objects.get(project=number, team=world.teams[team], period=world.period)
    projects.set_effort(
        actor=_viewer(world, "cto"),
        at=at,
        project=Project.objects.get(pk=number),
        team=world.teams[team],
        period=world.period,
        weeks=effort.weeks + weeks,
        orphans_accepted=True,
    )


def _start(world: World, number: int, at: datetime) -> None:
    projects.start_project(actor=_viewer(world, "cto"), at=at, project=Project.objects.get(pk=number))


# ---- the requests ----


def _requests(world: World) -> Iterator[Event]:
    for told in TOLD:
        minute = told.number % 20 * 2
        yield Event(world.calendar.at(told.filed, 9, minute), partial(_file, world, told))
        for place, step in enumerate(told.steps):
            at = world.calendar.at(step.at, 10, minute) + place * NEARLY_ALL
            yield Event(at, partial(_take, world, told, step))


def _file(world: World, told: Told, at: datetime) -> None:
    choose_next_id(WorkRequest, told.number)
    intake.file_request(
        actor=_viewer(world, told.by),
        at=at,
        type=world.types[told.type],
        title=told.title,
        area=world.areas[told.area],
        example_urls=example_of(told),
        why=told.why,
        **gather_evidence(told, world.calendar),
    )


def _take(world: World, told: Told, step: Step, at: datetime) -> None:
    ask = WorkRequest.objects.select_related("type", "form", "team", "area").get(pk=told.number)
    VERBS[step.verb](world, told, ask, step, at)


def _ask(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    intake.ask_question(actor=_viewer(world, step.by), at=at, ask=ask, question=step.more["question"])


def _answer(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    intake.answer_question(actor=_viewer(world, step.by), at=at, ask=ask, answer=step.more["answer"])


def _accept(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    intake.accept_request(actor=_viewer(world, step.by), at=at, ask=ask, effort_weeks=Decimal(step.more["weeks"]))


def _decline(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    intake.decline_request(actor=_viewer(world, step.by), at=at, ask=ask, reason=step.more["reason"])


def _park(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    review_on: date = world.calendar.monday + timedelta(weeks=step.more["weeks_ahead"])
    actor = _viewer(world, step.by)
    intake.park_request(actor=actor, at=at, ask=ask, review_on=review_on, reason=step.more["reason"])


def _withdraw(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    intake.withdraw_request(actor=_viewer(world, step.by), at=at, ask=ask, reason=step.more["reason"])


def _comment(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    intake.add_comment(actor=_viewer(world, step.by), at=at, ask=ask, text=step.more["text"])


def _propose(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    backlog.embed_request(
        actor=_viewer(world, step.by),
        at=at,
        ask=ask,
        host=Project.objects.select_related("team", "owner").get(pk=step.more["host"]),
        added_weeks=Decimal(step.more["weeks"]),
        note=step.more["note"],
    )


def _item(ask: WorkRequest) -> BacklogItem:
    item = item_of(ask.pk)
    if item is None:
        raise LookupError(f"{ask.key} has no item")
    return BacklogItem.objects.select_related("project__owner", "project__team", "ask__type", "team", "period").get(
        pk=item.pk
    )


def _agree(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    backlog.answer_embed(actor=_viewer(world, step.by), at=at, item=_item(ask), answer="agree", **step.more)


def _refuse(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    actor = _viewer(world, step.by)
    backlog.answer_embed(actor=actor, at=at, item=_item(ask), answer="refuse", refusal=step.more["reason"])


def _start_item(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    backlog.start_item(actor=_viewer(world, step.by), at=at, item=_item(ask))


def _ship(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    item, actor = _item(ask), _viewer(world, step.by)
    for check in checks_of(item.key):
        decide_check(actor=actor, at=at, check=check, passed=True, evidence="Seen on staging and live")
    backlog.ship_item(actor=actor, at=at, item=item)


def _measure(world: World, told: Told, ask: WorkRequest, step: Step, at: datetime) -> None:
    value = Decimal(told.more["measured"])
    backlog.measure_item(actor=_viewer(world, step.by), at=at, item=_item(ask), value=value, **step.more)


VERBS: Mapping[str, Callable[[World, Told, WorkRequest, Step, datetime], None]] = {
    "ask": _ask,
    "answer": _answer,
    "accept": _accept,
    "decline": _decline,
    "park": _park,
    "withdraw": _withdraw,
    "comment": _comment,
    "propose": _propose,
    "agree": _agree,
    "refuse": _refuse,
    "start": _start_item,
    "ship": _ship,
    "measure": _measure,
}
