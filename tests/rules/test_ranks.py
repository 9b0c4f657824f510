"""Rank keys: between any two there is room, the order is never lost, and nothing stored grows beyond the bound."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.kernel.ranks import ALPHABET, LONGEST, balanced_keys, key_between, keys_between, needs_rebalance

KEYS = st.text(ALPHABET, min_size=1, max_size=12).map(lambda text: text.rstrip("0")).filter(bool)
ENDS = st.none() | KEYS


class Order:
    """An order as the database keeps it: one key a row, dealt anew when a key would come out too long."""

    def __init__(self, names: list[int]) -> None:
        self.keys = dict(zip(names, balanced_keys(len(names)), strict=True))
        self.expected = list(names)
        self.rebalanced = 0

    def read(self) -> list[int]:
        return sorted(self.keys, key=lambda name: self.keys[name].encode())

    def move(self, name: int, place: int) -> None:
        """Puts a new or known row at a place counted from 0, and checks the two promises of the order."""
        self.expected = [other for other in self.expected if other != name]
        low = self.keys[self.expected[place - 1]] if place else None
        high = self.keys[self.expected[place]] if place < len(self.expected) else None
        self.expected.insert(place, name)
        key = key_between(low, high)
        self.keys[name] = key
        if needs_rebalance(key):
            self.rebalanced += 1
            self.keys = dict(zip(self.expected, balanced_keys(len(self.expected)), strict=True))
            assert max(len(stored) for stored in self.keys.values()) <= LONGEST
        assert len(self.keys[name]) <= LONGEST


def is_between(low: str | None, key: str, high: str | None) -> bool:
    return (low is None or low < key) and (high is None or key < high)


def test_the_alphabet_stands_in_the_order_of_its_bytes() -> None:
    assert list(ALPHABET) == sorted(ALPHABET, key=lambda digit: digit.encode())
    assert len(set(ALPHABET)) == 62


@given(ENDS, ENDS)
def test_a_key_lies_strictly_between_its_neighbours(one: str | None, other: str | None) -> None:
    low, high = (other, one) if one is not None and other is not None and other < one else (one, other)
    if low is not None and low == high:
        high = None
    key = key_between(low, high)
    assert is_between(low, key, high)
    assert set(key) <= set(ALPHABET)
    assert not key.endswith("0")


@given(ENDS, ENDS, st.integers(0, 200))
def test_several_keys_ascend_between_their_neighbours(one: str | None, other: str | None, n: int) -> None:
    low, high = (other, one) if one is not None and other is not None and other < one else (one, other)
    if low is not None and low == high:
        high = None
    keys = keys_between(low, high, n)
    assert len(keys) == n
    assert keys == sorted(set(keys))
    assert all(is_between(low, key, high) and not key.endswith("0") for key in keys)


@given(st.integers(1, 5000))
def test_balanced_keys_are_short_and_leave_room_everywhere(n: int) -> None:
    keys = balanced_keys(n)
    shortest = next(digits for digits in range(1, 9) if 62**digits > n)
    assert keys == sorted(set(keys))
    assert max(len(key) for key in keys) <= shortest
    assert len(key_between(None, keys[0])) <= shortest + 1
    assert len(key_between(keys[-1], None)) <= shortest + 1
    assert all(len(key_between(low, high)) <= shortest + 1 for low, high in pairwise(keys))


def test_balanced_keys_are_evenly_spread() -> None:
    keys = balanced_keys(12)
    gaps = [ALPHABET.index(high) - ALPHABET.index(low) for low, high in pairwise(keys)]
    assert set(gaps) <= {62 // 12, 62 // 12 + 1}


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=200))
def test_the_order_survives_any_sequence_of_moves(moves: list[tuple[int, int]]) -> None:
    order = Order(list(range(20)))
    for name, place in moves:
        order.move(name, place)
    assert order.read() == order.expected


def test_keys_stay_bounded_when_every_move_goes_into_the_same_gap_from_above() -> None:
    order = Order(list(range(10)))
    for new in range(10, 2010):
        order.move(new, 5)
    assert order.read() == order.expected
    assert order.rebalanced > 0


def test_keys_stay_bounded_when_every_move_goes_into_the_same_gap_from_below() -> None:
    order = Order(list(range(10)))
    for new in range(10, 2010):
        order.move(new, new - 5)
    assert order.read() == order.expected
    assert order.rebalanced > 0


def test_keys_stay_bounded_when_the_sides_of_the_gap_alternate() -> None:
    order = Order(list(range(10)))
    for step, new in enumerate(range(10, 2010)):
        order.move(new, 5 + step // 2 + step % 2)
    assert order.read() == order.expected
    assert order.rebalanced > 0


def test_keys_stay_bounded_when_two_rows_jump_over_each_other_for_ever() -> None:
    order = Order([1, 2, 3, 4])
    for step in range(3000):
        order.move(2 + step % 2, 1)
    assert order.read() == order.expected
    assert order.rebalanced > 0


@given(st.binary(min_size=50, max_size=75))
def test_keys_stay_bounded_however_one_gap_is_narrowed(bits: bytes) -> None:
    """400 to 600 times into one gap, each bit says which side of it is next."""
    sides = [bool(byte >> place & 1) for byte in bits for place in range(8)]
    order = Order([-1, -2])
    place = 1
    for new, is_upper in enumerate(sides):
        order.move(new, place)
        place += is_upper
    assert order.read() == order.expected


@pytest.mark.parametrize("place", ["first", "last"])
def test_three_thousand_rows_added_at_one_end_need_no_dealing_anew(place: str) -> None:
    order = Order([0])
    for new in range(1, 3000):
        order.move(new, 0 if place == "first" else new)
    assert order.read() == order.expected
    assert order.rebalanced == 0


def test_two_hundred_and_fifty_moves_into_one_gap_write_one_row_each() -> None:
    order = Order(list(range(2000)))
    for new in range(2000, 2250):
        order.move(new, 1000)
    assert order.rebalanced == 0


@pytest.mark.parametrize(("low", "high"), [("b", "a"), ("a", "a"), ("a1", "a")])
def test_neighbours_in_the_wrong_order_are_refused(low: str, high: str) -> None:
    with pytest.raises(ValueError, match="no key lies between"):
        key_between(low, high)
    with pytest.raises(ValueError, match="no key lies between"):
        keys_between(low, high, 2)


@pytest.mark.parametrize("foreign", ["", "a b", "ä", "a-", "a0", "0", "٣"])
def test_what_is_no_key_is_refused(foreign: str) -> None:
    with pytest.raises(ValueError, match="is not a rank key"):
        key_between(foreign, None)
    with pytest.raises(ValueError, match="is not a rank key"):
        keys_between(None, foreign, 3)


def test_a_negative_number_of_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot make -1 keys"):
        keys_between(None, None, -1)
