"""Verbs of files: put them with a request, take one away, and the sweep of bytes that nothing needs any more."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.intake.files import (
    MEBIBYTE,
    MOST_FILES,
    MOST_OF_REQUEST,
    Held,
    digest_at,
    stale_files,
    touch_file,
)
from tracker.intake.models import Attachment, Comment, WorkRequest
from tracker.intake.rules import Stage
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Power, Viewer, may, require

FILES_LOCK = 7_005
"""Shared by whoever adds rows for bytes, alone for the sweep: it never takes what is just being added."""
BATCH = 500
LOCK = "SELECT pg_advisory_xact_lock_shared(%s), id FROM tracker_workrequest WHERE id = %s FOR UPDATE"
"""Of two that add to one request the second counts what the first has added."""


@transaction.atomic
def add_attachments(*, actor: Viewer, at: datetime, ask: WorkRequest, files: Sequence[Held]) -> list[Attachment]:
    """For whoever may speak on the request."""
    require(actor, Power.COMMENT, ask.ties)
    if not files:
        raise Invalid(_("Choose a file."), fields={"files": _("Choose a file.")})
    return put_files(actor=actor, at=at, ask=ask, files=files)


def put_files(
    *, actor: Viewer, at: datetime, ask: WorkRequest, files: Sequence[Held], comment: Comment | None = None
) -> list[Attachment]:
    """Rows for bytes that are there, in the transaction of the verb, which has asked for the power.

    A file that answers a question of the form takes the place of the one that did. Raises Invalid (`too_many`,
    `too_much`, `gone`).
    """
    if not files:
        return []
    if len(files) > MOST_FILES:
        raise _wrong(_("At most %(most)s files at once.") % {"most": MOST_FILES}, "too_many")
    fetch_rows(LOCK, [FILES_LOCK, ask.pk])
    there = Attachment.objects.living().filter(ask=ask)
    answered = [one.field for one in files if one.field]
    for old in there.filter(field__in=answered) if answered else ():
        change_row(old, actor=actor.key, at=at, verb="replace_attachment", changes={"removed_at": at})
    held = there.aggregate(total=Sum("size"))["total"] or 0
    if held + sum(one.size for one in files) > MOST_OF_REQUEST:
        limit = {"limit": MOST_OF_REQUEST // MEBIBYTE}
        raise _wrong(_("The files of a request have at most %(limit)s MB together.") % limit, "too_much")
    for one in files:
        if not touch_file(one.digest):
            raise _wrong(_("%(name)s is no longer here: choose it again.") % {"name": one.name}, "gone")
    rows = [
        Attachment(
            ask=ask,
            comment=comment,
            field=one.field,
            name=one.name,
            media_type=one.media_type,
            size=one.size,
            digest=one.digest,
            added_by_id=actor.id or None,
            at=at,
        )
        for one in files
    ]
    for row in rows:
        add_row(row, actor=actor.key, at=at, verb="add_attachment")
    return rows


def _wrong(text: str, code: str) -> Invalid:
    return Invalid(text, code=code, fields={"files": text})


@transaction.atomic
def remove_attachment(*, actor: Viewer, at: datetime, attachment: Attachment, expected: int | None = None) -> None:
    """By whoever added it, and by triage. The row stays and tells of it; the bytes go with a sweep.

    Needs `ask` with its type and form loaded. A file that filing asks for is replaced, not removed.
    """
    ask = attachment.ask
    if not may_remove_attachment(actor, attachment):
        raise NotAllowed(_("A file is removed by whoever added it, or by triage."), power=str(Power.TRIAGE))
    if attachment.removed_at is not None:
        raise WrongState(_("It is removed already."), state="removed", verb="remove")
    if attachment.field:
        _take_answer_back(actor, at, ask, attachment.field)
    change_row(
        attachment, actor=actor.key, at=at, verb="remove_attachment", changes={"removed_at": at}, expected=expected
    )


def may_remove_attachment(actor: Viewer, attachment: Attachment) -> bool:
    ties = attachment.ask.ties
    own = attachment.added_by_id == actor.id and may(actor, Power.COMMENT, ties)
    return own or may(actor, Power.TRIAGE, ties)


def _take_answer_back(actor: Viewer, at: datetime, ask: WorkRequest, key: str) -> None:
    needed = any(one["key"] == key and one["stage"] == Stage.FILING for one in ask.fields)
    if needed and ask.state != State.DRAFT:
        raise Refused(_("The form asks for this file: put another one in its place."), code="needed")
    if key in ask.answers:
        rest = {name: value for name, value in ask.answers.items() if name != key}
        changes = {"answers": rest, "updated_at": at}
        change_row(ask, actor=actor.key, at=at, verb="edit_request", changes=changes)


def sweep_files(*, at: datetime) -> int:
    """Deletes bytes that no living attachment needs and that nobody touched for two days; returns how many files."""
    places = list(stale_files(at))
    return sum(_sweep(places=places[start : start + BATCH]) for start in range(0, len(places), BATCH))


@transaction.atomic
def _sweep(*, places: Sequence[Path]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FILES_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    digests = [digest_at(place) for place in places]
    needed = set(Attachment.objects.living().filter(digest__in=digests).values_list("digest", flat=True))
    gone = [place for place, digest in zip(places, digests, strict=True) if digest not in needed]
    for place in gone:
        place.unlink(missing_ok=True)
    return len(gone)
