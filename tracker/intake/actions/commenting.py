"""Verbs of comments: say something about a request, and put one's own words better."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row, check_version
from tracker.intake.actions.attaching import put_files
from tracker.intake.actions.steps import need_text
from tracker.intake.events import CommentAdded, CommentEdited
from tracker.intake.files import Held
from tracker.intake.models import Comment, Wording, WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.kernel.events import publish
from tracker.people.access import Power, Viewer, may, require


@transaction.atomic
def add_comment(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    text: str,
    internal: bool = False,
    files: Sequence[Held] = (),
) -> Comment:
    """`internal`: only the writer's own side reads it, and its files."""
    require(actor, Power.COMMENT, ask.ties)
    need_text("text", text, _("Write something."))
    if internal and not actor.side:
        raise Invalid(_("You stand on neither side."), fields={"internal": _("You stand on neither side.")})
    side = actor.side if internal else ""
    comment = Comment(ask=ask, author_id=actor.id, text=text, internal_to=side, at=at)
    add_row(comment, actor=actor.key, at=at, verb="add_comment")
    put_files(actor=actor, at=at, ask=ask, files=files, comment=comment)
    publish(CommentAdded(at=at, actor=actor.key, ask_id=ask.pk, comment_id=comment.pk, internal_to=side))
    return comment


@transaction.atomic
def edit_comment(
    *,
    actor: Viewer,
    at: datetime,
    comment: Comment,
    text: str,
    expected: int | None = None,
    files: Sequence[Held] = (),
) -> None:
    """One's own; what it said before is kept, and whoever is newly named in it hears of it. Whom it is for stays.

    Needs `ask` loaded.
    """
    if not may_edit_comment(actor, comment):
        raise NotAllowed(_("A comment is edited by whoever wrote it."), power=str(Power.COMMENT))
    need_text("text", text, _("Write something."))
    check_version(comment, expected)
    before = comment.text
    put_files(actor=actor, at=at, ask=comment.ask, files=files, comment=comment)
    if text == before:
        return
    said_at = comment.edited_at or comment.at
    change_row(comment, actor=actor.key, at=at, verb="edit_comment", changes={"text": text, "edited_at": at})
    Wording.objects.create(comment=comment, text=before, at=said_at)
    publish(CommentEdited(at=at, actor=actor.key, comment_id=comment.pk, version=comment.version, before=before))


def may_edit_comment(actor: Viewer, comment: Comment) -> bool:
    return comment.author_id == actor.id and may(actor, Power.COMMENT, comment.ask.ties)
