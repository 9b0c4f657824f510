"""Readers of the environment that fail loudly."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "1" if default else "0")
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} is 0 or 1, not {value!r}")
    return value == "1"


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set")
    return value


def count(name: str) -> int:
    value = os.environ.get(name) or "0"
    if not (value.isascii() and value.isdigit()) or int(value) > 10:
        raise ImproperlyConfigured(f"{name} is a number from 0 to 10, not {value!r}")
    return int(value)


def address(name: str) -> str:
    """A bare e-mail address; empty where none is named."""
    value = os.environ.get(name) or ""
    before, _at, host = value.rpartition("@")
    if value and (not before or not host or len(before) > 30 or not value.isascii() or set(value) & set(" <>\r\n,+")):
        raise ImproperlyConfigured(f"{name} is a short address without a plus sign, like reply@tandem.example")
    return value


def folder(name: str, default: str) -> Path:
    return Path(text(name, default)).expanduser().resolve()


def database(url: str) -> dict[str, str]:
    """NAME, USER, PASSWORD, HOST and PORT out of postgresql://user:password@host:port/name?host=/socket/folder."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"DATABASE_URL begins with postgresql://, not {parts.scheme}://")
    query = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")) or "tandem",
        "USER": unquote(parts.username or query.get("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
    }


def mail(url: str) -> dict[str, Any]:
    """Django's EMAIL_ settings out of smtp://user:password@host:port, or smtps:// for TLS from the first byte.

    Plain smtp:// asks for STARTTLS unless the host is this machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured("TANDEM_MAIL_URL looks like smtp://user:password@host:587 or smtps://host")
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if secure else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and parts.hostname not in ("localhost", "127.0.0.1", "::1"),
        "EMAIL_TIMEOUT": 20,
    }


def allowed(text: str) -> list[tuple[str, int | None]]:
    """What TANDEM_FETCH_ALLOWED names, with commas between: a name, an address or a network, with or without a port.

    jira.corp, 10.1.2.0/24, 10.1.2.3:8080, [fd00::5]:443; None stands for the usual ports.
    """
    found = []
    for one in filter(None, map(str.strip, text.split(","))):
        match = re.fullmatch(r"\[?([0-9A-Za-z._/-]+|[0-9A-Fa-f:./]+:[0-9A-Fa-f:./]*)\]?(?::(\d{1,5}))?", one)
        host = match[1].lower() if match else ""
        if match is None or ("/" in host and not _is_network(host)):
            raise ImproperlyConfigured(f"TANDEM_FETCH_ALLOWED names hosts and networks like 10.1.2.0/24, not {one!r}")
        found.append((host, int(match[2]) if match[2] else None))
    return found


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def broker(url: str) -> str:
    """The same address in Celery's spelling: a unix socket is redis+socket:// there."""
    return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
