"""Keys between two neighbours: an order in which moving one row writes one row.

A key is the digits behind the point of a fraction between 0 and 1, in base 62, without trailing zeros: "V" is 31/62,
"0z" is 61/3844. The digits stand in ASCII order, so the order of the fractions is the order of the bytes: in Python
the plain comparison of strings, in PostgreSQL a text column COLLATE "C" (any other collation sorts "a" beside "A").

Between two different fractions there is always a third, so there is always room; only the keys grow, by about one
digit for every five moves into the same gap in the worst case. A key that comes out longer than `LONGEST` is not
stored: all keys of that order are dealt anew with `balanced_keys`, so what is stored never exceeds `LONGEST`.
"""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE = len(ALPHABET)
DIGIT = {character: value for value, character in enumerate(ALPHABET)}

LONGEST = 64
"""Characters of the longest key that may be stored; about 300 moves into one gap before all keys are dealt anew."""


def key_between(low: str | None, high: str | None) -> str:
    """One key with low < key < high, as short as can be; None is an open end.

    In a gap it is the middle one, so that the gap halves whichever side is used next. At an open end it is the next
    one, not the middle: appending is what people do most, and so 61 appends cost a digit instead of six.
    Raises ValueError where low >= high or where one of them is no key.
    """
    first, room, length = _find_room(low, high, 1)
    if low is None and high is not None:
        return _write_key(first + room - 1, length)
    if low is not None and high is None:
        return _write_key(first, length)
    return _write_key(first + room // 2, length)


def keys_between(low: str | None, high: str | None, n: int) -> list[str]:
    """n keys in ascending order, evenly spread between low and high, as short as can be; None is an open end.

    Raises ValueError where low >= high, where one of them is no key, or where n is negative.
    """
    if n < 0:
        raise ValueError(f"cannot make {n} keys")
    if n == 0:
        return []
    first, room, length = _find_room(low, high, n)
    return [_write_key(first + (2 * i + 1) * room // (2 * n), length) for i in range(n)]


def balanced_keys(n: int) -> list[str]:
    """n keys in ascending order, evenly spread over the whole range: what an order gets when it is dealt anew."""
    return keys_between(None, None, n)


def needs_rebalance(key: str) -> bool:
    """Whether this key is too long to be stored, so that its whole order has to be dealt anew instead."""
    return len(key) > LONGEST


def _find_room(low: str | None, high: str | None, n: int) -> tuple[int, int, int]:
    """The smallest number of digits that has n numbers strictly between the two: (first number, how many, digits)."""
    _refuse_disorder(low, high)
    below, above = 0, 1 if high is None else 0
    length = room = 0
    while room < n:
        below = below * BASE + _digit_at(low, length)
        above = above * BASE + _digit_at(high, length)
        length += 1
        # What the upper key has behind this digit still lies above the number written with these digits alone.
        unread = high is not None and len(high) > length
        room = above + unread - below - 1
    return below + 1, room, length


def _refuse_disorder(low: str | None, high: str | None) -> None:
    for key in (low, high):
        if key is not None and (not key or not DIGIT.keys() >= set(key) or key[-1] == ALPHABET[0]):
            raise ValueError(f"{key!r} is not a rank key")
    if low is not None and high is not None and low >= high:
        raise ValueError(f"no key lies between {low!r} and {high!r}")


def _digit_at(key: str | None, position: int) -> int:
    return DIGIT[key[position]] if key is not None and position < len(key) else 0


def _write_key(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, BASE)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits)).rstrip(ALPHABET[0])
