"""Where the marks of a picture stand: pure numbers. Across in percent of the width, so that a picture fits every width
without making its words smaller; down in pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

Number = Decimal | float | int

FULL = 100.0
NARROW, USUAL = 320, 720
"""Widths in pixels of a picture on a phone and beside a column."""
LETTER = 6.4
"""Pixels that a letter takes at most, on average."""
PAD = 6
MONTHS_OF_QUARTER = 3


@dataclass(frozen=True)
class Span:
    """From `x`, so wide; percent."""

    x: float
    width: float

    @property
    def end(self) -> float:
        return self.x + self.width


@dataclass(frozen=True)
class Bar:
    """`tip` says it in full, `label` stands inside where there is room for it; `key` is of the row of a ranked list that
    it stands for."""

    tone: str
    x: float
    y: float
    width: float
    height: float
    label: str = ""
    tip: str = ""
    key: str = ""

    @property
    def baseline(self) -> float:
        return self.y + self.height / 2 + 4

    @property
    def roomy(self) -> bool:
        """Whether the label fits on a phone as well."""
        return has_room(self.label, self.width, NARROW)


@dataclass(frozen=True)
class Stroke:
    tone: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Dot:
    tone: str
    x: float
    y: float


@dataclass(frozen=True)
class Words:
    """`anchor` is start, middle or end; `shift` moves it by pixels."""

    text: str
    x: float
    y: float
    tone: str = "soft"
    anchor: str = "start"
    shift: float = 0


@dataclass(frozen=True)
class Heading:
    """Of a column; without `phone` it is left out there."""

    label: str
    numeric: bool = False
    phone: bool = True

    @property
    def classes(self) -> str:
        return " ".join(name for name, has in (("num", self.numeric), ("wide", not self.phone)) if has)


@dataclass(frozen=True)
class Row:
    cells: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True)
class Picture:
    """`name` is that of its file and its anchor, `news` what it says in a sentence, `rows` the same numbers."""

    name: str
    title: str
    news: str
    height: float
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    dots: tuple[Dot, ...] = ()
    words: tuple[Words, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()

    @property
    def ranked(self) -> bool:
        """Whether it shows the rows of a ranked list, to be moved in it as in the list."""
        return any(bar.key for bar in self.bars)


def percent_of(value: Number, whole: Number) -> float:
    """Never outside of the picture."""
    if whole <= 0:
        return 0.0
    return round(min(max(float(value) / float(whole), 0.0), 1.0) * FULL, 3)


def stack_spans(values: Iterable[Number], whole: Number) -> list[Span]:
    """One after the other, none overlapping; their sum is its share of the whole, which is at least that sum."""
    read = [max(float(value), 0.0) for value in values]
    most = max(float(whole), sum(read))
    edges, sum_so_far = [0.0], 0.0
    for value in read:
        sum_so_far += value
        edges.append(percent_of(sum_so_far, most))
    return [Span(first, last - first) for first, last in pairwise(edges)]


def has_room(label: str, width: float, across: int = USUAL) -> bool:
    return bool(label) and len(label) * LETTER + 2 * PAD <= width / FULL * across


def beside(text: str, x: float, y: float, tone: str) -> Words:
    """Words next to an upright line, on the side where there is more room."""
    if x > FULL / 2:
        return Words(text, x, y, tone, "end", -PAD)
    return Words(text, x, y, tone, "start", PAD)


def trace(values: Sequence[Number], top: float, bottom: float, right: float = FULL) -> list[tuple[float, float]]:
    """Points of a line from left to right: the largest value on top, the least at the bottom, a flat line between."""
    if not values:
        return []
    read = [float(value) for value in values]
    low, high = min(read), max(read)
    step = right / max(len(read) - 1, 1)
    found = []
    for place, value in enumerate(read):
        share = (value - low) / (high - low) if high > low else 0.5
        found.append((round(place * step, 3), round(bottom - share * (bottom - top), 3)))
    return found


def join_points(points: Sequence[tuple[float, float]], tone: str) -> tuple[Stroke, ...]:
    return tuple(Stroke(tone, *first, *second) for first, second in pairwise(points))


def quarter_of(on: date) -> date:
    """The first day of its quarter."""
    return date(on.year, (on.month - 1) // MONTHS_OF_QUARTER * MONTHS_OF_QUARTER + 1, 1)


def quarter_after(first: date, count: int = 1) -> date:
    """The first day of the quarter so many after the one that begins on this day."""
    months = first.year * 12 + first.month - 1 + count * MONTHS_OF_QUARTER
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True)
class Axis:
    """Days from left to right, in whole quarters; `end` is the first day after them."""

    start: date
    end: date

    def place(self, on: date) -> float:
        """Where the day begins; what lies outside stands at the edge."""
        return percent_of((on - self.start).days, (self.end - self.start).days)

    def span(self, first: date, last: date, least: float = 1.0) -> Span:
        """From the first day to the end of the last, wide enough to be seen and inside the picture."""
        x, end = self.place(first), self.place(last + timedelta(days=1))
        width = max(end - x, least)
        return Span(min(x, FULL - width), width)

    @property
    def quarters(self) -> list[date]:
        found, day = [], self.start
        while day < self.end:
            found.append(day)
            day = quarter_after(day)
        return found


def axis_over(days: Iterable[date], today: date, *, before: int = 2, after: int = 6, least: int = 2) -> Axis:
    """The quarters of these days and of today: no more than `before` that one and `after` it, no fewer than `least`."""
    now = quarter_of(today)
    known = [now, *(quarter_of(day) for day in days)]
    first = max(min(known), quarter_after(now, -before))
    last = min(max(known), quarter_after(now, after))
    return Axis(first, max(quarter_after(last), quarter_after(first, least)))


def flow_legend(labels: Sequence[str], across: float, line: float = 18) -> list[tuple[float, float]]:
    """Places (in pixels) of the entries of a legend, one after the other, on as many lines as they need."""
    places, x, y = [], 0.0, 0.0
    for label in labels:
        wide = 18 + len(label) * LETTER + 16
        if x and x + wide > across:
            x, y = 0.0, y + line
        places.append((x, y))
        x += wide
    return places
