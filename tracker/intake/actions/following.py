"""Verbs for the rooms above and for the sweep: split, parties, delivery, the return of what was parked."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import Fact, add_row, change_row, record
from tracker.intake.actions.steps import need_future, need_text, tell_step
from tracker.intake.actions.wording import learn_words
from tracker.intake.events import Moved, RequestsMoved
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel.events import publish
from tracker.people.access import Viewer

SYSTEM = "system"
BATCH = 500

FOLLOW = """
UPDATE tracker_workrequest ask SET delivery = old.wanted, version = ask.version + 1, updated_at = %(at)s,
       rank_asked_at = CASE WHEN %(settled)s THEN NULL ELSE ask.rank_asked_at END
FROM (SELECT held.id, held.delivery, held.rank_asked_at, wish.wanted
      FROM unnest(%(ids)s::bigint[], %(wanted)s::text[]) AS wish (id, wanted)
      JOIN tracker_workrequest held ON held.id = wish.id
           AND (held.delivery <> wish.wanted OR (%(settled)s AND held.rank_asked_at IS NOT NULL))
      ORDER BY held.id FOR UPDATE OF held) old
WHERE ask.id = old.id RETURNING ask.id, ask.version, old.delivery, ask.delivery, old.rank_asked_at, ask.rank_asked_at
"""

RETURN = """
UPDATE tracker_workrequest ask SET state = 'filed', review_on = NULL, decision_reason = '', decided_at = NULL,
       decided_by_id = NULL, version = ask.version + 1, updated_at = %s
FROM (SELECT id, review_on FROM tracker_workrequest WHERE state = 'parked' AND review_on <= %s
      ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) old
WHERE ask.id = old.id
RETURNING ask.id, ask.version, old.review_on, ask.key, ask.title, ask.requester_id, ask.team_id,
       ask.deadline_on
"""


@transaction.atomic
def split_request(
    *, actor: Viewer, at: datetime, ask: WorkRequest, rest_title: str, review_on: date, reason: str
) -> WorkRequest:
    """Parks the rest of a request under the next letter (R-41 → R-41b) with the same effect and owner.

    For the verb that embeds the first part, which has asked for the power over the host.
    """
    need_text("rest_title", rest_title, _("Name the rest."))
    need_future(review_on, at)
    change_row(ask, actor=actor.key, at=at, verb="split_request", changes={"updated_at": at}, reason=rest_title)
    number = ask.split_number or ask.pk
    part = chr(ord("b") + WorkRequest.objects.filter(split_number=number).count())
    copied = ["type_id", "why", "area_id", "team_id", "requester_id", "requester_team_id", "parties", "restricted"]
    copied += ["example_urls", "kpi", "answers", "form_id", "filed_at"]
    rest = WorkRequest(
        split_number=number,
        split_part=part,
        split_from=ask,
        title=rest_title,
        state=State.PARKED,
        decision_reason=reason,
        review_on=review_on,
        times_parked=1,
        decided_at=at,
        decided_by_id=actor.id,
        created_at=at,
        updated_at=at,
        **{name: getattr(ask, name) for name in copied},
    )
    add_row(rest, actor=actor.key, at=at, verb="split_request", reason=reason)
    learn_words([rest_title])
    tell_step(rest, at=at, actor=actor.key, verb="park", reason=reason)
    return rest


@transaction.atomic
def involve(*, actor_key: str, at: datetime, ask: WorkRequest, people: Iterable[int]) -> None:
    """Makes people parties to the request: they see it even where it is restricted."""
    fresh = sorted(set(people) - set(ask.parties))
    if fresh:
        changes = {"parties": [*ask.parties, *fresh]}
        change_row(ask, actor=actor_key, at=at, verb="involve", changes=changes)


@transaction.atomic
def ask_rank_of_own(*, actor: Viewer, at: datetime, ask: WorkRequest) -> None:
    """Notes that whoever ranks is asked to make it a project; for the verb of the backlog, which asks for the power."""
    changes = {"rank_asked_at": at, "updated_at": at}
    change_row(ask, actor=actor.key, at=at, verb="ask_rank", changes=changes)


@transaction.atomic
def follow_delivery(*, actor_key: str, at: datetime, deliveries: Mapping[int, str], settled: bool = False) -> None:
    """The backlog says where accepted requests stand: id → Delivery. What stands there already is left alone.

    `settled`: a way up was taken, so nobody is asked for a rank any more.
    """
    told: dict[str, Any] = {"at": at, "ids": list(deliveries), "wanted": [str(value) for value in deliveries.values()]}
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, told | {"settled": settled})
        rows = cursor.fetchall()
    facts = []
    for pk, version, before, after, asked, asked_still in rows:
        pairs = {"delivery": [before, after], "rank_asked_at": [asked, asked_still]}
        changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        facts.append(Fact("request", pk, version, "follow_delivery", "", changes))
    record(actor=actor_key, at=at, facts=facts)


@transaction.atomic
def return_parked(*, at: datetime) -> int:
    """Parked requests whose review date has come are filed again; how many. A sweep: it may run twice or raced."""
    with connection.cursor() as cursor:
        cursor.execute(RETURN, [at, at.astimezone(UTC).date(), BATCH])
        rows = cursor.fetchall()
    facts = [
        Fact(
            "request", row[0], row[1], "return_request", "", {"state": ["parked", "filed"], "review_on": [row[2], None]}
        )
        for row in rows
    ]
    record(actor=SYSTEM, at=at, facts=facts)
    moved = tuple(Moved(row[0], row[3], row[4], State.FILED, row[5], row[6], deadline_on=row[7]) for row in rows)
    if moved:
        publish(RequestsMoved(at=at, actor=SYSTEM, verb="return", moved=moved))
    return len(rows)
