"""The guarded session: a corpus of addresses, spellings made by chance, and a real server that means ill."""

import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from tracker.config import env
from tracker.kernel import outbound
from tracker.kernel.outbound import MOST_BYTES, NotFetched, fetch, read_target, why_not_public

CORPUS = Path(__file__).parents[1] / "fixtures" / "addresses.tsv"
SHOP = "http://shop.example.com/"
LOOPBACK = "127.0.0.1"
Handler = Callable[[BaseHTTPRequestHandler], None]


def corpus() -> list[tuple[str, str, str]]:
    lines = [line.split("\t") for line in CORPUS.read_text().splitlines() if not line.startswith("#")]
    return [(json.loads(f'"{url}"'), verdict, reason) for url, verdict, reason, _note in lines]


def verdict_on(url: str) -> tuple[str, str]:
    try:
        read_target(url, [])
    except NotFetched as refused:
        return refused.code, refused.detail
    return "goes", ""


def test_the_corpus_is_large() -> None:
    assert len(corpus()) >= 180
    assert {"goes", "refused"} == {verdict for _url, verdict, _reason in corpus()}


@pytest.mark.parametrize(("url", "verdict", "reason"), corpus())
def test_an_address_of_the_corpus_is_judged_as_written_there(url: str, verdict: str, reason: str) -> None:
    assert verdict_on(url) == (verdict, reason)


INNER = st.one_of(
    *(
        st.integers(int(IPv4Address(first)), int(IPv4Address(last)))
        for first, last in (
            ("0.0.0.1", "0.255.255.255"),
            ("10.0.0.0", "10.255.255.255"),
            ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.0", "127.255.255.255"),
            ("169.254.0.0", "169.254.255.255"),
            ("172.16.0.0", "172.31.255.255"),
            ("192.168.0.0", "192.168.255.255"),
            ("224.0.0.0", "255.255.255.255"),
        )
    )
)
PARTS: list[Callable[[int], str]] = [str, hex, lambda number: f"0{number:o}", lambda number: f"{number:03}"]


@given(INNER, st.lists(st.sampled_from(PARTS), min_size=4, max_size=4), st.integers(1, 4))
def test_no_spelling_of_an_inner_address_gets_through(
    number: int, spell: list[Callable[[int], str]], parts: int
) -> None:
    octets = [(number >> shift) & 255 for shift in (24, 16, 8, 0)]
    rest = number & ((1 << (8 * (5 - parts))) - 1)
    said = [*octets[: parts - 1], rest]
    host = ".".join(one(value) for one, value in zip(spell, said, strict=False))
    assert verdict_on(f"http://{host}/")[0] == "refused", host


@given(INNER, st.integers(0, 2**16 - 1))
def test_no_ipv6_address_that_carries_an_inner_one_gets_through(number: int, more: int) -> None:
    carriers = [
        number,
        (0xFFFF << 32) | number,
        (0xFFFF << 48) | number,
        (0x0064FF9B << 96) | number,
        (0x0064FF9B0001 << 80) | number,
        (0x2002 << 112) | (number << 80) | more,
        (0x20010000 << 96) | (more << 64) | (number ^ 0xFFFFFFFF),
        (0x2A001450 << 96) | (more << 64) | (0x5EFE << 32) | number,
        (0x2A001450 << 96) | (0x02005EFE << 32) | number,
    ]
    for one in carriers:
        assert why_not_public(IPv6Address(one)), IPv6Address(one)
        assert verdict_on(f"http://[{IPv6Address(one)}]/")[0] == "refused"


@given(st.ip_addresses())
def test_what_counts_as_public_is_public_for_python_too(address: IPv4Address | IPv6Address) -> None:
    assert why_not_public(address) or address.is_global


LETTERS = st.sampled_from(
    [*"abz019.-_:/@\\%[]#?& \t", "..", "//", "http://", "https://", "127.0.0.1", "%2f", "ａ", "。", "xn--"]
)


@given(st.lists(LETTERS, max_size=30).map("".join))
def test_whatever_is_typed_is_refused_or_read_alike_by_two_readers(text: str) -> None:
    for url in (text, f"http://{text}", f"http://shop.example.com{text}"):
        with suppress(NotFetched):
            target = read_target(url, [])
            assert target.host in ((urlsplit(url).hostname or ""), (parse_url(url).host or "").strip("[]"))
            assert target.port in (80, 443)


class Ill(ThreadingHTTPServer):
    """Answers each path as its test says; notes who asked."""

    daemon_threads = True

    def __init__(self) -> None:
        self.pages: dict[str, Handler] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.done = threading.Event()
        super().__init__((LOOPBACK, 0), Asked)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_port}"


class Asked(BaseHTTPRequestHandler):
    server: Ill

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.server.pages[self.path](self)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def ill(settings: Any) -> Iterator[Ill]:
    server = Ill()
    settings.FETCH_ALLOWED = [(LOOPBACK, server.server_port)]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.done.set()
    server.shutdown()
    server.server_close()


def says(body: bytes = b"<p>here</p>", status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(status)
        for name, value in {"content-type": "text/html", "content-length": str(len(body)), **(headers or {})}.items():
            asked.send_header(name, value)
        asked.end_headers()
        asked.wfile.write(body)

    return answer


def leads(to: str, status: int = 302) -> Handler:
    return says(b"", status, {"location": to})


def refusal_of(url: str, **more: Any) -> tuple[str, str]:
    with pytest.raises(NotFetched) as refused:
        fetch(url, **more)
    return refused.value.code, refused.value.detail


def test_a_page_is_fetched_and_learns_nothing_about_who_asks(ill: Ill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    ill.pages["/p/1"] = says(
        "<p>цена</p>".encode("cp1251"), headers={"content-type": "text/html; charset=windows-1251", "set-cookie": "a=b"}
    )
    ill.pages["/moved"] = leads("/p/1", 301)
    found = fetch(f"{ill.url}/moved")
    assert (found.url, found.media_type, found.charset) == (f"{ill.url}/p/1", "text/html", "windows-1251")
    assert found.body.decode("cp1251") == "<p>цена</p>"
    names = {"user-agent", "accept", "accept-encoding", "connection", "host"}
    assert all(set(headers) <= names for _path, headers in ill.asked)
    assert ill.asked[0][1]["host"] == f"{LOOPBACK}:{ill.server_port}"


def test_the_loopback_is_reached_through_the_list_of_the_operator_alone(ill: Ill, settings: Any) -> None:
    ill.pages["/"] = says()
    assert fetch(f"{ill.url}/").body
    for other in ([], [(LOOPBACK, None)], [(LOOPBACK, 1)], [("10.0.0.0/8", ill.server_port)]):
        settings.FETCH_ALLOWED = other
        assert refusal_of(f"{ill.url}/")[0] == "refused"
    settings.FETCH_ALLOWED = [("127.0.0.0/8", ill.server_port)]
    assert fetch(f"{ill.url}/").body
    assert len(ill.asked) == 2


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data/", "metadata"),
        ("http://10.0.0.1/", "private"),
        ("http://[::1]/", "loopback"),
        ("http://2130706433/", "odd_spelling"),
        ("http://user:secret@shop.example.com/", "userinfo"),
        ("file:///etc/passwd", "scheme"),
        ("//localhost/", "inside_name"),
        ("http://127.0.0.1:1/", "loopback"),
    ],
)
def test_each_hop_of_a_redirect_is_checked_again(ill: Ill, to: str, reason: str) -> None:
    ill.pages["/"] = leads(to)
    assert refusal_of(f"{ill.url}/") == ("refused", reason)


def test_redirects_come_to_an_end(ill: Ill) -> None:
    for number in range(20):
        ill.pages[f"/{number}"] = leads(f"/{number + 1}", 307)
    assert refusal_of(f"{ill.url}/0") == ("too_many_hops", "")
    assert len(ill.asked) == outbound.MOST_HOPS + 1
    ill.pages["/5"] = says()
    assert fetch(f"{ill.url}/0").url == f"{ill.url}/5"


def test_a_slow_answer_is_cut_off_wherever_it_drips(ill: Ill) -> None:
    def drip_body(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(200)
        asked.send_header("content-type", "text/html")
        asked.end_headers()
        drip(asked, b"a")

    def drip_headers(asked: BaseHTTPRequestHandler) -> None:
        asked.wfile.write(b"HTTP/1.1 200 OK\r\nx-long: ")
        drip(asked, b"a")

    def drip(asked: BaseHTTPRequestHandler, piece: bytes) -> None:
        try:
            while not ill.done.wait(0.02):
                asked.wfile.write(piece)
                asked.wfile.flush()
        except OSError:
            cut.release()

    def say_nothing(asked: BaseHTTPRequestHandler) -> None:
        ill.done.wait(20)

    cut = threading.Semaphore(0)
    ill.pages |= {"/body": drip_body, "/headers": drip_headers, "/nothing": say_nothing}
    for path in ill.pages:
        began = time.monotonic()
        assert refusal_of(f"{ill.url}{path}", seconds=0.4) == ("too_slow", "")
        assert time.monotonic() - began < 2
    assert cut.acquire(timeout=5)
    assert cut.acquire(timeout=5)


def test_a_name_that_takes_its_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asleep = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: asleep.wait(5) and [])
    assert refusal_of(SHOP, seconds=0.3) == ("too_slow", "")
    asleep.set()


def test_what_is_too_large_is_not_kept(ill: Ill) -> None:
    ill.pages["/said"] = says(b"", headers={"content-length": str(MOST_BYTES + 1)})
    ill.pages["/unsaid"] = says(
        b"a" * (MOST_BYTES + 1), headers={"content-length": "", "transfer-encoding": "identity"}
    )
    ill.pages["/just"] = says(b"a" * MOST_BYTES)
    assert refusal_of(f"{ill.url}/said") == ("too_large", "")
    assert refusal_of(f"{ill.url}/unsaid") == ("too_large", "")
    assert len(fetch(f"{ill.url}/just").body) == MOST_BYTES


def test_what_swells_is_stopped_before_it_has_swollen(ill: Ill) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(200)) + packer.flush()
    assert len(bomb) < MOST_BYTES
    ill.pages["/bomb"] = says(bomb, headers={"content-encoding": "gzip"})
    ill.pages["/packed"] = says(gzip.compress(b"<p>small</p>"), headers={"content-encoding": "gzip"})
    ill.pages["/twice"] = says(gzip.compress(gzip.compress(b"x")), headers={"content-encoding": "gzip, gzip"})
    ill.pages["/torn"] = says(b"no gzip at all", headers={"content-encoding": "gzip"})
    assert refusal_of(f"{ill.url}/bomb") == ("too_large", "")
    assert fetch(f"{ill.url}/packed").body == b"<p>small</p>"
    assert refusal_of(f"{ill.url}/twice") == ("broken", "")
    assert refusal_of(f"{ill.url}/torn") == ("broken", "")


def test_what_is_no_page_is_not_read(ill: Ill) -> None:
    ill.pages["/picture"] = says(b"\x89PNG", headers={"content-type": "image/png"})
    ill.pages["/gone"] = says(b"gone", 404)
    ill.pages["/cut"] = says(b"half", headers={"content-length": "9000"})
    assert refusal_of(f"{ill.url}/picture") == ("not_a_page", "image/png")
    assert refusal_of(f"{ill.url}/gone") == ("status", "404")
    assert refusal_of(f"{ill.url}/cut") == ("broken", "")


def test_a_type_is_told_in_letters_alone(ill: Ill) -> None:
    ill.pages["/odd"] = says(b"<p>", headers={"content-type": "image/\x00p\x1b[1mng\x7f\xe9; a=b"})
    assert refusal_of(f"{ill.url}/odd") == ("not_a_page", "image/p[1mng")


def test_nobody_who_listens_is_told_as_such(settings: Any) -> None:
    with socket.socket() as closed:
        closed.bind((LOOPBACK, 0))
        port = closed.getsockname()[1]
    settings.FETCH_ALLOWED = [(LOOPBACK, port)]
    assert refusal_of(f"http://{LOOPBACK}:{port}/") == ("unreachable", "")


def answers(*addresses: str) -> Callable[..., list[Any]]:
    """What a resolver says, each time the next; the last one for good."""
    left = [one.split() for one in addresses]

    def resolve(host: str, port: Any = None, *_args: Any, **_more: Any) -> list[Any]:
        if is_address(host):
            return REAL(host, port, *_args, **_more)
        said = left.pop(0) if len(left) > 1 else left[0]
        kinds = [(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in said]
        return [(kind, socket.SOCK_STREAM, 6, "", (one, port or 0)) for kind, one in kinds]

    return resolve


REAL = socket.getaddrinfo


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "said",
    [
        "127.0.0.1",
        "10.1.2.3",
        "::1",
        "169.254.169.254",
        "8.8.8.8 127.0.0.1",
        "2606:4700:4700::1111 ::127.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
    ],
)
def test_a_name_that_leads_inside_is_refused_also_where_one_of_its_addresses_does(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(said))
    assert refusal_of(SHOP)[0] == "refused"


@pytest.mark.parametrize("said", ["2a00:1450::5efe:10.0.0.1", "::ffff:8.8.8.8"])
def test_the_last_wall_stands_where_the_library_sees_nothing_wrong(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(said))
    assert refusal_of(SHOP) == ("refused", "mapped")


def test_a_name_is_asked_once_and_the_checked_address_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, ill: Ill
) -> None:
    tried: list[str] = []
    connect = socket.socket.connect

    def note(sock: socket.socket, address: Any) -> None:
        tried.append(address[0])
        if address[0] != LOOPBACK:
            raise OSError("no way out of the tests")
        connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", note)
    monkeypatch.setattr(socket, "getaddrinfo", answers("8.8.8.8", LOOPBACK))
    assert refusal_of(SHOP) == ("unreachable", "")
    assert tried == ["8.8.8.8"]


def test_a_name_that_the_operator_lists_may_lead_inside(
    monkeypatch: pytest.MonkeyPatch, ill: Ill, settings: Any
) -> None:
    ill.pages["/"] = says()
    monkeypatch.setattr(socket, "getaddrinfo", answers(LOOPBACK))
    settings.FETCH_ALLOWED = [("jira.corp", ill.server_port)]
    assert fetch(f"http://jira.corp:{ill.server_port}/").body
    assert ill.asked[0][1]["host"] == f"jira.corp:{ill.server_port}"
    assert refusal_of(f"http://other.corp:{ill.server_port}/") == ("refused", "port")


def test_a_name_that_nobody_knows_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_args: Any, **_more: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert refusal_of(SHOP) == ("unresolved", "")


def test_the_list_of_the_operator_is_read_or_stops_the_start() -> None:
    text = "jira.corp, 10.1.2.0/24,10.1.2.3:8080 ,[fd00::5]:443,"
    assert env.allowed(text) == [("jira.corp", None), ("10.1.2.0/24", None), ("10.1.2.3", 8080), ("fd00::5", 443)]
    assert env.allowed("") == []
    for wrong in ("http://jira.corp", "jira corp", "10.1.2.0/99"):
        with pytest.raises(ImproperlyConfigured):
            env.allowed(wrong)
