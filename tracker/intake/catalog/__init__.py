"""Request types: those that Tandem brings along, what a field of one may be, and how its answers are read."""

from tracker.intake.catalog.answers import OutOfRange, range_of, read_answers, say_range
from tracker.intake.catalog.brought import TYPES
from tracker.intake.catalog.fields import (
    KINDS,
    MOST_FIELDS,
    RANGED,
    TAKEN_KEYS,
    FieldOfType,
    check_type_fields,
    find_field,
    key_of,
    move_field,
    put_field,
    read_choices,
    remove_field,
    wrong_in_field,
)

__all__ = [
    "KINDS",
    "MOST_FIELDS",
    "RANGED",
    "TAKEN_KEYS",
    "TYPES",
    "FieldOfType",
    "OutOfRange",
    "check_type_fields",
    "find_field",
    "key_of",
    "move_field",
    "put_field",
    "range_of",
    "read_answers",
    "read_choices",
    "remove_field",
    "say_range",
    "wrong_in_field",
]
