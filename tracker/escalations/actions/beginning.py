"""How a matter becomes a case: whose it is, who owes a position, what the verbs here share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tracker.escalations.events import CaseFacts, CasesMoved
from tracker.escalations.models import Escalation, Position
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import NotAllowed
from tracker.kernel.events import publish
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Viewer
from tracker.people.models import Side
from tracker.promises.actions import Owed, settle_promises
from tracker.promises.models import Kind

SIDES = (str(Side.MARKETING), str(Side.TECHNOLOGY))
LIVE_ITEM = "i.state NOT IN ('refused', 'dropped')"
CONCERNED = f"""
SELECT ask.id, ask.parties || ask.requester_id
       || ARRAY(SELECT u.id FROM tracker_user u WHERE u.is_active AND (u.roles && ARRAY['cmo', 'cto']::varchar[]
                OR u.team_id = ask.team_id AND 'lead' = ANY(u.roles)))
       || ARRAY(SELECT unnest(ARRAY[i.delivery_owner_id, p.owner_id]) FROM tracker_backlogitem i
                JOIN tracker_project p ON p.id = i.project_id WHERE i.ask_id = ask.id AND {LIVE_ITEM}),
       coalesce((SELECT u.id FROM tracker_user u JOIN tracker_team t ON t.id = u.team_id
                 WHERE u.id = ask.requester_id AND u.is_active AND t.side = 'marketing'),
                (SELECT u.id FROM tracker_user u WHERE u.is_active AND 'cmo' = ANY(u.roles) ORDER BY u.id LIMIT 1)),
       coalesce((SELECT u.id FROM tracker_backlogitem i JOIN tracker_project p ON p.id = i.project_id
                 JOIN tracker_user u ON u.id = p.owner_id JOIN tracker_team t ON t.id = u.team_id
                 WHERE i.ask_id = ask.id AND {LIVE_ITEM} AND u.is_active AND t.side = 'technology' LIMIT 1),
                (SELECT u.id FROM tracker_user u JOIN tracker_team t ON t.id = u.team_id
                 WHERE t.id = ask.team_id AND t.side = 'technology' AND u.is_active AND 'lead' = ANY(u.roles)
                 ORDER BY u.id LIMIT 1),
                (SELECT u.id FROM tracker_user u WHERE u.is_active AND 'cto' = ANY(u.roles) ORDER BY u.id LIMIT 1)),
       (SELECT level = 'company' FROM tracker_firm LIMIT 1)
FROM tracker_workrequest ask WHERE ask.id = ANY(%s::bigint[])
"""  # noqa: S608  filled in with a constant
"""A leader who may not see the matter is never among them: leads see the restricted requests of their team."""


@dataclass(frozen=True)
class Concerned:
    """Whose case it is: `parties`, who owes each side's position, and whether positions are sealed at this level."""

    parties: tuple[int, ...]
    holders: Mapping[str, int | None]
    sealed: bool


def concerned_by(asks: Iterable[int]) -> dict[int, Concerned]:
    """By request (one statement)."""
    return {
        ask: Concerned(
            tuple(sorted({person for person in people if person is not None})),
            {SIDES[0]: marketing, SIDES[1]: technology},
            bool(sealed),
        )
        for ask, people, marketing, technology, sealed in fetch_rows(CONCERNED, [sorted(set(asks))])
    }


def first_values(concerned: Concerned, at: datetime, *, more: Sequence[int] = ()) -> dict[str, Any]:
    """What a case begins with, whoever brought it."""
    return {
        "parties": sorted({*concerned.parties, *more}),
        "sealed": concerned.sealed,
        "began_at": at,
        "opened_at": None if concerned.sealed else at,
    }


def owed_positions(case: Escalation, concerned: Concerned, *, but: Iterable[str] = ()) -> list[Owed]:
    """One promise a side, but for those that have said it already; needs `ask` loaded."""
    return [
        owed_in(case, Kind.POSITION, f"{Kind.POSITION}:{side}", holder)
        for side, holder in concerned.holders.items()
        if side not in but
    ]


def owed_in(
    case: Escalation, kind: str, name: str, holder: int | None, until: datetime | None = None, said: str = ""
) -> Owed:
    """An answer owed in a case; whose turn its request is follows from it."""
    return Owed(
        kind=kind,
        source=f"{case.key}:{name}",
        matter=f"request:{case.ask_id}",
        facts={"key": case.key, "title": said or case.ask.title, "url": f"/cases/{case.key}/"},
        holder=holder,
        until=until,
    )


def end_promises(cases: Iterable[str], *, actor_key: str, at: datetime, ruling: str = "lifted") -> None:
    """A case that has ended owes no positions any more; its ruling is kept where there is one."""
    ended: dict[str, str] = {}
    for key in cases:
        ended |= {f"{key}:{Kind.POSITION}:{side}": "lifted" for side in SIDES}
        ended[f"{key}:{Kind.RULING}"] = ruling
    if ended:
        settle_promises(actor_key=actor_key, at=at, ended=ended)


def facts_of(case: Escalation, owners: Iterable[int | None] = ()) -> CaseFacts:
    """Needs `ask` loaded."""
    people = tuple(sorted({*case.parties, *case.ask.parties, case.ask.requester_id}))
    known = tuple(owner for owner in owners if owner is not None)
    return CaseFacts(case.key, case.version, case.ask_id, case.ask.key, case.ask.title, people, known)


def tell_case(
    case: Escalation, what: str, *, actor_key: str, at: datetime, owners: Iterable[int | None] = (), **facts: Any
) -> None:
    publish(CasesMoved(at=at, actor_key=actor_key, what=what, cases=(facts_of(case, owners),), facts=facts))


def refuse_own_case(actor: Viewer, ask: WorkRequest, parties: Iterable[int], case: Escalation | None = None) -> None:
    """Nobody rules on a case they are party to: who asks, who was brought in, who raised it, who spoke in it."""
    own = {ask.requester_id, *ask.parties, *parties}
    if case is not None and case.pk:
        own.add(case.raised_by_id or 0)
        own |= set(Position.objects.filter(escalation=case).values_list("author", flat=True))
    if actor.id in own:
        raise NotAllowed(_("Nobody rules on a case they are party to."), code="own_case")


def load_case(row: WorkRequest) -> Escalation | None:
    """The live case of a request, or its line on the docket, under a lock."""
    return Escalation.objects.live().select_for_update().filter(ask=row).first()
