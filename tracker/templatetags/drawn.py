"""The drawn elements: bars, courts and the ranked list with the line through it. Each says the same in words."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from tracker.templatetags.drawing import draw
from tracker.templatetags.elements import Named

register = template.Library()

Number = Decimal | float | int

EFFORT_WIDTH = 140
CAPACITY_HEIGHT = 300
LABEL_HEIGHT = 14
COURT_WIDTH = 240
COURT_GAP = 2


@dataclass(frozen=True)
class Block:
    """One part of the capacity bar, in units of the drawing."""

    label: str
    value: Number
    tone: str
    top: float
    height: float

    @property
    def baseline(self) -> float:
        return round(self.top + self.height - 4, 1)

    @property
    def named(self) -> bool:
        return self.height >= LABEL_HEIGHT


def stack_blocks(parts: Iterable[Any], total: Number | None) -> list[Block]:
    """Heights in proportion to the values, from the top down; `total` leaves room where the parts do not fill it."""
    read = [
        part if isinstance(part, Mapping) else {n: getattr(part, n) for n in ("label", "value", "tone")}
        for part in parts
    ]
    whole = max(float(total or 0), sum(float(part["value"]) for part in read)) or 1.0
    blocks, top = [], 0.0
    for part in read:
        height = round(float(part["value"]) / whole * CAPACITY_HEIGHT, 1)
        blocks.append(Block(part["label"], part["value"], part["tone"], round(top, 1), height))
        top += height
    return blocks


@register.simple_tag
def capacity_bar(parts: Iterable[Any], *, label: object, total: Number | None = None) -> SafeString:
    return draw("capacity_bar", blocks=stack_blocks(parts, total), label=label, height=CAPACITY_HEIGHT)


@register.simple_tag
def effort_bar(value: Number | None, max: Number | None, *, above: bool = True, label: object = "") -> SafeString:
    share = float(value or 0) / float(max or value or 1)
    return draw("effort_bar", width=round(min(share, 1) * EFFORT_WIDTH, 1), full=EFFORT_WIDTH, above=above, label=label)


@register.simple_tag
def progress(value: Number, max: Number, label: object) -> SafeString:
    return draw("progress", value=value, max=max, label=label)


@register.simple_tag(takes_context=True)
def court(
    context: Context,
    *,
    who: Named | None,
    verb: object = "",
    until: datetime | date | None = None,
    then: object = "",
    marketing: Number | None = None,
    technology: Number | None = None,
    term: str = "",
) -> SafeString:
    """Whose turn it is, until when and what happens then; under it the bar of waiting by side (working days)."""
    return draw(
        "court",
        who=who,
        verb=verb,
        until=until,
        exact=isinstance(until, datetime),
        term=term,
        then=then,
        now=context.get("now"),
        **split_waiting(marketing, technology),
    )


@register.simple_tag
def waiting(marketing: Number | None, technology: Number | None) -> SafeString:
    """How long each side was waited for (working days), as a bar and in words."""
    return draw("waiting", **split_waiting(marketing, technology))


def split_waiting(marketing: Number | None, technology: Number | None) -> dict[str, Any]:
    """The two halves of the bar, in proportion, with a gap between them."""
    waited = float(marketing or 0) + float(technology or 0)
    first = round(float(marketing or 0) / waited * COURT_WIDTH, 1) if waited else 0
    return {
        "marketing": marketing,
        "technology": technology,
        "waited": waited,
        "first": max(first - COURT_GAP / 2, 0),
        "second_at": first + COURT_GAP / 2,
        "second": max(COURT_WIDTH - first - COURT_GAP / 2, 0),
        "full": COURT_WIDTH,
    }


@register.simple_block_tag(takes_context=True)
def ranked(context: Context, content: SafeString, *, label: object, group: str = "", **fields: object) -> SafeString:
    """A list whose rows are moved by drag and by keys; `fields` are posted along with every move.

    Rows go from list to list within a `group`: with the fields of the list where they are dropped.
    """
    return draw(
        "ranked",
        content=content,
        label=label,
        group=group,
        fields=fields,
        csrf_token=context.get("csrf_token"),
        idempotency=uuid.uuid4().hex,
    )


@register.simple_block_tag(takes_context=True)
def rankrow(
    context: Context,
    content: SafeString,
    *,
    key: str,
    title: object,
    url: str,
    rank: object = "",
    move_url: str = "",
    version: int | None = None,
    above: bool = True,
    side_text: object = "",
    effort: Number | None = None,
    max_effort: Number | None = None,
    effort_text: object = "",
    short: object = "",
    lift: object = "",
) -> SafeString:
    query = context["request"].GET.copy()
    query["move"] = key
    return draw(
        "rankrow",
        content=content,
        key=key,
        title=title,
        url=url,
        rank=rank,
        move_url=move_url,
        move_link=f"?{query.urlencode()}",
        version=version,
        above=above,
        side_text=side_text,
        effort=effort,
        max_effort=max_effort,
        effort_text=effort_text,
        short=short,
        lift=lift,
    )


@register.simple_tag
def theline(text: object, *, right: object = "") -> SafeString:
    return draw("theline", text=text, right=right)


@register.simple_tag
def fold(text: object, *, url: str = "", last: str = "") -> SafeString:
    """Rows left out; `last` is the key of the last of them, so that what is dropped behind follows it."""
    return draw("fold", text=text, url=url, last=last)


@register.simple_tag(takes_context=True)
def mover(context: Context, rows: Iterable[Any], *, chosen: Any = None, **fields: object) -> SafeString:
    """The dialog "move to place…" of a ranked list; `chosen` opens it for one row without JavaScript."""
    return draw(
        "mover",
        rows=rows,
        chosen=chosen,
        fields=fields,
        back=context["request"].path,
        csrf_token=context.get("csrf_token"),
        idempotency=uuid.uuid4().hex,
    )
