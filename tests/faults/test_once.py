"""The same call many times at once takes effect once: as JSON with its key, and as a form that carries a file."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.callers import Caller
from tests.makers import Cast
from tests.tracker.test_import_pages import SPANISH, signed_in_as
from tests.tracker.test_request_api import FILED, URL
from tracker.history.models import Entry
from tracker.intake.models import WorkRequest
from tracker.integrations.models import ImportRun

KEYS, PARALLEL = 10, 8


def all_at_once(count: int, act: Callable[[int], Any]) -> None:
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        try:
            act(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_post_with_one_key_takes_effect_once_however_many_send_it_at_once(cast: Cast) -> None:
    callers = [Caller(cast.seo_lead) for _number in range(PARALLEL)]
    answers: dict[int, set[str]] = {key: set() for key in range(KEYS)}

    def send(number: int) -> None:
        for key in range(KEYS):
            told = callers[number].post(URL, {**FILED, "title": f"Request {key}"}, once=f"k-{key}")
            answers[key].add(f"{told.status_code} {told.json().get('key')}")

    all_at_once(PARALLEL, send)
    assert WorkRequest.objects.count() == KEYS
    assert Entry.objects.filter(subject="request").count() == KEYS
    assert {len(told) for told in answers.values()} == {1}, answers
    assert all(answer.startswith("201 ") for told in answers.values() for answer in told)


@pytest.mark.django_db(transaction=True)
def test_a_form_with_a_file_that_is_sent_again_and_again_makes_one_import(cast: Cast) -> None:
    clients = [signed_in_as(cast.cto) for _number in range(PARALLEL)]
    answers: set[tuple[int, str]] = set()

    def send(number: int) -> None:
        form = {"file": SimpleUploadedFile("jira.csv", SPANISH), "source": "jira", "idempotency": "form-1"}
        told = clients[number].post("/imports/new/", form)
        answers.add((told.status_code, told.headers["Location"]))

    all_at_once(PARALLEL, send)
    run = ImportRun.objects.get()
    assert answers == {(302, f"/imports/{run.pk}/mapping/")}
