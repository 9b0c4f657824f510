"""Numbers, priorities and addresses as the cells of an audit hold them: commas or points, percent signs, any spaces."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from tracker.intake.rules import is_web_address
from tracker.integrations.jira_csv.vocabulary import plain

Priority = Literal["critical", "high", "medium", "low", "none"]
PRIORITIES: Final[tuple[Priority, ...]] = ("none", "low", "medium", "high", "critical")
"""From the least to the greatest."""
MOST_URLS: Final = 2_000_000_000
WHOLE: Final = 100
MOST_EXAMPLES: Final = 5

_WORDS: Final[dict[Priority, str]] = {
    "critical": "critical|blocker|highest|urgent|p0|критический|критично|блокер|срочно|critica|critique|kritisch|critico",
    "high": "high|major|p1|высокий|высокая|alta|alto|haute|eleve|hoch",
    "medium": "medium|normal|moderate|p2|средний|средняя|media|medio|moyenne|moyen|mittel",
    "low": "low|minor|p3|низкий|низкая|baja|bajo|faible|niedrig|gering|bassa|basso|baixa",
    "none": "none|no priority|lowest|trivial|info|insight|p4|нет|без приоритета|ninguna|aucune|keine",
}
_PRIORITIES: Final[dict[str, Priority]] = {
    plain(word): name for name, words in _WORDS.items() for word in words.split("|")
}
_SPACES: Final = re.compile(r"[\s'’\u00a0\u202f]+")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_BETWEEN: Final = re.compile(r"[\s|]+|(?<=[\w/]),(?=\s*https?://)|;(?=\s*https?://)")


def read_count(text: str) -> int | None:
    """A whole number: 48000, "48,000", "48.000" and "48 000" are one; None for what is none or cannot be meant."""
    bare = _SPACES.sub("", text)
    if _GROUPED.fullmatch(bare):
        bare = re.sub(r"[.,]", "", bare)
    elif _NUMBER.fullmatch(bare):
        bare = re.split(r"[.,]", bare)[0]
    else:
        return None
    count = int(bare) if len(bare) < len(str(MOST_URLS)) + 1 else MOST_URLS + 1
    return count if count <= MOST_URLS else None


def read_share(text: str) -> Decimal | None:
    """A percentage from 0 to 100: "60.640", "60,64" and "60.64 %" are one; None for anything else."""
    bare = _SPACES.sub("", text).removesuffix("%")
    if not _NUMBER.fullmatch(bare):
        return None
    try:
        share = Decimal(bare.replace(",", ".")).quantize(Decimal("0.001"))
    except InvalidOperation:
        return None
    return share if share <= WHOLE else None


def read_priority(text: str) -> Priority | None:
    """The priority that a word means, in the languages these tools speak; None for an unknown one."""
    return _PRIORITIES.get(plain(text))


def split_urls(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The first five web addresses in these cells, each once; a cell may hold several."""
    found: dict[str, None] = {}
    for cell in cells:
        for piece in _BETWEEN.split(cell):
            url = piece.strip(" \"'<>,;")
            if url not in found and is_web_address(url):
                found[url] = None
                if len(found) == MOST_EXAMPLES:
                    return tuple(found)
    return tuple(found)
