"""The settings as served, and the bare view."""

from tracker.config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
