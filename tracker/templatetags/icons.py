"""Icons as pages carry them: a long list shows a hundred, and each shape is a thing to lay out."""

import re

NUMBER = r"[+-]?(?:\d*\.\d+|\d+)"
SHAPE = re.compile(
    rf'\s*<(?:path d="(?P<path>[^"]+)"|circle cx="(?P<x>{NUMBER})" cy="(?P<y>{NUMBER})" r="(?P<r>{NUMBER})") />\s*'
)
BEGINNING = re.compile(rf"\s*[Mm]\s*({NUMBER})[\s,]*({NUMBER})[\s,]*")


def draw_as_one(svg: str) -> str:
    """The same lines as one path, where an icon is made of bare paths and circles; any other as it is."""
    opening, _end, inside = svg.partition(">")
    shapes = inside.removesuffix("</svg>")
    if SHAPE.sub("", shapes):
        return svg
    lines = "".join(_line_of(shape) for shape in SHAPE.finditer(shapes))
    return f'{opening}><path d="{lines}"/></svg>'


def _line_of(shape: re.Match[str]) -> str:
    if path := shape["path"]:
        return _placed(path)
    x, y, r = (float(shape[name]) for name in "xyr")
    half = f"a{r:g} {r:g} 0 1 0"
    return f"M{x - r:g} {y:g}{half} {2 * r:g} 0{half} {-2 * r:g} 0"


def _placed(path: str) -> str:
    """A path begins where it says, also behind another one; what follows its M or m without a letter is a line."""
    begun = BEGINNING.match(path)
    if begun is None:
        return path
    rest = path[begun.end() :]
    line = "" if not rest or rest[0].isalpha() else "l" if path.lstrip().startswith("m") else "L"
    return f"M{begun[1]} {begun[2]}{line}{rest}"
