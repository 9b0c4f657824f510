"""Static files: named by their content, compressed once, kept by the browser for good."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.test import Client

from tests.makers import Cast
from tracker.config import assets
from tracker.config import settings as served

STYLE, BUNDLE = "tracker/tandem.css", "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
ASSET = re.compile(r'(?:href|src|content|data-script)="(/static/[^"]+)"')


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Files as `make run` serves them, packed into a folder of this test."""
    settings.STORAGES = served.STORAGES | {"staticfiles": {"BACKEND": "tracker.config.assets.NamedByContent"}}
    settings.PACKED_ASSETS = tmp_path / "static"
    return tmp_path / "static"


def fetch(address: str, accepted: str = "gzip, deflate, br", **more: str) -> Any:
    return Client(headers={"Accept-Encoding": accepted, **more}).get(address)


def content(name: str) -> bytes:
    return Path(str(finders.find(name))).read_bytes()


def test_all_that_a_page_is_drawn_with_comes_compressed_and_is_kept_for_good(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.seo_lead)
    found = ASSET.findall(client.get("/requests/").content.decode())
    assert len(found) > 5
    for address in found:
        answer = fetch(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"], address
        sent, whole = len(b"".join(answer)), len(b"".join(fetch(address, "")))
        assert sent < whole or whole < 300, address
        assert sent == int(answer.headers["Content-Length"])


def test_a_browser_without_brotli_gets_gzip_and_one_without_either_the_file() -> None:
    smallest, zipped, plain = (fetch(static(STYLE), accepted) for accepted in ("br, gzip", "gzip", "identity"))
    assert smallest.headers["Content-Encoding"] == "br"
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(zipped)) == b"".join(plain) == content(STYLE)
    assert "Content-Encoding" not in plain.headers
    assert {answer.headers["Vary"] for answer in (smallest, zipped, plain)} == {"Accept-Encoding"}


def test_what_is_large_does_not_keep_its_first_reader_waiting(folder: Path) -> None:
    assert fetch(static(BUNDLE)).headers["Content-Encoding"] == "gzip"
    assert [path.suffix for path in folder.rglob("*.js.*")] == [".gz"]


def test_a_file_is_packed_once_for_every_start(folder: Path) -> None:
    fetch(static(STYLE))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert {path.name for path in before if path.is_file()} == {"tandem.css", "tandem.css.gz", "tandem.css.br"}
    fetch(static(STYLE))
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_two_processes_that_pack_the_same_file_at_once_both_serve_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = assets._pack

    def pack_late(name: str, source: Path, target: Path) -> None:
        pack(name, source, target)
        pack(name, source, target)

    monkeypatch.setattr(assets, "_pack", pack_late)
    assert fetch(static(STYLE)).headers["Content-Encoding"] == "br"
    assert len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_written_costs_the_compression_alone(folder: Path) -> None:
    folder.write_text("in the way")
    answer = fetch(static(STYLE))
    assert b"".join(answer) == content(STYLE)
    assert "immutable" in answer.headers["Cache-Control"]


def test_what_was_changed_under_a_running_server_is_not_kept_under_the_old_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, changed = static(STYLE), static("tracker/tandem.js")
    monkeypatch.setattr(assets, "_digest", lambda _name, _source: "another")
    assert fetch(address).status_code == fetch(changed).status_code == 200
    assert list(folder.iterdir()) == []


@pytest.mark.django_db
def test_the_name_of_another_version_leads_to_the_present_file_and_is_not_kept() -> None:
    answer = fetch("/static/tracker/tandem.0123456789ab.css")
    assert b"".join(answer) == content(STYLE)
    assert answer.headers["Cache-Control"] == "max-age=60, public"
    for nothing in ("tracker/other.0123456789ab.css", "../settings.0123456789ab.py", "tracker/tandem.0123456789.css"):
        assert fetch(f"/static/{nothing}").status_code == 404


def test_the_address_changes_with_the_content_and_with_nothing_else() -> None:
    assert static(STYLE) == static(STYLE) != static("tracker/tandem.js")
    assert re.fullmatch(r"/static/tracker/tandem\.[0-9a-f]{12}\.css", static(STYLE))
    assert staticfiles_storage.url("tracker/nothing.css") == "/static/tracker/nothing.css"
