"""Structured data out of a page, or out of what somebody pasted: JSON-LD and microdata.

Imported where something is read: lxml is nothing that every process needs.
"""

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree, html

from tracker.intake.markup.rules import DEEPEST, MOST_ITEMS, MOST_NODES, Item, judge_nodes

LONGEST = 1024 * 1024
MOST_NAMES = 20
"""Of one element: its properties, and its types."""
NO_PAGES = ("punycode", "unicode-escape", "raw-unicode-escape")
"""Python reads these as texts too; no page is written in them, and the first takes time without end."""
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
    elements = [one for one in tree.iter() if isinstance(one.tag, str)]
    page = _Microdata({name: one for one in reversed(elements) if (name := one.get("id"))})
    tops = [one for one in elements if _is_item(one) and one.get("itemprop") is None]
    return _judge(blocks, [page.node_of(one) for one in tops])


def read_page(body: bytes, charset: str) -> Reading:
    """`charset` is what the server says, empty where it does not: then the page says it itself, else it is UTF-8."""
    return read_markup(body.decode(_codec_of(charset) or _codec_in(body) or "utf-8", "replace"))


def _codec_of(name: str) -> str:
    """Empty for what reads no texts, though Python has it: hex, zlib, rot13, idna, undefined."""
    try:
        b"<".decode(name or "utf-8", "replace")
        codec = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    return "" if codec in NO_PAGES else codec


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


@dataclass
class _Microdata:
    """The items of one page, as JSON-LD writes them. Each element is read once, however many names and references lead
    to it; to what was seen before they lead MOST_NODES times in all.
    """

    by_id: Mapping[str, Any]
    nodes: dict[Any, dict[str, Any]] = field(default_factory=dict)
    names: dict[Any, list[str]] = field(default_factory=dict)
    values: dict[Any, str] = field(default_factory=dict)
    within: set[Any] = field(default_factory=set)
    left: int = MOST_NODES

    def node_of(self, item: Any) -> dict[str, Any]:
        """`itemref` is followed, but never in a circle."""
        if item in self.within:
            return {"@type": self.nodes[item]["@type"]}
        if item in self.nodes:
            return self.nodes[item]
        node: dict[str, Any] = {"@type": (item.get("itemtype") or "").split()[:MOST_NAMES]}
        self.nodes[item] = node
        if len(self.within) <= DEEPEST:
            self.within.add(item)
            for element in self._belonging(item):
                if names := self.names[element]:
                    value = self.node_of(element) if _is_item(element) else self._value_of(element)
                    for name in names:
                        node.setdefault(name, []).append(value)
            self.within.discard(item)
        return node

    def _belonging(self, item: Any) -> Iterator[Any]:
        """The elements inside of an item and what it refers to, but not those inside of an inner one."""
        referred = dict.fromkeys((item.get("itemref") or "").split()[:DEEPEST])
        waiting = [*reversed(item), *(self.by_id[name] for name in referred if name in self.by_id)]
        while waiting:
            element = waiting.pop()
            if not isinstance(element.tag, str):
                continue
            if element not in self.names:
                self.names[element] = _names_of(element)
            elif self.left:
                self.left -= 1
            else:
                continue
            yield element
            if not _is_item(element):
                waiting += reversed(element)

    def _value_of(self, element: Any) -> str:
        if element not in self.values:
            self.values[element] = _value_of(element)
        return self.values[element]


def _names_of(element: Any) -> list[str]:
    """What JSON-LD means itself by a name (@id, @type) is no property."""
    names = dict.fromkeys((element.get("itemprop") or "").split()[:MOST_NAMES])
    return [name for name in names if not name.startswith("@")]


def _value_of(element: Any) -> str:
    if element.get("content") is not None:
        return str(element.get("content"))
    name = "datetime" if element.tag == "time" else "src" if element.tag in SOURCES else CONTENT.get(element.tag, "")
    value = element.get(name) if name else None
    return str(value if value is not None else element.text_content())[:2_000]
