"""Word to people: told once, in their language, mailed once however many sweep."""

import re
import threading
from datetime import timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from tests.makers import NOON, Cast
from tests.tracker.portfolio import make_portfolio
from tracker.notices.actions import Telling, mail_notices, mark_read, tell
from tracker.notices.models import MOST_TRIES, Notice
from tracker.notices.reactions import AUDIENCE
from tracker.notices.texts import KINDS, say
from tracker.people.models import User

FACTS = {"request": "R-41", "title": "Structured data"}


def word(person: User | None = None, source: str = "R-41:accept", **more: object) -> Telling:
    kind = str(more.pop("kind", "request_accepted"))
    team = more.pop("leads_of", None)
    leads_of = team if isinstance(team, int) else None
    return Telling(kind, FACTS, "/requests/R-41/", source, user=person.pk if person else None, leads_of=leads_of)


def test_what_was_told_once_is_not_told_again(cast: Cast) -> None:
    for _turn in range(2):
        tell(at=NOON, tellings=[word(cast.seo_lead), word(cast.seo_lead), word(cast.cmo)])
    assert Notice.objects.count() == 2


def test_the_leads_of_a_team_hear_it_but_not_who_did_it_nor_who_has_left(cast: Cast) -> None:
    tell(at=NOON, tellings=[word(leads_of=cast.web.pk)], actor=0)
    assert Notice.objects.get().user == cast.platform_lead
    User.objects.filter(pk=cast.cmo.pk).update(is_active=False)
    tell(at=NOON, tellings=[word(cast.cmo, "a"), word(cast.seo_lead, "b")], actor=cast.seo_lead.pk)
    assert Notice.objects.count() == 1


def test_a_mail_says_what_and_where_and_why_me(cast: Cast) -> None:
    tell(at=NOON, tellings=[word(cast.seo_lead)])
    assert mail_notices(at=NOON) == 1
    sent = mail.outbox[0]
    assert sent.to == ["seo-lead@lumen.example"]
    assert sent.subject == "R-41 Structured data is accepted."
    assert "/requests/R-41/" in sent.body
    assert "You get this because: You filed the request." in sent.body
    assert sent.extra_headers["Message-ID"].startswith("<notice-")
    assert mail_notices(at=NOON) == 0


def test_one_person_gets_one_mail_for_all_that_waits(cast: Cast) -> None:
    tell(at=NOON, tellings=[word(cast.seo_lead, f"s{number}") for number in range(5)] + [word(cast.cmo)])
    assert mail_notices(at=NOON) == 2
    assert {one.to[0] for one in mail.outbox} == {"seo-lead@lumen.example", "cmo@lumen.example"}
    assert not Notice.objects.unmailed().exists()


def test_whom_no_mail_reaches_holds_up_nobody_and_is_given_up_in_the_end(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(at=NOON, tellings=[word(cast.cmo), word(cast.seo_lead)])
    deliver = EmailBackend.send_messages

    def refuse(self: EmailBackend, messages: list[mail.EmailMessage]) -> int:
        if "cmo@lumen.example" in messages[0].to:
            raise SMTPException("no such mailbox")
        return int(deliver(self, messages) or 0)

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert mail_notices(at=NOON) == 1
    for _turn in range(MOST_TRIES + 2):
        mail_notices(at=NOON)
    left = Notice.objects.get(user=cast.cmo)
    assert (left.mailed_at, left.mail_tries) == (None, MOST_TRIES)


def test_reading_marks_only_what_is_mine(cast: Cast) -> None:
    tell(at=NOON, tellings=[word(cast.cmo), word(cast.seo_lead)])
    later = NOON + timedelta(hours=1)
    assert mark_read(actor=cast.seo_lead.viewer(), at=later) == 1
    others = Notice.objects.get(user=cast.cmo)
    assert mark_read(actor=cast.seo_lead.viewer(), at=later, notices=[others.pk]) == 0
    assert mark_read(actor=cast.cmo.viewer(), at=later, notices=[others.pk]) == 1


def test_every_kind_has_words_whose_places_are_known() -> None:
    known = {"item", "request", "title", "project", "project_title", "weeks", "conditions", "reason", "outcome"}
    known |= {"key", "promise", "due", "holder", "case", "wanted", "sentence", "condition"}
    for kind, words in KINDS.items():
        assert set(re.findall(r"%\((\w+)\)s", str(words.what))) <= known, kind
        assert str(words.why)
        assert str(words.then)
    assert {f"item_{what}" for what in AUDIENCE} <= set(KINDS)
    assert say("gone", {"a": 1}).what == "1"


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_mail_each_notice_once(cast: Cast) -> None:
    people = [cast.cmo, cast.seo_lead, cast.cto, cast.coo]
    tell(at=NOON, tellings=[word(person, f"s{number}") for person in people for number in range(5)])
    before = len(mail.outbox)

    def sweep() -> None:
        try:
            mail_notices(at=NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = sum(one.body.count("/requests/R-41/") for one in mail.outbox[before:])
    assert said == 20
    assert set(Notice.objects.values_list("mail_tries", flat=True)) == {1}


def test_nobody_hears_of_what_they_did_themselves(cast: Cast) -> None:
    web = make_portfolio(cast)
    web.propose()
    told = Notice.objects.values_list("user", "kind")
    assert list(told) == [(cast.frontend_lead.pk, "item_proposed")]
