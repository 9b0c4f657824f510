"""Mails: gathered once, leased, sent to a real server, marked; late is not lost, and what fails is seen."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.forms import heading_of
from tests.makers import NOON, Cast
from tests.ports import free_port
from tests.tracker.test_promises import clocks, owe
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.notices import letters
from tracker.notices.actions import (
    Telling,
    choose_mail,
    deliver_mail,
    gather_mail,
    mail_notices,
    mark_read,
    posting,
    revive_mails,
    tell,
)
from tracker.notices.marks import Mark
from tracker.notices.models import Mail, MailChoice, Notice
from tracker.notices.queries import read_outbox
from tracker.people.models import User
from tracker.promises.models import Promise

__all__ = ["clocks"]
SOON = NOON + timedelta(minutes=3)
NEXT_MORNING = datetime(2027, 2, 2, 8, 0, tzinfo=UTC)
SATURDAY = datetime(2027, 2, 6, 12, 0, tzinfo=UTC)
FACTS = {"request": "R-41", "title": "Structured data", "reason": "Which pages?"}


@dataclass
class PostOffice:
    """Somebody else's mail server: keeps what it takes; `answers` says what it answers to an address instead."""

    taken: list[Envelope] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802  the name is the library's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 OK"

    def mails_to(self, person: User) -> list[str]:
        """Headers and text as a reader's program shows them."""
        found = [envelope.content for envelope in self.taken if person.email in envelope.rcpt_tos]
        mails = [message_from_bytes(content, policy=default) for content in found if isinstance(content, bytes)]
        return ["\n".join([*(f"{name}: {value}" for name, value in one.items()), one.get_content()]) for one in mails]


@pytest.fixture
def office(settings: Settings) -> Iterator[PostOffice]:
    handler = PostOffice()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    controller.start()
    yield handler
    controller.stop()


def ask(person: User, source: str = "R-41:ask", **more: Any) -> Telling:
    return Telling("request_asked", FACTS | more, "/requests/R-41/", source, user=person.pk)


def news(person: User, source: str = "R-41:accept") -> Telling:
    return Telling("request_accepted", FACTS, "/requests/R-41/", source, user=person.pk)


def test_what_waits_for_an_answer_is_mailed_within_minutes_and_says_why_and_where(
    cast: Cast, office: PostOffice
) -> None:
    tell(at=NOON, tellings=[ask(cast.seo_lead)])
    assert mail_notices(at=NOON) == 0, "it waits for what else comes along"
    assert mail_notices(at=SOON) == 1
    text = office.mails_to(cast.seo_lead)[0]
    assert "Subject: A question about R-41 Structured data: Which pages?" in text
    assert "/requests/R-41/" in text
    assert "You get this because: You filed the request." in text
    assert f"Message-ID: {Mark('mail', Mail.objects.get().pk).message_id}" in text
    assert "/notices/mail/>" in text.partition("List-Unsubscribe:")[2].splitlines()[0]
    assert mail_notices(at=SOON) == 0


def test_what_comes_along_within_minutes_is_one_mail_a_person(cast: Cast, office: PostOffice) -> None:
    tell(at=NOON, tellings=[ask(cast.seo_lead, f"s{number}") for number in range(5)] + [ask(cast.cmo)])
    assert mail_notices(at=SOON) == 2
    assert "And 4 more." in office.mails_to(cast.seo_lead)[0]
    assert office.mails_to(cast.seo_lead)[0].count("/requests/R-41/") == 5
    assert not Notice.objects.unmailed().exists()


def test_an_outage_ends_in_one_mail_and_not_in_a_storm(cast: Cast, office: PostOffice) -> None:
    tell(at=NOON, tellings=[ask(cast.seo_lead, f"s{number}") for number in range(130)])
    assert mail_notices(at=NOON + timedelta(hours=9)) == 1
    assert "80 more are in Tandem: " in office.mails_to(cast.seo_lead)[0]


def test_what_was_read_in_tandem_is_not_mailed(cast: Cast, office: PostOffice) -> None:
    tell(at=NOON, tellings=[ask(cast.seo_lead)])
    mark_read(actor=cast.seo_lead.viewer(), at=NOON)
    assert mail_notices(at=SOON) == 0
    assert office.taken == []


def test_news_comes_in_the_morning_of_a_working_day_in_the_readers_zone(cast: Cast, office: PostOffice) -> None:
    User.objects.filter(pk=cast.seo_lead.pk).update(time_zone="Asia/Tokyo", language="ru")
    tell(at=SATURDAY, tellings=[news(cast.seo_lead)])
    monday = datetime(2027, 2, 7, 23, 0, tzinfo=UTC)
    assert mail_notices(at=monday - timedelta(seconds=1)) == 0
    assert mail_notices(at=monday) == 1
    assert Mail.objects.get().source == f"daily:{cast.seo_lead.pk}:2027-02-08"
    tell(at=monday, tellings=[news(cast.seo_lead, "later")])
    assert mail_notices(at=monday + timedelta(hours=3)) == 0, "one a day"
    assert mail_notices(at=monday + timedelta(hours=24)) == 1


def test_the_daily_mail_says_what_is_owed_by_the_next_day(clocks: Cast, office: PostOffice) -> None:
    promise = owe(clocks)
    assert mail_notices(at=NEXT_MORNING) == 0, "due in two days"
    morning = promise.due_at.replace(hour=8, minute=0)
    assert mail_notices(at=morning) == 1
    text = office.mails_to(clocks.platform_lead)[0]
    assert "Subject: Your day: 1 answer waits for you" in text
    assert "R-41 Structured data: your first answer is due" in text
    assert mail_notices(at=morning + timedelta(hours=1)) == 0


def test_what_is_owed_says_until_when_in_the_mail_at_once(clocks: Cast, office: PostOffice) -> None:
    owe(clocks, source="R-41:embed", kind="embed_answer", holder=clocks.frontend_lead.pk)
    facts = {**FACTS, "project": "P-06", "weeks": "1.5"}
    tell(at=NOON, tellings=[Telling("item_proposed", facts, "/requests/R-41/", "i", user=clocks.frontend_lead.pk)])
    mail_notices(at=SOON)
    assert "Until 4 February, 12:00; then your lead hears of it." in office.mails_to(clocks.frontend_lead)[0]


def test_everybody_chooses_what_comes_by_mail(cast: Cast, office: PostOffice) -> None:
    viewer = cast.seo_lead.viewer()
    choice = choose_mail(actor=viewer, at=NOON, expected=0, turn="never", news="at_once", hour=9)
    tell(at=NOON, tellings=[ask(cast.seo_lead), news(cast.seo_lead)])
    assert mail_notices(at=SOON) == 1
    assert "R-41 Structured data is accepted." in office.mails_to(cast.seo_lead)[0]
    assert "A question" not in office.mails_to(cast.seo_lead)[0]
    assert not Notice.objects.unmailed().exists()
    choose_mail(actor=viewer, at=NOON, expected=choice.version, turn="daily", news="daily", hour=9)
    with pytest.raises(Stale):
        choose_mail(actor=viewer, at=NOON, expected=choice.version, turn="never", news="daily", hour=9)
    with pytest.raises(Invalid) as refused:
        choose_mail(actor=viewer, at=NOON, expected=2, turn="hourly", news="daily", hour=24)
    assert set(refused.value.fields) == {"turn", "hour"}
    tell(at=NOON, tellings=[ask(cast.seo_lead, "again")])
    assert mail_notices(at=NEXT_MORNING) == 0
    assert mail_notices(at=NEXT_MORNING + timedelta(hours=1)) == 1


def test_a_mail_that_the_server_puts_off_is_tried_again_and_holds_up_nobody(cast: Cast, office: PostOffice) -> None:
    office.answers[cast.cmo.email] = "450 try later"
    tell(at=NOON, tellings=[ask(cast.cmo), ask(cast.seo_lead)])
    assert mail_notices(at=SOON) == 1
    late = Mail.objects.get(user=cast.cmo)
    assert "450" in late.trouble
    assert read_outbox().oldest == SOON
    assert mail_notices(at=SOON + timedelta(seconds=59)) == 0
    office.answers.clear()
    assert mail_notices(at=SOON + timedelta(seconds=60)) == 1
    assert f"Message-ID: {Mark('mail', late.pk).message_id}" in office.mails_to(cast.cmo)[0]
    assert read_outbox().oldest is None


def test_a_mailbox_that_does_not_exist_is_a_dead_letter_until_an_administrator_sends_it_again(
    cast: Cast, office: PostOffice
) -> None:
    office.answers[cast.cmo.email] = "550 no such mailbox"
    tell(at=NOON, tellings=[ask(cast.cmo)])
    mail_notices(at=SOON)
    assert Mail.objects.dead().get().tries == 1
    assert mail_notices(at=SOON + timedelta(days=1)) == 0
    with pytest.raises(NotAllowed):
        revive_mails(actor=cast.cmo.viewer(), at=SOON)
    office.answers.clear()
    assert revive_mails(actor=cast.admin.viewer(), at=SOON) == 1
    assert mail_notices(at=SOON) == 1


def test_what_fails_again_and_again_is_given_up_in_the_end(cast: Cast, office: PostOffice) -> None:
    office.answers[cast.cmo.email] = "450 try later"
    tell(at=NOON, tellings=[ask(cast.cmo)])
    at = SOON
    while Mail.objects.owed().exists() or Notice.objects.unmailed().exists():
        mail_notices(at=at)
        at += timedelta(hours=6)
    dead = Mail.objects.dead().get()
    assert (dead.tries, Notice.objects.get(user=cast.cmo).read_at) == (posting.MOST_TRIES, None)


def test_while_no_server_answers_no_mail_loses_a_try(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    tell(at=NOON, tellings=[ask(cast.cmo)])
    assert mail_notices(at=SOON) == 0
    waiting = Mail.objects.get()
    assert (waiting.tries, waiting.sent_at) == (0, None)


def test_who_dies_while_sending_loses_nothing_and_the_repeat_has_the_same_id(
    cast: Cast, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(at=NOON, tellings=[ask(cast.seo_lead)])
    gather_mail(at=SOON)

    class Killed(BaseException):
        pass

    deliver = EmailMessage.send

    def die_after(self: EmailMessage, fail_silently: bool = False) -> int:
        deliver(self, fail_silently)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", die_after)
        with pytest.raises(Killed):
            deliver_mail(at=SOON)
    assert deliver_mail(at=SOON) == 0, "leased by whoever died"
    assert deliver_mail(at=SOON + posting.LEASE) == 1
    first, second = office.mails_to(cast.seo_lead)
    assert first.partition("Message-ID:")[2].split()[0] == second.partition("Message-ID:")[2].split()[0]


def test_nothing_is_sent_inside_a_transaction(cast: Cast, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(at=NOON, tellings=[ask(cast.seo_lead)])
    outside, seen = connection.savepoint_ids[:], []
    deliver = EmailMessage.send

    def look(self: EmailMessage) -> int:
        seen.append(connection.savepoint_ids[:])
        return deliver(self)

    monkeypatch.setattr(EmailMessage, "send", look)
    mail_notices(at=SOON)
    assert seen == [outside]


def make_secret(cast: Cast) -> WorkRequest:
    """A request that the analyst may not see."""
    given = {"filed_at": NOON, "created_at": NOON, "updated_at": NOON, "state": "filed", "restricted": True}
    return WorkRequest.objects.create(type=cast.type, title="Merger", requester=cast.cmo, **given)


def test_who_may_not_see_the_request_any_more_reads_its_key_alone(cast: Cast, office: PostOffice) -> None:
    secret = make_secret(cast)
    told = ask(cast.analyst, request=secret.key, title="Merger", reason="Who buys whom?")
    tell(at=NOON, tellings=[told, ask(cast.cmo, request=secret.key, title="Merger")])
    mail_notices(at=SOON)
    hidden = office.mails_to(cast.analyst)[0]
    assert secret.key in hidden
    assert "Merger" not in hidden
    assert "Who buys whom" not in hidden
    assert "Merger" in office.mails_to(cast.cmo)[0]


def test_what_is_owed_is_named_by_its_key_alone_to_who_may_not_see_the_request(
    clocks: Cast, office: PostOffice
) -> None:
    secret = make_secret(clocks)
    promise = owe(clocks, holder=clocks.analyst.pk)
    Promise.objects.update(facts={"key": secret.key, "title": "Merger", "url": f"/requests/{secret.key}/"})
    assert mail_notices(at=promise.due_at.replace(hour=8, minute=0)) == 1
    text = office.mails_to(clocks.analyst)[0]
    assert f"{secret.key} : your first answer is due" in text
    assert "Merger" not in text


def test_who_has_left_hears_nothing_more(cast: Cast, office: PostOffice) -> None:
    tell(at=NOON, tellings=[ask(cast.cmo), ask(cast.seo_lead)])
    gather_mail(at=SOON)
    User.objects.filter(pk=cast.cmo.pk).update(is_active=False)
    assert deliver_mail(at=SOON) == 1
    assert not Mail.objects.owed().exists()


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_mail_each_notice_once(cast: Cast, office: PostOffice) -> None:
    people = [cast.cmo, cast.seo_lead, cast.cto, cast.coo]
    tell(at=NOON, tellings=[ask(person, f"s{number}") for person in people for number in range(5)])

    def sweep() -> None:
        try:
            mail_notices(at=SOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(text.count("/requests/R-41/") for person in people for text in office.mails_to(person)) == 20
    assert set(Mail.objects.values_list("tries", flat=True)) == {1}


def test_a_subject_stays_short(cast: Cast, office: PostOffice) -> None:
    tell(at=NOON, tellings=[ask(cast.seo_lead, reason="why " * 100)])
    mail_notices(at=SOON)
    subject = office.mails_to(cast.seo_lead)[0].partition("Subject: ")[2].splitlines()[0].strip()
    assert subject.startswith("A question about R-41 Structured data: why why")
    assert len(subject) == letters.SUBJECT_LENGTH


def test_the_choice_is_a_form_that_keeps_what_two_windows_say(cast: Cast) -> None:
    timur = Client()
    timur.force_login(cast.seo_lead)
    page = timur.get("/notices/mail/")
    assert heading_of(page) == "What comes by mail"
    given = {"turn": "daily", "news": "never", "hour": "7", "version": "0"}
    assert timur.post("/notices/mail/", given).status_code == 302
    assert MailChoice.objects.get(user=cast.seo_lead).turn == "daily"
    stale = timur.post("/notices/mail/", {**given, "news": "daily"})
    assert stale.status_code == 409
    assert MailChoice.objects.get(user=cast.seo_lead).news == "never"
    assert timur.post("/notices/mail/", {**given, "hour": "25"}).status_code == 422
