"""What is merged belongs together: a request, and all that was merged into it, also by way of another one."""

from collections.abc import Iterable

from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Viewer

DOWN = """
WITH RECURSIVE family (root, id) AS (
    SELECT id, id FROM unnest(%s::bigint[]) AS id
    UNION SELECT family.root, dup.id FROM family JOIN tracker_workrequest dup ON dup.merged_into_id = family.id
) SELECT root, id FROM family
"""
UP = """
WITH RECURSIVE way (id, next) AS (
    SELECT id, merged_into_id FROM tracker_workrequest WHERE id = %s
    UNION SELECT ask.id, ask.merged_into_id FROM way JOIN tracker_workrequest ask ON ask.id = way.next
) SELECT id FROM way WHERE next IS NULL
"""


def families_of(asks: Iterable[int]) -> dict[int, int]:
    """Each request and all that was merged into it, by id, with the one of `asks` that it belongs to (one statement)."""
    return {member: root for root, member in fetch_rows(DOWN, [list(asks)])}


def survivor_of(ask: int) -> int:
    """The id of the request that it lives on in: itself where it was not merged (one statement)."""
    return int(fetch_rows(UP, [ask])[0][0])


def survivor_seen_by(viewer: Viewer, ask: WorkRequest) -> WorkRequest | None:
    """The request that a merged one lives on in, as far as the viewer may see it (two statements, none where it was not
    merged)."""
    if ask.state != State.MERGED:
        return None
    return WorkRequest.objects.visible_to(viewer).filter(pk=survivor_of(ask.pk)).first()


def merged_into(viewer: Viewer, ask: int) -> list[WorkRequest]:
    """What was merged into it, also by way of another one, as far as the viewer may see it (one statement, one more
    where there is any)."""
    members = [member for member in families_of([ask]) if member != ask]
    if not members:
        return []
    rows = WorkRequest.objects.visible_to(viewer).filter(pk__in=members)
    return list(rows.select_related("requester__team").order_by("id"))
