"""Mail made to break what reads it, notes of one side answered by mail, and addresses that hold up the others."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from tests.makers import Cast
from tests.tracker.test_outbox import PostOffice, office
from tests.tracker.test_public_form import filed, opened
from tests.tracker.test_receive_mail import folder, letter, pipe, why
from tests.tracker.test_request_verbs import make_ask
from tracker.intake.actions import add_comment, ask_question
from tracker.intake.models import Comment, FollowLink, HeldMail, WorkRequest
from tracker.kernel import clock
from tracker.notices.actions import mail_notices
from tracker.notices.actions.posting import LONGEST_WAIT, MOST_TRIES
from tracker.notices.guests import BATCH, mail_guests
from tracker.notices.marks import Mark
from tracker.notices.models import Mail
from tracker.people.models import Team, User

__all__ = ["folder", "office", "opened"]


def noted(cast: Cast, *, internal: bool = True) -> tuple[WorkRequest, str]:
    """A request with a note that names its requester, and the mark of the mail that told them."""
    ask = make_ask(cast)
    text = f"@{cast.seo_lead.name}, look."
    add_comment(actor=cast.analyst.viewer(), at=clock.now(), ask=ask, text=text, internal=internal)
    mail_notices(at=clock.now() + timedelta(days=4))
    return ask, Mark("mail", Mail.objects.get(user=cast.seo_lead).pk).message_id


def test_an_answer_to_a_note_of_one_side_is_read_by_that_side_alone(cast: Cast) -> None:
    ask, mark = noted(cast)
    assert Comment.objects.get().internal_to == cast.seo_lead.side
    assert pipe(bytes(letter(cast.seo_lead.email, answers=mark)))[1] == f"taken: {ask.key}"
    assert set(Comment.objects.values_list("internal_to", flat=True)) == {cast.seo_lead.side}
    assert not Comment.objects.visible_to(cast.platform_lead.viewer()).exists()


def test_an_answer_to_what_all_read_is_read_by_all(cast: Cast) -> None:
    _ask, mark = noted(cast, internal=False)
    pipe(bytes(letter(cast.seo_lead.email, answers=mark)))
    assert list(Comment.objects.values_list("internal_to", flat=True)) == ["", ""]


def test_who_changed_sides_since_does_not_carry_a_note_over(cast: Cast) -> None:
    ask, mark = noted(cast)
    User.objects.filter(pk=cast.seo_lead.pk).update(team=Team.objects.exclude(side=cast.seo_lead.side)[0])
    pipe(bytes(letter(cast.seo_lead.email, answers=mark)))
    assert (why(), HeldMail.objects.get().ask) == (["one_side"], ask)


def test_an_answer_to_a_note_and_to_more_is_held(cast: Cast) -> None:
    ask = make_ask(cast)
    text = f"@{cast.seo_lead.name}, look."
    add_comment(actor=cast.analyst.viewer(), at=clock.now(), ask=ask, text=text, internal=True)
    ask_question(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, question="On which pages?")
    User.objects.filter(pk=cast.seo_lead.pk).update(language="en")
    mail_notices(at=clock.now() + timedelta(days=4))
    assert Mail.objects.get(user=cast.seo_lead).notices.count() == 2
    mark = Mark("mail", Mail.objects.get(user=cast.seo_lead).pk).message_id
    pipe(bytes(letter(cast.seo_lead.email, answers=mark)))
    assert (why(), Comment.objects.count()) == (["one_side"], 1)


def test_a_broken_message_in_a_message_is_named_and_not_attached(cast: Cast) -> None:
    ask, mark = noted(cast)
    head = f"From: {cast.seo_lead.email}\r\nIn-Reply-To: {mark}\r\n".encode()
    inner = b"Content-Type: multipart/mixed\r\n\r\n" + "Привет".encode()
    body = b"--b\r\n\r\nHello.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    raw = head + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + body
    assert pipe(raw) == (0, f"taken: {ask.key}")
    assert Comment.objects.latest("pk").text.startswith("Hello.\n\n")
    assert "file.rfc822" in Comment.objects.latest("pk").text


@pytest.mark.parametrize("named", [b"<1\x00@x.example>", b"<1\xff@["])
def test_an_id_that_no_database_keeps_is_no_reason_to_send_it_for_ever(cast: Cast, named: bytes) -> None:
    raw = b"From: eve@x.example\r\nMessage-ID: " + named + b"\r\n\r\nHello."
    assert pipe(raw) == (0, "held: unsigned")
    assert pipe(raw)[1].startswith("known:")


@pytest.mark.parametrize(
    "header", [b"Content-Disposition: attachment; x*0*", b"Content-Type: multipart/mixed; boundary=b;--b*0*"]
)
def test_headers_that_break_their_reader_leave_who_sends_it_and_it_is_held(cast: Cast, header: bytes) -> None:
    _ask, mark = noted(cast)
    raw = f"From: {cast.seo_lead.email}\r\nIn-Reply-To: {mark}\r\n".encode() + header + b"\r\n\r\n--b\r\n\r\nHello."
    assert pipe(raw) == (0, "held: too_large")
    assert HeldMail.objects.get().sender == cast.seo_lead.email


def guests(opened: Cast, client: Any, count: int) -> list[FollowLink]:
    """So many links of one request, to mailboxes bad0, bad1, …"""
    filed(client)
    first = FollowLink.objects.get()
    for number in range(count):
        FollowLink.objects.create(
            ask=first.ask,
            digest=os.urandom(32),
            email=f"bad{number}@x.example",
            made_at=first.made_at,
            expires_at=first.expires_at,
            due_at=first.due_at,
        )
    rest = list(FollowLink.objects.exclude(pk=first.pk).order_by("pk"))
    FollowLink.objects.filter(pk=first.pk).update(email="bad@x.example")
    FollowLink.objects.filter(pk=rest[-1].pk).update(email="good@x.example")
    return rest


def test_mailboxes_that_put_it_off_do_not_hold_up_the_others_and_are_given_up_in_the_end(
    opened: Cast, client: Any, office: PostOffice
) -> None:
    rest = guests(opened, client, BATCH + 1)
    office.answers = {link.email: "450 try later" for link in rest} | {"bad@x.example": "550 no such mailbox"}
    at = clock.now()
    assert mail_guests(at=at) == 1
    assert [envelope.rcpt_tos for envelope in office.taken] == [["good@x.example"]]
    asked_for = FollowLink.objects.get(pk=rest[0].pk)
    assert (asked_for.tries, asked_for.due_at, asked_for.mailed_at) == (1, at + timedelta(minutes=1), None)
    assert FollowLink.objects.get(email="bad@x.example").tries == MOST_TRIES
    for _try in range(MOST_TRIES + 2):
        at += LONGEST_WAIT
        mail_guests(at=at)
    assert set(FollowLink.objects.filter(mailed_at=None).values_list("tries", flat=True)) == {MOST_TRIES}
    office.answers = {}
    assert mail_guests(at=at + LONGEST_WAIT) == 0


def test_no_lock_is_held_while_a_guest_is_mailed(opened: Cast, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(client)
    outside, seen = connection.savepoint_ids[:], []
    deliver = EmailMessage.send

    def look(self: Any) -> int:
        seen.append(connection.savepoint_ids[:])
        return deliver(self)

    monkeypatch.setattr(EmailMessage, "send", look)
    assert mail_guests(at=clock.now()) == 1
    assert seen == [outside]
