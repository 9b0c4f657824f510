"""Static files under names that say what is in them, compressed once and kept in the browser for good.

Nothing is gathered beforehand: whoever first asks for a file has it packed into the data folder, where every later
process and start finds it.
"""

import hashlib
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware

DIGEST_BYTES = 6
NAMED = re.compile(r"(?P<stem>.+)\.(?P<digest>[0-9a-f]{12})(?P<kind>\.[^./]+)")
LARGE = 200_000
"""Bytes: from here on Brotli would keep the first reader waiting for seconds; gzip does not."""


class NamedByContent(StaticFilesStorage):
    """tandem.css has the address …/tandem.0123456789ab.css until a byte of it changes."""

    def url(self, name: str | None) -> str:
        digest = digest_of(name) if name else ""
        stem, kind = os.path.splitext(name or "")
        return super().url(f"{stem}.{digest}{kind}" if digest else name)


class AssetMiddleware(WhiteNoiseMiddleware):
    """Serves these names too; that of another version, which an open page may ask for, leads to the present file."""

    files: dict[str, Any]

    def __call__(self, request: HttpRequest) -> HttpResponse:  # type: ignore[override]  # as its parent has it
        address = request.path_info
        found = self.files.get(address) or self._find(address)
        answer: HttpResponse = self.serve(found, request) if found else self.get_response(request)
        return answer

    def _find(self, address: str) -> Any:
        named = NAMED.fullmatch(address) if address.startswith(self.static_prefix) else None
        plain = f"{named['stem']}{named['kind']}" if named else ""
        if not named or plain not in self.files:
            return None
        name = plain.removeprefix(self.static_prefix)
        if named["digest"] != digest_of(name):
            return self.files[plain]
        self.add_file_to_dictionary(address, str(packed(name)))
        return self.files[address]


@cache
def digest_of(name: str) -> str:
    """Of name and content; empty where there is no such file."""
    source = finders.find(name)
    return _digest(name, Path(source)) if source else ""


def _digest(name: str, source: Path) -> str:
    return hashlib.blake2b(name.encode() + source.read_bytes(), digest_size=DIGEST_BYTES).hexdigest()


def packed(name: str) -> Path:
    """A copy with its compressed forms beside it; the file itself where none can be made."""
    source = Path(str(finders.find(name)))
    folder = settings.PACKED_ASSETS / digest_of(name)
    if not folder.exists():
        try:
            _pack(name, source, folder)
        except OSError:
            return source if not folder.exists() else folder / source.name
    return folder / source.name


def _pack(name: str, source: Path, folder: Path) -> None:
    """All of it appears at once: another process may be about to do the same. Raises OSError."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as draft:
        copy = Path(draft, source.name)
        shutil.copy2(source, copy)
        if _digest(name, copy) != folder.name:
            raise OSError(f"{source} was changed while it was served")
        Compressor(use_brotli=copy.stat().st_size < LARGE, quiet=True).compress(str(copy))
        os.rename(draft, folder)
