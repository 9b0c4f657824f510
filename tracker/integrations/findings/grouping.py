"""Old tickets that say the same belong together: by the template they are about and the issue they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from tracker.integrations.findings.issues import compile_plain, find_issue, without_issue
from tracker.integrations.jira_csv.vocabulary import plain

LONGEST_TEMPLATE: Final = 120
LONGEST_ISSUE: Final = 170
SAID: Final = 4
"""So many words of a title tell what it is about when no known issue does."""

_TEMPLATES: Final = (
    ("product", r"product (page|detail)s?|\bpdp\b|\bproducts?\b|карточ\w+ товар|товар\w*"),
    ("category", r"categor(y|ies)( page)?|\bplp\b|catalogu?e?\b|listing|категори\w*|каталог\w*|листинг\w*"),
    (
        "search",
        r"(internal )?search (page|result)s?|site search|^\s*(search|поиск)\s*$|поисков\w+ выдач\w*|страниц\w+ поиска",
    ),
    ("checkout", r"checkout|basket|\bcart\b|корзин\w*|оформлени\w+ заказа"),
    ("home", r"home ?pages?|start page|главн\w+( страниц\w*)?"),
    ("blog", r"\bblog\b|articles?|\bnews\b|блог\w*|стать\w+|новост\w*"),
    ("landing", r"landing( page)?s?|лендинг\w*|посадочн\w+"),
    ("brand", r"brand pages?|бренд\w*"),
    ("store", r"store (page|locator)s?|магазин\w*"),
)
_KNOWN: Final = tuple((name, compile_plain(words)) for name, words in _TEMPLATES)
TEMPLATE_NAMES: Final = frozenset(name for name, _words in _TEMPLATES)
_URL: Final = re.compile(r"https?://[^\s\"'<>)\]]+|(?<![\w/:<])/[\w\-%]+(?:/[\w\-./%*]*)?")
_NOISE: Final = re.compile(r"\b(?:[a-z][a-z0-9_]+-\d+|#?\d+)\b|[\[({][^\])}]{0,40}[\])}]|[^\w\s]+")
_PREFIX: Final = re.compile(r"^(?:\[[^\]]{0,40}\]|\([^)]{0,40}\)|seo|bug|task|fix|re|fwd?)[\s:\-–—|]+", re.IGNORECASE)
_EMPTY: Final = frozenset(
    plain(
        "the a an of on in for to from and or is are be not no with at by we our all some this that has have it its as"
        " please should must need needs add fix make use page pages site website issue problem ticket seo again new old"
        " missing wrong broken error"
        " на в и или не по для из с со к у о от до при как это все всех надо нужно сделать добавить исправить починить"
        " страница страницы страниц страницах сайт сайта сайте проблема ошибка задача нет"
    ).split()
)


class Place(NamedTuple):
    """What a title may mean by a place of the site: an area's own name, pattern and components."""

    name: str
    pattern: str
    words: tuple[str, ...]


class Group(NamedTuple):
    """`issue` is the name of a known one, else the words that say most; `template` may be empty."""

    template: str
    issue: str

    @property
    def key(self) -> str:
        return f"{self.template}|{self.issue}"


def group_title(title: str, places: Sequence[Place] = (), labels: Sequence[str] = ()) -> Group:
    """Titles that differ in numbers, addresses, order of words or language of the same known issue fall together."""
    issue = find_issue(title)[0] or find_issue(" ".join(labels))[0]
    template = find_template(title, places, labels)
    return Group(template[:LONGEST_TEMPLATE], (issue or _say(title, template))[:LONGEST_ISSUE])


def find_template(text: str, places: Sequence[Place] = (), labels: Sequence[str] = ()) -> str:
    """The area that a text names or whose addresses it holds, else a common template, else the first part of a path."""
    words = f" {plain(' '.join((_URL.sub(' ', text), *labels)))} "
    for place in places:
        if any(len(word) > 2 and f" {word} " in words for word in place.words):
            return place.name
    paths = [_path_of(found) for found in _URL.findall(text)]
    for place in places:
        if place.pattern and any(_fits(path, place.pattern) for path in paths):
            return place.name
    if common := _common_template(words):
        return next((place.name for place in places if _common_template(plain(place.name)) == common), common)
    part = next((path.strip("/").split("/")[0] for path in paths if path.strip("/")), "")
    return f"/{part}/*" if part else ""


@lru_cache(maxsize=10_000)
def _common_template(words: str) -> str:
    return next((name for name, seen in _KNOWN if seen.search(without_issue(words))), "")


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path or "/"
    except ValueError:
        return "/"


def _fits(path: str, pattern: str) -> bool:
    start = _path_of(pattern).partition("*")[0].rstrip("/")
    return bool(start) and (path == start or path.startswith(f"{start}/"))


def _say(title: str, template: str) -> str:
    """The few words that say most, in the order of the alphabet: "Fix the footer #12" is "footer"."""
    bare = _PREFIX.sub("", _URL.sub(" ", title))
    words = dict.fromkeys(_NOISE.sub(" ", plain(bare)).split())
    about = set(plain(template).split())
    told = [word for word in words if len(word) > 1 and word not in _EMPTY and word not in about]
    return " ".join(sorted(told[:SAID])) or plain(title)[:LONGEST_ISSUE]
