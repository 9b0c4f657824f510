"""The doorbell: every job lies in rows, Celery only rings (celery -A tracker.config.celery worker)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.config.settings")
app = Celery("tandem")
# The threads of the web process, too, ring at this app and not at one that Celery makes up for them.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["tracker"])
