"""How alike two titles are: what they are about, where, and which of their other words they share.

Titles come as the stems of PostgreSQL's Russian configuration, which takes Latin words as English ones, so that both
languages may stand in one title. Wordings of the field (vocabulary.py) count as one mark each: "stars", "rich results"
and "микроразметка" are the same matter.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from math import prod

from rapidfuzz import fuzz, process

from tracker.intake.vocabulary import FACETS, WEAK

ALIKE, BESIDE_THE_BEST = 0.65, 0.8
"""From here on two titles are called similar; and the part of the best one's likeness that others have to reach."""

WEIGHTS: Mapping[str, float] = {
    "issue": 3.0,
    "thing": 1.5,
    "kind": 1.5,
    "metric": 1.5,
    "place": 1.5,
    "market": 1.5,
    "device": 1.0,
    "season": 1.5,
    "turn": 0.25,
    "word": 1.0,
}
"""What a mark of a facet counts; any other word counts WORD, one that says little WEAK_WORD."""
WORD, WEAK_WORD = 1.25, 0.15
FOREIGN = 0.25
"""What is left of the weight of a word that the other title lacks where it is written in the other script: it may well
say the same."""

OTHERWISE: Mapping[str, float] = {
    "issue": 0.45,
    "thing": 0.8,
    "kind": 0.6,
    "metric": 0.55,
    "place": 0.5,
    "market": 0.45,
    "device": 0.6,
    "season": 0.45,
    "turn": 0.6,
}
"""What is left of the likeness where both titles name something in a facet, and nothing that both name."""

EACH_ITS_OWN = 0.8
"""What is left where each names a matter, an object or a place of which the other is silent."""

SPELT_ALIKE = 82.0
"""Percent of rapidfuzz.ratio from which two stems are taken as one, misspelt."""
SHORTEST_MISSPELT = 4
NEAR_ENOUGH = 75.0
"""Percent of rapidfuzz.ratio from which a word that no title has is taken for one that some title has."""

MOST_GROUPS, BUDGET, SCANNED = 7, 1500.0, 30_000.0
"""Things that are asked for at once, titles that may be looked at for them, and places of the index that may be read."""

ELSEWHERE, OTHER_TYPE = 0.92, 0.97
"""What is left where the requests are known to be on different areas, or of different types."""


@dataclass(frozen=True)
class Reading:
    """What a title says: marks as (facet, mark), the words that no mark took, and the share of Cyrillic ones among all
    its stems."""

    marks: frozenset[tuple[str, str]]
    words: frozenset[str]

    cyrillic: float = 0.0

    @cached_property
    def facets(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for facet, mark in self.marks:
            found.setdefault(facet, set()).add(mark)
        return found

    @property
    def weight(self) -> float:
        return sum(WEIGHTS[facet] for facet, _mark in self.marks) + sum(weight_of(word) for word in self.words)

    def weight_beside(self, other: "Reading") -> float:
        """With what it says in the script that the other hardly uses counted less: 1 is all Cyrillic, 0 all Latin."""
        marked = sum(WEIGHTS[facet] for facet, _mark in self.marks)
        return marked + sum(weight_of(word) * _understood(word, other) for word in self.words)


def weight_of(word: str) -> float:
    return WEAK_WORD if word in WEAK or len(word) < 2 else WORD


def is_cyrillic(stem: str) -> bool:
    return "а" <= stem[0] <= "я"


def _understood(word: str, other: Reading) -> float:
    """1 for a word that the other title has or could have, FOREIGN for one of a script in which nothing of it is."""
    if word in other.words or not word[0].isalpha():
        return 1.0
    share = other.cyrillic if is_cyrillic(word) else 1.0 - other.cyrillic
    return FOREIGN + (1.0 - FOREIGN) * share


@cache
def _alternatives() -> Mapping[str, list[tuple[frozenset[str], tuple[str, str]]]]:
    """By the first stem of each wording: all its stems, and the mark that it stands for."""
    found: dict[str, list[tuple[frozenset[str], tuple[str, str]]]] = defaultdict(list)
    for facet, marks in FACETS.items():
        for mark, wordings in marks.items():
            for wording in wordings.split(", "):
                stems = wording.split()
                found[stems[0]].append((frozenset(stems), (facet, mark)))
    return found


@cache
def known_stems() -> frozenset[str]:
    """Every stem of the vocabulary: words that are spelt right though no title may have them yet."""
    wordings = (wording for marks in FACETS.values() for text in marks.values() for wording in text.split(", "))
    return frozenset(stem for wording in wordings for stem in wording.split()) | WEAK


@cache
def wordings_of(mark: tuple[str, str]) -> tuple[frozenset[str], ...]:
    """All the ways to say it, each as stems that occur together."""
    facet, name = mark
    return tuple(frozenset(wording.split()) for wording in FACETS[facet][name].split(", "))


def read_stems(stems: Iterable[str]) -> Reading:
    """Finds the marks of a title; a longer wording silences the shorter one that it holds, within its facet."""
    said = frozenset(stems)
    table = _alternatives()
    found = [pair for stem in said for pair in table.get(stem, ()) if pair[0] <= said]
    kept = [
        (wording, mark)
        for wording, mark in found
        if not any(wording < other and mark[0] == longer[0] and mark != longer for other, longer in found)
    ]
    taken = frozenset(stem for wording, _mark in kept for stem in wording)
    letters = [stem for stem in said if stem[0].isalpha()]
    cyrillic = sum(map(is_cyrillic, letters)) / len(letters) if letters else 0.5
    return Reading(frozenset(mark for _wording, mark in kept), said - taken, cyrillic)


def likeness(one: Reading, other: Reading) -> float:
    """From 0 to 1: twice what both say, divided by all that is said; less where they speak of different matters."""
    whole = one.weight_beside(other) + other.weight_beside(one)
    if not whole:
        return 0.0
    shared = 2 * sum(WEIGHTS[facet] for facet, _mark in one.marks & other.marks)
    shared += _shared_words(one.words, other.words)
    return min(1.0, shared / whole) * _left_over(one, other)


def _left_over(one: Reading, other: Reading) -> float:
    """What different matters leave of a likeness."""
    found = 1.0
    for facet, here in one.facets.items():
        there = other.facets.get(facet)
        if there and here.isdisjoint(there):
            found *= OTHERWISE.get(facet, 1.0)
    if _telling(one.marks - other.marks) and _telling(other.marks - one.marks):
        found *= EACH_ITS_OWN
    return found


def _telling(marks: Iterable[tuple[str, str]]) -> bool:
    return any(facet not in ("turn", "word") for facet, _mark in marks)


def _shared_words(ours: Collection[str], theirs: Collection[str]) -> float:
    """The weight of the words that both have, on both sides; a misspelt one counts as far as it is spelt alike."""
    ours, theirs = sorted([sorted(ours), sorted(theirs)])
    same = set(ours) & set(theirs)
    shared = 2 * sum(weight_of(word) for word in same)
    left = [word for word in theirs if word not in same and len(word) >= SHORTEST_MISSPELT]
    for word in ours:
        if word in same or not left or len(word) < SHORTEST_MISSPELT:
            continue
        best = process.extractOne(word, left, scorer=fuzz.ratio, score_cutoff=SPELT_ALIKE)
        if best:
            left.remove(best[0])
            shared += (weight_of(word) + weight_of(best[0])) * best[1] / 100
    return shared


def spell(stem: str, near: Iterable[str]) -> str:
    """The word that is meant by one that no title has: the nearest of these that is near enough, or itself."""
    if len(stem) < SHORTEST_MISSPELT or any(letter.isdigit() for letter in stem):
        return stem
    best = process.extractOne(stem, sorted(near), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return str(best[0]) if best else stem


@dataclass(frozen=True)
class Group:
    """One thing that is asked for, in all its wordings; `share` is the part of all titles that say it, guessed high."""

    wordings: tuple[frozenset[str], ...]
    share: float
    weight: float
    marked: bool = False


def group_reading(
    reading: Reading, shares: Mapping[str, float], least: float, unknown: Collection[str] = ()
) -> list[Group]:
    """What to look for, the rarest first; words that say little only where there is nothing else.

    `shares` holds the part of all titles in which a stem occurs for the common ones; any other occurs in `least`, but
    for the `unknown`, which no title has. Numbers distinguish, they do not lead anywhere.
    """

    def share_of(wordings: Iterable[frozenset[str]]) -> float:
        return min(1.0, sum(min(shares.get(stem, least) for stem in wording) for wording in wordings))

    marks = [(wordings_of(mark), WEIGHTS[mark[0]], True) for mark in reading.marks if mark[0] != "turn"]
    words = [((frozenset([word]),), weight_of(word), False) for word in reading.words if word not in unknown]
    telling = [one for one in words if one[1] > WEAK_WORD and next(iter(one[0][0]))[0].isalpha()]
    turns = [(wordings_of(mark), WEIGHTS["turn"], True) for mark in reading.marks if mark[0] == "turn"]
    chosen = [*marks, *telling] or [*words, *turns]
    groups = [Group(wordings, share_of(wordings), weight, marked) for wordings, weight, marked in chosen]
    return sorted(groups, key=lambda group: (group.share, sorted(map(sorted, group.wordings))))[:MOST_GROUPS]


def narrow(
    groups: Sequence[Group], rows: float, budget: float = BUDGET, scanned: float = SCANNED
) -> list[tuple[Group, ...]]:
    """The smallest sets of groups whose titles, taken together, are few enough to be looked at one by one.

    Rare words stand alone, common ones by two or three; what an index has to read for a set are the titles of the
    rarest in it. None where nothing is rare enough.
    """
    chosen: list[tuple[Group, ...]] = []
    for size in (1, 2, 3):
        for some in sorted(combinations(groups, size), key=lambda some: prod(group.share for group in some)):
            expected, read = rows * prod(group.share for group in some), rows * min(group.share for group in some)
            if expected > budget or read > scanned or any(set(smaller) <= set(some) for smaller in chosen):
                continue
            chosen.append(some)
            budget -= expected
            scanned -= read
    return chosen


def all_common(groups: Sequence[Group], sets: Sequence[Sequence[Group]]) -> list[Group]:
    """What is to be looked for among the newest alone: all that is common, where no set is made of it."""
    rare = {group for group in groups if (group,) in sets}
    common = [group for group in groups if group not in rare]
    marked = [group for group in common if group.marked] or common
    return [] if any(rare.isdisjoint(some) for some in sets) or any(group.marked for group in rare) else marked


def covers(question: Reading, text: Reading) -> float:
    """From 0 to 1: how much of a question a longer text answers; less where they speak of different matters."""
    shared = sum(WEIGHTS[facet] for facet, _mark in question.marks & text.marks)
    shared += _shared_words(question.words, question.words & text.words) / 2
    found = shared / question.weight if question.weight else 0.0
    return found * _left_over(question, text)
