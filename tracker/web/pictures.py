"""Pictures as files: the same marks as on the page, with colours and letters written into them, so that they open anywhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpRequest, HttpResponse
from django.utils.text import get_valid_filename
from django.utils.translation import get_language

from tracker.templatetags.charts import HATCHES
from tracker.templatetags.geometry import FULL, Bar, Picture, flow_legend, has_room

ACROSS = 960
"""Width of a file in pixels."""
MARGIN, HEAD, LEGEND_LINE = 16, 56, 18
SVG = "http://www.w3.org/2000/svg"
LETTERS = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
UNPRINTABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no word for."""
STYLES = Path(__file__).parents[1] / "static" / "tracker" / "tandem.css"
TOKEN = re.compile(r"--([\w-]+): light-dark\((#\w+), #\w+\)")


@cache
def light() -> Mapping[str, str]:
    """The tokens of the styles in the light, paper being white: #rgb or #rrggbb by name."""
    return dict(TOKEN.findall(STYLES.read_text()))


@dataclass(frozen=True)
class Paint:
    """Tokens, as in the styles of .picture."""

    fill: str
    stroke: str
    ink: str = "ink"


MARKS = {
    "above": Paint("bar-good", "panel", "on-side"),
    "done": Paint("bar-good", "bar-good", "on-side"),
    "held": Paint("good-tint", "good"),
    "below": Paint("bad-tint", "bad"),
    "risk": Paint("bad-tint", "bad"),
    "room": Paint("good-tint", "good"),
    "allowance": Paint("accent-tint", "accent"),
    "open": Paint("accent-tint", "accent"),
    "reserve": Paint("sunk", "edge"),
    "marketing": Paint("marketing", "marketing", "on-side"),
    "technology": Paint("technology", "technology", "on-side"),
}
LINES = {"grid": ("hairline", 1.0), "cut": ("bad", 3.0), "now": ("accent", 2.0), "trend": ("accent", 2.0)}
WORDS = {"soft": "soft", "ink": "ink", "strong": "ink", "cut": "bad", "now": "accent", "trend": "accent"}


def send_picture(request: HttpRequest, *pictures: Picture) -> HttpResponse | None:
    """The file that `as` in the address asks for (`picture` says which where there are several); None where it asks for
    none."""
    if request.GET.get("as") != "svg" or not pictures:
        return None
    chosen = next((one for one in pictures if one.name == request.GET.get("picture")), pictures[0])
    name = get_valid_filename(chosen.name)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.svg"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(write_svg(chosen), content_type="image/svg+xml", headers=headers)


def write_svg(picture: Picture) -> bytes:
    """A picture with its title, news and legend. It has no script, no style and names nothing outside of itself."""
    entries = flow_legend([label for _tone, label in picture.legend], ACROSS)
    below = entries[-1][1] + LEGEND_LINE * 2 if entries else 0
    height = HEAD + picture.height + below + MARGIN
    root = Element(
        "svg",
        {
            "xmlns": SVG,
            "viewBox": f"{-MARGIN} 0 {ACROSS + 2 * MARGIN} {height:g}",
            "width": f"{ACROSS + 2 * MARGIN}",
            "height": f"{height:g}",
            "role": "img",
            "font-family": LETTERS,
            "font-size": "12",
            "xml:lang": get_language() or "en",
        },
    )
    _text(SubElement(root, "title"), picture.title)
    _text(SubElement(root, "desc"), picture.news)
    defs = SubElement(root, "defs")
    _add_hatch(defs, "hatch", "bad", "45")
    _add_hatch(defs, "hatch-held", "good", "-45")
    _add_rect(root, -MARGIN, 0, ACROSS + 2 * MARGIN, height, {"fill": light()["panel"]})
    _add_words(root, picture.title, 0, 24, fill=light()["ink"], size="15", weight="700")
    _add_words(root, picture.news, 0, 43, fill=light()["soft"], size="12")
    drawn = SubElement(root, "g", {"transform": f"translate(0 {HEAD})"})
    _draw(drawn, picture)
    legend = SubElement(root, "g", {"transform": f"translate(0 {HEAD + picture.height + LEGEND_LINE:g})"})
    for (tone, label), (x, y) in zip(picture.legend, entries, strict=True):
        _add_mark(legend, tone, x, y, 12, 10)
        _add_words(legend, label, x + 18, y + 9, fill=light()["soft"])
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _draw(into: Element, picture: Picture) -> None:
    """In the order of the page: the grid, the marks, the lines over them, the words."""
    for stroke in picture.strokes:
        if stroke.tone == "grid":
            _add_line(into, stroke.tone, stroke.x1, stroke.y1, stroke.x2, stroke.y2)
    for bar in picture.bars:
        _add_bar(into, bar)
    for stroke in picture.strokes:
        if stroke.tone != "grid":
            _add_line(into, stroke.tone, stroke.x1, stroke.y1, stroke.x2, stroke.y2)
    for dot in picture.dots:
        fill = light()[LINES[dot.tone][0]]
        SubElement(into, "circle", {"cx": f"{_wide(dot.x):g}", "cy": f"{dot.y:g}", "r": "3", "fill": fill})
    for words in picture.words:
        weight = "700" if words.tone in ("strong", "cut", "now", "trend") else "400"
        x = _wide(words.x) + words.shift
        fill = light()[WORDS[words.tone]]
        _add_words(into, words.text, x, words.y, fill=fill, weight=weight, anchor=words.anchor)


def _add_bar(into: Element, bar: Bar) -> None:
    group = SubElement(into, "g")
    if bar.tip:
        _text(SubElement(group, "title"), bar.tip)
    _add_mark(group, bar.tone, _wide(bar.x), bar.y, _wide(bar.width), bar.height)
    if has_room(bar.label, bar.width, ACROSS):
        _add_words(group, bar.label, _wide(bar.x) + 6, bar.baseline, fill=light()[MARKS[bar.tone].ink], weight="600")


def _add_mark(into: Element, tone: str, x: float, y: float, width: float, height: float) -> None:
    paint = MARKS[tone]
    _add_rect(into, x, y, width, height, {"fill": light()[paint.fill], "stroke": light()[paint.stroke]})
    if hatch := HATCHES.get(tone):
        _add_rect(into, x, y, width, height, {"fill": f"url(#{hatch})", "fill-opacity": "0.4"})


def _add_rect(into: Element, x: float, y: float, width: float, height: float, paint: dict[str, str]) -> None:
    SubElement(into, "rect", {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{height:g}", **paint})


def _add_line(into: Element, tone: str, x1: float, y1: float, x2: float, y2: float) -> None:
    token, width = LINES[tone]
    ends = {"x1": f"{_wide(x1):g}", "y1": f"{y1:g}", "x2": f"{_wide(x2):g}", "y2": f"{y2:g}"}
    SubElement(into, "line", {**ends, "stroke": light()[token], "stroke-width": f"{width:g}"})


def _add_words(
    into: Element,
    text: str,
    x: float,
    y: float,
    *,
    fill: str,
    size: str = "12",
    weight: str = "400",
    anchor: str = "start",
) -> None:
    place = {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor}
    _text(SubElement(into, "text", {**place, "fill": fill, "font-size": size, "font-weight": weight}), text)


def _add_hatch(into: Element, name: str, token: str, angle: str) -> None:
    size = {"width": "6", "height": "6", "patternUnits": "userSpaceOnUse", "patternTransform": f"rotate({angle})"}
    pattern = SubElement(into, "pattern", {"id": name, **size})
    _add_rect(pattern, 0, 0, 3, 6, {"fill": light()[token]})


def _text(element: Element, text: str) -> None:
    element.text = UNPRINTABLE.sub("", text)


def _wide(percent: float) -> float:
    return round(percent / FULL * ACROSS, 2)
