"""Which area of a site a text or an address means: by its name, its key, its components, or its URL pattern."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tracker.intake.rules import PatternParts, matches, split_pattern
from tracker.integrations.findings.grouping import Place
from tracker.integrations.jira_csv.vocabulary import plain
from tracker.sites.models import Area

LOOKED_AT = 2
"""So many examples of a finding are held against the patterns."""


@dataclass(frozen=True)
class Places:
    """All areas as they are now. `teams` maps an area to the team that answers for it."""

    by_word: Mapping[str, int]
    by_pattern: Mapping[str, int]
    patterns: Sequence[tuple[PatternParts, int]]
    teams: Mapping[int, int]
    words: Sequence[Place]
    _found: dict[str, int | None] = field(default_factory=dict)

    def find_area(self, template: str, urls: Sequence[str] = ()) -> int | None:
        """By what the file calls it, else by where its first examples lie."""
        if template not in self._found:
            self._found[template] = self._by_template(template)
        named = self._found[template]
        if named is not None or not urls:
            return named
        lying = {self._by_url(url) for url in urls[:LOOKED_AT]}
        return lying.pop() if len(lying) == 1 else None

    def _by_template(self, template: str) -> int | None:
        if not template:
            return None
        word = plain(template)
        named = self.by_word.get(word) or self.by_pattern.get(template.strip())
        return named or (self._by_url(template) if "/" in template else None)

    def _by_url(self, url: str) -> int | None:
        parts = split_pattern(url)
        path = parts.path.partition("?")[0]
        for mask, area in self.patterns:
            if parts.host and mask.host and not matches(parts.host, mask.host):
                continue
            if matches(path, mask.path) or matches(f"{path.rstrip('/')}/", mask.path):
                return area
        return None


def read_places() -> Places:
    """One statement. A longer pattern says more than a shorter one and is asked first."""
    rows = list(Area.objects.order_by("pk").values_list("pk", "key", "name", "pattern", "components", "team"))
    by_word: dict[str, int] = {}
    for pk, key, name, _pattern, components, _team in rows:
        for word in (name, key, key.replace("-", " "), *components):
            by_word.setdefault(plain(word), pk)
    masks = sorted(((row[3], row[0]) for row in rows if row[3].strip()), key=lambda mask: -len(mask[0]))
    return Places(
        by_word=by_word,
        by_pattern={pattern.strip(): pk for pattern, pk in reversed(masks)},
        patterns=[(split_pattern(pattern), pk) for pattern, pk in masks],
        teams={row[0]: row[5] for row in rows},
        words=[
            Place(name, pattern, tuple(plain(word) for word in (name, key.replace("-", " "), *components)))
            for _pk, key, name, pattern, components, _team in rows
        ],
    )
