"""The private PostgreSQL and Valkey of the tests, and the cast."""

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import setting_changed
from django.db import connections
from django.template import Template
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import _TestState
from hypothesis import settings as chance

from tests import makers
from tests.makers import Cast
from tests.shelf import take_server
from tracker.config import env
from tracker.config.celery import app
from tracker.config.embedded import Services, start_services

LOADED = ("_view_middleware", "_template_response_middleware", "_exception_middleware", "_middleware_chain")

# Random cases: a slow machine must not fail one for its time alone; `quick` is for make test-fast.
chance.register_profile("whole", deadline=None)
chance.register_profile("quick", deadline=None, max_examples=20)
chance.load_profile("whole")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported stays: nobody looks for garbage there again, and less often among what the tests leave."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def engine_room() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tandem-tests-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def django_db_keepdb(pytestconfig: pytest.Config, engine_room: Path) -> bool:
    """Whether the database is there already, migrated; where pytest keeps no cache it is made anew."""
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    return cache is not None and take_server(cache.mkdir("servers"), engine_room)


@pytest.fixture(scope="session")
def services(engine_room: Path, django_db_keepdb: bool) -> Iterator[Services]:
    """Engines of our own in a folder of our own, unless DATABASE_URL and REDIS_URL name others."""
    running = start_services(engine_room, durable=False)
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


@pytest.fixture(scope="session", autouse=True)
def one_middleware(django_test_environment: None) -> Iterator[None]:
    """One set serves every browser, as it does outside the tests, until a setting changes.

    Each would otherwise look through all static files before its first answer.
    """
    loaded: dict[str, Any] = {}

    def load(handler: ClientHandler, is_async: bool = False) -> None:
        if not loaded:
            super(ClientHandler, handler).load_middleware(is_async)
            loaded.update({name: getattr(handler, name) for name in LOADED})
        vars(handler).update(loaded)

    def forget(**_change: Any) -> None:
        loaded.clear()

    setting_changed.connect(forget)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "load_middleware", load, raising=False)
        yield
    setting_changed.disconnect(forget)


@pytest.fixture
def cast(db: None) -> Cast:
    """The people of Lumen Market, teams, a site with areas, a period, capacities; no projects yet."""
    return makers.make_cast()


@pytest.fixture
def stranger(client: Client) -> Client:
    """Somebody who is not signed in and must see nothing."""
    return client
