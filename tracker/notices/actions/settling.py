"""Verbs of held mail: take it as a comment, draft a request of it, leave it; and the sweep of what was settled."""

from datetime import datetime
from email.utils import parseaddr

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import Fact, add_row, change_row, record
from tracker.intake.actions import draft_request, public_type
from tracker.intake.events import CommentAdded
from tracker.intake.models import Comment, HeldMail, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, Refused, WrongState
from tracker.kernel.events import publish
from tracker.notices.held import KEPT_FOR
from tracker.people.access import Power, Viewer, require

BATCH = 500


@transaction.atomic
def take_held_mail(
    *, actor: Viewer, at: datetime, held: HeldMail, ask: WorkRequest, expected: int | None = None
) -> Comment:
    """What it says becomes a comment for all, in the name of its sender; who takes it stands in history."""
    require(actor, Power.MANAGE_PEOPLE)
    if ask.state == State.DRAFT or ask.merged_into_id is not None:
        text = _("Choose a request that is filed and not merged into another one.")
        raise Invalid(text, fields={"request": text})
    _settle(held, actor, at, "take_held_mail", expected, ask)
    said = held.text.strip() or held.title
    if not said:
        raise Refused(_("It says nothing."), code="empty")
    comment = Comment(ask=ask, author=None, guest=name_of(held), text=said, at=at)
    add_row(comment, actor=actor.key, at=at, verb="add_comment", reason="mail")
    publish(CommentAdded(at=at, actor=actor.key, ask_id=ask.pk, comment_id=comment.pk, internal_to=""))
    return comment


@transaction.atomic
def draft_of_held_mail(*, actor: Viewer, at: datetime, held: HeldMail, expected: int | None = None) -> WorkRequest:
    """A draft of the actor's own, for them to complete and file; needs the power to file as well."""
    require(actor, Power.MANAGE_PEOPLE)
    type = public_type()
    if type is None:
        raise Refused(_("No request type fits"), code="no_type")
    title = (held.title or held.text.strip() or held.sender)[:200]
    ask = draft_request(actor=actor, at=at, type=type, title=title, why=held.text, guest_name=name_of(held))
    _settle(held, actor, at, "draft_of_held_mail", expected, ask)
    return ask


@transaction.atomic
def leave_held_mail(*, actor: Viewer, at: datetime, held: HeldMail, expected: int | None = None) -> None:
    """Nothing becomes of it."""
    require(actor, Power.MANAGE_PEOPLE)
    _settle(held, actor, at, "leave_held_mail", expected, held.ask)


def _settle(
    held: HeldMail, actor: Viewer, at: datetime, verb: str, expected: int | None, ask: WorkRequest | None
) -> None:
    if held.settled_at is not None:
        raise WrongState(_("Somebody has seen to it already."), state="settled", verb=verb)
    changes = {"settled_at": at, "settled_by_id": actor.id, "ask": ask}
    change_row(held, actor=actor.key, at=at, verb=verb, changes=changes, expected=expected)


def name_of(held: HeldMail) -> str:
    name, address = parseaddr(held.sender)
    return (name or address or held.sender)[:120]


@transaction.atomic
def clear_held_mail(*, at: datetime) -> int:
    """What was settled a while ago is forgotten but for when and by whom; how many messages. A sweep: it may run twice."""
    waiting = HeldMail.objects.select_for_update(skip_locked=True).filter(settled_at__lt=at - KEPT_FOR)
    rows = list(waiting.exclude(sender="").order_by("pk")[:BATCH])
    for row in rows:
        row.sender = row.title = row.text = ""
        row.version += 1
    HeldMail.objects.bulk_update(rows, ["sender", "title", "text", "version"])
    record(actor="system", at=at, facts=[Fact("held-mail", row.pk, row.version, "clear_held_mail") for row in rows])
    return len(rows)
