"""Embedding: proposed by whoever wants it, answered by whoever owns the host, proposed anew where the host fell."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.backlog.actions.placing import add_item, running_period, tell_facts
from tracker.backlog.events import ItemsChanged
from tracker.backlog.models import BacklogItem, Way
from tracker.backlog.queries import lacking_for_embedding, ticket_of, words_lacking
from tracker.backlog.states import ITEM, ItemState
from tracker.history.actions import change_row, check_version
from tracker.intake.actions import accept_request, follow_delivery, involve, split_request
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, Refused, WrongState
from tracker.kernel.events import publish
from tracker.kernel.ranks import key_between
from tracker.launches.actions import open_checks
from tracker.people.access import Power, Viewer, may, require
from tracker.people.models import User
from tracker.projects.actions import block_project, give_back, take_on, unblock_project
from tracker.projects.events import OwnersChanged
from tracker.projects.models import Project

UNDECIDED = (State.FILED, State.NEEDS_INFORMATION)
MOST_WEEKS = 9999


@dataclass(frozen=True)
class Rest:
    """What a split leaves out: parked as a request of its own until its review date."""

    title: str
    review_on: date


@transaction.atomic
def embed_request(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    host: Project,
    added_weeks: Decimal,
    note: str = "",
    by_ruling: bool = False,
) -> BacklogItem:
    """Proposes that the host carries the request for so many added person-weeks; its owner answers.

    `by_ruling`: the mediator decided it and `answer_embed` follows at once, so nobody is asked, and the mediator does not
    become a party; that verb has asked for the power. Raises NotAllowed, WrongState, Invalid (effort not above 0) and Refused: `host_closed`, `missing` (facts name the
    fields), `already_has_item` (facts name it), `no_team`, `no_period`, `host_unestimated`.
    """
    if not by_ruling and not may(actor, Power.PROPOSE_EMBED, host.ties):
        require(actor, Power.PROPOSE_EMBED, ask.ties)
    refuse_undeliverable(ask)
    refuse_closed(host)
    lacking = lacking_for_embedding(ask)
    if lacking:
        words = {"fields": ", ".join(words_lacking(ask))}
        raise Refused(_("Before it can be embedded it needs: %(fields)s.") % words, code="missing", missing=lacking)
    item = BacklogItem(
        ask=ask,
        project=host,
        way=Way.EMBED,
        team_id=team_for(ask, host),
        period=running_period(at, host=host),
        business_owner_id=ask.requester_id,
        proposed_by_id=actor.id,
        added_weeks=checked_weeks(added_weeks),
        note=note.strip(),
        measure_on=ask.measure_on,
        created_at=at,
        updated_at=at,
    )
    add_item(item, actor=actor, at=at, verb="propose")
    concerned = (host.owner_id, None if by_ruling else actor.id)
    involve(actor_key=actor.key, at=at, ask=ask, people=[person for person in concerned if person])
    if not by_ruling:
        _tell(item, actor, at, "proposed", weeks=f"{item.added_weeks.normalize():f}", note=item.note)
    return item


@transaction.atomic
def answer_embed(
    *,
    actor: Viewer,
    at: datetime,
    item: BacklogItem,
    expected: int | None = None,
    answer: str = "agree",
    conditions: str = "",
    added_weeks: Decimal | None = None,
    delivery_owner: User | None = None,
    refusal: str = "",
    split_rest: Rest | None = None,
    tracker_key: str = "",
    by_ruling: bool = False,
) -> str:
    """The answer of the host's owner, agree or refuse; a yes accepts a request that is still undecided.

    Returns the text for the owner's tracker, empty after a refusal. `delivery_owner` is the host's owner unless said
    otherwise; `by_ruling`: the mediator answers in their place. Raises NotAllowed, WrongState, Stale, Invalid, Refused (`host_closed`, `host_unestimated`).
    """
    if not by_ruling:
        require(actor, Power.ANSWER_EMBED, item.project.ties)
    if answer not in ("agree", "refuse"):
        raise Invalid(_("Answer with agree or refuse."), fields={"answer": _("Answer with agree or refuse.")})
    state = ITEM.next(item.state, answer)
    check_version(item, expected)
    if answer == "refuse":
        return _refuse(item, actor, at, expected, refusal.strip())
    owner = delivery_owner or owner_of_host(item.project)
    refuse_closed(item.project)
    refuse_undeliverable(item.ask)
    weeks = item.added_weeks if added_weeks is None else checked_weeks(added_weeks)
    drawn, overflow = take_on(
        actor_key=actor.key, at=at, project=item.project, team=item.team, period=item.period, added=weeks
    )
    if item.ask.state in UNDECIDED:
        accept_request(actor=actor, at=at, ask=item.ask, by_host=True)
    if split_rest:
        title, day = split_rest.title, split_rest.review_on
        split_request(actor=actor, at=at, ask=item.ask, rest_title=title, review_on=day, reason=conditions)
    changes = {
        "state": state,
        "added_weeks": weeks,
        "drawn": drawn,
        "overflow": overflow,
        "conditions": conditions.strip(),
        "delivery_owner": owner,
        "tracker_key": tracker_key.strip(),
        "answered_at": at,
        "updated_at": at,
    }
    change_row(item, actor=actor.key, at=at, verb="agree", changes=changes, expected=expected)
    settle_in(item, actor, at)
    _tell(item, actor, at, "agreed", weeks=f"{weeks.normalize():f}", conditions=item.conditions)
    return ticket_of(item)


def involve_owners(event: OwnersChanged) -> None:
    """Whoever is given a host is a party to what it carries or is asked to: they answer for it."""
    for item in BacklogItem.objects.live().filter(project__in=event.owners).select_related("ask").order_by("ask_id"):
        involve(actor_key=event.actor_key, at=event.at, ask=item.ask, people=[event.owners[item.project_id]])


@transaction.atomic
def rehome_item(
    *,
    actor: Viewer,
    at: datetime,
    item: BacklogItem,
    host: Project,
    expected: int | None = None,
    added_weeks: Decimal | None = None,
    note: str = "",
) -> None:
    """Proposes an orphan to another host: the old one is freed, the item keeps its key and its story.

    Raises as `embed_request` does, and Refused (`not_orphaned`, `same_host`).
    """
    if not may(actor, Power.PROPOSE_EMBED, host.ties):
        require(actor, Power.PROPOSE_EMBED, item.ask.ties)
    state = ITEM.next(item.state, "rehome")
    if item.orphaned_at is None:
        raise Refused(_("%(item)s still has its project.") % {"item": item.key}, code="not_orphaned")
    if host.pk == item.project_id:
        raise Refused(_("It is in this project already."), code="same_host")
    refuse_closed(host)
    leave_host(item, actor.key, at)
    last = BacklogItem.objects.filter(project=host).order_by("-rank").values_list("rank", flat=True).first()
    changes = {
        "state": state,
        "way": Way.EMBED,
        "project": host,
        "team_id": team_for(item.ask, host),
        "period": running_period(at, host=host),
        "rank": key_between(last, None),
        "added_weeks": item.added_weeks if added_weeks is None else checked_weeks(added_weeks),
        "drawn": Decimal(0),
        "overflow": Decimal(0),
        "conditions": "",
        "note": note.strip(),
        "delivery_owner": None,
        "tracker_key": "",
        "answered_at": None,
        "countered_at": None,
        "counter_answer": "",
        "counter_project": None,
        "orphaned_at": None,
        "orphan_cause": "",
        "proposed_by_id": actor.id,
        "updated_at": at,
    }
    change_row(item, actor=actor.key, at=at, verb="rehome", changes=changes, expected=expected)
    follow_delivery(actor_key=actor.key, at=at, deliveries={item.ask_id: Delivery.WAITING})
    involve(actor_key=actor.key, at=at, ask=item.ask, people=[person for person in (host.owner_id, actor.id) if person])
    _tell(item, actor, at, "proposed", weeks=f"{item.added_weeks.normalize():f}", note=item.note)


def settle_in(item: BacklogItem, actor: Viewer, at: datetime) -> None:
    """An agreed item blocks its host, its acceptance tests become checks, and its request follows the host.

    The blocker names the request by its key alone: whoever sees the host need not see a restricted request. Whoever
    delivers it is a party to it: they see it even where it is restricted.
    """
    if item.delivery_owner is not None:
        involve(actor_key=actor.key, at=at, ask=item.ask, people=[item.delivery_owner.pk])
    open_checks(
        actor_key=actor.key,
        at=at,
        project=item.project,
        source=item.key,
        texts=item.checks_wanted,
        owner=item.delivery_owner,
    )
    block_project(project=item.project, source=item.key, text=item.ask.key)
    above = Project.objects.filter(pk=item.project_id).values_list("above", flat=True).get()
    delivery = Delivery.SCHEDULED if above else Delivery.WAITING
    follow_delivery(actor_key=actor.key, at=at, deliveries={item.ask_id: delivery}, settled=True)


def leave_host(item: BacklogItem, actor_key: str, at: datetime) -> None:
    """Frees the host of an item that no longer belongs to it: what was drawn goes back, the launch is open again."""
    if item.drawn or item.overflow:
        give_back(
            actor_key=actor_key,
            at=at,
            project=item.project,
            team=item.team,
            period=item.period,
            drawn=item.drawn,
            overflow=item.overflow,
        )
    unblock_project(source=item.key)


def refuse_undeliverable(ask: WorkRequest) -> None:
    if ask.state not in (State.ACCEPTED, *UNDECIDED):
        raise WrongState(
            _("%(request)s is %(state)s: only a filed or accepted request goes up.")
            % {"request": ask.key, "state": ask.get_state_display()},
            state=ask.state,
        )


def checked_weeks(weeks: Decimal) -> Decimal:
    if not 0 < weeks <= MOST_WEEKS:
        text = _("The added effort is more than 0 weeks.")
        raise Invalid(text, fields={"added_weeks": text})
    return weeks


def team_for(ask: WorkRequest, host: Project) -> int:
    """The team that does the work: the host's, else the one that owns the area. Raises Refused (`no_team`)."""
    team = host.team_id or ask.team_id
    if team is None:
        raise Refused(_("Neither the project nor the request has a team."), code="no_team")
    return team


def owner_of_host(host: Project) -> User:
    if host.owner is None:
        text = _("Name who delivers it: the project has no owner.")
        raise Invalid(text, fields={"delivery_owner": text})
    return host.owner


def refuse_closed(host: Project) -> None:
    if not host.open:
        raise Refused(
            _("%(project)s is %(stage)s and takes nothing in.")
            % {"project": host.key, "stage": host.get_stage_display()},
            code="host_closed",
            stage=host.stage,
        )


def _refuse(item: BacklogItem, actor: Viewer, at: datetime, expected: int | None, reason: str) -> str:
    if not reason:
        text = _("Say why: the other side has to live with it.")
        raise Invalid(text, fields={"refusal": text})
    changes = {"state": ItemState.REFUSED, "refusal": reason, "answered_at": at, "updated_at": at}
    change_row(item, actor=actor.key, at=at, verb="refuse", changes=changes, expected=expected, reason=reason)
    _tell(item, actor, at, "refused", reason=reason)
    return ""


def _tell(item: BacklogItem, actor: Viewer, at: datetime, what: str, **facts: str) -> None:
    publish(ItemsChanged(at=at, actor_key=actor.key, what=what, items=(tell_facts(item),), facts=facts))
