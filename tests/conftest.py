"""The private PostgreSQL and Valkey of the tests, and the cast."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.template import Template
from django.test import Client
from django.test.utils import _TestState

from tests import makers
from tests.makers import Cast
from tracker.config import env
from tracker.config.celery import app
from tracker.config.embedded import Services, start_services


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """Engines of our own in a folder of our own, unless DATABASE_URL and REDIS_URL name others."""
    with tempfile.TemporaryDirectory(prefix="tandem-tests-") as folder:
        running = start_services(Path(folder), durable=False)
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(services: Services) -> None:
    found = env.database(services.database_url)
    for target in (settings.DATABASES["default"], connections.databases["default"]):
        target.update(found)
    # On a handful of rows planning is the whole price of a wide join: its tables are taken as they are written.
    connections.databases["default"]["OPTIONS"]["options"] += " -c join_collapse_limit=1"
    os.environ.update(DATABASE_URL=services.database_url, REDIS_URL=services.redis_url)
    app.conf.update(broker_url=env.broker(services.redis_url))
    settings.REDIS_URL = services.redis_url


@pytest.fixture(scope="session", autouse=True)
def plain_templates(django_test_environment: None) -> None:
    """Nobody asks an answer for its templates and contexts, and copying them is a sixth of every page."""
    Template._render = _TestState.saved_data.template_render  # type: ignore[attr-defined]  # as it was before the tests


@pytest.fixture
def cast(db: None) -> Cast:
    """The people of Lumen Market, teams, a site with areas, a period, capacities; no projects yet."""
    return makers.make_cast()


@pytest.fixture
def stranger(client: Client) -> Client:
    """Somebody who is not signed in and must see nothing."""
    return client
