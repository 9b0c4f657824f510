"""What a file is, by its first bytes; what it may be called."""

import pytest

from tracker.intake.media import HEAD, LONGEST_NAME, clean_name, media_type_of


@pytest.mark.parametrize(
    "head, name, kind",
    [
        (b"\x89PNG\r\n\x1a\n\0", "x.html", "image/png"),
        (b"\xff\xd8\xff\xe0", "x", "image/jpeg"),
        (b"GIF89a\x01", "x", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "x", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "x.webp", "application/octet-stream"),
        (b"%PDF-1.7\n", "x.txt", "application/pdf"),
        (b" %PDF-1.7\n", "x.pdf", "text/plain"),
        (b"PK\x03\x04\x14\0\0\0zeros", "x.docx", "application/zip"),
        (
            b"PK\x03\x04[Content_Types].xml....xl/workbook.xml",
            "x",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (b"a;b\n1;2\n", "x.CSV", "text/csv"),
        (b"a;b\n1;2\n", "x.exe", "text/plain"),
        (b"\xff\xfea\0b\0", "x.csv", "text/csv"),
        (b"[1]", "x.json", "application/json"),
        (b"alert(1)", "x.json", "text/plain"),
        (b"<svg onload=alert(1)>", "x.svg", "text/plain"),
        (b"\xef\xbb\xbf <html>", "x.csv", "text/plain"),
        ((b"." + "Д".encode() * 4096)[:HEAD], "x", "text/plain"),
        ("Да".encode()[:-1], "x", "application/octet-stream"),
        ("Да".encode("cp1251"), "x.txt", "application/octet-stream"),
        (b"a\0b", "x.txt", "application/octet-stream"),
        (b"", "x.txt", "text/plain"),
    ],
)
def test_the_bytes_say_what_it_is(head: bytes, name: str, kind: str) -> None:
    assert media_type_of(head, name) == kind


@pytest.mark.parametrize(
    "given, kept",
    [
        ("numbers.csv", "numbers.csv"),
        ("C:\\Users\\me\\numbers.csv", "numbers.csv"),
        ("../../etc/passwd", "passwd"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\x00b\x07.txt", "ab.txt"),
        ("two\nlines\t.txt", "two lines .txt"),
        (".hidden", "hidden"),
        ("...", "file"),
        ("", "file"),
        ("\ud800", "file"),
        ("Отчёт.xlsx", "Отчёт.xlsx"),
    ],
)
def test_a_name_is_what_one_sees(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    kept = clean_name("x" * 300 + ".csv")
    assert len(kept) == LONGEST_NAME
    assert kept.endswith(".csv")
