"""Rules about people and what is theirs. Pure."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import parse_qsl, urlencode

PASSING = frozenset({"view", "after", "before", "as", "dialog", "move"})
"""Parts of an address that are not kept in a view: which page of it is shown, and what is open on it."""


def clean_query(text: str) -> str:
    """The part of an address behind the ? as a view keeps it: what is not empty, without what passes."""
    pairs = parse_qsl(text.strip().removeprefix("?"))
    return urlencode([(name, value) for name, value in pairs if name not in PASSING])


def is_same_query(one: str, other: str) -> bool:
    """Whether two addresses show the same list, in whatever order their parts stand."""
    return sorted(parse_qsl(clean_query(one))) == sorted(parse_qsl(clean_query(other)))


def on_duty(people: Sequence[int], starts_on: date, day: date) -> int | None:
    """Who of a rota has the week of that day; None before it begins, or where nobody is in it."""
    if not people or day < starts_on:
        return None
    return people[(day - starts_on).days // 7 % len(people)]
