"""What somebody wrote themselves, without the mail that they answer and without what stands under their name.

No library: those that are kept up know no Russian, and the rules that all programs share are few.
"""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

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
    for number, line in enumerate(lines):
        if _ends_at(lines, number, line):
            lines = lines[:number]
            break
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">") or SENT_FROM.match(lines[-1])):
        lines.pop()
    return "\n".join(lines).strip()


def _ends_at(lines: Sequence[str], number: int, line: str) -> bool:
    if line in ("-- ", "--") or SEPARATORS.match(line):
        return True
    if HEADERS.match(line):
        block = lines[number : number + 5]
        return sum(bool(HEADERS.match(one)) for one in block) >= BLOCK_OF_HEADERS
    for length in (1, 2):
        intro = "\n".join(lines[number : number + length])
        if any(sign.isdigit() or sign == "@" for sign in intro) and INTRO.match(intro):
            return _all_quoted(lines[number + length :])
    return False


def _all_quoted(rest: Sequence[str]) -> bool:
    """Also where nothing carries a mark: then the program that wrote it marks nothing."""
    said = [line for line in rest if line.strip()]
    marked = [line.lstrip().startswith(">") for line in said]
    return all(marked) or not any(marked)


class _Reader(HTMLParser):
    """The text that a reader sees; where a program keeps what is answered, a line that says so."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
            return
        told = {name: value or "" for name, value in attrs}
        quoted = "gmail_quote" in told.get("class", "") or told.get("id") in ("divRplyFwdMsg", "appendonsend")
        if quoted or (tag == "blockquote" and told.get("type") == "cite"):
            self.parts.append(f"\n{ORIGINAL}\n")
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def text_of_html(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
