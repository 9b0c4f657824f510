"""Lists by key: filters, one order at a time, a cursor, and 304 for a list that did not change."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from tracker.api.shapes import Fields, JsonText
from tracker.kernel.errors import Invalid

Filter = Callable[[QuerySet[Any], str], QuerySet[Any]]
LARGEST = 100
USUAL = 50
WINDOW = 64
STAMP = """
SELECT coalesce(sum(latest.id), 0) FROM unnest(%s::text[]) AS kind
CROSS JOIN LATERAL (SELECT id FROM tracker_entry WHERE subject = kind ORDER BY id DESC LIMIT %s) latest
"""


def stamp_of(subjects: Sequence[str]) -> int:
    """A number that changes with every change to records of these kinds (one statement).

    It adds up the ids of the latest entries, not only the highest: of two changes the one with the lower id may
    commit later, and then it still enters the window.
    """
    with connection.cursor() as cursor:
        cursor.execute(STAMP, [list(subjects), WINDOW])
        found: int = cursor.fetchone()[0]
    return found


def exact(path: str) -> Filter:
    return lambda rows, value: rows.filter(**{path: value})


def one_of(path: str, choices: Sequence[str]) -> Filter:
    """Comma-separated values out of a closed list."""

    def narrow(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        wanted = value.split(",")
        if not set(wanted) <= set(choices):
            raise Invalid(_("Choose among: %(choices)s.") % {"choices": ", ".join(choices)})
        return rows.filter(**{f"{path}__in": wanted})

    return narrow


def yes_no(path: str) -> Filter:
    def narrow(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value not in ("true", "false"):
            raise Invalid(_("Choose among: %(choices)s.") % {"choices": "true, false"})
        return rows.filter(**{path: value == "true"})

    return narrow


def answer_list(
    request: Request,
    rows: QuerySet[Any],
    shape: Fields,
    *,
    subjects: Sequence[str],
    filters: Mapping[str, Filter],
    orders: Sequence[str] = ("-id", "id"),
) -> HttpResponse:
    """{"results": […], "next": cursor or null}; two statements, one when nothing changed.

    `subjects` are the kinds of records that the list shows, `orders` unique columns, the first is the usual one.
    Parameters: limit (1 to 100), cursor, order, and those of `filters`. Raises Invalid.
    """
    query = request.META["QUERY_STRING"]
    viewer = request.user
    tag = hashlib.sha256(f"{viewer!r}{query}{stamp_of(subjects)}".encode()).hexdigest()[:32]
    etag = f'"{tag}"'
    if request.META.get("HTTP_IF_NONE_MATCH") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    limit, order, after = USUAL, orders[0], ""
    for name, value in request.GET.items() if query else ():
        if name in filters:
            rows = _narrow(rows, filters[name], name, value)
        elif name == "limit":
            limit = _limit(value)
        elif name == "order":
            order = _order(value, orders)
        elif name == "cursor":
            after = value
        else:
            raise Invalid(_("There is no such filter."), fields={name: _("There is no such filter.")})
    column = order.removeprefix("-")
    if after:
        rows = rows.filter(**{f"{column}__{'lt' if order[0] == '-' else 'gt'}": _read_cursor(after, column)})
    found = list(rows.order_by(order).values_list(JsonText(shape), column)[: limit + 1])
    next_cursor = _write_cursor(found[limit - 1][1]) if len(found) > limit else None
    body = ",".join(text for text, _key in found[:limit])
    tail = f'"{next_cursor}"' if next_cursor else "null"
    return HttpResponse(
        f'{{"results":[{body}],"next":{tail}}}', content_type="application/json", headers={"ETag": etag}
    )


def _narrow(rows: QuerySet[Any], narrow: Filter, name: str, value: str) -> QuerySet[Any]:
    try:
        return narrow(rows, value)
    except Invalid as wrong:
        raise Invalid(wrong.message, fields={name: wrong.message}) from None
    except (ValueError, TypeError):
        text = _("This value cannot be read.")
        raise Invalid(text, fields={name: text}) from None


def _limit(value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) < 4 and 1 <= int(value) <= LARGEST:
        return int(value)
    text = _("A page holds 1 to %(largest)s rows.") % {"largest": LARGEST}
    raise Invalid(text, fields={"limit": text})


def _order(value: str, orders: Sequence[str]) -> str:
    if value in orders:
        return value
    text = _("Choose among: %(choices)s.") % {"choices": ", ".join(orders)}
    raise Invalid(text, fields={"order": text})


def _write_cursor(value: object) -> str:
    return urlsafe_b64encode(str(value).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, column: str) -> str | int:
    try:
        value = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return int(value) if column == "id" else value
    except ValueError:
        text = _("This cursor cannot be read.")
        raise Invalid(text, fields={"cursor": text}) from None
