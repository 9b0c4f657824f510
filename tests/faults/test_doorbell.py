"""The doorbell: rung after a commit it brings the sweep early; where nobody hears it, nothing is lost."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import transaction

from tests.makers import Cast, make_cast
from tests.tracker.test_promises import owe
from tracker.config.celery import app
from tracker.config.embedded import Services
from tracker.kernel import clock
from tracker.people.models import Firm, Level
from tracker.promises.actions import ensure_policies, fire_due
from tracker.promises.models import Firing, Promise

PATIENCE = 30.0


@pytest.fixture
def clocks(transactional_db: None) -> Cast:
    cast = make_cast()
    Firm.objects.update_or_create(pk=1, defaults={"name": "Lumen Market", "level": Level.COMPANY})
    ensure_policies(at=clock.now())
    return cast


@pytest.fixture
def worker(services: Services) -> Iterator[None]:
    with start_worker(app, pool="threads", concurrency=1, perform_ping_check=False, queues=["tick"]):
        yield


def breach(promise: Promise) -> bool:
    return Firing.objects.filter(promise=promise, deed="breach").exists()


@pytest.mark.faults
def test_what_is_due_as_it_begins_is_swept_after_its_commit_without_a_scheduler(clocks: Cast, worker: None) -> None:
    with transaction.atomic():
        promise = owe(clocks, at=clock.now(), until=clock.now() - timedelta(hours=1))
    deadline = time.monotonic() + PATIENCE
    while not breach(promise) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert breach(promise)


def test_where_nobody_hears_the_bell_the_next_sweep_finds_it(clocks: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    promise = owe(clocks, at=clock.now(), until=clock.now() - timedelta(hours=1))
    assert not breach(promise)
    assert fire_due(at=clock.now()) == 1
    assert breach(promise)
