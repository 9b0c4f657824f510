"""Structured data out of a page, or out of what somebody pasted: JSON-LD and microdata.

Imported where something is read: lxml is nothing that every process needs.
"""

import codecs
import json
from dataclasses import dataclass, field
from typing import Any

from lxml import etree, html

from tracker.intake.markup.rules import DEEPEST, MOST_ITEMS, Item, judge_nodes

LONGEST = 1024 * 1024
CONTENT = {"meta": "content", "a": "href", "link": "href", "area": "href", "data": "value", "meter": "value"}
SOURCES = ("audio", "embed", "iframe", "img", "source", "track", "video")


@dataclass(frozen=True)
class Reading:
    """`broken` are the lines (within their block, from 1) at which a JSON-LD block cannot be read on."""

    items: list[Item] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)


def read_markup(text: str) -> Reading:
    """JSON-LD as it is, or HTML that holds it; what is too deep or broken is left out and told."""
    text = text[:LONGEST].lstrip("\ufeff").strip()
    if text.startswith(("{", "[")):
        return _judge([text], [])
    tree = _parse(text)
    if tree is None:
        return Reading()
    blocks = [script.text or "" for script in tree.iter("script") if _is_json(script.get("type"))]
    tops = [one for one in tree.iter() if _is_item(one) and one.get("itemprop") is None]
    return _judge(blocks, [_node_of(one, tree, set()) for one in tops])


def read_page(body: bytes, charset: str) -> Reading:
    """`charset` is what the server says, empty where it does not: then the page says it itself, else it is UTF-8."""
    return read_markup(body.decode(_codec_of(charset) or _codec_in(body) or "utf-8", "replace"))


def _codec_of(name: str) -> str:
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        return ""


def _codec_in(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    _before, found, after = body[:2_000].lower().partition(b"charset=")
    name = after.lstrip(b"\"' ")[:30].split(b'"')[0].split(b"'")[0].split(b">")[0].split(b" ")[0].rstrip(b"/;")
    return _codec_of(name.decode("ascii", "ignore")) if found else ""


def _parse(text: str) -> Any:
    """Through bytes: lxml refuses texts that declare an encoding of their own."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _is_json(media_type: str | None) -> bool:
    return (media_type or "").partition(";")[0].strip().lower() == "application/ld+json"


def _judge(blocks: list[str], nodes: list[Any]) -> Reading:
    roots, broken = list[Any](), list[int]()
    for block in blocks:
        try:
            roots.append(json.loads(block.strip()))
        except json.JSONDecodeError as wrong:
            broken.append(wrong.lineno)
        except (RecursionError, ValueError):
            broken.append(1)
    return Reading(judge_nodes([*roots, *nodes]), broken[:MOST_ITEMS])


def _is_item(element: Any) -> bool:
    return isinstance(element.tag, str) and element.get("itemscope") is not None


def _node_of(item: Any, tree: Any, seen: set[Any]) -> dict[str, Any]:
    """An item of microdata as JSON-LD writes it; `itemref` is followed, but never in a circle."""
    node: dict[str, Any] = {"@type": (item.get("itemtype") or "").split()}
    if len(seen) > DEEPEST or item in seen:
        return node
    seen = seen | {item}
    waiting = list(reversed(item))
    for name in (item.get("itemref") or "").split()[:DEEPEST]:
        waiting += [one for one in tree.iter() if isinstance(one.tag, str) and one.get("id") == name][:1]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        inner = _is_item(element)
        for name in (element.get("itemprop") or "").split():
            node.setdefault(name, []).append(_node_of(element, tree, seen) if inner else _value_of(element))
        if not inner:
            waiting += reversed(element)
    return node


def _value_of(element: Any) -> str:
    if element.get("content") is not None:
        return str(element.get("content"))
    name = "datetime" if element.tag == "time" else "src" if element.tag in SOURCES else CONTENT.get(element.tag, "")
    value = element.get(name) if name else None
    return str(value if value is not None else element.text_content())[:2_000]
