import os

from django.core.wsgi import get_wsgi_application

from tracker.config.celery import app as celery  # noqa: F401  what the pages ring goes to our broker
from tracker.config.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.config.settings")
if os.environ.get("TANDEM_SUPERVISED"):
    die_with_parent()
application = get_wsgi_application()
