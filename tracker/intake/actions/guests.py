"""Verbs of those who have no account: file by the public form of a site, and comment by a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row
from tracker.intake.actions.attaching import put_files
from tracker.intake.actions.filing import file_request
from tracker.intake.actions.linking import check_person
from tracker.intake.actions.steps import need_text
from tracker.intake.events import CommentAdded
from tracker.intake.files import Held
from tracker.intake.links import Follower, digest_of, guest_of, is_open, secret_of
from tracker.intake.models import Comment, FollowLink, RequestType, WorkRequest
from tracker.intake.rules import Stage
from tracker.kernel import idempotency
from tracker.kernel.errors import Invalid, NotFound, Refused, TooOften
from tracker.kernel.events import publish
from tracker.kernel.models import IdempotentCall
from tracker.kernel.prepared import fetch_rows
from tracker.people.models import User
from tracker.sites.models import Area, Site

HOUR = timedelta(hours=1)
MOST_FROM_ADDRESS, MOST_AT_SITE, MOST_TO_EMAIL, MOST_BY_LINK = 5, 60, 3, 20
"""Within an hour: requests of one address at one site, of all at one site, with one e-mail; comments by one link."""
LONGEST_WHY, LONGEST_URL, LONGEST_COMMENT = 5_000, 2_000, 20_000
PREFERRED = "improvement"
NOT_ASKED = ("person", "area", "kpi", "file")
LINK_DAYS = 365
NEXT_LINK = "SELECT nextval(pg_get_serial_sequence('tracker_followlink', 'id'))"


@dataclass(frozen=True)
class Sender:
    """Who sends the form: `address` is where it comes from, `once` the mark of this very form, if it has one."""

    name: str
    email: str
    address: str = ""
    once: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Filed:
    """What became of a form; `again` where it was sent before."""

    secret: str
    ask: WorkRequest | None
    again: bool = False


def public_type() -> RequestType | None:
    """What strangers file: an improvement, or else the type that asks least on filing; never one that asks then for what
    only colleagues know (one statement)."""
    rows = [one for one in RequestType.objects.filter(retired_at=None) if _is_askable(one)]
    return min(rows, key=lambda one: (one.key != PREFERRED, len(asked_of(one)), one.position), default=None)


def asked_of(type: RequestType) -> list[Mapping[str, Any]]:
    """Its own questions that filing asks."""
    return [field for field in type.fields if field["stage"] == Stage.FILING]


def _is_askable(type: RequestType) -> bool:
    return all(field["kind"] not in NOT_ASKED for field in asked_of(type))


@transaction.atomic
def file_by_form(
    *,
    at: datetime,
    site: Site,
    sender: Sender,
    title: str,
    area: Area,
    example_url: str,
    why: str,
    answers: Mapping[str, Any] | None = None,
) -> Filed:
    """Files for whoever stands for the form of the site, in the name of the sender, who gets a link to follow it.

    Raises NotFound where the form is closed, TooOften, Invalid. The same form sent twice files once.
    """
    held = Site.objects.select_for_update(no_key=True, of=["self"]).select_related("public_owner").get(pk=site.pk)
    owner, type = held.public_owner, public_type()
    if owner is None or not owner.is_active or type is None:
        raise NotFound(_("Nobody takes requests here any more."))
    _check_form(sender, area, held, title, example_url, why)
    known = _known_as(sender, held)
    if earlier := _claim(known, sender.once, at):
        link = FollowLink.objects.get(pk=int(earlier.answer))
        return Filed(secret_of(link.pk, link.made_at), None, again=True)
    _check_pace(at, known, held, owner, sender)
    number: int = fetch_rows(NEXT_LINK, [])[0][0]
    ask = file_request(
        actor=guest_of(owner.viewer(), number),
        at=at,
        type=type,
        title=title.strip(),
        area=area,
        example_urls=[example_url.strip()],
        why=why.strip(),
        answers=dict(answers or {}),
        guest_name=sender.name.strip(),
        guest_email=sender.email.strip(),
    )
    secret = _add_link(number, ask, sender, at)
    idempotency.keep_answer(actor=known, key=_key_of(sender.once, at), status=302, answer=str(number))
    return Filed(secret, ask)


def _add_link(number: int, ask: WorkRequest, sender: Sender, at: datetime) -> str:
    secret = secret_of(number, at)
    link = FollowLink(
        pk=number,
        ask=ask,
        digest=digest_of(secret),
        name=sender.name.strip(),
        email=sender.email.strip(),
        made_at=at,
        expires_at=at + timedelta(days=LINK_DAYS),
        language=sender.language,
        due_at=at,
    )
    add_row(link, actor=f"link:{number}", at=at, verb="make_follow_link")
    return secret


def _check_form(sender: Sender, area: Area, site: Site, title: str, example_url: str, why: str) -> None:
    check_person(sender.name.strip(), sender.email.strip(), LINK_DAYS)
    wrong: dict[str, str | Promise] = {}
    if not sender.email.strip():
        wrong["email"] = _("This is no e-mail address.")
    if area.site_id != site.pk:
        wrong["area"] = _("There is no such area.")
    for name, text, longest in (
        ("title", title, 200),
        ("example_url", example_url, LONGEST_URL),
        ("why", why, LONGEST_WHY),
    ):
        if len(text) > longest:
            wrong[name] = _("At most %(count)s characters.") % {"count": longest}
        if not text.strip():
            wrong[name] = _("This is needed to file it.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def _known_as(sender: Sender, site: Site) -> str:
    """Where it comes from, so that it can be counted and not be read."""
    return f"form:{salted_hmac('tandem.form', f'{sender.address} {site.pk}').hexdigest()[:32]}"


def _key_of(once: str, at: datetime) -> str:
    return once[: idempotency.LONGEST] or at.isoformat()


def _claim(known: str, once: str, at: datetime) -> IdempotentCall | None:
    earlier = idempotency.claim_call(actor=known, key=_key_of(once, at), fingerprint="file_by_form", at=at)
    return earlier if earlier is not None and earlier.answer else None


def _check_pace(at: datetime, known: str, site: Site, owner: User, sender: Sender) -> None:
    """The row of the site is locked: of two at once the second counts the first. Its own mark is there already."""
    calls = IdempotentCall.objects.filter(actor=known, at__gt=at - HOUR).order_by("-at").values_list("at", flat=True)
    latest = WorkRequest.objects.filter(requester=owner, area__site=site).exclude(guest_name="").order_by("-id")
    filed = [row for row in latest.values_list("created_at", "guest_email")[:MOST_AT_SITE] if row[0] > at - HOUR]
    same = [when for when, email in filed if email.lower() == sender.email.strip().lower()]
    everybodys = [when for when, _email in filed]
    for times, most in ((list(calls)[1:], MOST_FROM_ADDRESS), (everybodys, MOST_AT_SITE), (same, MOST_TO_EMAIL)):
        _refuse_hurry(times, most)


def _refuse_hurry(times: Sequence[datetime], most: int) -> None:
    """`times` within the last hour, the latest first."""
    if len(times) >= most:
        again = times[most - 1] + HOUR
        # Said to the minute: the one after, so that it is true.
        shown = date_format(timezone.localtime(again + timedelta(minutes=1)), "H:i e")
        text = _("These were many within an hour. What you typed is still here: send it again at %(time)s or later.")
        raise TooOften(text % {"time": shown}, again_at=again.isoformat())


@transaction.atomic
def comment_by_link(
    *, actor: Follower, at: datetime, text: str, files: Sequence[Held] = (), by_mail: bool = False
) -> Comment:
    """What who follows by a link has to say, for all; the link has to open the request at this very moment."""
    link = FollowLink.objects.select_for_update(of=["self"], no_key=True).select_related("ask").get(pk=actor.link)
    if not is_open(link, at):
        raise NotFound(_("This link opens nothing any more."))
    if link.ask.merged_into_id is not None:
        raise Refused(_("It was merged into another one: nobody looks here any more."), code="merged")
    said = need_text("comment", text, _("Write something."))
    if len(said) > LONGEST_COMMENT:
        long = _("At most %(count)s characters.") % {"count": LONGEST_COMMENT}
        raise Invalid(long, fields={"comment": long})
    lately = Comment.objects.filter(ask=link.ask, author=None, guest=link.name, at__gt=at - HOUR)
    _refuse_hurry(list(lately.order_by("-at").values_list("at", flat=True)[:MOST_BY_LINK]), MOST_BY_LINK)
    comment = Comment(ask=link.ask, author=None, guest=link.name, text=said, at=at)
    add_row(comment, actor=actor.key, at=at, verb="add_comment", reason="mail" if by_mail else "")
    put_files(actor=actor, at=at, ask=link.ask, files=files, comment=comment)
    publish(CommentAdded(at=at, actor=actor.key, ask_id=link.ask_id, comment_id=comment.pk, internal_to=""))
    return comment
