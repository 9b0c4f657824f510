"""What people write at length, as Markdown."""

import re
from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

register = template.Library()
ELSEWHERE = "noopener noreferrer nofollow"
MARKDOWN = MarkdownIt("js-default", {"breaks": True, "linkify": True}).disable(["image", "heading", "lheading"])
"""HTML is shown as it was typed, links lead to http, https and mail alone. Pictures would be fetched from elsewhere, and
headings belong to the page."""

LEDE = 240
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
MARKS = re.compile(r"[*`]|^[#>\s-]+", re.MULTILINE)


def _open_link(self: RendererHTML, tokens: Sequence[Token], number: int, options: OptionsDict, env: EnvType) -> str:
    tokens[number].attrSet("rel", ELSEWHERE)
    return self.renderToken(tokens, number, options, env)


MARKDOWN.add_render_rule("link_open", _open_link)


@register.simple_tag
def prose(text: object) -> SafeString:
    """A long text with its paragraphs, lists, emphasis, code, tables and links; nothing for an empty one."""
    written = str(text or "").strip()
    return SafeString(f'<div class="prose">{MARKDOWN.render(written)}</div>' if written else "")


@register.filter
def lede(text: object) -> str:
    """How a long text begins: its first paragraph as plain words, at most so many characters; a short plain text itself."""
    first = LINK.sub(r"\1", str(text or "").strip().split("\n\n")[0])
    return Truncator(" ".join(MARKS.sub("", first).split())).chars(LEDE)
