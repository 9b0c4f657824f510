"""Lists by key: filters, one order at a time, a cursor, and 304 for a list that did not change."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tracker.api.doorway import tag_of
from tracker.api.shapes import Fields, JsonText
from tracker.history.queries import STAMP
from tracker.kernel.errors import Invalid
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Viewer

Rows = QuerySet[Any]
TEXT: Mapping[str, Any] = {"type": "string"}
LARGEST = 100
KEPT = 2_000
NO_ROWS = "SELECT NULL, NULL, NULL WHERE false"
_kept: dict[tuple[Viewer, str], "Listing"] = {}
USUAL = 50
LARGEST_PLACE = 2**31
LATEST_FIRST = ("-id", "id")


class Stamp(RawSQL):
    """The stamp of these kinds of records as a column; the database computes it once for all rows."""

    def __init__(self, subjects: str) -> None:
        super().__init__(STAMP, [subjects], output_field=TextField())


@dataclass(frozen=True)
class Filter:
    """A parameter of a list: what it leaves of the rows for this viewer, and how OpenAPI describes its values."""

    narrow: Callable[[Rows, str, Viewer], Rows]
    text: str = ""
    values: Mapping[str, Any] = field(default_factory=lambda: TEXT)


def exact(path: str, text: str = "") -> Filter:
    return Filter(lambda rows, value, _viewer: rows.filter(**{path: value}), text)


def one_of(path: str, choices: Sequence[str], *, lookup: str = "in", text: str = "") -> Filter:
    """Comma-separated values out of a closed list."""

    def narrow(rows: Rows, value: str, _viewer: Viewer) -> Rows:
        wanted = value.split(",")
        if not set(wanted) <= set(choices):
            raise Invalid(_("Choose among: %(choices)s.") % {"choices": ", ".join(choices)})
        return rows.filter(**{f"{path}__{lookup}": wanted})

    listed = {"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(choices)}}
    return Filter(narrow, text, listed)


def yes_no(path: str, text: str = "") -> Filter:
    return either(lambda rows, yes, _viewer: rows.filter(**{path: yes}), text)


def either(chosen: Callable[[Rows, bool, Viewer], Rows], text: str = "") -> Filter:
    """true or false; `chosen` gives the rows of either."""

    def narrow(rows: Rows, value: str, viewer: Viewer) -> Rows:
        if value not in ("true", "false"):
            raise Invalid(_("Choose among: %(choices)s.") % {"choices": "true, false"})
        return chosen(rows, value == "true", viewer)

    return Filter(narrow, text, {"type": "boolean"})


class Pages:
    """How OpenAPI describes a list; the resources do the paging by answer_list."""

    def get_paginated_response_schema(self, rows: dict[str, Any]) -> dict[str, Any]:
        following = {"type": ["string", "null"], "description": "The cursor of the next page; null on the last one."}
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": rows, "next": following},
            "additionalProperties": False,
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        if not view.orders:
            return []
        limit = {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL}
        order = {"type": "string", "enum": list(view.orders), "default": view.orders[0]}
        return [
            _query("limit", limit, "Rows on a page."),
            _query("cursor", TEXT, "The `next` of the page before."),
            _query("order", order, "A minus turns it round."),
            *(_query(name, one.values, one.text) for name, one in view.filters.items()),
        ]


def _query(name: str, values: Mapping[str, Any], text: str) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "in": "query", "schema": dict(values)}
    if text:
        told["description"] = text
    if values["type"] == "array":
        told |= {"style": "form", "explode": False}
    return told


@dataclass(frozen=True)
class Listing:
    """What one list statement needs: its text, parameters, and how to page on."""

    sql: str
    params: tuple[Any, ...]
    limit: int
    filtered: bool


def answer_list(
    request: HttpRequest,
    rows: Callable[[], QuerySet[Any]],
    shape: Fields,
    *,
    subjects: Sequence[str],
    filters: Mapping[str, Filter],
    orders: Sequence[str] = LATEST_FIRST,
) -> HttpResponse:
    """{"results": […], "next": cursor or null} in one statement; none when nothing changed (see doorway).

    `rows` gives those that the viewer may see, `subjects` are the kinds of records that the list shows, `orders` unique
    columns, the first is the usual one. Parameters: limit (1 to 100), cursor, order, and those of `filters`. The
    statement of a viewer and an address is written once and kept: people look at the same lists again and again.
    Raises Invalid.
    """
    viewer: Viewer = request.token_owner  # type: ignore[attr-defined]  # put there by the doorway
    address, kinds = request.get_full_path(), ".".join(subjects)
    key = (viewer, address)
    listing = _kept.get(key)
    if listing is None:
        listing = _write_listing(request, rows(), shape, kinds, filters, orders)
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = listing
    found = fetch_rows(listing.sql, listing.params, prepared=not listing.filtered)
    stamp = found[0][2] if found else fetch_rows(STAMP, [kinds])[0][0]
    limit = listing.limit
    tail = f'"{write_cursor(found[limit - 1][1])}"' if len(found) > limit else "null"
    body = ",".join(row[0] for row in found[:limit])
    etag = tag_of(viewer, address, kinds, stamp)
    return HttpResponse(
        f'{{"results":[{body}],"next":{tail}}}', content_type="application/json", headers={"ETag": etag}
    )


def _write_listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    shape: Fields,
    kinds: str,
    filters: Mapping[str, Filter],
    orders: Sequence[str],
) -> Listing:
    page = read_page(request, rows, filters, orders)
    chosen = page.rows.values_list(JsonText(shape), page.column, Stamp(kinds))
    try:
        sql, params = chosen.query.sql_with_params()
    except EmptyResultSet:
        sql, params = NO_ROWS, ()
    return Listing(sql, tuple(params), page.limit, page.filtered)


@dataclass(frozen=True)
class Page:
    """`rows` are one more than `limit` where there is a next page; its cursor is made of `column`."""

    rows: QuerySet[Any]
    limit: int
    column: str
    filtered: bool


def read_page(request: HttpRequest, rows: QuerySet[Any], filters: Mapping[str, Filter], orders: Sequence[str]) -> Page:
    """What the parameters of a list ask for. Raises Invalid."""
    viewer: Viewer = request.token_owner  # type: ignore[attr-defined]  # as in answer_list
    limit, order, after, filtered = USUAL, orders[0], "", False
    for name in request.GET:
        value = str(request.GET[name])
        if name in filters:
            rows, filtered = _narrow(rows, filters[name], name, value, viewer), True
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
    return Page(rows.order_by(order)[: limit + 1], limit, column, filtered)


def _narrow(rows: Rows, given: Filter, name: str, value: str, viewer: Viewer) -> Rows:
    try:
        if "\x00" in value:
            raise ValueError(value)
        return given.narrow(rows, value, viewer)
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


def write_cursor(value: object) -> str:
    return urlsafe_b64encode(str(value).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, column: str) -> str | int:
    try:
        value = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if "\x00" in value:
            raise ValueError(value)
        return int(value) if column == "id" else value
    except ValueError:
        text = _("This cursor cannot be read.")
        raise Invalid(text, fields={"cursor": text}) from None


def read_place(cursor: str, parts: int) -> list[int]:
    """The numbers that write_cursor made one cursor of, with points between; none of an empty one. Raises Invalid."""
    if not cursor:
        return []
    try:
        told = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(".")
        if len(told) != parts or not all(one.isdigit() and int(one) < LARGEST_PLACE for one in told):
            raise ValueError(told)
        return [int(one) for one in told]
    except ValueError:
        text = _("This cursor cannot be read.")
        raise Invalid(text, fields={"cursor": text}) from None


def refuse_unknown(request: HttpRequest, known: set[str]) -> None:
    """For what is paged by hand: a parameter nobody reads is refused, not ignored."""
    text = _("There is no such filter.")
    unknown = sorted(set(request.GET) - known)
    if unknown:
        raise Invalid(text, fields=dict.fromkeys(unknown, text))
