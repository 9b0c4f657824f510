"""The elements that show: badges, people, cards, tables, times. Those that act are in `acting`, drawings in `drawn`.

Every tag draws one template of templates/tracker/elements/ and is a builtin of all templates.
"""

import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from tracker.history.queries import stamp_of
from tracker.templatetags.drawing import draw
from tracker.templatetags.icons import draw_as_one
from tracker.templatetags.terms import WORDS

register = template.Library()

ICON_SIZE = 16


class Named(Protocol):
    """Whoever can be shown as a person: a user or a row of a query."""

    name: str
    side: str


def initials_of(name: str) -> str:
    words = name.replace("-", " ").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.simple_tag
def icon(name: str, size: int = ICON_SIZE) -> SafeString:
    """A lucide icon, hidden from readers: the word beside it says the same."""
    return _icon(name + "", size)


@lru_cache(maxsize=256)
def _icon(name: str, size: int) -> SafeString:
    drawn = lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": "icon"})
    return SafeString(draw_as_one(drawn))


@register.simple_tag
def badge(label: object, *, tone: str = "neutral", hatch: bool = False, icon: str = "", title: str = "") -> SafeString:
    return draw("badge", label=label, tone=tone, hatch=hatch, icon=icon, title=title)


@register.simple_tag
def chip(
    label: object, *, url: str = "", remove: str = "", active: bool = False, count: int | None = None, tone: str = ""
) -> SafeString:
    return draw("chip", label=label, url=url, remove=remove, active=active, count=count, tone=tone)


@register.simple_block_tag
def chips(content: SafeString, *, label: str) -> SafeString:
    return draw("chips", content=content, label=label)


@register.simple_tag
def side(code: str, label: str = "") -> SafeString:
    return draw("side", code=code, label=label)


@register.simple_tag
def person(who: Named | None, *, role: str = "", url: str = "", bare: bool = False) -> SafeString:
    if not who:
        return draw("person", name="", role=role)
    name = str(who.name)
    return draw(
        "person",
        name=name,
        side=str(who.side or ""),
        initials=initials_of(name),
        role=role,
        url=url,
        bare=bare,
    )


@register.simple_tag
def kbd(keys: str) -> SafeString:
    return draw("kbd", keys=keys)


@register.simple_tag
def term(key: str) -> SafeString:
    """A question mark that opens what a word means, once on a page; th, section and card take it as `term`."""
    return draw("term", key=key, word=WORDS[key])


@register.simple_tag
def crumb(label: object, *, url: str = "") -> SafeString:
    return draw("crumb", label=label, url=url)


@register.simple_block_tag
def section(content: SafeString, title: object, *, id: str = "", term: str = "") -> SafeString:
    return draw("section", content=content, title=title, id=id, term=term)


@register.simple_block_tag
def folded(content: SafeString, label: object, *, open: object = False) -> SafeString:
    """Secondary on a phone: one line there, opened by a tap; wherever there is room it is simply shown."""
    return draw("folded", content=content, label=label, open=bool(open))


@register.simple_block_tag
def card(
    content: SafeString,
    *,
    title: object = "",
    frame: bool = False,
    tone: str = "",
    side: str = "",
    id: str = "",
    term: str = "",
) -> SafeString:
    return draw("card", content=content, title=title, frame=frame, tone=tone, side=side, id=id, term=term)


@register.simple_block_tag
def columns(content: SafeString) -> SafeString:
    return draw("columns", content=content)


@register.simple_block_tag
def stack(content: SafeString) -> SafeString:
    return draw("stack", content=content)


@register.simple_block_tag
def empty(content: SafeString, *, title: object) -> SafeString:
    return draw("empty", content=content, title=title)


@register.simple_block_tag
def notice(content: SafeString, *, tone: str = "neutral", title: object = "") -> SafeString:
    return draw("notice", content=content, tone=tone, title=title)


@register.simple_tag(takes_context=True)
def flash(context: Context, text: object, *, tone: str = "neutral", undo: str = "") -> SafeString:
    """`undo` is the address that takes it back: posted to its path, with its query as the fields."""
    if not undo:
        return draw("flash", text=text, tone=tone)
    parts = urlsplit(undo)
    fields = parse_qsl(parts.query, keep_blank_values=True)
    guards = {"csrf_token": context.get("csrf_token"), "idempotency": uuid.uuid4().hex}
    return draw("flash", text=text, tone=tone, undo=parts.path, fields=fields, row=parts.fragment, **guards)


@register.simple_block_tag
def facts(content: SafeString) -> SafeString:
    return draw("facts", content=content)


@register.simple_block_tag
def fact(content: SafeString, label: object, *, id: str = "") -> SafeString:
    return draw("fact", content=content, label=label, id=id)


@register.simple_tag
def checks(items: Iterable[tuple[str, bool]]) -> SafeString:
    return draw("checks", items=items)


@register.simple_block_tag
def table(content: SafeString, *, caption: object, id: str = "") -> SafeString:
    return draw("table", content=content, caption=caption, id=id)


@register.simple_block_tag
def headings(content: SafeString) -> SafeString:
    return draw("headings", content=content)


@register.simple_tag(takes_context=True)
def th(
    context: Context, label: object, *, sort: str = "", align: str = "", phone: bool = True, term: str = ""
) -> SafeString:
    """A column heading; `sort` makes it a link that orders by it and keeps the other parts of the query."""
    if not sort:
        return draw("th", label=label, align=align, phone=phone, term=term)
    query = context["request"].GET.copy()
    current = query.get("sort", "")
    query["sort"] = f"-{sort}" if current == sort else sort
    query.pop("after", None)
    order = {sort: "ascending", f"-{sort}": "descending"}.get(current, "")
    return draw("th", label=label, align=align, phone=phone, url=f"?{query.urlencode()}", order=order)


@register.simple_block_tag
def row(content: SafeString, *, url: str = "", id: str = "", tone: str = "") -> SafeString:
    return draw("row", content=content, url=url, id=id, tone=tone)


@register.simple_tag
def rowgroup(label: object, *, count: int, span: int) -> SafeString:
    """The heading of a group of rows; `span` is the number of columns of the table."""
    return draw("rowgroup", label=label, count=count, span=span)


@register.simple_block_tag
def moves(content: SafeString) -> SafeString:
    return draw("moves", content=content)


@register.simple_block_tag
def move(
    content: SafeString,
    *,
    title: object,
    url: str = "",
    text: object = "",
    due: object = "",
    tone: str = "neutral",
    id: str = "",
) -> SafeString:
    return draw("move", content=content, title=title, url=url, text=text, due=due, tone=tone, id=id)


@register.simple_block_tag
def tabs(content: SafeString, label: object) -> SafeString:
    return draw("tabs", content=content, label=label)


@register.simple_tag
def tab(label: object, url: str, *, current: bool = False, count: int | None = None) -> SafeString:
    return draw("tab", label=label, url=url, current=current, count=count)


@register.simple_tag
def seen(title: object, *, url: str, key: object = "") -> SafeString:
    """The record that a page is about: it is offered again among those looked at last."""
    return draw("seen", title=title, url=url, key=key)


@register.simple_tag
def live(subjects: str) -> SafeString:
    """Keeps the page up to date with these kinds of records, such as "request.project"."""
    return draw("live", subjects=subjects, stamp=stamp_of(subjects))


@register.simple_tag
def pager(*, next: str | None = None, previous: str | None = None) -> SafeString:
    return draw("pager", next=next, previous=previous)


@register.simple_block_tag
def timeline(content: SafeString) -> SafeString:
    return draw("timeline", content=content)


@register.simple_block_tag(takes_context=True)
def entry(
    context: Context,
    content: SafeString,
    *,
    who: object,
    at: object,
    note: object = "",
    quote: object = "",
    id: str = "",
    edited: object = None,
    edit: str = "",
    earlier: object = (),
    files: object = (),
) -> SafeString:
    said = {"quote": quote, "edited": edited, "edit": edit, "earlier": earlier, "files": files}
    return draw("entry", content=content, who=who, at=at, note=note, id=id, now=context.get("now"), **said)


@register.simple_tag
def file(name: object, *, size: int, url: str = "") -> SafeString:
    return draw("file", name=name, size=size, url=url)


@register.simple_block_tag
def menu(content: SafeString, label: object, *, icon: str = "", id: str = "menu") -> SafeString:
    return draw("menu", content=content, label=label, icon=icon, id=id)
