"""Messages from outside as they are read: what somebody wrote, what came along, what nobody is to answer."""

import time
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from tracker.notices.incoming import NoMessage, read_message
from tracker.notices.incoming.messages import LONGEST_TEXT
from tracker.notices.incoming.quotes import MOST_HTML, cut_quote, text_of_html

PLAIN = b"From: Maria <maria@x.example>\r\nSubject: Re: R-1\r\nMessage-ID: <1@x.example>\r\n"


def with_headers(*lines: str) -> bytes:
    return PLAIN + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\nHello.\r\n"


@pytest.mark.parametrize(
    "quote",
    [
        "On Mon, 2 Feb 2027 at 12:00, Tandem <tandem@x.example> wrote:\n> R-1 was filed.",
        "On Mon, 2 Feb 2027 at 12:00, Tandem\n<tandem@x.example> wrote:\n\n> R-1 was filed.\n> Look.",
        "пн, 2 февр. 2027 г. в 12:00, Tandem <tandem@x.example>:\n> R-1 was filed.",
        "2 февраля 2027, Tandem <tandem@x.example> пишет:\nR-1 was filed.",
        "-----Original Message-----\nFrom: Tandem\nR-1 was filed.",
        "-------- Исходное сообщение --------\nR-1 was filed.",
        "From: Tandem <tandem@x.example>\nSent: Monday\nTo: Maria\nSubject: R-1\n\nR-1 was filed.",
        "От: Tandem\nОтправлено: понедельник\nКому: Maria\nТема: R-1\n\nR-1 was filed.",
        "________________________________\nFrom: Tandem\nR-1 was filed.",
        "> R-1 was filed.",
        "-- \nMaria\nPartner Ltd",
        "Sent from my iPhone",
        "Отправлено с iPhone",
    ],
)
def test_what_is_answered_and_what_stands_below_is_cut_off(quote: str) -> None:
    assert cut_quote(f"It is on all pages.\n\nPlease look.\n\n{quote}\n") == "It is on all pages.\n\nPlease look."


@pytest.mark.parametrize(
    "text",
    [
        "On Monday he wrote:\nnothing at all",
        "> On which pages?\n\nOn all of them.\n\n> Since when?\n\nSince 2 May.",
        "On 2 May 2027, Tandem <t@x.example> wrote:\n> On which pages?\n\nOn all of them.",
        "From: the start page\nit is slow",
        "Sent: yesterday",
    ],
)
def test_what_somebody_wrote_themselves_stays(text: str) -> None:
    assert cut_quote(text) == text


def test_html_alone_is_read_as_its_reader_sees_it() -> None:
    html = (
        "<html><head><title>x</title><style>p{color:red}</style></head><body><p>Hello &amp; good <b>day</b>.</p>"
        "<script>alert(1)</script><div>Second<br>third</div>"
        '<div class="gmail_quote">On Monday Tandem wrote: <blockquote>R-1</blockquote></div></body></html>'
    )
    assert cut_quote(text_of_html(html)) == "Hello & good day.\n\nSecond\nthird"
    message = EmailMessage()
    message["From"] = "Maria <maria@x.example>"
    message.set_content(html, subtype="html")
    assert read_message(bytes(message)).text == "Hello & good day.\n\nSecond\nthird"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Auto-Submitted: auto-replied", "automatic"),
        ("Auto-Submitted: auto-generated (rule)", "automatic"),
        ("Precedence: bulk", "automatic"),
        ("X-Autoreply: yes", "automatic"),
        ("List-Id: <all.x.example>", "list"),
        ("Return-Path: <>", "bounce"),
        ("X-Loop: tandem", "own"),
    ],
)
def test_what_a_program_sends_is_refused(line: str, why: str) -> None:
    assert read_message(with_headers(line)).refused == why


def test_what_comes_back_goes_round_or_is_our_own_is_refused() -> None:
    assert read_message(b"From: MAILER-DAEMON@x.example\r\n\r\nx").refused == "bounce"
    assert read_message(b"From: no-reply@x.example\r\n\r\nx").refused == "bounce"
    report = b'From: a@x.example\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n--b--\r\n'
    assert read_message(report).refused == "bounce"
    assert read_message(b"From: a@x.example\r\nMessage-ID: <mail-5.abc@tandem>\r\n\r\nx").refused == "own"
    assert read_message(b"Received: x\r\n" * 51 + with_headers()).refused == "hops"
    assert read_message(with_headers("Auto-Submitted: no")).refused == ""


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"Hello", b"\x00\xff" * 500, b"From: nobody\r\n\r\nx", b"To: a@b.c\r\n\r\nx"]
)
def test_what_nobody_sends_is_no_message(raw: bytes) -> None:
    with pytest.raises(NoMessage):
        read_message(raw)


@pytest.mark.parametrize(
    ("charset", "body"),
    [("utf-8", b"\xff\xfeA\x00b"), ("no-such", "Привет".encode()), ("us-ascii", "Привет".encode()), ("idna", b"\xff")],
)
def test_a_wrong_alphabet_leaves_what_can_be_read(charset: str, body: bytes) -> None:
    raw = PLAIN + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + body
    read = read_message(raw)
    assert "\x00" not in read.text
    assert read.text
    if "Привет".encode() == body:
        assert read.text == "Привет"


def test_headers_that_are_broken_or_turn_the_line_are_read_as_far_as_they_can_be() -> None:
    raw = "Subject: =?utf-8?q?=E2=80=AEgnp.exe=00?= \xff\r\nFrom: \u202eM <m@x.example>\r\n\r\nx".encode(
        "latin-1", "replace"
    )
    read = read_message(raw)
    assert not {"\x00", "\u202e"} & set(read.title + read.name)
    assert read.sender == "m@x.example"
    assert read_message(b"From: a@x.example\r\nContent-Disposition: inline; filename*=%%%\r\n\r\nx").sender


def test_two_senders_are_counted() -> None:
    assert read_message(b"From: a@x.example, b@x.example\r\n\r\nx").senders == 2


def test_files_come_along_and_a_message_in_a_message_is_one() -> None:
    inner, message = EmailMessage(), EmailMessage()
    inner["From"] = "x@x.example"
    inner.set_content("inner words")
    message["From"] = "maria@x.example"
    message.set_content("outer words")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="../plan.pdf")
    message.add_attachment(inner)
    read = read_message(bytes(message))
    assert read.text == "outer words"
    assert [one.content[:4] for one in read.files] == [b"%PDF", b"From"]


def test_parts_nested_without_end_break_nothing() -> None:
    raw, inner = PLAIN, b""
    for number in range(3_000):
        inner += f'Content-Type: multipart/mixed; boundary="b{number}"\r\n\r\n--b{number}\r\n'.encode()
    assert read_message(raw + inner + b"\r\nx").sender == "maria@x.example"


@pytest.mark.parametrize(
    ("read", "hostile"),
    [
        (text_of_html, "<a " * 10_000),
        (text_of_html, "<i>" * 100_000 + "</b>" * 100_000),
        (text_of_html, "<!--" * 100_000),
        (cut_quote, "1 wrote:\n" * 20_000),
        (cut_quote, "1 wrote:\n" * 20_000 + "x\n> x"),
        (cut_quote, "<a@a" * 20_000 + ":"),
    ],
)
def test_what_is_made_to_take_long_is_read_at_once(read: Callable[[str], str], hostile: str) -> None:
    """Work that grows with the square of the text takes half a minute and more."""
    started = time.process_time()
    read(hostile)
    assert time.process_time() - started < 5


def test_of_a_text_without_end_the_beginning_is_read() -> None:
    assert read_message(PLAIN + b"\r\n" + b"word " * 100_000).text == ("word " * 100_000)[:LONGEST_TEXT].strip()
    html = PLAIN + b"Content-Type: text/html\r\n\r\n"
    assert read_message(html + b"<p>Hello.</p>" + b"<i>" * MOST_HTML + b"late").text == "Hello."
    assert read_message(html + b"<p>Hello\0.</p><p").text == "Hello."
    assert read_message(html + b"").text == ""


def nested(inner: bytes) -> bytes:
    head = PLAIN + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nHello.\r\n'
    return head + b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"


def test_a_message_in_it_that_nothing_can_write_down_again_is_a_name_alone() -> None:
    read = read_message(nested("Content-Type: multipart/mixed\r\n\r\nПривет".encode()))
    assert read.text == "Hello."
    assert [(one.name, one.content) for one in read.files] == [("file.rfc822", b"")]


@pytest.mark.parametrize(
    "named",
    [b"<1\x00@x.example>", b"<1\xff@x.example>", b"<1\xff@[", b"=?utf-8?q?=ED=A0=80?=", b"=?utf-8?q?=00?=", b""],
)
def test_an_id_that_no_text_may_hold_is_one_made_of_the_message(named: bytes) -> None:
    raw = b"From: a@x.example\r\nMessage-ID: " + named + b"\r\n\r\n"
    one, other = read_message(raw + b"x"), read_message(raw + b"y")
    assert one.message_id.isascii()
    assert one.message_id.isprintable()
    assert one.message_id == read_message(raw + b"x").message_id
    assert one.message_id != other.message_id
