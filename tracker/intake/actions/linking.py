"""Verbs of links by which somebody without an account follows a request, and answers what it was asked."""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.intake.actions.triage import answer_question
from tracker.intake.links import Follower, digest_of, is_open
from tracker.intake.models import FollowLink, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, NotFound, Refused, WrongState
from tracker.people.access import Power, Viewer, require

LONGEST_DAYS, LONGEST_NAME = 366, 120
MOST_LINKS = 50


@transaction.atomic
def make_follow_link(
    *, actor: Viewer, at: datetime, ask: WorkRequest, name: str, email: str = "", days: int = 90
) -> tuple[FollowLink, str]:
    """The link and its secret of 256 bits; the secret is told here and never again. A draft has none."""
    require(actor, Power.SHARE_REQUEST, ask.ties)
    if ask.state == State.DRAFT:
        text = _("Nobody else sees a draft: file it first.")
        raise WrongState(text, state=ask.state, verb="make_follow_link")
    name, email = name.strip(), email.strip()
    check_person(name, email, days)
    WorkRequest.objects.select_for_update(no_key=True).filter(pk=ask.pk).values_list("pk").get()
    if FollowLink.objects.filter(ask=ask, revoked_at=None, expires_at__gt=at).count() >= MOST_LINKS:
        words = {"count": MOST_LINKS}
        raise Refused(_("A request has at most %(count)s links at a time: revoke one first.") % words)
    secret = secrets.token_urlsafe(32)
    link = FollowLink(
        ask=ask,
        digest=digest_of(secret),
        name=name,
        email=email,
        made_by_id=actor.id,
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    add_row(link, actor=actor.key, at=at, verb="make_follow_link")
    return link, secret


def check_person(name: str, email: str, days: int) -> None:
    wrong: dict[str, str | Promise] = {}
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = _("Say in at most %(count)s characters who follows it.") % {"count": LONGEST_NAME}
    if email:
        try:
            validate_email(email)
        except ValidationError:
            wrong["email"] = _("This is no e-mail address.")
    if not 1 <= days <= LONGEST_DAYS:
        wrong["days"] = _("A link works 1 to %(days)s days.") % {"days": LONGEST_DAYS}
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


@transaction.atomic
def revoke_follow_link(*, actor: Viewer, at: datetime, link: FollowLink, expected: int | None = None) -> None:
    """It opens nothing any more. Needs `ask` loaded."""
    require(actor, Power.SHARE_REQUEST, link.ask.ties)
    if link.revoked_at is None:
        changes = {"revoked_at": at}
        change_row(link, actor=actor.key, at=at, verb="revoke_follow_link", changes=changes, expected=expected)


@transaction.atomic
def answer_by_link(*, actor: Follower, at: datetime, answer: str, expected: int | None = None) -> None:
    """The requester's answer, given by whom the link is for; the link has to open the request at this very moment."""
    link = FollowLink.objects.select_for_update(of=["self"], no_key=True).select_related("ask").get(pk=actor.link)
    if not is_open(link, at):
        raise NotFound(_("This link opens nothing any more."))
    answer_question(actor=actor, at=at, ask=link.ask, answer=answer, expected=expected, by_link=True)
