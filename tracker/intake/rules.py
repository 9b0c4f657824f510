"""What a request still lacks, and whether an example belongs to its area.

Evidence is asked for in stages: filing takes a minute, what accepting and embedding need is asked for when it is
needed. A form that asks for everything at once is not filled in, and one that never asks gets no answers at all.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, TypedDict
from urllib.parse import unquote, urlsplit


class Stage(StrEnum):
    """What a request is to go through next; each stage also asks for all that the stages before it ask for."""

    FILING = "filing"
    ACCEPTANCE = "acceptance"
    EMBEDDING = "embedding"


class TypeField(TypedDict):
    """One field of a request type's own form; a field without a stage ("") is never demanded."""

    key: str
    stage: str
    kind: str


CORE_FIELDS: Mapping[Stage, Sequence[str]] = {
    Stage.FILING: ("title", "area", "example_urls", "why"),
    Stage.ACCEPTANCE: ("kpi", "baseline", "target", "measure_on", "confidence"),
    Stage.EMBEDDING: ("acceptance_tests", "how_to_test"),
}
"""Stage → the fields that every type has, in the order of the form."""

CONDITIONAL_FIELDS: Sequence[str] = ("confidence_source", "deadline_reason")
"""Core fields that another answer calls for; with CORE_FIELDS these names are taken, no type field may use one."""

WISHED = ("live_on", "switch_on")
"""Own fields of types that say by which day it has to be there."""

GUESS, SIMILAR = "guess", "similar"
LONGEST_URL = 2_000


class PatternParts(NamedTuple):
    """A URL or a URL pattern, cut: host in lower case, empty where none is named; path with its query."""

    host: str
    path: str


def missing(
    stage: Stage, core: Mapping[str, object], fields: Sequence[TypeField], values: Mapping[str, object]
) -> list[str]:
    """The names of the fields that a request lacks for a stage, in the order of the form, stage by stage.

    `core` holds the values of the core fields by name, `values` those of the type's own `fields` by key; what is not
    in them counts as unanswered. No, 0 and False are answers, a blank text or an empty list is none. Unknown names
    and fields of later stages are left alone. Raises ValueError for a field whose stage does not exist.
    """
    lacking = []
    for asked in _list_stages_up_to(stage):
        lacking += [name for name in CORE_FIELDS[asked] if not is_answered(core.get(name))]
        lacking += [name for name in _list_conditional(asked, core) if not is_answered(core.get(name))]
        own = [field["key"] for field in fields if field["stage"] and Stage(field["stage"]) is asked]
        lacking += [key for key in own if not is_answered(values.get(key))]
    return lacking


def is_answered(value: object) -> bool:
    """Whether a field says anything: 0 and False do, blank text, an empty list and a list of blanks do not."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, Mapping):
        return bool(value)
    if isinstance(value, Collection):
        return any(is_answered(item) for item in value)
    return value is not None


def belongs_to(url: str, pattern: str) -> bool:
    """Whether an example URL lies in an area with this URL pattern, such as `/p/*` or `https://shop.example/de/*`.

    `*` stands for any characters, also none and also `/`. A pattern without a host is met on every host, and a URL may
    be a bare path. Host names ignore case, paths do not; percent-encoding, a fragment and a closing slash make no
    difference, and a query counts only where the pattern has one. An empty URL or pattern belongs to nothing.
    """
    sample, mask = split_pattern(url), split_pattern(pattern)
    if not url.strip() or not pattern.strip():
        return False
    if sample.host and mask.host and not matches(sample.host, mask.host):
        return False
    path = sample.path if "?" in mask.path else sample.path.partition("?")[0]
    # "/p" and "/p/" are the same page to everybody but a server, so either spelling may be the one that fits.
    bare = path.rstrip("/")
    return any(matches(spelling, mask.path) for spelling in (path, bare, f"{bare}/"))


ELSEWHERE = "elsewhere"
"""A question for web addresses whose key ends so asks for pages of others: they are held against no area."""


def samples_outside(urls: Sequence[str], site: str, pattern: str) -> list[str]:
    """The samples that do not lie in an area: another host than its site's, or a path that its pattern does not meet.

    An area without a pattern is a component: where its pages are nobody knows, so that only the host can be wrong. A
    pattern that names a host counts for itself. `www.` makes no difference.
    """
    home, named = split_pattern(site).host.removeprefix("www."), split_pattern(pattern).host if pattern.strip() else ""

    def outside(url: str) -> bool:
        elsewhere = not named and split_pattern(url).host.removeprefix("www.") != home
        return elsewhere or not belongs_to(url, pattern.strip() or "*")

    return [url for url in urls if outside(url)]


def list_samples(
    fields: Sequence[TypeField], answers: Mapping[str, object], examples: Sequence[str]
) -> dict[str, list[str]]:
    """By the name of the field, the web addresses that have to lie in the area: the examples, and a type's own lists."""
    own = [one["key"] for one in fields if one["kind"] == "urls" and not one["key"].endswith(ELSEWHERE)]
    found = {"example_urls": list(examples)}
    for key in own:
        value = answers.get(key)
        if isinstance(value, list):
            found[key] = [str(url) for url in value]
    return found


WEEKEND = (5, 6)


def working_days(start: datetime, end: datetime) -> float:
    """Days between two instants of one zone, Saturdays and Sundays left out; a third of a weekday counts a third."""
    passed = 0.0
    while start < end:
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        stop = min(midnight, end)
        if start.weekday() not in WEEKEND:
            passed += (stop - start) / timedelta(days=1)
        start = stop
    return passed


def is_web_address(url: str) -> bool:
    """Whether it begins with http:// or https:// and a host, without a space in it."""
    if len(url) > LONGEST_URL or " " in url or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def split_pattern(text: str) -> PatternParts:
    """Cuts a URL or a URL pattern into host and path; what cannot be read as a URL is taken as a path."""
    text = text.strip()
    if "//" not in text and not text.startswith(("/", "*")) and "." in text.partition("/")[0]:
        text = f"//{text}"
    try:
        parts = urlsplit(text)
    except ValueError:
        return PatternParts("", text)
    path = unquote(parts.path) or "/"
    return PatternParts(parts.netloc.lower(), f"{path}?{unquote(parts.query)}" if parts.query else path)


def matches(text: str, mask: str) -> bool:
    """Whether a text meets a mask in which `*` stands for any characters; in linear time, whatever the mask."""
    first, *rest = mask.split("*")
    if not rest:
        return text == mask
    last = rest.pop()
    if not text.startswith(first):
        return False
    reached = len(first)
    for piece in rest:
        found = text.find(piece, reached)
        if found < 0:
            return False
        reached = found + len(piece)
    return len(text) - reached >= len(last) and text.endswith(last)


def _list_stages_up_to(stage: Stage) -> list[Stage]:
    stages = list(Stage)
    return stages[: stages.index(stage) + 1]


def _list_conditional(stage: Stage, core: Mapping[str, object]) -> list[str]:
    """What earlier answers call for: a deadline its reason at any time, better evidence than a guess its source.

    A similar case is named by a request or in words.
    """
    if stage is Stage.FILING and is_answered(core.get("deadline_on")):
        return ["deadline_reason"]
    confidence = core.get("confidence") if stage is Stage.ACCEPTANCE else None
    if not is_answered(confidence) or confidence == GUESS:
        return []
    return [] if confidence == SIMILAR and is_answered(core.get("similar_to")) else ["confidence_source"]


def wanted_by(deadline_on: date | None, answers: Mapping[str, Any]) -> date | None:
    """The day by which it has to be there: its deadline, or the day of a change that it belongs to; the earlier one."""
    typed = [answers[key] for key in WISHED if isinstance(answers.get(key), str)]
    days = [date.fromisoformat(one) for one in typed if one]
    return min([*days, *([deadline_on] if deadline_on else [])], default=None)
