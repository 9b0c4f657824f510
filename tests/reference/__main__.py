"""python -m tests.reference (`make reference`)."""

import os
from importlib import import_module

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.config.settings_test")
    django.setup()
    import_module("tests.reference.pages").main()
