"""English and Russian are complete: no text of the interface is left without its translation."""

import re

from tests.messages import MO, ROOT, compiled, fresh_catalog, untranslated

TEMPLATES = sorted((ROOT / "tracker" / "templates").rglob("*.html"))
NOT_TEXT = [
    re.compile(r"{%\s*comment.*?endcomment\s*%}", re.DOTALL),
    re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", re.DOTALL),
    re.compile(r"{#.*?#}", re.DOTALL),
    re.compile(r"{%.*?%}", re.DOTALL),
    re.compile(r"{{.*?}}", re.DOTALL),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL),
    re.compile(r"<[^>]*>", re.DOTALL),
    re.compile(r"&[a-z]+;"),
]
SPOKEN_ATTRIBUTE = re.compile(r"""\b(?:aria-label|title|placeholder|alt)=["']([^"'{]*[A-Za-z]{2,}[^"'{]*)["']""")
NAMES = {"Tandem", "Ctrl", "Alt", "Esc", "Enter", "API"}


def test_every_text_is_translated_into_russian() -> None:
    assert not untranslated(fresh_catalog())


def test_the_compiled_translations_are_those_of_the_source() -> None:
    assert MO.read_bytes() == compiled(fresh_catalog()), "run make messages"


def test_no_template_speaks_without_being_translated() -> None:
    bare = []
    for path in TEMPLATES:
        source = path.read_text()
        spoken = SPOKEN_ATTRIBUTE.findall(re.sub(r"{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL))
        for pattern in NOT_TEXT:
            source = pattern.sub(" ", source)
        words = [word for word in re.findall(r"[A-Za-z]{2,}", " ".join([source, *spoken])) if word not in NAMES]
        if words:
            bare.append(f"{path.relative_to(ROOT)}: {' '.join(words[:8])}")
    assert not bare


def test_placeholders_survive_the_translation() -> None:
    broken = []
    for message in fresh_catalog():
        sources = message.id if isinstance(message.id, (list, tuple)) else [message.id]
        given = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        wanted = set(re.findall(r"%\(\w+\)[sd]", sources[-1]))
        for text in given:
            if message.id and text and set(re.findall(r"%\(\w+\)[sd]", text)) != wanted:
                broken.append(f"{sources[0]!r} → {text!r}")
    assert not broken
