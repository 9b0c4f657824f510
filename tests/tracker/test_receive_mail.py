"""Mail from outside through the pipe: whose comment it becomes, what is held and why, what goes round in circles."""

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from tests.callers import Caller
from tests.forms import send_form, text_of
from tests.makers import Cast
from tests.tracker.test_public_form import filed, opened
from tests.tracker.test_request_pages import browser
from tests.tracker.test_request_verbs import make_ask
from tracker.history.audit import holes
from tracker.intake.actions import ask_question, make_follow_link, merge_request, restrict_request, revoke_follow_link
from tracker.intake.models import Attachment, Comment, FollowLink, HeldMail, WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, WrongState
from tracker.notices import held
from tracker.notices.actions import (
    clear_held_mail,
    draft_of_held_mail,
    leave_held_mail,
    mail_notices,
    take_held_mail,
)
from tracker.notices.guests import mail_guests
from tracker.notices.marks import Mark
from tracker.notices.models import Mail
from tracker.people.models import User

__all__ = ["opened"]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.FILES = tmp_path


def pipe(raw: bytes, *args: str) -> tuple[int, str]:
    told = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("receive_mail", *args, stdin=io.BytesIO(raw), stdout=told, stderr=told)
    assert isinstance(end.value.code, int)
    return end.value.code, told.getvalue().strip()


def letter(sender: str, text: str = "It is on all pages.", *, answers: str = "", **headers: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = headers.pop("to", "tandem@lumen.example")
    message["Subject"] = headers.pop("subject", "Re: A question")
    message["Message-ID"] = headers.pop("message_id", f"<{os.urandom(8).hex()}@x.example>")
    if answers:
        message["In-Reply-To"] = answers
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def asked(cast: Cast) -> tuple[WorkRequest, str]:
    """A request whose requester was mailed a question, and the Message-ID of that mail as it went out."""
    ask = make_ask(cast)
    ask_question(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, question="On which pages?")
    mail.outbox.clear()
    mail_notices(at=clock.now() + timedelta(minutes=3))
    sent = next(one for one in mail.outbox if one.to == [cast.seo_lead.email])
    return ask, sent.extra_headers["Message-ID"]


def why() -> list[str]:
    return list(HeldMail.objects.order_by("pk").values_list("why", flat=True))


def test_an_answer_to_a_mail_is_a_comment_of_whom_it_was_sent_to(cast: Cast) -> None:
    ask, mark = asked(cast)
    text = "It is on all pages.\n\nOn Mon, 2 Feb 2027, Tandem <tandem@localhost> wrote:\n> On which pages?\n"
    message = letter(f"Timur <{cast.seo_lead.email.upper()}>", text, answers=mark)
    assert pipe(bytes(message)) == (0, f"taken: {ask.key}")
    comment = Comment.objects.get()
    assert (comment.author, comment.text, comment.ask) == (cast.seo_lead, "It is on all pages.", ask)
    assert pipe(bytes(message))[1].startswith("known:")
    assert Comment.objects.count() == 1


def test_the_address_for_answers_carries_the_mark_and_programs_are_told_to_leave_it(
    cast: Cast, settings: Settings
) -> None:
    settings.MAIL_REPLY = "reply@lumen.example"
    ask, _mark = asked(cast)
    headers = next(one for one in mail.outbox if one.to == [cast.seo_lead.email]).extra_headers
    assert headers["Auto-Submitted"] == "auto-generated"
    address = headers["Reply-To"]
    assert len(address.partition("@")[0]) <= 64
    assert pipe(bytes(letter(cast.seo_lead.email, to=address.upper())))[1] == f"taken: {ask.key}"
    assert pipe(bytes(letter(cast.seo_lead.email)), "--to", address)[1] == f"taken: {ask.key}"


def test_a_sender_alone_proves_nothing(cast: Cast) -> None:
    ask, mark = asked(cast)
    number = Mail.objects.get(user=cast.seo_lead).pk
    forged = f"<mail-{number}.{'a' * 24}@tandem>"
    for message in (
        letter(cast.seo_lead.email, subject=f"About {ask.key}"),
        letter(cast.seo_lead.email, answers=forged),
        letter(cast.cto.email, answers=mark),
        letter("eve@x.example", answers=mark),
    ):
        assert pipe(bytes(message))[0] == 0
    assert why() == ["unsigned", "unsigned", "other_sender", "other_sender"]
    assert HeldMail.objects.order_by("pk")[0].ask == ask
    assert not Comment.objects.exists()


def test_who_left_or_may_not_see_it_any_more_is_held(cast: Cast) -> None:
    ask, mark = asked(cast)
    WorkRequest.objects.filter(pk=ask.pk).update(requester=cast.analyst)
    restrict_request(actor=cast.cto.viewer(), at=clock.now(), ask=WorkRequest.objects.get(pk=ask.pk))
    pipe(bytes(letter(cast.seo_lead.email, answers=mark)))
    User.objects.filter(pk=cast.seo_lead.pk).update(is_active=False)
    pipe(bytes(letter(cast.seo_lead.email, answers=mark)))
    assert why() == ["not_seen", "other_sender"]


def test_a_mail_about_several_requests_is_answered_by_naming_one(cast: Cast) -> None:
    asks = [make_ask(cast, title=f"Number {number}") for number in range(2)]
    for ask in asks:
        ask_question(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, question="On which pages?")
    mail_notices(at=clock.now() + timedelta(minutes=3))
    mark = Mark("mail", Mail.objects.get(user=cast.seo_lead).pk).message_id
    pipe(bytes(letter(cast.seo_lead.email, answers=mark)))
    assert why() == ["several"]
    said = pipe(bytes(letter(cast.seo_lead.email, answers=mark, subject=f"Re: {asks[1].key} Number 1")))
    assert said[1] == f"taken: {asks[1].key}"


def test_what_is_said_on_a_merged_request_stands_on_the_other(cast: Cast) -> None:
    ask, mark = asked(cast)
    other = make_ask(cast, title="The other")
    merge_request(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, into=other)
    assert pipe(bytes(letter(cast.seo_lead.email, answers=mark)))[1] == f"taken: {other.key}"


def test_who_filed_by_the_public_form_is_mailed_the_link_and_answers_it(opened: Cast, client: Any) -> None:
    ask, path = filed(client)
    mail.outbox.clear()
    assert mail_guests(at=clock.now()) == 1
    assert mail_guests(at=clock.now()) == 0
    sent = mail.outbox[0]
    assert sent.to == ["maria@partner.example"]
    assert path in sent.body
    assert ask.title not in f"{sent.subject} {sent.body}"
    mark = sent.extra_headers["Message-ID"]
    assert pipe(bytes(letter("maria@partner.example", answers=mark)))[1] == f"taken: {ask.key}"
    assert (Comment.objects.get().guest, Comment.objects.get().author) == ("Maria", None)
    pipe(bytes(letter("eve@x.example", answers=mark)))
    link = FollowLink.objects.get()
    revoke_follow_link(actor=opened.seo_lead.viewer(), at=clock.now(), link=link)
    pipe(bytes(letter("maria@partner.example", answers=mark)))
    assert why() == ["other_sender", "link_over"]


def test_links_made_by_a_person_are_told_to_nobody_by_mail(cast: Cast) -> None:
    by = cast.seo_lead.viewer()
    make_follow_link(actor=by, at=clock.now(), ask=make_ask(cast), name="Olga", email="olga@x.example")
    assert mail_guests(at=clock.now()) == 0


def test_a_mail_loop_ends_at_the_first_turn(cast: Cast) -> None:
    _ask, mark = asked(cast)
    for headers in (
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<all.x.example>"},
        {"X_Loop": "x"},
        {"Return_Path": "<>"},
        {"message_id": mark},
    ):
        code, said = pipe(bytes(letter(cast.seo_lead.email, answers=mark, **headers)))
        assert (code, said.partition(":")[0]) == (0, "refused")
    outgoing = mail.outbox[0].message()
    assert pipe(outgoing.as_bytes())[1].startswith("refused:"), "our own mail, come back"
    assert not Comment.objects.exists()
    assert not HeldMail.objects.exists()


def test_what_is_no_message_is_refused_for_good(cast: Cast) -> None:
    for raw in (b"", b"Hello", b"\x00" * 1_000, b"Subject: x\r\n\r\nx"):
        assert pipe(raw)[0] == os.EX_DATAERR


def test_files_are_put_with_it_and_what_nobody_knows_is_named(cast: Cast) -> None:
    ask, mark = asked(cast)
    message = letter(cast.seo_lead.email, answers=mark)
    message.add_attachment(PNG, maintype="image", subtype="png", filename="shop.png")
    message.add_attachment(b"MZ\x90\x00\x03", maintype="application", subtype="pdf", filename="plan.pdf.exe")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    message.add_attachment(svg, maintype="image", subtype="svg+xml", filename="mark.svg")
    pipe(bytes(message))
    files = Attachment.objects.order_by("pk")
    assert [(one.name, one.media_type) for one in files] == [("shop.png", "image/png"), ("mark.svg", "text/plain")]
    assert Comment.objects.get().text == "It is on all pages.\n\nNot attached: plan.pdf.exe."
    assert {one.ask for one in files} == {ask}


def test_a_guests_files_belong_to_no_person(opened: Cast, client: Any) -> None:
    filed(client)
    message = letter("maria@partner.example", answers=Mark("link", FollowLink.objects.get().pk).message_id)
    message.add_attachment(PNG, maintype="image", subtype="png", filename="shop.png")
    pipe(bytes(message))
    assert Attachment.objects.get().added_by is None


class Huge(io.RawIOBase):
    """A message of so many bytes that is nowhere as a whole."""

    def __init__(self, head: bytes, size: int) -> None:
        self.head, self.left, self.most = head, size, 0

    def read(self, size: int = -1) -> bytes:
        self.most = max(self.most, size)
        if self.head:
            head, self.head = self.head, b""
            return head
        piece = min(size, self.left)
        self.left -= piece
        return b"x" * piece


def test_a_message_of_a_hundred_megabytes_is_read_to_its_end_and_held_by_name_alone(cast: Cast) -> None:
    _ask, mark = asked(cast)
    head = bytes(letter(cast.seo_lead.email, "Start ", answers=mark))
    source, told = Huge(head, 100 * 1024 * 1024), io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("receive_mail", stdin=source, stdout=told)
    assert end.value.code == 0
    assert source.left == 0
    assert source.most <= 64 * 1024
    row = HeldMail.objects.get()
    assert (row.why, row.sender, row.text) == ("too_large", cast.seo_lead.email, "")


def test_no_text_breaks_the_database_and_script_stays_text(cast: Cast, client: Any) -> None:
    _ask, mark = asked(cast)
    evil = "a\x00b <script>alert(1)</script> [x](javascript:alert(1))"
    raw = bytes(letter(cast.seo_lead.email, "TEXT", answers=mark)).replace(b"TEXT", evil.encode())
    assert pipe(raw)[0] == 0
    assert Comment.objects.get().text == evil.replace("\x00", "")
    client.force_login(cast.platform_lead)
    page = client.get(f"/requests/{Comment.objects.get().ask.key}/").content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


def test_so_much_is_held_and_the_rest_is_asked_to_come_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MOST_HELD", 2)
    messages = [bytes(letter("eve@x.example")) for _one in range(3)]
    assert [pipe(raw)[0] for raw in messages] == [0, 0, os.EX_TEMPFAIL]
    leave_held_mail(actor=cast.admin.viewer(), at=clock.now(), held=HeldMail.objects.all()[0])
    assert pipe(messages[2])[0] == 0


def test_a_database_that_is_away_lets_the_mail_server_try_again(cast: Cast) -> None:
    env = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "TANDEM_SECRET_KEY": "x"}
    done = subprocess.run(
        [sys.executable, "manage.py", "receive_mail"],
        input=bytes(letter("eve@x.example")),
        env=env | {"REDIS_URL": "unix:///nowhere?db=0", "DJANGO_SETTINGS_MODULE": "tracker.config.settings_test"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == os.EX_TEMPFAIL, done.stderr


def test_held_mail_is_taken_as_a_comment_drafted_or_left_once(cast: Cast) -> None:
    ask = make_ask(cast)
    for number in range(3):
        pipe(bytes(letter("Eve <eve@x.example>", f"Word {number}", subject=f"Number {number}")))
    first, second, third = HeldMail.objects.order_by("pk")
    admin, at = cast.admin.viewer(), clock.now()
    with pytest.raises(NotAllowed):
        take_held_mail(actor=cast.cto.viewer(), at=at, held=first, ask=ask)
    take_held_mail(actor=admin, at=at, held=first, ask=ask)
    comment = Comment.objects.get()
    assert (comment.guest, comment.author, comment.text) == ("Eve", None, "Word 0")
    with pytest.raises(WrongState):
        leave_held_mail(actor=admin, at=at, held=first)
    with pytest.raises(NotAllowed):
        draft_of_held_mail(actor=admin, at=at, held=second)
    User.objects.filter(pk=cast.admin.pk).update(roles=["admin", "lead"])
    both = User.objects.get(pk=cast.admin.pk).viewer()
    draft = draft_of_held_mail(actor=both, at=at, held=second)
    assert (draft.state, draft.title, draft.why, draft.guest_name) == ("draft", "Number 1", "Word 1", "Eve")
    with pytest.raises(Invalid):
        take_held_mail(actor=admin, at=at, held=third, ask=draft)
    leave_held_mail(actor=admin, at=at, held=third)
    assert not [one for one in holes() if one.startswith(("held-mail", "comment"))]


def test_what_was_settled_a_while_ago_is_forgotten(cast: Cast) -> None:
    pipe(bytes(letter("Eve <eve@x.example>", "Secret word")))
    pipe(bytes(letter("Eve <eve@x.example>", "Waits still")))
    first = HeldMail.objects.order_by("pk")[0]
    leave_held_mail(actor=cast.admin.viewer(), at=clock.now(), held=first)
    assert clear_held_mail(at=clock.now() + timedelta(days=29)) == 0
    assert clear_held_mail(at=clock.now() + timedelta(days=31)) == 1
    assert clear_held_mail(at=clock.now() + timedelta(days=31)) == 0
    assert list(HeldMail.objects.order_by("pk").values_list("text", "sender")) == [
        ("", ""),
        ("Waits still", "Eve <eve@x.example>"),
    ]
    assert not [one for one in holes() if one.startswith("held-mail")]


@pytest.mark.django_db(transaction=True)
def test_the_same_message_many_times_at_once_is_one_comment(cast: Cast) -> None:
    ask, mark = asked(cast)
    raw = bytes(letter(cast.seo_lead.email, answers=mark))

    def one(_number: int) -> str:
        try:
            return pipe(raw)[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(one, range(6)))
    assert sorted(line.partition(":")[0] for line in said) == ["known"] * 5 + ["taken"]
    assert Comment.objects.filter(ask=ask).count() == 1


def test_an_administrator_takes_drafts_and_leaves_held_mail_on_its_page(cast: Cast) -> None:
    ask, page = make_ask(cast), "/mail/held/"
    for number in range(3):
        pipe(bytes(letter("Eve <eve@x.example>", "<b>Word</b>", subject=f"About {ask.key}, {number}")))
    first, second, third = HeldMail.objects.order_by("pk")
    admin = browser(cast.admin)
    shown = admin.get(page)
    assert "3 messages are held" in text_of(shown)
    assert "<b>Word</b>" not in shown.content.decode()
    assert browser(cast.cto).get(page).status_code == 403
    sent = send_form(admin, shown, f"{page}{first.pk}/take/")
    assert f"It is a comment on {ask.key} now." in text_of(sent)
    assert "There is no request with the key R-999999." in text_of(
        send_form(admin, shown, f"{page}{second.pk}/take/", request="R-999999", idempotency="a")
    )
    assert "Somebody" in text_of(send_form(admin, shown, f"{page}{first.pk}/leave/"))
    send_form(admin, shown, f"{page}{second.pk}/leave/")
    User.objects.filter(pk=cast.admin.pk).update(roles=["admin", "marketer"])
    both = browser(User.objects.get(pk=cast.admin.pk))
    sent = send_form(both, both.get(page), f"{page}{third.pk}/draft/")
    assert WorkRequest.objects.get(requester=cast.admin).guest_name == "Eve"
    assert "No message is held" in text_of(both.get(page))


def test_held_mail_is_settled_over_the_api(cast: Cast) -> None:
    ask, api, path = make_ask(cast), Caller(cast.admin), "/api/v1/held-mail/"
    for _one in range(2):
        pipe(bytes(letter("Eve <eve@x.example>")))
    first, second = HeldMail.objects.order_by("pk")
    assert Caller(cast.cto).get(path).status_code == 403
    assert [one["why"] for one in api.get(path).json()["results"]] == ["unsigned", "unsigned"]
    assert api.post(f"{path}{first.pk}/take/", {"request": "R-999999"}).status_code == 404
    assert api.post(f"{path}{first.pk}/take/", {"request": ask.key}).json()["settled_at"]
    assert api.post(f"{path}{first.pk}/leave/", {}).status_code == 409
    assert api.post(f"{path}{second.pk}/draft/", {}).status_code == 403
    assert api.post(f"{path}{second.pk}/leave/", {}).json()["settled_at"]
    assert api.get(f"{path}?settled=false").json()["results"] == []
