"""The one guarded session for requests going out: only to public addresses, each hop checked, little, and not for long.

It lies on `AntiSSRF`, which resolves a name, holds every address against its table and connects to the one it checked.
What that leaves open is checked here: spelling, ports, the address itself once more at the moment of connecting,
redirects, size and time of the whole (docs/decisions/0014-guarded-requests.md). Whoever fetches imports it where it
fetches: what it stands on is nothing that every process needs.
"""

import re
import socket
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import idna
from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, IPAddressRanges, PolicyConfigOptions
from django.conf import settings
from requests import RequestException, Response
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, LocationParseError, ReadTimeoutError
from urllib3.util import parse_url

SECONDS: Final = 10.0
MOST_BYTES: Final = 1024 * 1024
MOST_HOPS: Final = 5
WAIT: Final = 5.0
"""Seconds for a connection, and for each piece of an answer; all of it together has SECONDS."""
PIECE: Final = 64 * 1024
LONGEST_URL: Final = 2_000
PORTS: Final = {"http": 80, "https": 443}
ENCODINGS: Final = ("", "identity", "gzip", "deflate")
WEB_PAGES: Final = ("text/html", "application/xhtml+xml", "application/ld+json", "application/json")
LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
INSIDE: Final = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "arpa", "onion", "invalid")
"""Endings of names that nobody outside of a network has."""

Address = IPv4Address | IPv6Address
Allowed = tuple[str, int | None]
"""What the operator lets requests go to besides: a name, an address or a network, and a port (None: 80 and 443)."""

RANGES: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("metadata", (*IPAddressRanges.imds, *IPAddressRanges.wireserver, "100.100.100.200/32", "fd00:ec2::254/128")),
    ("loopback", IPAddressRanges.loopback),
    ("private", (*IPAddressRanges.private_use, *IPAddressRanges.unique_local, *IPAddressRanges.site_local)),
    ("link_local", IPAddressRanges.link_local),
    ("shared", IPAddressRanges.shared_address_space),
    ("multicast", IPAddressRanges.multicast),
    ("unspecified", IPAddressRanges.unspecified),
    ("mapped", ("::ffff:0:0/96", "::ffff:0:0:0/96", "::/96")),
    ("nat64", IPAddressRanges.ipv4_ipv6_translat),
    ("6to4", (*IPAddressRanges.sixto4, *IPAddressRanges.teredo, *IPAddressRanges.deprecated)),
    ("reserved", IPAddressRanges.recommended_latest),
)
"""Why an address is no public one: the first that holds it."""
NETWORKS: Final = [(reason, ip_network(one)) for reason, found in RANGES for one in found]
PUBLIC_V6: Final = ip_network("2000::/3")
NOT_GIVEN_OUT: Final = [
    *map(str, ip_network("::/3").address_exclude(ip_network("::ffff:0:0/96"))),  # type: ignore[arg-type]  # both are IPv6
    "4000::/2",
    "8000::/1",
]
TUNNELLED: Final = (0x00005EFE, 0x02005EFE)
"""ISATAP: the last half of such an address begins so and ends in an IPv4 address."""


class NotFetched(Exception):
    """`code` says why: refused, unresolved, unreachable, too_slow, too_large, not_a_page, too_many_hops, broken, status.

    `detail` is for refused the reason (loopback, userinfo …), for status the number, for not_a_page the media type.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


class Target(NamedTuple):
    """Where one hop goes: `host` in ASCII, `exempt` the networks that the operator allows, "*" where it names the host."""

    url: str
    host: str
    port: int
    exempt: tuple[str, ...]


@dataclass(frozen=True)
class Fetched:
    """`url` is where it was found in the end."""

    url: str
    media_type: str
    charset: str
    body: bytes


def fetch(url: str, *, media_types: Collection[str] = WEB_PAGES, seconds: float = SECONDS) -> Fetched:
    """A GET to where anybody may go, with nothing that says who asks. Raises NotFetched.

    Names take as long as the resolver likes, and a server may send a byte at a time: so the work is done in a thread of
    its own, and when time is up its connections are cut.
    """
    lifeline, found = _Lifeline(), list[Fetched | NotFetched]()

    def work() -> None:
        _here.lifeline = lifeline
        try:
            found.append(_walk(url, media_types))
        except NotFetched as failed:
            found.append(failed)
        except Exception:
            found.append(NotFetched("broken"))
            raise

    thread = threading.Thread(target=work, name="fetch", daemon=True)
    thread.start()
    thread.join(seconds)
    late = thread.is_alive()
    lifeline.cut()
    if late or not found:
        raise NotFetched("too_slow")
    if isinstance(found[0], NotFetched):
        raise found[0]
    return found[0]


def _walk(url: str, media_types: Collection[str]) -> Fetched:
    for _hop in range(MOST_HOPS + 1):
        target = read_target(url)
        with _ask(target) as answer:
            location = answer.headers.get("Location", "")
            if not (answer.is_redirect and location):
                return _read(answer, target, media_types)
            url = urljoin(target.url, location)
    raise NotFetched("too_many_hops")


def read_target(url: str, allowed: Sequence[Allowed] | None = None) -> Target:
    """Whether a request may go there as far as its spelling tells; addresses of names are seen on connecting.

    Raises NotFetched (`refused`). `allowed` is for tests; else the operator's own list.
    """
    if len(url) > LONGEST_URL:
        raise NotFetched("refused", "too_long")
    if any(letter <= " " or letter in "\\\x7f" or letter.isspace() for letter in url) or not url.isprintable():
        raise NotFetched("refused", "odd_spelling")
    try:
        parts = urlsplit(url)
        port, parsed = parts.port, parse_url(url)
    except (ValueError, LocationParseError):
        raise NotFetched("refused", "odd_spelling") from None
    if parts.scheme not in PORTS:
        raise NotFetched("refused", "scheme")
    if "@" in parts.netloc:
        raise NotFetched("refused", "userinfo")
    host = _read_host(parts.hostname or "")
    # Two readers of one address have to agree on where it goes.
    if (parsed.host or "").strip("[]").lower() not in (host, parts.hostname) or parsed.port != port:
        raise NotFetched("refused", "odd_spelling")
    port = PORTS[parts.scheme] if port is None else port
    exempt = _exempt(host, port, settings.FETCH_ALLOWED if allowed is None else allowed)
    _check_host(host, port, exempt)
    return Target(url, host, port, exempt)


def _read_host(host: str) -> str:
    """In lower case and ASCII; raises NotFetched for what is neither a name nor an address in its usual spelling."""
    if not host or "%" in host or host.endswith("."):
        raise NotFetched("refused", "odd_spelling")
    if ":" in host:
        return _read_literal(host)
    if not host.isascii():
        return _read_foreign(host)
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        return _read_literal(host)
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise NotFetched("refused", "odd_spelling")
    if any(label.startswith("xn--") for label in labels):
        try:
            idna.decode(host)
        except idna.IDNAError:
            raise NotFetched("refused", "odd_spelling") from None
    return host


def _read_literal(host: str) -> str:
    """127.1, 0x7f.1, 2130706433 and 0177.0.0.1 are addresses to resolvers alone."""
    try:
        return str(ip_address(host))
    except ValueError:
        raise NotFetched("refused", "odd_spelling") from None


def _read_foreign(host: str) -> str:
    """A name in another script. One that turns into plain ASCII only looked like one: ⓛocalhost, １２７.0.0.1."""
    try:
        name = idna.encode(host, uts46=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise NotFetched("refused", "odd_spelling") from None
    plain = [own for own, said in zip(name.split("."), re.split("[.。．｡]", host), strict=False) if not said.isascii()]
    if not plain or not all(label.startswith("xn--") for label in plain) or name.count(".") != host.count("."):
        raise NotFetched("refused", "odd_spelling")
    return name


def _exempt(host: str, port: int, allowed: Sequence[Allowed]) -> tuple[str, ...]:
    """What the operator allows at this port: networks, or "*" where the host itself is named."""
    usual = port in PORTS.values()
    here = [one for one, its_port in allowed if its_port == port or (its_port is None and usual)]
    return ("*",) if host in here else tuple(one for one in here if _is_network(one))


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _check_host(host: str, port: int, exempt: Sequence[str]) -> None:
    if "*" in exempt:
        return
    try:
        address = ip_address(host)
    except ValueError:
        if port not in PORTS.values() and not exempt:
            raise NotFetched("refused", "port") from None
        if "." not in host or any(host == one or host.endswith(f".{one}") for one in INSIDE):
            raise NotFetched("refused", "inside_name") from None
        return
    if _in_any(address, exempt):
        return
    if reason := why_not_public(address):
        raise NotFetched("refused", reason)
    if port not in PORTS.values():
        raise NotFetched("refused", "port")


def why_not_public(address: Address) -> str:
    """Why nobody may be sent there, by RANGES; empty for a public address."""
    for reason, network in NETWORKS:
        if address.version == network.version and address in network:
            return reason
    if isinstance(address, IPv6Address):
        if address not in PUBLIC_V6:
            return "reserved"
        if (int(address) >> 32) & 0xFFFFFFFF in TUNNELLED:
            return "mapped"
    return "" if address.is_global else "reserved"


def _in_any(address: Address, networks: Sequence[str]) -> bool:
    found = [ip_network(one) for one in networks if one != "*"]
    return any(address.version == one.version and address in one for one in found)


def _ask(target: Target) -> Response:
    """One hop: no proxy, no cookie, no password of this machine, no redirect followed."""
    session = _policy(target).get_antissrf_session()
    session.trust_env = False
    session.headers.clear()
    session.headers.update({"User-Agent": "Tandem", "Accept": "text/html,*/*;q=0.5", "Accept-Encoding": "gzip"})
    for scheme in PORTS:
        session.get_adapter(f"{scheme}://").poolmanager.pool_classes_by_scheme = POOLS
    _here.target = target
    try:
        answer: Response = session.get(target.url, stream=True, allow_redirects=False, timeout=WAIT)
    except socket.gaierror:
        raise NotFetched("unresolved") from None
    except AntiSSRFError as denied:
        raise NotFetched(*(("refused", "address") if "denied" in denied.message else ("unresolved", ""))) from None
    except (RequestException, HTTPError, OSError, UnicodeError) as failed:
        raise NotFetched("too_slow" if "timed out" in str(failed) else "unreachable") from None
    return answer


def _policy(target: Target) -> Any:
    if "*" in target.exempt:
        policy = AntiSSRFPolicy(PolicyConfigOptions.NONE)
    else:
        policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
        policy.add_denied_addresses(NOT_GIVEN_OUT)
        if target.exempt:
            policy.add_allowed_addresses(list(target.exempt))
    policy.add_xff_header = False
    policy.allow_plain_text_http = True
    return policy


def _read(answer: Response, target: Target, media_types: Collection[str]) -> Fetched:
    if answer.status_code != 200:
        raise NotFetched("status", str(answer.status_code))
    media_type, _semicolon, more = answer.headers.get("Content-Type", "").partition(";")
    media_type = "".join(letter for letter in media_type if " " <= letter <= "~").strip().lower()
    if media_type not in media_types:
        raise NotFetched("not_a_page", media_type[:80])
    if answer.headers.get("Content-Encoding", "").strip().lower() not in ENCODINGS:
        raise NotFetched("broken")
    length = answer.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:12]) > MOST_BYTES:
        raise NotFetched("too_large")
    named = re.search(r"charset\s*=\s*\"?([A-Za-z0-9._-]{1,40})", more)
    return Fetched(target.url, media_type, named[1] if named else "", _read_body(answer))


def _read_body(answer: Response) -> bytes:
    """Unpacked piece by piece: what swells is stopped before it has swollen."""
    pieces, size = list[bytes](), 0
    try:
        for piece in answer.raw.stream(PIECE, decode_content=True):
            size += len(piece)
            if size > MOST_BYTES:
                raise NotFetched("too_large")
            pieces.append(piece)
    except ReadTimeoutError:
        raise NotFetched("too_slow") from None
    except (HTTPError, OSError):
        raise NotFetched("broken") from None
    return b"".join(pieces)


@dataclass
class _Lifeline:
    """The connections of one fetch, to be cut from another thread."""

    held: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: bool = False

    def hold(self, sock: socket.socket) -> None:
        """A second handle on the connection: encryption takes over the first."""
        with self.lock:
            self.held.append(sock.dup())
        if self.over:
            self.cut()

    def cut(self) -> None:
        self.over = True
        with self.lock:
            for sock in self.held:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()
            self.held.clear()


class _Here(threading.local):
    """What the thread of one fetch is about."""

    lifeline: _Lifeline
    target: Target


_here = _Here()


class _Guarded(HTTPConnection):
    """The last wall: the address itself, at the moment of connecting to it."""

    def _new_conn(self) -> socket.socket:
        address, (_url, _host, port, exempt) = ip_address(self.host.strip("[]")), _here.target
        if "*" not in exempt and not _in_any(address, exempt):
            reason = why_not_public(address) or ("" if port in PORTS.values() else "port")
            if reason:
                raise NotFetched("refused", reason)
        sock = super()._new_conn()
        _here.lifeline.hold(sock)
        return sock

    def putheader(self, header: Any, *values: Any) -> None:
        """AntiSSRF names the host without its port and brackets."""
        if str(header).lower() == "host":
            values = (_host_header(_here.target),)
        super().putheader(header, *values)


class _GuardedTls(_Guarded, HTTPSConnection): ...


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


POOLS: Final = {"http": _Pool, "https": _TlsPool}


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port in PORTS.values() else f"{host}:{target.port}"
