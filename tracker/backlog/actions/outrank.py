"""The other way up: the request becomes a ranked project of its own, and somebody else goes down for it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.backlog.actions.embed import UNDECIDED, checked_weeks, refuse_undeliverable, settle_in
from tracker.backlog.actions.placing import add_item, already_has_item, running_period, tell_facts
from tracker.backlog.events import ItemsChanged, RankAsked
from tracker.backlog.models import BacklogItem, Way
from tracker.backlog.states import ItemState
from tracker.intake.actions import accept_request, ask_rank_of_own
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Refused
from tracker.kernel.events import publish
from tracker.people.access import Power, Viewer, require
from tracker.people.models import User
from tracker.projects.actions import add_project, move_project, set_effort
from tracker.projects.models import Project, Stage


@dataclass(frozen=True)
class Outranked:
    """`displaced` are the projects that were above the line before and no longer are, with their owners loaded."""

    item: BacklogItem
    project: Project
    displaced: list[Project]


@transaction.atomic
def outrank_request(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    after: Project | None,
    weeks: Decimal,
    owner: User,
    orphans_accepted: bool = False,
) -> Outranked:
    """Makes the request a project ranked behind `after` (None: first) that asks so many weeks of its team.

    The effort lies on the project alone, the item adds none: it is counted once. Everybody sees projects, so that of a
    restricted request is called by its key. Raises NotAllowed, WrongState, Invalid
    and Refused (`already_has_item`, `no_team`, `no_period`, `would_orphan`).
    """
    require(actor, Power.RANK_PROJECTS)
    refuse_undeliverable(ask)
    weeks = checked_weeks(weeks)
    period = running_period(at)
    if ask.team is None:
        raise Refused(_("The request has no team yet: route it by its area."), code="no_team")
    if BacklogItem.objects.filter(ask=ask).live().exists():
        raise already_has_item(ask)
    areas = [ask.area] if ask.area else []
    project = add_project(
        actor=actor,
        at=at,
        title=ask.key if ask.restricted else ask.title,
        team=ask.team,
        owner=owner,
        stage=Stage.PLANNED,
        areas=areas,
    )
    standing = set(Project.objects.above_the_line().values_list("pk", flat=True))
    set_effort(actor=actor, at=at, project=project, team=ask.team, period=period, expected=None, weeks=weeks)
    move_project(actor=actor, at=at, project=project, after=after, orphans_accepted=orphans_accepted, newcomer=True)
    fallen = Project.objects.filter(pk__in=standing, above=False).exclude(pk=project.pk)
    displaced = list(fallen.select_related("owner").order_by("rank"))
    if ask.state in UNDECIDED:
        accept_request(actor=actor, at=at, ask=ask)
    item = BacklogItem(
        ask=ask,
        project=project,
        way=Way.OUTRANK,
        state=ItemState.AGREED,
        team=ask.team,
        period=period,
        business_owner_id=ask.requester_id,
        delivery_owner=owner,
        proposed_by_id=actor.id,
        added_weeks=Decimal(0),
        measure_on=ask.measure_on,
        answered_at=at,
        created_at=at,
        updated_at=at,
    )
    add_item(item, actor=actor, at=at, verb="outrank")
    settle_in(item, actor, at)
    publish(ItemsChanged(at=at, actor_key=actor.key, what="outranked", items=(tell_facts(item),)))
    return Outranked(item, project, displaced)


@transaction.atomic
def ask_for_rank(*, actor: Viewer, at: datetime, ask: WorkRequest) -> None:
    """Asks whoever ranks to make this request a project of its own; it ends with a way up, a decline or a parking.

    Raises NotAllowed, WrongState, Stale, Refused (`already_has_item`, `rank_asked`).
    """
    require(actor, Power.PROPOSE_EMBED, ask.ties)
    refuse_undeliverable(ask)
    if BacklogItem.objects.filter(ask=ask).live().exists():
        raise already_has_item(ask)
    if ask.rank_asked_at:
        raise Refused(_("The CTO has been asked already and has not decided yet."), code="rank_asked")
    ask_rank_of_own(actor=actor, at=at, ask=ask)
    publish(RankAsked(at=at, actor_key=actor.key, request=ask.key, title=ask.title))
