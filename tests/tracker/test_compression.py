"""Pages and files come compressed, tags stay as good as they were, and what is streamed keeps streaming."""

import gzip
import secrets
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from tests.callers import Answer, Caller
from tests.makers import Cast
from tracker.web import middleware
from tracker.web.middleware import CompressionMiddleware, compress_text

ACCEPTED = "br;q=0, gzip, deflate"


def read(cast: Cast, path: str, accepted: str) -> Answer:
    client = Client(headers={"Accept-Encoding": accepted})
    client.force_login(cast.seo_lead)
    answer: Answer = client.get(path)
    return answer


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "deflate,gzip", "*"])
def test_a_page_comes_compressed_to_whoever_can_read_it(cast: Cast, accepted: str) -> None:
    answer = read(cast, "/requests/", accepted)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    page = gzip.decompress(answer.content)
    assert page.rstrip().endswith(b"</html>")
    assert len(answer.content) < len(page) / 2


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip;q=0.0, br", "not-gzip"])
def test_nobody_is_sent_what_they_cannot_read(cast: Cast, accepted: str) -> None:
    answer = read(cast, "/requests/", accepted)
    assert "Content-Encoding" not in answer.headers
    assert answer.content.rstrip().endswith(b"</html>")
    assert "Accept-Encoding" in answer.headers["Vary"], "or a cache in between gives it to others"


def test_the_description_of_the_api_comes_compressed(cast: Cast) -> None:
    answer = read(cast, "/api/v1/schema/", "gzip")
    assert gzip.decompress(answer.content).startswith(b"openapi:")


def test_short_answers_and_those_without_a_body_stay_as_they_are(cast: Cast) -> None:
    for path in ("/readyz", "/day/?of=until&until=2027-01-04", "/live/?of=request"):
        assert "Content-Encoding" not in read(cast, path, "gzip").headers, path


def test_the_length_of_an_answer_tells_nothing_of_what_is_in_it() -> None:
    packed = [compress_text(b"the same page" * 100) for _time in range(60)]
    assert {gzip.decompress(one) for one in packed} == {b"the same page" * 100}
    assert len({len(one) for one in packed}) > 10


@pytest.mark.parametrize("proxy", ["", "W/"])
def test_a_tag_holds_for_a_client_that_accepts_gzip_and_behind_a_proxy_that_compresses(
    cast: Cast, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy weakens every tag whose answer it compresses; both sorts come back to us."""
    monkeypatch.setattr(middleware, "SHORT", 1)
    call = Caller(cast.cto)
    call.client.defaults["HTTP_ACCEPT_ENCODING"] = ACCEPTED
    listed, record = call.get("/api/v1/areas/"), call.get("/api/v1/areas/search/")
    for path, answer in (("/api/v1/areas/", listed), ("/api/v1/areas/search/", record)):
        assert answer.headers["ETag"].startswith('"'), "a strong one, and so the bytes that it names"
        assert "Content-Encoding" not in answer.headers
        known = proxy + answer.headers["ETag"]
        again = call.get(path, HTTP_IF_NONE_MATCH=known)
        assert (again.status_code, again.content) == (304, b"")
        assert "Content-Encoding" not in again.headers
    headers = {"If-Match": proxy + record.headers["ETag"]}
    for expected in (200, 412):
        changed = call.client.patch(
            "/api/v1/areas/search/", {"name": "Find"}, content_type="application/json", headers=headers
        )
        assert changed.status_code == expected
    assert call.get("/api/v1/areas/", HTTP_IF_NONE_MATCH=proxy + listed.headers["ETag"]).status_code == 200


@pytest.mark.parametrize("proxy", ["", "W/"])
def test_an_open_page_hears_that_nothing_changed(cast: Cast, proxy: str) -> None:
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(cast.seo_lead)
    tag = proxy + client.get("/live/?of=request").headers["ETag"]
    assert client.get("/live/?of=request", headers={"If-None-Match": tag}).status_code == 304


def test_a_file_of_a_list_is_compressed_too(cast: Cast) -> None:
    answer = read(cast, "/requests/?as=csv", "gzip")
    assert (answer.streaming, answer.headers["Content-Encoding"]) == (True, "gzip")
    assert gzip.decompress(b"".join(answer)).startswith("\ufeff".encode())


def test_a_stream_sends_what_it_has_before_it_has_everything() -> None:
    written: list[int] = []

    def lines() -> Iterator[str]:
        for number in range(1000):
            written.append(number)
            yield secrets.token_hex(500)

    def view(_request: HttpRequest) -> HttpResponse:
        return StreamingHttpResponse(lines(), content_type="text/csv")  # type: ignore[return-value]  # as Django types it

    answer = CompressionMiddleware(view)(RequestFactory().get("/", headers={"Accept-Encoding": ACCEPTED}))
    pieces = iter(answer)
    first = b"".join(next(pieces) for _piece in range(5))
    assert len(first) > 1000
    assert len(written) < 500
    assert len(gzip.decompress(first + b"".join(pieces))) == 1_000_000
