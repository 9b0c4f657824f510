"""What somebody wrote themselves, without the mail that they answer and without what stands under their name.

No library: those that are kept up know no Russian, and the rules that all programs share are few.
"""

import re
from collections.abc import Mapping, Sequence

ORIGINAL = "-----Original Message-----"
SEPARATORS = re.compile(
    r"^\s*(-{2,}\s*(original message|forwarded message|исходное сообщение|пересылаемое сообщение).*|_{20,}|-{30,})\s*$",
    re.IGNORECASE,
)
INTRO = re.compile(
    r"^\s*\S.{0,300}(\b(wrote|writes|пишет|писал|писала|написал|написала|написал\(а\))|<[^<>\s]{3,200}@[^<>\s]{1,200}>)\s*:\s*$",
    re.IGNORECASE | re.DOTALL,
)
HEADERS = re.compile(r"^\s*\**(from|sent|date|to|subject|от|отправлено|дата|кому|тема)\s*:\**\s", re.IGNORECASE)
SENT_FROM = re.compile(r"^\s*(sent from my|sent from outlook|отправлено с|отправлено из)\b.{0,60}$", re.IGNORECASE)
BLOCK_OF_HEADERS = 3
MOST_HTML = 100_000
"""Tags that are never closed cost with the square of their number, in the best of parsers too."""
BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "li",
        "ul",
        "ol",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "section",
        "article",
    ]
)
SILENT = frozenset(("script", "style", "head", "title", "template", "svg", "math", "noscript"))


def cut_quote(text: str) -> str:
    """An answer between the lines of a quote stays as it is, with the quote."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    alike = _alike_from(lines)
    for number, line in enumerate(lines):
        if _ends_at(lines, number, line, alike):
            lines = lines[:number]
            break
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">") or SENT_FROM.match(lines[-1])):
        lines.pop()
    return "\n".join(lines).strip()


def _ends_at(lines: Sequence[str], number: int, line: str, alike: int) -> bool:
    if line in ("-- ", "--") or SEPARATORS.match(line):
        return True
    if HEADERS.match(line):
        block = lines[number : number + 5]
        return sum(bool(HEADERS.match(one)) for one in block) >= BLOCK_OF_HEADERS
    for length in (1, 2):
        intro = "\n".join(lines[number : number + length])
        if any(sign.isdigit() or sign == "@" for sign in intro) and INTRO.match(intro):
            return number + length >= alike
    return False


def _alike_from(lines: Sequence[str]) -> int:
    """From which line on all are marked as quoted, or none: where nothing carries a mark, the program that wrote it marks
    nothing. Looked for once, from the end: a text may have as many beginnings of a quote as lines."""
    kinds: set[bool] = set()
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number].lstrip()
        if line:
            kinds.add(line.startswith(">"))
        if len(kinds) > 1:
            return number + 1
    return 0


class _Reader:
    """The text that a reader sees; where a program keeps what is answered, a line that says so. Told by the parser."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.silent = 0

    def start(self, tag: str, told: Mapping[str, str]) -> None:
        if tag in SILENT:
            self.silent += 1
            return
        quoted = "gmail_quote" in told.get("class", "") or told.get("id") in ("divRplyFwdMsg", "appendonsend")
        if quoted or (tag == "blockquote" and told.get("type") == "cite"):
            self.parts.append(f"\n{ORIGINAL}\n")
        elif tag in BLOCKS:
            self.parts.append("\n")

    def end(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in BLOCKS and tag != "br":
            self.parts.append("\n")

    def data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))

    def close(self) -> str:
        return "".join(self.parts)


def text_of_html(html: str) -> str:
    """Of the beginning, so far as it is not longer than anybody writes; nothing where nothing of it can be read."""
    from lxml import etree  # noqa: PLC0415  nothing that every process needs

    parser = etree.HTMLParser(target=_Reader(), encoding="utf-8", no_network=True, huge_tree=False)
    try:
        parser.feed(html[:MOST_HTML].replace("\0", "").encode("utf-8", "replace"))
        shown: str = parser.close()
    except (etree.LxmlError, ValueError):
        return ""
    lines = [line.strip() for line in shown.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
