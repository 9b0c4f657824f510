"""Whom and what the texts of another tracker mean here: people by e-mail or a name only one of them has, areas by
component. Nobody is made up: what is not found stays empty and is reported."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracker.integrations.jira_csv.vocabulary import plain
from tracker.people.models import User
from tracker.sites.models import Area


@dataclass(frozen=True)
class Known:
    """Active people and the components of all areas, as they are when a file is checked."""

    by_email: Mapping[str, int]
    by_name: Mapping[str, int]
    areas: Mapping[str, frozenset[int]]

    def find_owner(self, name: str, email: str) -> int | None:
        return self.by_email.get(email.lower()) if email else self.by_name.get(plain(name))

    def find_areas(self, words: Iterable[str]) -> list[int]:
        return sorted({area for word in words for area in self.areas.get(plain(word), ())})


def read_known() -> Known:
    """Two statements."""
    people = list(User.objects.filter(is_active=True).values_list("id", "email", "name"))
    times = Counter(plain(name) for _id, _email, name in people)
    areas: defaultdict[str, set[int]] = defaultdict(set)
    for area, components in Area.objects.values_list("id", "components"):
        for component in components:
            areas[plain(component)].add(area)
    return Known(
        by_email={email.lower(): id for id, email, _name in people},
        by_name={plain(name): id for id, _email, name in people if times[plain(name)] == 1},
        areas={word: frozenset(found) for word, found in areas.items()},
    )
