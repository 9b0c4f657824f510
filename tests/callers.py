"""Somebody who calls the API with a token."""

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.test import Client

from tests.makers import NOON
from tracker.people.models import Token, User

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

    Answer = _MonkeyPatchedWSGIResponse
else:
    Answer = HttpResponse


class Caller:
    """Calls with the token of this person; bodies are JSON, `match` is sent as If-Match, `once` as Idempotency-Key."""

    def __init__(self, user: User, scopes: list[str] | None = None) -> None:
        secret = secrets.token_urlsafe(32)
        digest = hashlib.sha256(secret.encode()).digest()
        chosen = ["read", "write", "manage"] if scopes is None else scopes
        Token.objects.create(user=user, digest=digest, scopes=chosen, created_at=NOON)
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(self, path: str, **extra: Any) -> Answer:
        return self.client.get(path, **extra)

    def post(self, path: str, body: Any = None, *, match: int | None = None, once: str = "") -> Answer:
        return self._send("POST", path, body, match, once)

    def patch(self, path: str, body: Any, *, match: int | None = None) -> Answer:
        return self._send("PATCH", path, body, match, "")

    def _send(self, method: str, path: str, body: Any, match: int | None, once: str) -> Answer:
        headers = {}
        if match is not None:
            headers["If-Match"] = f'"{match}"'
        if once:
            headers["Idempotency-Key"] = once
        text = json.dumps({} if body is None else body)
        return self.client.generic(method, path, text, content_type="application/json", headers=headers)
