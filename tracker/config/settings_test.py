"""The settings of the tests and of the static checks: the same engines, quicker hashing, mail kept in memory."""

import os

for name, value in {
    "DATABASE_URL": "postgresql:///tandem",
    "REDIS_URL": "unix:///nowhere?db=0",
    "TANDEM_SECRET_KEY": "tests only",
    "TANDEM_DATA": "/tmp/tandem-tests",  # noqa: S108  only a default, the tests set their own
}.items():
    os.environ.setdefault(name, value)

from tracker.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The live servers of the tests look every file up under its own name.
STORAGES |= {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
