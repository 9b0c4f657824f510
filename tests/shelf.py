"""The server of the tests with its empty, migrated database, kept between runs: making it takes longer than most files.

`python -m tests.shelf FOLDER` makes one. It is named by all that it is made of, so that a changed migration makes
another; what Django still has to do to it is done at every start of the tests.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from django.apps import apps
from django.db import connections
from django.test.utils import setup_databases

from tracker.config.embedded import start_services

ROOT = Path(__file__).parents[1]
SETTINGS = "tracker.config.settings_test"


def name_of_server() -> str:
    """Whose it is counts too: a server refuses files of somebody else."""
    found = hashlib.blake2b(f"{sys.version} {os.geteuid()}".encode(), digest_size=16)
    folders = sorted(Path(config.path, "migrations") for config in apps.get_app_configs())
    sources = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    for path in [*sources, ROOT / "requirements.txt", ROOT / "tracker" / "config" / "embedded.py"]:
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def take_server(shelf: Path, data: Path) -> bool:
    """Puts it into a data folder of the tests; False where there is none and none could be made."""
    kept = shelf / name_of_server()
    return (kept.exists() or _keep(kept)) and _copy(kept, data / "postgres")


def _keep(kept: Path) -> bool:
    """It appears at once or not at all: another worker may be about to do the same."""
    with (
        tempfile.TemporaryDirectory(prefix="tandem-shelf-") as made,
        tempfile.TemporaryDirectory(dir=kept.parent) as side,
    ):
        if subprocess.run([sys.executable, "-m", "tests.shelf", made], cwd=ROOT, check=False).returncode:
            return False
        if not _copy(Path(made, "postgres"), Path(side, "postgres")):
            return False
        for other in set(kept.parent.glob("?" * len(kept.name))) - {kept}:
            shutil.rmtree(other, ignore_errors=True)
        try:
            Path(side, "postgres").rename(kept)
        except OSError:
            return kept.exists()
    return True


def _copy(source: Path, target: Path) -> bool:
    """With owners and modes, which the server looks at."""
    if subprocess.run(["cp", "-a", str(source), str(target)], check=False, capture_output=True).returncode:
        shutil.rmtree(target, ignore_errors=True)
        return False
    return True


def main() -> None:
    data = Path(sys.argv[1])
    services = start_services(data, durable=False)
    try:
        os.environ |= {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
        django.setup()
        setup_databases(verbosity=0, interactive=False)
        connections.close_all()
    finally:
        services.stop()


if __name__ == "__main__":
    main()
