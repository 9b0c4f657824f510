"""The first step of every API call: whose token it is, and whether what they ask for changed since they saw it.

One statement answers both, before any other part of the server runs, so that a list that is polled costs little.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from tracker.history.queries import STAMP
from tracker.kernel.prepared import Row, fetch_rows
from tracker.people.access import Viewer
from tracker.people.standing import TEAMS_OF

PREFIX = "/api/v1/"
WEAK = "W/"
"""What a proxy that compresses puts before a tag; the tag behind it is still ours."""
FIND = f"""
SELECT u.id, u.name, u.roles, u.team_id, coalesce(t.side, ''), k.scopes, u.language, u.time_zone,
       {TEAMS_OF.format(person="u.id")}, clock_timestamp()
FROM tracker_token k JOIN tracker_user u ON u.id = k.user_id LEFT JOIN tracker_team t ON t.id = u.team_id
WHERE k.digest = %s::bytea AND u.is_active AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
"""  # noqa: S608  filled in with a constant
FIND_WITH_STAMP = FIND.replace(
    " clock_timestamp()\nFROM tracker_token", f" clock_timestamp(), ({STAMP})\nFROM tracker_token", 1
)


class ApiViewer(Viewer):
    """The owner of a token; `at` is the database's now when it was found."""

    at: datetime


def tag_of(viewer: Viewer, path: str, subjects: str, stamp: object) -> str:
    """The ETag of a list: its subjects in the open, then a digest of who saw what, and the stamp of their history."""
    who = f"{viewer.id} {sorted(viewer.roles)} {viewer.team} {sorted(viewer.scopes or ())} {viewer.language} {sorted(viewer.stands_in)}"
    digest = hashlib.blake2b(f"{who} {path} {stamp}".encode(), digest_size=12).hexdigest()
    return f'"{subjects}-{digest}"'


class DoorwayMiddleware:
    """Puts the viewer on API requests; answers 304 at once where the tag of a list still holds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        scheme, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "bearer" and secret:
            digest = hashlib.sha256(secret.encode()).digest()
            seen = request.META.get("HTTP_IF_NONE_MATCH", "").removeprefix(WEAK) if request.method == "GET" else ""
            subjects, dash, _digest = seen.strip('"').rpartition("-")
            if dash and seen.isprintable():
                row = first_row(FIND_WITH_STAMP, [subjects, digest])
                if (
                    row
                    and "read" in row[5]
                    and tag_of(viewer_of(row), request.get_full_path(), subjects, row[10]) == seen
                ):
                    return HttpResponseNotModified(headers={"ETag": seen})
            else:
                row = first_row(FIND, [digest])
            request.token_owner = viewer_of(row) if row else None  # type: ignore[attr-defined]  # read by Resource.admit
        return self.get_response(request)


def viewer_of(row: Row) -> ApiViewer:
    user, name, roles, team, side, scopes, language, zone, teams, at = row[:10]
    viewer = ApiViewer(user, name, frozenset(roles), team, side, frozenset(scopes), language, zone, frozenset(teams))
    object.__setattr__(viewer, "at", at)
    return viewer


def first_row(sql: str, params: list[object]) -> Row | None:
    """The first statement of a call is also the health check of its connection: tried again on a fresh one."""
    connection.health_check_done = True  # type: ignore[attr-defined]  # of every wrapper, unknown to the stubs
    try:
        rows = fetch_rows(sql, params)
    except (OperationalError, InterfaceError):
        connection.close()
        rows = fetch_rows(sql, params)
    return rows[0] if rows else None
