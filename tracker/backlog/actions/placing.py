"""What the verbs share: a place in the project's order, the running period, an item as an event tells of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from tracker.backlog.events import ItemFacts
from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ENDED
from tracker.history.actions import add_row, change_row, stale
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Refused
from tracker.kernel.ranks import key_between
from tracker.people.access import Viewer
from tracker.projects.actions import host_unestimated
from tracker.projects.models import Effort, Period, Project

TRIES = 5


def running_period(at: datetime, *, host: Project | None = None) -> Period:
    """The period of this day; raises Refused (`no_period`) where none was opened, `host_unestimated` where the host,
    if one is named, has no estimate in it."""
    estimates = Effort.objects.filter(project=host, period=OuterRef("pk")) if host else Effort.objects.none()
    running = Period.objects.filter(starts_on__lte=at.date(), ends_on__gte=at.date()).order_by("-starts_on")
    period = running.annotate(estimated=Exists(estimates)).first()
    if period is None:
        raise Refused(_("No quarter is open for today: the CTO opens one and sets its capacity."), code="no_period")
    if host and not period.estimated:
        raise host_unestimated(host, period)
    return period


def add_item(item: BacklogItem, *, actor: Viewer, at: datetime, verb: str) -> None:
    """Inserts the item as the last of its project.

    Of two at once the database lets one be: Refused (`already_has_item`) names the live item of the request; for a
    place that somebody took a moment before, the next one is tried.
    """
    for _try in range(TRIES):
        item.rank = _behind_the_last(item.project)
        try:
            with transaction.atomic():
                add_row(item, actor=actor.key, at=at, verb=verb)
        except IntegrityError as conflict:
            name = _constraint_of(conflict)
            if name == "one_live_item_a_request":
                raise already_has_item(item.ask) from None
            if name != "item_rank_once":
                raise
            item.pk = None
        else:
            return
    raise stale(None)


def move_to_host(
    item: BacklogItem,
    host: Project,
    *,
    actor: Viewer,
    at: datetime,
    verb: str,
    changes: Mapping[str, Any],
    expected: int | None = None,
) -> None:
    """Changes the item and makes it the last of this project; for a place that somebody took a moment before, the next
    one is tried. Raises Stale."""
    for _try in range(TRIES):
        place = {**changes, "project": host, "rank": _behind_the_last(host)}
        try:
            with transaction.atomic():
                change_row(item, actor=actor.key, at=at, verb=verb, changes=place, expected=expected)
        except IntegrityError as conflict:
            if _constraint_of(conflict) != "item_rank_once":
                raise
        else:
            return
    raise stale(None)


def _behind_the_last(host: Project) -> str:
    last = BacklogItem.objects.filter(project=host).order_by("-rank").values_list("rank", flat=True).first()
    return key_between(last, None)


def _constraint_of(conflict: IntegrityError) -> str:
    """The name of the constraint that the database says was broken; empty where it says none."""
    return str(getattr(getattr(conflict.__cause__, "diag", None), "constraint_name", None) or "")


def already_has_item(ask: WorkRequest) -> Refused:
    live = BacklogItem.objects.filter(ask=ask).exclude(state__in=ENDED).select_related("project").first()
    return Refused(
        _("%(request)s is already in the backlog: %(item)s in %(project)s.")
        % {"request": ask.key, "item": live.key if live else "", "project": live.project if live else ""},
        code="already_has_item",
        item=live.key if live else None,
        project=live.project.key if live else None,
    )


def tell_facts(item: BacklogItem) -> ItemFacts:
    """Needs `ask` and `project` loaded."""
    return ItemFacts(
        key=item.key,
        version=item.version,
        request_id=item.ask_id,
        request=item.ask.key,
        title=item.ask.title,
        project=item.project.key,
        project_title=item.project.title,
        business_owner=item.business_owner_id,
        delivery_owner=item.delivery_owner_id,
        host_owner=item.project.owner_id,
        host_team=item.project.team_id or item.team_id,
        proposed_by=item.proposed_by_id,
    )
