"""Every colour can be read where it stands: the tokens of tandem.css, light and dark, measured as WCAG 2.2 does."""

import re

import pytest

from tests.tracker.test_elements import APP

SHEET = APP / "static" / "tracker" / "tandem.css"
TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{3,6}), (#[0-9a-f]{3,6})\);")
THEMES = ("light", "dark")
TEXT, MARK = 4.5, 3.0
GROUNDS = ("page", "panel", "sunk")
TINTS = ("good-tint", "bad-tint", "warn-tint", "accent-tint", "bad-wash")
PAIRS: list[tuple[float, str, tuple[str, ...]]] = [
    (TEXT, "ink", (*GROUNDS, *TINTS)),
    (TEXT, "soft", (*GROUNDS, "accent-tint", "bad-wash", "good-tint")),
    (TEXT, "accent", (*GROUNDS, "accent-tint")),
    (TEXT, "good", (*GROUNDS, "good-tint")),
    (TEXT, "bad", (*GROUNDS, "bad-tint", "bad-wash")),
    (TEXT, "warn", (*GROUNDS, "warn-tint")),
    (TEXT, "marketing", GROUNDS),
    (TEXT, "technology", GROUNDS),
    (TEXT, "on-accent", ("accent",)),
    (TEXT, "on-side", ("marketing", "technology", "soft")),
    (MARK, "edge", GROUNDS),
    (MARK, "bar-good", GROUNDS),
    (MARK, "accent", (*GROUNDS, *TINTS)),
]
"""What is written or drawn on what; `accent` as a mark is the ring around what has the focus."""
DECORATION = {"hairline"}
"""Says nothing that a heading, a gap or a word does not say."""


def tokens() -> dict[str, tuple[str, str]]:
    return {name: (light, dark) for name, light, dark in TOKEN.findall(SHEET.read_text())}


def luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21_to_1() -> None:
    assert ratio("#000", "#ffffff") == pytest.approx(21)
    assert ratio("#777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_every_pair_of_tokens_is_told_apart(theme: str) -> None:
    colours = {name: pair[THEMES.index(theme)] for name, pair in tokens().items()}
    weak = [
        f"{front} on {ground}: {ratio(colours[front], colours[ground]):.2f}, not {least}"
        for least, front, grounds in PAIRS
        for ground in grounds
        if ratio(colours[front], colours[ground]) < least
    ]
    assert not weak


def test_every_colour_is_measured_somewhere() -> None:
    measured = {name for _least, front, grounds in PAIRS for name in (front, *grounds)} | DECORATION
    assert set(tokens()) == measured


def test_no_rule_has_a_colour_of_its_own() -> None:
    """Outside the tokens colours stand only where nothing is read: white paper, and the veil behind a dialog."""
    _tokens, _layer, rules = SHEET.read_text().partition("@layer base {")
    found = re.findall(r"[^\n;{]*:\s*[^;\n]*?(?:#[0-9a-f]{3,8}\b|rgb\()[^;]*;", rules)
    allowed = ("background: #fff", "background: rgb(0 0 0 / 0.35)", "#0000")
    assert not [rule.strip() for rule in found if not any(one in rule for one in allowed)]


def test_no_token_is_written_so_that_it_is_not_measured() -> None:
    assert SHEET.read_text().count("light-dark(#") == len(tokens())
