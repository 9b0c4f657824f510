"""What a file is, by its first bytes, and what it may be called: a name and a type that somebody sends prove nothing."""

import codecs
import unicodedata
from collections.abc import Sequence

HEAD = 8192
"""How many bytes are looked at."""
LONGEST_NAME = 200
LONGEST_ENDING = 16
UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
OFFICE = "application/vnd.openxmlformats-officedocument"
BEGINNINGS: Sequence[tuple[bytes, str]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\x1f\x8b\x08", "application/gzip"),
)
ZIPPED: Sequence[tuple[bytes, str]] = (
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
    (b"mimetypeapplication/vnd.oasis.opendocument.presentation", "application/vnd.oasis.opendocument.presentation"),
    (b"word/", f"{OFFICE}.wordprocessingml.document"),
    (b"xl/", f"{OFFICE}.spreadsheetml.sheet"),
    (b"ppt/", f"{OFFICE}.presentationml.presentation"),
)
"""Names of the parts that an office file begins with; nothing is unpacked."""
MARKS = (b"\xff\xfe", b"\xfe\xff")
"""Of UTF-16."""
BLANK = frozenset(b"\t\n\r\f")
UTF_8 = codecs.getincrementaldecoder("utf-8")
TEXTS = {".csv": "text/csv", ".tsv": "text/csv", ".json": "application/json"}


def media_type_of(head: bytes, name: str) -> str:
    """The media type of what begins with these bytes; among plain texts the name tells tables and JSON apart.

    Pages and drawings that may carry script (HTML, SVG, XML) are plain text here.
    """
    for beginning, kind in BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"PK\x03\x04"):
        return next((kind for part, kind in ZIPPED if part in head[:HEAD]), "application/zip")
    if not is_text(head):
        return UNKNOWN
    kind = TEXTS.get(ending_of(name), PLAIN)
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first == b"<" or (kind == "application/json" and first not in (b"{", b"[")):
        return PLAIN
    return kind


def is_text(head: bytes) -> bool:
    """Whether it is UTF-8, cut wherever, without control characters; or UTF-16 with its mark."""
    if head.startswith(MARKS):
        return True
    if any(byte < 32 and byte not in BLANK for byte in head):
        return False
    try:
        UTF_8().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return False
    return True


def ending_of(name: str) -> str:
    """ ".csv" of "Export.CSV"; empty where there is none."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if stem and dot and len(ending) < LONGEST_ENDING else ""


def clean_name(name: str) -> str:
    """A name without folders, without what cannot be seen or turns the line around, and of a length that can be kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(" " if one in "\t\r\n" else one for one in unicodedata.normalize("NFC", last))
    plain = "".join(one for one in shown if unicodedata.category(one)[0] != "C")
    plain = " ".join(plain.split()).strip(". ")
    if len(plain) > LONGEST_NAME:
        ending = ending_of(plain)
        plain = plain[: LONGEST_NAME - len(ending)].rstrip() + ending
    return plain or "file"
