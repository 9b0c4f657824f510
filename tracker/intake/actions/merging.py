"""Verbs of duplicates: one request goes on in another, and comes out of it again as it was.

Nothing is moved: comments, attachments, backings and watches stay with the request that they were made for, and whoever
reads the survivor reads what was merged into it along with it. So one verb undoes the other and nothing is lost.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import change_row
from tracker.history.models import Entry
from tracker.intake.actions.steps import decide, refuse_latecomer, take_step, tell_step
from tracker.intake.families import survivor_of
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.people.access import Power, Viewer, may, require

LIVING = (State.FILED, State.NEEDS_INFORMATION, State.ACCEPTED, State.PARKED)
"""What something may be merged into."""


@transaction.atomic
def merge_request(
    *, actor: Viewer, at: datetime, ask: WorkRequest, into: WorkRequest, expected: int | None = None
) -> WorkRequest:
    """`ask` goes on in `into`, or in what that was merged into; returns the survivor.

    Its requester becomes a party to the survivor: they see it even where it is restricted.
    """
    require(actor, Power.TRIAGE, ask.ties)
    survivor = _lock_survivor(actor, ask, into)
    known = ask.requester_id in (survivor.requester_id, *survivor.parties)
    changes: dict[str, Any] = {"updated_at": at}
    if not known:
        changes["parties"] = [*survivor.parties, ask.requester_id]
    # Told before the two are one: whoever hears of the duplicate is told of it once, by its own step.
    change_row(survivor, actor=actor.key, at=at, verb="take_in_request", changes=changes, reason=ask.key)
    tell_step(survivor, at=at, actor=actor.key, verb="take_in", reason=ask.key)
    closed = {"question": "", "asked_by_id": None, "rank_asked_at": None, "decision_reason": ""}
    changes = {"merged_into": survivor, **closed}
    decide(ask, "merge", actor=actor, at=at, expected=expected, changes=changes, reason=survivor.key)
    return survivor


def _lock_survivor(actor: Viewer, ask: WorkRequest, into: WorkRequest) -> WorkRequest:
    """The survivor under a lock, the duplicate with it: of two that merge crosswise one wins, and no circle comes about."""
    root = survivor_of(into.pk)
    seen = set(WorkRequest.objects.visible_to(actor).filter(pk=root).values_list("pk", flat=True))
    rows = WorkRequest.objects.select_for_update().filter(pk__in={ask.pk, root}).order_by("pk")
    locked = {row.pk: row for row in rows}
    if root == ask.pk:
        raise _wrong(_("It cannot be merged into itself, nor into what was merged into it."))
    if root not in seen:
        raise _wrong(_("There is no such request."))
    if locked[ask.pk].state == State.MERGED and ask.state != State.MERGED:
        raise refuse_latecomer(locked[ask.pk], actor, Stale, version=locked[ask.pk].version)
    survivor = locked[root]
    if survivor.state == State.MERGED:
        raise refuse_latecomer(survivor, actor, Stale, version=survivor.version)
    if survivor.state not in LIVING:
        closed = {"key": survivor.key, "state": State(survivor.state).label}
        raise _wrong(_("%(key)s is %(state)s: nothing is merged into it.") % closed)
    return survivor


def _wrong(text: Any) -> Invalid:
    return Invalid(text, fields={"into": text})


@transaction.atomic
def unmerge_request(*, actor: Viewer, at: datetime, ask: WorkRequest, expected: int | None = None) -> None:
    """Takes a merge back: for whoever merged it and for triage. Its clocks begin anew."""
    if not may_unmerge(actor, ask):
        raise NotAllowed(_("It is taken apart by whoever merged it, the lead of its team or the CTO."), power="triage")
    part_request(actor=actor, at=at, ask=ask, expected=expected)


def may_unmerge(actor: Viewer, ask: WorkRequest) -> bool:
    merged_it = ask.decided_by_id == actor.id and may(actor, Power.COMMENT, ask.ties)
    return merged_it or may(actor, Power.TRIAGE, ask.ties)


@transaction.atomic
def part_request(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    expected: int | None = None,
    reason: str = "",
    changes: dict[str, Any] | None = None,
) -> None:
    """Back to triage on its own; for the verbs that take a merge back, which have asked for the power."""
    survivor_id = ask.merged_into_id
    undone = {"merged_into": None, "decided_at": None, "decided_by_id": None, **(changes or {})}
    rows = WorkRequest.objects.select_for_update().filter(pk__in={ask.pk, survivor_id or ask.pk}).order_by("pk")
    survivor = {row.pk: row for row in rows}.get(survivor_id or 0)
    if survivor is not None:
        gone = {"updated_at": at, "parties": _parties_without(survivor, ask)}
        change_row(survivor, actor=actor.key, at=at, verb="let_go_request", changes=gone, reason=ask.key)
    take_step(ask, "unmerge", actor=actor, at=at, expected=expected, changes=undone, reason=reason)


def _parties_without(survivor: WorkRequest, ask: WorkRequest) -> list[int]:
    """Whom the merge alone made a party is none any more; whoever was one before stays, and so does who has another
    request in it."""
    told = Entry.objects.filter(
        subject="request", subject_id=survivor.pk, verb="take_in_request", reason=ask.key
    ).order_by("-version")
    before, after = next((entry.changes.get("parties", [[], []]) for entry in told[:1]), [[], []])
    came = {person for person in after if person not in before}
    others = WorkRequest.objects.filter(merged_into=survivor, requester=ask.requester_id).exclude(pk=ask.pk)
    if ask.requester_id not in came or others.exists():
        return survivor.parties
    return [person for person in survivor.parties if person != ask.requester_id]


def find_mergeable(viewer: Viewer, key: str) -> WorkRequest:
    """The request of this key, as somebody wrote it; raises Invalid for what the viewer may not know of."""
    written = key.replace("\x00", "").strip()
    found = WorkRequest.objects.visible_to(viewer).exclude(state=State.DRAFT).filter(key__iexact=written).first()
    if found is None:
        raise _wrong(_("There is no such request."))
    return found
