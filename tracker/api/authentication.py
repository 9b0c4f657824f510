"""Bearer tokens: one statement finds the token, its owner and the database's now."""

import hashlib
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tracker.people.access import Viewer

FIND = """
SELECT u.id, u.name, u.roles, u.team_id, coalesce(t.side, ''), k.scopes, u.language, u.time_zone, clock_timestamp()
FROM tracker_token k JOIN tracker_user u ON u.id = k.user_id LEFT JOIN tracker_team t ON t.id = u.team_id
WHERE k.digest = %s AND u.is_active AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
"""


class ApiViewer(Viewer):
    """The owner of a token; `at` is the database's now when it was found."""

    is_authenticated = True
    is_active = True
    at: datetime


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[ApiViewer, str] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            return None
        with connection.cursor() as cursor:
            cursor.execute(FIND, [hashlib.sha256(secret.encode()).digest()])
            row = cursor.fetchone()
        if row is None:
            raise AuthenticationFailed(_("This token is unknown, revoked or expired."))
        user, name, roles, team, side, scopes, language, zone, at = row
        viewer = ApiViewer(user, name, frozenset(roles), team, side, frozenset(scopes), language, zone)
        object.__setattr__(viewer, "at", at)
        return viewer, "token"

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
