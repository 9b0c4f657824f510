"""What can be the URL pattern of an area."""

import pytest

from tracker.sites.rules import is_pattern


@pytest.mark.parametrize(
    "text", ["", "/p/*", "/", "*/p/*", "https://shop.example/de/*", "http://shop.example", "shop.example/de/*"]
)
def test_a_pattern_begins_with_a_path_or_an_address(text: str) -> None:
    assert is_pattern(text)


@pytest.mark.parametrize(
    "text", ["not a pattern", "p", "p/*", "//shop.example", "ftp://shop.example/p", "https://[", "/p /x"]
)
def test_what_meets_no_address_is_no_pattern(text: str) -> None:
    assert not is_pattern(text)
