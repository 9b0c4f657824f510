"""The countries whose holidays are known, by name, with their regions."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import holidays
import orjson

NAMES = Path(__file__).with_name("countries.json")
"""Of the Unicode locale data, by language and code; a test keeps it complete."""
LONGEST_REGION = 10


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = orjson.loads(NAMES.read_bytes())
    return found


@lru_cache(maxsize=10)
def names_of_countries(language: str) -> Mapping[str, str]:
    """Code to name, by name, in English where the language has none."""
    names = _names().get(language) or _names()["en"]
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))


@lru_cache(maxsize=300)
def regions_of(country: str) -> Mapping[str, str]:
    """Code to name of the regions with holidays of their own, by name; none of a country that is not known."""
    if country not in names_of_countries("en"):
        return {}
    aliases = holidays.country_holidays(country).get_subdivision_aliases()
    named = {code: (names[0] if names else code) for code, names in aliases.items() if len(code) <= LONGEST_REGION}
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))
