"""What whoever runs Tandem reads while workers are dead; and sweeps that need no broker."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from tests.forms import heading_of, text_of
from tests.makers import Cast
from tests.ports import free_port
from tests.tracker.test_outbox import PostOffice, ask, office
from tests.tracker.test_promises import clocks, owe
from tracker.history.audit import holes
from tracker.history.models import Entry
from tracker.kernel import clock
from tracker.notices.actions import mail_notices, tell
from tracker.notices.models import Mail
from tracker.promises.models import Firing, Promise

__all__ = ["clocks", "office"]


@pytest.fixture
def admin(clocks: Cast) -> Client:
    client = Client()
    client.force_login(clocks.admin)
    return client


def test_a_healthy_system_says_so_and_who_is_no_administrator_reads_none_of_it(admin: Client, clocks: Cast) -> None:
    call_command("clock", stdout=StringIO())
    Firing.objects.all().delete()
    assert "0 entries" not in heading_of(admin.get("/status/"))
    stranger = Client()
    stranger.force_login(clocks.cto)
    assert stranger.get("/status/").status_code == 403


def test_that_nobody_sweeps_is_told_without_a_broker_or_a_worker(
    admin: Client, clocks: Cast, settings: Settings
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert heading_of(admin.get("/status/")) == "No sweep has come for minutes"
    owe(clocks, at=clock.now() - timedelta(days=30))
    assert heading_of(admin.get("/status/")) == "1 promise is overdue and nobody sweeps it"


def test_the_clock_does_everything_that_is_due_without_a_broker(clocks: Cast, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    promise = owe(clocks, at=clock.now() - timedelta(days=30))
    said = StringIO()
    call_command("clock", stdout=said)
    assert "steps done" in said.getvalue()
    assert Firing.objects.filter(promise=promise, deed="breach").exists()
    tell(at=clock.now() - timedelta(hours=1), tellings=[ask(clocks.seo_lead)])
    call_command("clock", stdout=said)
    assert Mail.objects.filter(user=clocks.seo_lead, sent_at__isnull=False).exists()


def test_a_dead_letter_is_seen_with_its_reason_and_sent_again(admin: Client, clocks: Cast, office: PostOffice) -> None:
    call_command("clock", stdout=StringIO())
    office.answers[clocks.cmo.email] = "550 no such mailbox"
    tell(at=clock.now() - timedelta(hours=1), tellings=[ask(clocks.cmo)])
    mail_notices(at=clock.now())
    page = text_of(admin.get("/status/"))
    assert f"{clocks.cmo.name}" in page
    assert "no such mailbox" in page
    office.answers.clear()
    admin.post("/status/mails/")
    assert mail_notices(at=clock.now()) == 1
    assert not Mail.objects.dead().exists()


def test_a_hole_in_the_history_is_counted(admin: Client, clocks: Cast) -> None:
    promise = owe(clocks)
    before = text_of(admin.get("/status/")).partition("Missing entries ")[2].split()[0]
    Entry.objects.filter(subject="promise", subject_id=promise.pk).delete()
    after = text_of(admin.get("/status/")).partition("Missing entries ")[2].split()[0]
    assert int(after) == int(before) + 1
    assert f"promise {promise.pk}" in holes()
    with pytest.raises(CommandError, match="incomplete records: "):
        call_command("audit_history", stdout=StringIO())


def test_a_promise_without_a_next_step_is_named(admin: Client, clocks: Cast) -> None:
    Promise.objects.filter(pk=owe(clocks).pk).update(next_at=None)
    assert "Promises that run without a next step 1" in text_of(admin.get("/status/"))
