"""English and Russian are complete: no text of the interface is left without its translation, and none escapes it."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from tests.messages import KEYWORDS, PACKAGES, ROOT, compiled, folder_of, fresh_catalog, fresh_catalogs, untranslated

STYLEGUIDE = ROOT / "tracker" / "templates" / "tracker" / "styleguide.html"
"""A page for contributors, shown in the demo and while developing: its examples are made up and stay English."""
TEMPLATES = sorted(
    {path for package in PACKAGES for path in (ROOT / package / "templates").rglob("*.html")} - {STYLEGUIDE}
)
MODULES = sorted(
    {path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    - {ROOT / "tracker" / "web" / "elements_page.py"}
)

TRANSLATED = re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
NOT_TEXT = [
    re.compile(r"{%\s*comment.*?endcomment\s*%}", re.DOTALL),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL),
    re.compile(r"<[^>]*>", re.DOTALL),
    re.compile(r"&[a-z]+;"),
]
SPOKEN_ATTRIBUTE = re.compile(r"""\b(?:aria-label|title|placeholder|alt)=["']([^"'{]*[A-Za-z]{2,}[^"'{]*)["']""")
LABELLED = "badge|button|card|chip|crumb|empty|fact|fold|menu|notice|section|tab|th|theline"
SPOKEN_ARGUMENT = re.compile(
    rf"""{{%\s*(?:{LABELLED})\s+"([^"]*[A-Za-z]{{2,}}[^"]*)"|{{%[^%]*?\b(?:title|label|caption|hint|suffix|confirm|why_not"""
    r"""|verb|then|text|note|role)="([^"]*[A-Za-z]{2,}[^"]*)"[^%]*%}"""
)
NAMES = {"Tandem", "Ctrl", "Alt", "Esc", "Enter", "API", "English"}
"""Said the same in every language; each language is named in its own."""

SPEAKING_CALLS = {"Refused", "Invalid", "NotAllowed", "NotFound", "Stale", "WrongState", "ValidationError"}
SPEAKING_KEYWORDS = {"label", "help_text", "title", "context_line", "empty_label", "why_not", "hint", "placeholder"}


def bare_words(source: str) -> list[str]:
    """What a template says that is in no translation."""
    source = TRANSLATED.sub("", source)
    arguments = [text for found in SPOKEN_ARGUMENT.findall(source) for text in found]
    source = TAG.sub("", source)
    attributes = SPOKEN_ATTRIBUTE.findall(source)
    for pattern in NOT_TEXT:
        source = pattern.sub(" ", source)
    said = " ".join([source, *arguments, *attributes])
    return [word for word in re.findall(r"[A-Za-z]{2,}", said) if word not in NAMES]


def is_bare(node: ast.expr) -> bool:
    """A sentence written out, or put together from pieces."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and re.search("[a-z]{2} ", str(part.value)) for part in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip()


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def spoken_by(call: ast.Call, keywords: Collection[str] = SPEAKING_KEYWORDS) -> Iterator[ast.expr]:
    """The arguments of a call that people read."""
    if name_of(call) in SPEAKING_CALLS:
        yield from call.args[:1]
    if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "messages":
        yield from call.args[1:2]
    yield from (keyword.value for keyword in call.keywords if keyword.arg in keywords)


def untold(tree: ast.Module, keywords: Collection[str] = SPEAKING_KEYWORDS) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (spoken for spoken in spoken_by(node, keywords) if is_bare(spoken))
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            told = (value for key, value in pairs if isinstance(key, ast.Constant) and key.value in SPEAKING_KEYWORDS)
            yield from (value for value in told if is_bare(value))


def eager_names(tree: ast.Module) -> dict[str, str]:
    """Name here → name there, of what was imported to translate."""
    found = [
        node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
    ]
    return {alias.asname or alias.name: alias.name for node in found for alias in node.names if "gettext" in alias.name}


def calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from calls_at_import(child)


def at(path: Path, node: ast.expr) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_text_is_translated_into_russian(package: str) -> None:
    assert not untranslated(fresh_catalog(package))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_compiled_translations_are_those_of_the_source(package: str) -> None:
    assert (folder_of(package) / "django.mo").read_bytes() == compiled(fresh_catalog(package)), "run make messages"


def test_no_template_speaks_without_being_translated() -> None:
    bare = {str(path.relative_to(ROOT)): bare_words(path.read_text())[:8] for path in TEMPLATES}
    assert not {path: words for path, words in bare.items() if words}


@pytest.mark.parametrize(
    "source",
    [
        "<p>Loose words</p>",
        '<a title="Loose words">7</a>',
        '{% button "Loose words" key="a" %}',
        '{% field form.x hint="Loose words" %}',
    ],
)
def test_loose_words_are_found(source: str) -> None:
    assert bare_words(source) == ["Loose", "words"]


def test_no_module_speaks_without_being_translated() -> None:
    """What the API says of itself is English, as its reference is."""
    keywords = {
        path: SPEAKING_KEYWORDS - {"help_text"} if path.parent.name == "api" else SPEAKING_KEYWORDS for path in MODULES
    }
    bare = [at(path, node) for path in MODULES for node in untold(ast.parse(path.read_text()), keywords[path])]
    assert not bare


def test_no_text_is_translated_while_a_module_is_imported() -> None:
    early = []
    for path in MODULES:
        tree = ast.parse(path.read_text())
        eager = {name for name, original in eager_names(tree).items() if not original.endswith(("_lazy", "_noop"))}
        early += [at(path, call) for call in calls_at_import(tree) if getattr(call.func, "id", "") in eager]
    assert not early


def test_translating_functions_go_by_names_that_are_gathered() -> None:
    names = {name for path in MODULES for name in eager_names(ast.parse(path.read_text()))}
    assert names <= set(KEYWORDS)


def test_placeholders_survive_the_translation() -> None:
    placeholder = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+>")
    broken = []
    for message in (message for catalog in fresh_catalogs() for message in catalog):
        sources = message.id if isinstance(message.id, (list, tuple)) else [message.id]
        given = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        wanted = set(placeholder.findall(sources[-1]))
        for text in given:
            if message.id and text and set(placeholder.findall(text)) != wanted:
                broken.append(f"{sources[0]!r} → {text!r}")
    assert not broken
