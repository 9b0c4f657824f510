"""Old tickets that say the same are decided together: declined with a reason, or kept as one draft a group."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.history.actions import Fact, record
from tracker.intake.actions.batches import NewDraft, draft_requests
from tracker.intake.models import RequestType
from tracker.integrations.drafting import pick_type, read_types
from tracker.integrations.findings.cells import split_urls
from tracker.integrations.findings.issues import kind_of
from tracker.integrations.models import ImportRun, OldTicket, What
from tracker.integrations.places import Places, read_places
from tracker.integrations.words import say_issue, say_template
from tracker.kernel.errors import Invalid, NotFound, Refused
from tracker.people.access import Power, Viewer, require

PAGE = 100
MOST_GROUPS = 200
NAMED = 100
"""So many tickets of a group are named with their titles, the others by their keys."""
OPEN, DECLINED, KEPT = "open", "declined", "kept"
STANDINGS = (OPEN, DECLINED, KEPT)

GROUPS = """
SELECT min(id), source, "group", min(template), min(issue), count(*), min(opened_on),
       (array_agg(title ORDER BY id))[1], (array_agg(external_id ORDER BY id))[1],
       (array_agg(reason ORDER BY id))[1], min(ask_id)
FROM tracker_oldticket WHERE outcome = %(outcome)s AND (%(picks)s::bigint[] IS NULL OR (source, "group") IN (
    SELECT source, "group" FROM tracker_oldticket WHERE id = ANY(%(picks)s::bigint[])))
GROUP BY source, "group"
HAVING %(count)s::int IS NULL OR (count(*), -min(id)) < (%(count)s::int, -%(last)s::bigint)
ORDER BY count(*) DESC, min(id) LIMIT %(limit)s
"""
DECIDE = """
UPDATE tracker_oldticket SET version = version + 1, outcome = %s, reason = %s, ask_id = n.ask
FROM unnest(%s::bigint[], %s::bigint[]) n (id, ask) WHERE tracker_oldticket.id = n.id
"""
TOTALS = """
SELECT outcome, count(*), count(DISTINCT (source, "group")) FROM tracker_oldticket GROUP BY outcome
"""


@dataclass(frozen=True)
class Group:
    """`pick` is the id of its first ticket and names the group; `ask` is the id of the request that it became."""

    pick: int
    source: str
    key: str
    template: str
    issue: str
    count: int
    oldest: date | None
    example: str
    example_key: str
    reason: str
    ask: int | None

    @property
    def pick_text(self) -> str:
        return str(self.pick)

    @property
    def title(self) -> str:
        """Its issue and its template; of a single ticket its own title."""
        if self.count == 1:
            return self.example
        issue, template = say_issue(self.issue), say_template(self.template)
        return _("%(issue)s: %(template)s") % {"issue": issue, "template": template} if template else issue


@dataclass(frozen=True)
class Decided:
    """What became of how many groups and tickets; `asks` are the ids of the drafts that were written."""

    groups: int
    tickets: int
    asks: Sequence[int] = ()


def list_groups(outcome: str, after: tuple[int, int] | None = None) -> list[Group]:
    """The largest first, one more than a page holds; `after` is (count, pick) of the last one shown."""
    count, last = after if after else (None, None)
    return _read_groups({"outcome": outcome, "picks": None, "count": count, "last": last, "limit": PAGE + 1})


def find_groups(outcome: str, picks: Sequence[int]) -> list[Group]:
    """The groups that these tickets belong to, as far as their tickets stand so."""
    return _read_groups({"outcome": outcome, "picks": list(picks), "count": None, "last": None, "limit": MOST_GROUPS})


def _read_groups(told: Mapping[str, Any]) -> list[Group]:
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, told)
        return [Group(*row) for row in cursor.fetchall()]


def count_groups() -> dict[str, tuple[int, int]]:
    """Outcome → (tickets, groups); "" is what waits for a decision."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS)
        return {outcome: (tickets, groups) for outcome, tickets, groups in cursor.fetchall()}


@transaction.atomic
def decline_groups(*, actor: Viewer, at: datetime, picks: Sequence[int], reason: str) -> Decided:
    """Declines every undecided ticket of these groups. Raises Refused where somebody else decided all of them."""
    require(actor, Power.IMPORT_TICKETS)
    if not reason.strip():
        text = gettext_lazy("Say why: whoever wrote the tickets will ask.")
        raise Invalid(text, fields={"reason": text})
    tickets = _lock_tickets(picks)
    _decide(actor, at, tickets, DECLINED, reason.strip()[:300], dict.fromkeys(_keys_of(tickets)))
    return Decided(len(_keys_of(tickets)), len(tickets))


@transaction.atomic
def keep_groups(*, actor: Viewer, at: datetime, picks: Sequence[int]) -> Decided:
    """One draft of this person for each group, naming all its tickets; tickets that come later to a group that was kept
    join its request."""
    require(actor, Power.IMPORT_TICKETS)
    require(actor, Power.FILE_REQUEST)
    tickets = _lock_tickets(picks)
    asks: dict[tuple[str, str], int | None] = dict(_kept_before(tickets))
    fresh: dict[tuple[str, str], list[OldTicket]] = defaultdict(list)
    for ticket in tickets:
        if (ticket.source, ticket.group) not in asks:
            fresh[ticket.source, ticket.group].append(ticket)
    places, types = read_places(), read_types()
    drafts = [_draft_of(some, places, types) for some in fresh.values()]
    written = draft_requests(actor=actor, at=at, rows=drafts)
    asks |= dict(zip(fresh, written, strict=True))
    _decide(actor, at, tickets, KEPT, "", asks)
    return Decided(len(_keys_of(tickets)), len(tickets), written)


@transaction.atomic
def reopen_groups(*, actor: Viewer, at: datetime, picks: Sequence[int]) -> Decided:
    """Takes a decline back: the tickets wait for a decision again."""
    require(actor, Power.IMPORT_TICKETS)
    tickets = _lock_tickets(picks, DECLINED)
    _decide(actor, at, tickets, "", "", dict.fromkeys(_keys_of(tickets)))
    return Decided(len(_keys_of(tickets)), len(tickets))


def _keys_of(tickets: Sequence[OldTicket]) -> set[tuple[str, str]]:
    return {(ticket.source, ticket.group) for ticket in tickets}


def _lock_tickets(picks: Sequence[int], outcome: str = "") -> list[OldTicket]:
    """The tickets of the groups that these belong to, in one order, so that two people never wait for each other."""
    if len(picks) > MOST_GROUPS:
        raise Invalid(_("At most %(count)s groups at once.") % {"count": MOST_GROUPS})
    wanted = set(OldTicket.objects.filter(pk__in=picks).values_list("source", "group"))
    if not wanted:
        raise NotFound(_("There is no such group."))
    found = OldTicket.objects.filter(outcome=outcome, group__in={group for _source, group in wanted})
    locked = found.order_by("pk").select_for_update()
    tickets = [ticket for ticket in locked if (ticket.source, ticket.group) in wanted]
    if not tickets:
        raise Refused(_("Somebody decided about these groups before you."), code="decided")
    return tickets


def _kept_before(tickets: Sequence[OldTicket]) -> dict[tuple[str, str], int]:
    rows = OldTicket.objects.filter(outcome=KEPT, ask__isnull=False, group__in={ticket.group for ticket in tickets})
    return {(source, group): ask for source, group, ask in rows.order_by("-pk").values_list("source", "group", "ask")}


def _decide(
    actor: Viewer,
    at: datetime,
    tickets: Sequence[OldTicket],
    outcome: str,
    reason: str,
    asks: Mapping[tuple[str, str], int | None],
) -> None:
    became = [asks.get((ticket.source, ticket.group)) for ticket in tickets]
    with connection.cursor() as cursor:
        cursor.execute(DECIDE, [outcome, reason, [ticket.pk for ticket in tickets], became])
    verb = {DECLINED: "decline_groups", KEPT: "keep_groups"}.get(outcome, "reopen_groups")
    facts = [
        Fact(
            "old-ticket",
            ticket.pk,
            ticket.version + 1,
            verb,
            reason,
            {"outcome": [ticket.outcome, outcome], **({"ask": [None, ask]} if ask else {})},
        )
        for ticket, ask in zip(tickets, became, strict=True)
    ]
    record(actor=actor.key, at=at, facts=facts)


def _draft_of(tickets: Sequence[OldTicket], places: Places, types: dict[str, RequestType]) -> NewDraft:
    first = tickets[0]
    urls = split_urls(tuple(text for ticket in tickets for text in (ticket.title, ticket.text)))
    area = places.find_area(first.template, urls)
    group = Group(
        pick=first.pk,
        source=first.source,
        key=first.group,
        template=first.template,
        issue=first.issue,
        count=len(tickets),
        oldest=None,
        example=first.title,
        example_key=first.external_id,
        reason="",
        ask=None,
    )
    return NewDraft(
        type=pick_type(types, kind_of(first.issue)).pk,
        title=group.title[:200],
        why=_say_tickets(tickets),
        area=area,
        team=places.teams.get(area) if area else None,
        example_urls=urls,
    )


def _say_tickets(tickets: Sequence[OldTicket]) -> str:
    """All of them by name: whoever looks for an old ticket finds the request."""
    count = len(tickets)
    head = ngettext(
        "%(count)s old ticket of %(source)s says this:", "%(count)s old tickets of %(source)s say this:", count
    ) % {"count": count, "source": tickets[0].source}
    lines = [f"- {ticket.external_id} {ticket.title}" for ticket in tickets[:NAMED]]
    others = ", ".join(ticket.external_id for ticket in tickets[NAMED:])
    return "\n".join([head, "", *lines, *(["", others] if others else [])])


def read_tickets_of(group: Group, outcome: str, after: int) -> list[OldTicket]:
    """In the order they came, one more than a page holds."""
    rows = OldTicket.objects.filter(source=group.source, group=group.key, outcome=outcome, pk__gt=after)
    return list(rows.order_by("pk")[: PAGE + 1])


def last_ticket_import(viewer: Viewer) -> ImportRun | None:
    return ImportRun.objects.visible_to(viewer).filter(what=What.TICKETS).order_by("-pk").first()
