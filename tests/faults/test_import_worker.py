"""An import over a real broker, and one whose worker is killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection

from tests.makers import NOON, make_cast
from tracker import tasks
from tracker.config.celery import app
from tracker.config.embedded import Services
from tracker.integrations import actions
from tracker.integrations.jira_csv.mapping import mapping_from_values
from tracker.integrations.models import ImportRun, Link, RunState
from tracker.kernel import clock
from tracker.projects.models import Project

ISSUES = 40
PROJECTS = 120
CARRY = "import django; django.setup(); from tracker.integrations.actions import carry_import; carry_import(run=%d)"
PATIENCE = 30.0


def export() -> bytes:
    lines = ["Summary,Issue key,Issue Type,Status,Parent key"]
    for number in range(PROJECTS):
        lines.append(f"Project {number},P-{number},Epic,To Do,")
        lines += [f"Issue {issue},P-{number}{issue:04},Story,Done,P-{number}" for issue in range(ISSUES)]
    return "\n".join(lines).encode()


@pytest.fixture
def run(transactional_db: None) -> ImportRun:
    cast = make_cast()
    viewer = cast.cto.viewer()
    made = actions.upload_import(actor=viewer, at=NOON, source="jira", filename="jira.csv", content=export())
    mapping = mapping_from_values(made.mapping)
    actions.map_import(actor=viewer, at=NOON, run=made, expected=None, mapping=mapping, team=cast.web)
    actions.plan_import(actor=viewer, at=NOON, run=made)
    return made


@pytest.fixture
def worker(services: Services) -> Iterator[None]:
    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False, queues=["bulk"]):
        yield


def wait_for(run: ImportRun, *, rows: int = 0, state: str = "") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        run.refresh_from_db()
        if (state and run.state == state) or (rows and run.rows_done >= rows):
            return
        time.sleep(0.02)
    pytest.fail(f"the run is still {run.state} with {run.rows_done} rows")


@pytest.mark.faults
def test_a_started_run_is_carried_out_by_a_worker(run: ImportRun, worker: None) -> None:
    actions.run_import(actor=run.started_by.viewer(), at=NOON, run=run)
    wait_for(run, state=RunState.DONE)
    assert (Project.objects.count(), Link.objects.filter(issue=True).count()) == (PROJECTS, PROJECTS * ISSUES)


def test_a_ring_from_any_thread_goes_to_our_broker(services: Services) -> None:
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(lambda: tasks.carry_import.app.conf.broker_url).result() == app.conf.broker_url


@pytest.mark.faults
def test_a_run_whose_ring_was_lost_is_found_by_the_sweep(run: ImportRun, worker: None) -> None:
    earlier = clock.now() - timedelta(seconds=2 * actions.IDLE_SECONDS)
    actions.run_import(actor=run.started_by.viewer(), at=earlier, run=run, ring=False)
    tasks.carry_imports.apply_async(queue="bulk")
    wait_for(run, state=RunState.DONE)
    assert Project.objects.count() == PROJECTS


@pytest.mark.faults
def test_a_worker_killed_in_the_middle_leaves_a_run_that_another_ends(run: ImportRun, services: Services) -> None:
    actions.run_import(actor=run.started_by.viewer(), at=NOON, run=run, ring=False)
    url = services.database_url.replace("/tandem?", f"/{connection.settings_dict['NAME']}?")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tracker.config.settings_test", "DATABASE_URL": url}
    child = subprocess.Popen([sys.executable, "-c", CARRY % run.pk], env=environment)
    try:
        wait_for(run, rows=1)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    run.refresh_from_db()
    assert run.state == RunState.RUNNING, "it was to be killed in the middle"
    left = Project.objects.count()
    assert 0 < left < PROJECTS
    actions.carry_imports(at=clock.now(), idle_seconds=0)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert (Project.objects.count(), Link.objects.filter(issue=True).count()) == (PROJECTS, PROJECTS * ISSUES)
    assert len(set(Project.objects.values_list("title", flat=True))) == PROJECTS
