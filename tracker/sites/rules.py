"""What can be the URL pattern of an area, and what a freeze does to a day."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

LONGEST_FREEZE = 366


class Window(NamedTuple):
    """Days of a freeze, the first and the last included."""

    starts_on: date
    ends_on: date

    @property
    def last_day_before(self) -> date:
        return self.starts_on - timedelta(days=1)

    @property
    def first_day_after(self) -> date:
        return self.ends_on + timedelta(days=1)


def freeze_around(day: date, windows: Iterable[Window]) -> Window | None:
    """The whole time around a day in which nothing goes live; None where the day is free.

    Windows that overlap, or of which one begins on the day after the other, are one: between them nothing goes live
    either.
    """
    around: Window | None = None
    for window in _joined(windows):
        if window.starts_on <= day <= window.ends_on:
            around = window
    return around


def _joined(windows: Iterable[Window]) -> list[Window]:
    joined: list[Window] = []
    for window in sorted(windows):
        if joined and window.starts_on <= joined[-1].first_day_after:
            joined[-1] = Window(joined[-1].starts_on, max(joined[-1].ends_on, window.ends_on))
        else:
            joined.append(window)
    return joined


def is_pattern(text: str) -> bool:
    """Whether it says which addresses belong to an area: /p/*, */p/*, https://shop.example/de/* or shop.example/de/*.

    An area may have none, so blank text is one too. Anything else would meet no address, and nobody would be told.
    """
    text = text.strip()
    if any(letter.isspace() for letter in text):
        return False
    if not text or text.startswith(("/", "*")):
        return not text.startswith("//")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc
