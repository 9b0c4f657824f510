"""The bytes of attachments: on disk under their digest, each once, outside of everything that is served as a page.

Bytes come before rows: whoever sends a file gets a signed mark for it (`Held`), and a verb turns the mark into a row. So a
form that is refused keeps its files. Bytes that no row needs go with a sweep, never in a request.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy as _

from tracker.intake.media import HEAD, clean_name, media_type_of
from tracker.kernel.errors import Invalid

MEBIBYTE = 1024 * 1024
MOST_BYTES = 20 * MEBIBYTE
MOST_FILES = 10
MOST_OF_REQUEST = 200 * MEBIBYTE
HELD_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=2)
"""How long bytes without a row stay: longer than a mark for them is good."""
SALT = "tandem.file"
PIECE = 64 * 1024


@dataclass(frozen=True)
class Held:
    """A file whose bytes are here and that belongs to no request yet; `field` names the answer that it is."""

    name: str
    media_type: str
    size: int
    digest: str
    field: str = ""


def say_too_large(name: str) -> str:
    words = {"name": clean_name(name), "limit": MOST_BYTES // MEBIBYTE}
    return str(_("%(name)s is larger than %(limit)s MB: put it where it can be linked to.") % words)


def hold_file(name: str, size: int | None, pieces: Iterable[bytes]) -> Held:
    """Writes the bytes under their digest, where they are not there yet. `size` is what the sender says, if anything.

    Raises Invalid (`too_large`, `empty`) with nothing left behind.
    """
    if size is not None and size > MOST_BYTES:
        raise Invalid(say_too_large(name), code="too_large", limit=MOST_BYTES, size=size)
    folder = make_folder(settings.FILES)
    digest, counted, head = hashlib.sha256(), 0, b""
    handle, written = tempfile.mkstemp(prefix="new-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as target:
            for piece in pieces:
                counted += len(piece)
                if counted > MOST_BYTES:
                    raise Invalid(say_too_large(name), code="too_large", limit=MOST_BYTES)
                head += piece[: HEAD - len(head)]
                digest.update(piece)
                target.write(piece)
            if size is not None and counted != size:
                raise Invalid(_("%(name)s did not arrive whole.") % {"name": clean_name(name)}, code="cut")
            target.flush()
            os.fsync(target.fileno())
        if not counted:
            raise Invalid(_("%(name)s is empty.") % {"name": clean_name(name)}, code="empty")
        _put(Path(written), digest.hexdigest())
    finally:
        Path(written).unlink(missing_ok=True)
    kept = clean_name(name)
    return Held(kept, media_type_of(head, kept), counted, digest.hexdigest())


def _put(written: Path, digest: str) -> None:
    """Renamed into its place; where the same bytes are there already, they count as fresh."""
    place = place_of(digest)
    make_folder(place.parent)
    if place.exists():
        os.utime(place)
        return
    written.replace(place)
    handle = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def place_of(digest: str) -> Path:
    folder: Path = settings.FILES
    return folder / digest[:2] / digest[2:]


def open_file(digest: str) -> BinaryIO | None:
    """To be read piece by piece; None where the bytes are lost, as after a backup that left the folder out."""
    try:
        return place_of(digest).open("rb")
    except FileNotFoundError:
        return None


def touch_file(digest: str) -> bool:
    """Counts the bytes as fresh again; False where they are gone."""
    try:
        os.utime(place_of(digest))
    except FileNotFoundError:
        return False
    return True


def mark_of(held: Held) -> str:
    """What a form carries along for a file that came with an earlier sending; nobody can make one for other bytes."""
    return signing.dumps([held.name, held.media_type, held.size, held.digest], salt=SALT, compress=True)


def read_mark(mark: str) -> Held | None:
    """None for a mark that is forged, too old, or whose bytes are gone."""
    try:
        name, media_type, size, digest = signing.loads(mark, salt=SALT, max_age=HELD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Held(name, media_type, size, digest) if place_of(digest).exists() else None


def stale_files(at: datetime) -> Iterator[Path]:
    """Everything that nobody touched for so long that only a row can still need it."""
    folder: Path = settings.FILES
    before = (at - KEPT_FOR).timestamp()
    if not folder.exists():
        return
    for place in folder.rglob("*"):
        try:
            told = place.lstat()
        except FileNotFoundError:
            continue
        if place.is_file() and told.st_mtime < before:
            yield place


def digest_at(place: Path) -> str:
    """Empty for what was never finished."""
    return "" if place.name.startswith("new-") else place.parent.name + place.name
