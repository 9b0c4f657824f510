#!/usr/bin/env python
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from tracker.config.embedded import fill_environment

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.config.settings")
    fill_environment(Path(os.environ.get("TANDEM_DATA") or "var").absolute())
    execute_from_command_line(sys.argv)
