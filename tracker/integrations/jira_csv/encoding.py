"""Which characters the bytes stand for: marks first, then proof, a guess last and said to be one."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

from charset_normalizer import from_bytes

from tracker.integrations.jira_csv.errors import Code, Unreadable

MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
FOREIGN: Final[tuple[tuple[bytes, Code], ...]] = (
    (b"PK\x03\x04", "spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "spreadsheet"),
    (b"\x89PNG", "binary"),
    (b"%PDF", "binary"),
    (b"\x1f\x8b", "archive"),
    (b"GIF8", "binary"),
    (b"\xff\xd8\xff", "binary"),
)
SPREADSHEETS: Final = (b"[Content_Types]", b"_rels/", b"mimetype", b"docProps/", b"xl/")
LEGACY: Final = ("cp1252", "cp1251", "cp1250", "koi8_r", "cp866", "mac_roman")
CHOICES: Final = ("utf-8", "utf-16-le", "utf-16-be", *LEGACY, "cp1254", "latin-1", "shift_jis", "gb18030")
CONTROLS: Final = frozenset(range(32)) - {0, 9, 10, 12, 13}
HEAD: Final = 8192
CHUNK: Final = 1 << 16
GUESS_BYTES: Final = 1 << 15
TOLERATED: Final = 0.02
WHOLE_PER_BROKEN: Final = 10


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str
    skip: int = 0
    guessed: bool = False
    broken: bool = False
    """Some characters could not be read and are shown as U+FFFD."""


def detect_encoding(data: bytes) -> Encoding:
    """Raises Unreadable for what is plainly another kind of file."""
    for magic, code in FOREIGN:
        if data.startswith(magic):
            raise Unreadable("archive" if _is_archive(data) else code)
    for mark, name in MARKS:
        if data.startswith(mark):
            return Encoding(name, len(mark))
    if wide := _unmarked_utf16(data[:HEAD]):
        return Encoding(wide)
    _refuse_binary(data[:HEAD])
    whole, broken = _weigh_utf8(data)
    if not broken:
        return Encoding("utf-8")
    if whole > WHOLE_PER_BROKEN * broken:
        return Encoding("utf-8", broken=True)
    return Encoding(_guess_legacy(data), guessed=True)


def _is_archive(data: bytes) -> bool:
    """Whether a zip holds files rather than a spreadsheet, by the name of the first; nothing is ever unpacked."""
    length = int.from_bytes(data[26:28], "little")
    name = data[30 : 30 + length]
    return data.startswith(b"PK") and bool(name) and not name.startswith(SPREADSHEETS)


def known_encoding(name: str) -> str:
    """The codec's own name for what a person chose from CHOICES."""
    plain = name.strip().lower().replace("-", "_")
    for choice in CHOICES:
        if plain == choice.replace("-", "_"):
            return choice
    raise Unreadable("encoding_unknown", encoding=name[:40])


def _unmarked_utf16(head: bytes) -> str:
    # Separators and Latin letters leave every second byte zero; Cyrillic leaves it 4.
    for name, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if high and high.count(0) > len(high) // 20 and high.count(0) + high.count(4) > 0.9 * len(high):
            return name
    return ""


def _refuse_binary(head: bytes) -> None:
    strange = sum(byte in CONTROLS for byte in head) + head.count(0)
    if strange > max(4, TOLERATED * len(head)):
        raise Unreadable("binary")


def _weigh_utf8(data: bytes) -> tuple[int, int]:
    """How many non-ASCII characters read well and how many do not. A character cut by the end counts as neither."""
    if data.isascii():
        return 0, 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    whole = broken = 0
    for start in range(0, len(data), CHUNK):
        text = decoder.decode(data[start : start + CHUNK])
        if text.isascii():
            continue
        lost = text.count("\ufffd")
        broken += lost
        whole += sum(character > "\x7f" for character in text) - lost
    return whole, broken


def _guess_legacy(data: bytes) -> str:
    first = next((at for at, byte in enumerate(data) if byte > 127), 0)
    start = max(0, first - GUESS_BYTES // 2)
    sample = data[:GUESS_BYTES] if first < GUESS_BYTES else data[start : start + GUESS_BYTES]
    best = from_bytes(sample, cp_isolation=list(LEGACY)).best()
    return best.encoding if best else "cp1252"
