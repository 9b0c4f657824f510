"""make messages: gathers the texts of the interface into the locale/ru of each package and compiles them.

What the tracker says is translated there; the roadmap, which stands on it, translates only what it says alone.
`python -m tests.messages` updates django.po and django.mo of both; the test of translations uses the same functions, so a text
that is not translated fails it. Babel reads Python, Django's own templatize turns templates into something like it.
"""

import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1]
PACKAGES = ("tracker", "roadmap")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Found = tuple[str | tuple[str, ...], str | None, str]


def python_texts(source: bytes) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    for _line, message, _comments, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
        if message:
            yield message, context


def folder_of(package: str) -> Path:
    return ROOT / package / "locale" / "ru" / "LC_MESSAGES"


@cache
def texts(package: str) -> list[Found]:
    """(msgid or (singular, plural), context, place) of every text in the interface of a package."""
    return list(_find_texts(package))


def _find_texts(package: str) -> Iterator[Found]:
    for path in sorted((ROOT / package).rglob("*.py")):
        for message, context in python_texts(path.read_bytes()):
            yield message, context, str(path.relative_to(ROOT))
    for path in sorted((ROOT / package / "templates").rglob("*.*")):
        likeness = templatize(path.read_text(), origin=str(path))
        flat = "\n".join(line.strip() for line in likeness.splitlines())
        for message, context in python_texts(flat.encode()):
            yield message, context, str(path.relative_to(ROOT))


def own_texts(package: str) -> Iterator[Found]:
    """Those that no package below it says: one word, one translation."""
    below = {text[:2] for other in PACKAGES[: PACKAGES.index(package)] for text in texts(other)}
    yield from (text for text in texts(package) if text[:2] not in below)


@cache
def fresh_catalog(package: str) -> Catalog:
    """The texts as they are now with the translations that exist; its dates stay, so that equal texts make equal files."""
    catalog = Catalog(locale="ru", domain="django", project="Tandem", fuzzy=False)
    source = folder_of(package) / "django.po"
    if source.exists():
        catalog = read_po(io.BytesIO(source.read_bytes()), locale="ru", domain="django")
    template = Catalog(creation_date=catalog.creation_date)
    for message, context, place in own_texts(package):
        template.add(message, context=context, locations=[(place, 0)])
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def fresh_catalogs() -> list[Catalog]:
    return [fresh_catalog(package) for package in PACKAGES]


def untranslated(catalog: Catalog) -> list[str]:
    missing = []
    for message in catalog:
        given = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        if message.id and (message.fuzzy or not all(given)):
            missing.append(f"{message.id!r} in {message.locations[0][0] if message.locations else '?'}")
    return missing


def compiled(catalog: Catalog) -> bytes:
    target = io.BytesIO()
    write_mo(target, catalog)
    return target.getvalue()


def main() -> None:
    for package in PACKAGES:
        folder = folder_of(package)
        folder.mkdir(parents=True, exist_ok=True)
        catalog = fresh_catalog(package)
        with (folder / "django.po").open("wb") as target:
            write_po(target, catalog, width=110, omit_header=False, sort_output=True, include_lineno=False)
        (folder / "django.mo").write_bytes(compiled(catalog))
        missing = untranslated(catalog)
        print(f"{package}: {len(catalog)} texts, {len(missing)} not translated")
        if "--show" in sys.argv:
            print("\n".join(missing))


if __name__ == "__main__":
    main()
