"""The pairs of titles on which similarity is measured: which are duplicates was decided by hand (fixtures/similar.txt).

A third is held back: nothing was tuned on it, it is only measured. Which third is fixed by a hash of the pair.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

FILE = Path(__file__).parent / "fixtures" / "similar.txt"
SHOWN = 5


@dataclass(frozen=True)
class Pair:
    asked: str
    kept: str
    duplicate: bool

    @property
    def held_back(self) -> bool:
        return int(sha256(f"{self.asked}|{self.kept}".encode()).hexdigest(), 16) % 3 == 0


@dataclass(frozen=True)
class Quality:
    """`precision` is the share of duplicates among what is suggested, `recall` that of the duplicates which are
    suggested; at 1 and at 5 suggestions a question."""

    precision_1: float
    recall_1: float
    precision_5: float
    recall_5: float


def read_pairs() -> list[Pair]:
    lines = [line for line in FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    cut = [(line[0], *line[1:].split("|", 1)) for line in lines]
    return [Pair(asked.strip(), kept.strip(), mark == "=") for mark, asked, kept in cut]


def measure(pairs: Sequence[Pair], suggest: Callable[[str], list[str]]) -> Quality:
    """`suggest` answers a title with the titles of what is kept, the likest first; all pairs' are kept at once.

    No question but its own pair's, where it is one, has a duplicate among them: whatever else is suggested is wrong.
    """
    figures = []
    for most in (1, SHOWN):
        answers = [(pair, suggest(pair.asked)[:most]) for pair in pairs]
        right = sum(pair.duplicate and pair.kept in answer for pair, answer in answers)
        suggested = sum(len(answer) for _pair, answer in answers)
        figures += [right / (suggested or 1), right / sum(pair.duplicate for pair in pairs)]
    return Quality(*(round(figure, 3) for figure in figures))
