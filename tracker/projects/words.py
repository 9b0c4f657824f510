"""Person-weeks as people say them, in the language that is active."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import ngettext

FRACTION = 2
"""A fraction takes the same form as two does: "1.5 weeks", «1,5 недели»."""


def say_number(value: Decimal | float, places: int = 2) -> str:
    """With at most so many decimals and no zeros at the end."""
    exact = round(Decimal(str(value)), places).normalize()
    exponent = exact.as_tuple().exponent
    return number_format(exact, max(-int(exponent), 0), force_grouping=True)


def say_weeks(value: Decimal | float | int | None) -> str:
    """ "1 week", "0.75 weeks"; nothing where nobody said it."""
    if value is None:
        return ""
    exact = round(Decimal(str(value)), 2)
    count = int(exact) if exact == exact.to_integral() else FRACTION
    return ngettext("%(weeks)s week", "%(weeks)s weeks", count) % {"weeks": say_number(exact)}
