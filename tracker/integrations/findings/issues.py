"""What an issue is about: one name for the many ways in which crawlers and people write it down.

Each issue has the words that give it away in English and Russian and the kind of work that it is. The first that
fits wins, so what is said more exactly stands first. A further issue, or another language, is one more line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from tracker.integrations.jira_csv.vocabulary import plain


class Known(NamedTuple):
    """`kind` says which request type suits: markup, speed, crawl, content, tracking, error or page."""

    issue: str
    kind: str
    words: str


ISSUES: Final[tuple[Known, ...]] = (
    Known("hreflang", "crawl", r"hreflang|языков\w+ верси|альтернативн\w+ язык"),
    Known("product-markup", "markup", r"product (schema|markup|structured)|разметк\w+ (товар|product)"),
    Known("breadcrumbs", "markup", r"breadcrumb|хлебн\w+ крош"),
    Known("faq-markup", "markup", r"\bfaq\b"),
    Known(
        "structured-data",
        "markup",
        r"structured data|schema\.?org|\bschema\b|json-?ld|rich (result|snippet)|микроразметк|структурированн\w+ данн",
    ),
    Known("duplicate-titles", "content", r"(duplicat|same|дубл|одинаков)\w*.{0,30}\b(title|тайтл|заголов)"),
    Known("duplicate-titles", "content", r"\btitles?\b.{0,20}(duplicat|same)|тайтл\w*.{0,20}(дубл|одинаков)"),
    Known("meta-descriptions", "content", r"meta[ -]?descriptions?|мета[ -]?описани|дескрипшн|\bdescriptions?\b"),
    Known("headings", "content", r"\bh[1-6]\b|\bheadings?\b|заголов\w+ h"),
    Known("titles", "content", r"(page|meta|title) titles?|\btitle tags?\b|\btitles?\b|тайтл|заголовк\w+ страниц"),
    Known("canonical", "crawl", r"canonical|каноническ|каноникал"),
    Known("redirects", "crawl", r"redirect|\b30[1278]\b|редирект|перенаправлени"),
    Known("server-errors", "error", r"\b5\d\d\b|\b5xx\b|server error|ошибк\w+ сервер"),
    Known("soft-404", "crawl", r"soft[ -]?404"),
    Known(
        "not-found",
        "error",
        r"\b40[34]\b|\b410\b|\b4xx\b|not found|broken (link|url|page)|dead link|бит\w+ ссыл|не найден",
    ),
    Known("sitemap", "crawl", r"site ?map|карт\w+ сайта|сайтмап"),
    Known("robots", "crawl", r"robots(\.txt)?|роботс"),
    Known("noindex", "crawl", r"noindex|no-index|ноиндекс|закрыт\w* от индекс"),
    Known("pagination", "crawl", r"pagination|paginated|rel=.?(next|prev)|пагинаци|постраничн"),
    Known(
        "facets",
        "crawl",
        r"facet|filter (page|url)|url parameter|query param|фасет|фильтр|параметр\w* url|get-параметр",
    ),
    Known("indexing", "crawl", r"\bindex(ed|ing|able|ation|ability)?\b|индексаци|индексир|в индекс"),
    Known("crawling", "crawl", r"\bcrawl|краул|обход|сканировани"),
    Known("orphans", "crawl", r"orphan|страниц\w* без ссыл|сирот"),
    Known("internal-links", "crawl", r"internal(ly)? link|inlinks?|anchor text|перелинков|внутренн\w+ ссыл|анкор"),
    Known("external-links", "content", r"external link|outlinks?|nofollow|внешн\w+ ссыл"),
    Known("alt-text", "content", r"\balt\b|alt[ -]?text|альт\w* текст|\bальт"),
    Known("images", "speed", r"\bimages?\b|\bwebp\b|\bavif\b|картин|изображени"),
    Known("lcp", "speed", r"\blcp\b|largest contentful|отрисовк"),
    Known("cls", "speed", r"\bcls\b|layout shift|сдвиг макет"),
    Known("inp", "speed", r"\b(inp|fid|tbt)\b|interaction to next|blocking time|отклик"),
    Known(
        "speed",
        "speed",
        r"core web vitals|\bcwv\b|\bspeed\b|\bslow\b|performance|ttfb|response time|скорост|медленн|производительн",
    ),
    Known("mobile", "page", r"\bmobile\b|viewport|\bamp\b|мобильн"),
    Known(
        "https", "page", r"https?\b(?!://)|\bssl\b|mixed content|insecure|hsts|security|сертификат|смешанн\w+ содерж"
    ),
    Known("thin-content", "content", r"\bthin\b|low (content|word)|word count|малоценн|тонк\w+ контент|мало текст"),
    Known("duplicate-content", "content", r"duplicat|дубл"),
    Known("texts", "content", r"\bcontent\b|\bcopy\b|\btexts?\b|readability|spelling|контент|\bтекст|опечат"),
    Known("rendering", "crawl", r"render|javascript|\bjs\b|\bssr\b|рендер"),
    Known(
        "tracking",
        "tracking",
        r"\bga4?\b|analytics|tracking|\bgtm\b|tag manager|\bpixel\b|аналитик|метрик|счётчик|счетчик",
    ),
    Known("social", "content", r"open ?graph|\bog:|twitter card|соцсет"),
    Known("urls", "crawl", r"\burls?\b|slug|trailing slash|uppercase|чпу|слэш"),
)


def compile_plain(words: str) -> re.Pattern[str]:
    """For texts that plain() has been over: it takes the marks off "й" and "ё"."""
    return re.compile(words.replace("й", "и").replace("ё", "е"))


_SEEN: Final = tuple((known.issue, known.kind, compile_plain(known.words)) for known in ISSUES)
_ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+|(?<![\w<])/[\w\-./%*]*|#\d+|\b[A-Z][A-Z0-9]+-\d+\b")
NAMES: Final = frozenset(known.issue for known in ISSUES)
TYPES: Final[Mapping[str, str]] = {
    "markup": "structured-data",
    "speed": "performance",
    "crawl": "crawl-indexing",
    "tracking": "tracking",
    "error": "bug",
    "content": "improvement",
    "page": "improvement",
}
"""Kind of work → key of the request type that suits."""
OTHERWISE: Final = "improvement"
_ANSWERS: Final[Mapping[str, Mapping[str, object]]] = {
    "product-markup": {"schema_type": "Product"},
    "breadcrumbs": {"schema_type": "BreadcrumbList"},
    "faq-markup": {"schema_type": "FAQPage"},
    "canonical": {"trouble": "canonical"},
    "sitemap": {"trouble": "sitemap"},
    "robots": {"trouble": "blocked"},
    "noindex": {"trouble": "missing"},
    "indexing": {"trouble": "missing"},
    "facets": {"trouble": "waste"},
    "redirects": {"trouble": "waste"},
    "lcp": {"metric": "LCP"},
    "inp": {"metric": "INP"},
    "cls": {"metric": "CLS"},
}


_KINDS: Final = {known.issue: known.kind for known in ISSUES}


def kind_of(issue: str) -> str:
    """The kind of work that a named issue is; "" for one that nobody knows."""
    return _KINDS.get(issue, "")


def suggest_answers(issue: str, urls: int | None) -> dict[str, object]:
    """What a finding already answers of the questions of a type, by the key of the question."""
    pages = {"pages_affected": urls} if urls else {}
    return {**pages, "seen_in": ["crawl"], **_ANSWERS.get(issue, {})}


@lru_cache(maxsize=10_000)
def find_issue(text: str) -> tuple[str, str]:
    """The name of the issue and its kind, both "" where no word gives it away. Addresses and keys say nothing."""
    words = plain(_ADDRESS.sub(" ", text))
    for issue, kind, seen in _SEEN:
        if seen.search(words):
            return issue, kind
    return "", ""


def without_issue(text: str) -> str:
    """The words of a plain text but those that name its issue: "product schema on the blog" is about the blog."""
    found = next((match for _issue, _kind, seen in _SEEN if (match := seen.search(text))), None)
    return f"{text[: found.start()]} {text[found.end() :]}" if found else text
