"""An icon of many shapes becomes one path that draws the same lines."""

import pytest

from tracker.templatetags.icons import draw_as_one


def one(*shapes: str) -> str:
    return draw_as_one('<svg class="icon">\n  ' + "\n  ".join(shapes) + "\n</svg>")


def test_circles_and_paths_become_one_path() -> None:
    dot = '<circle cx="9" cy="12" r="1" />'
    assert one(dot, dot) == f'<svg class="icon"><path d="{"M8 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0" * 2}"/></svg>'


@pytest.mark.parametrize(
    ("path", "placed"),
    [
        ("M18 6 6 18", "M18 6L6 18"),
        ("m6 6 12 12", "M6 6l12 12"),
        ("m21 21-4.34-4.34", "M21 21l-4.34-4.34"),
        ("M20 6 9 17l-5-5", "M20 6L9 17l-5-5"),
        ("m9.5.5h3", "M9.5 .5h3"),
        ("M5 12h14", "M5 12h14"),
    ],
)
def test_a_path_begins_where_it_says_behind_another_one_too(path: str, placed: str) -> None:
    assert one('<path d="M1 1v9" />', f'<path d="{path}" />') == f'<svg class="icon"><path d="M1 1v9{placed}"/></svg>'


@pytest.mark.parametrize(
    "shape",
    ['<rect width="18" height="18" x="3" y="3" rx="2" />', '<circle cx="9" cy="12" r="1" fill="currentColor" />'],
)
def test_an_icon_with_any_other_shape_stays_as_it_is(shape: str) -> None:
    assert one('<path d="M1 1v9" />', shape) == f'<svg class="icon">\n  <path d="M1 1v9" />\n  {shape}\n</svg>'
