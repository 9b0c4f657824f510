"""How alike two titles are, over stems as PostgreSQL makes them."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.intake.likeness import (
    ALIKE,
    Group,
    all_common,
    covers,
    group_reading,
    known_stems,
    likeness,
    narrow,
    read_stems,
    spell,
)

WORDS = [*sorted(known_stems())[::7], "zibbel", "zibble", "каляма", "каламя", "2027", "a"]
titles = st.lists(st.sampled_from(WORDS), max_size=9).map(read_stems)
groups = st.lists(
    st.builds(
        Group,
        st.sampled_from(WORDS).map(lambda word: (frozenset([word]),)),
        st.floats(0, 1),
        st.floats(0.1, 3),
    ),
    max_size=7,
    unique=True,
)


def alike(one: str, other: str) -> float:
    return likeness(read_stems(one.split()), read_stems(other.split()))


@given(titles, titles)
def test_likeness_lies_between_nothing_and_one_and_asks_for_no_order(one, other) -> None:  # type: ignore[no-untyped-def]
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= covers(one, other) <= 1


@given(titles)
def test_a_title_is_wholly_like_itself(one) -> None:  # type: ignore[no-untyped-def]
    assert likeness(one, one) == pytest.approx(1 if one.weight else 0)


@given(titles, titles)
def test_another_word_in_the_same_script_never_makes_it_likelier(one, other) -> None:  # type: ignore[no-untyped-def]
    longer = type(other)(other.marks, other.words | {"qwortz"}, other.cyrillic)
    assert likeness(one, longer) <= likeness(one, other) + 1e-9


@pytest.mark.parametrize(
    "one, other",
    [
        ("star product", "микроразметк карточк"),
        ("rich result product page", "structur data pdp"),
        ("звезд товар", "rich snippet product"),
        ("canon tag filter", "каноникал фильтр"),
        ("slow home page", "главн тормоз"),
        ("hreflang german", "немецк hreflang страниц"),
    ],
)
def test_wordings_of_one_matter_are_alike_in_both_languages(one: str, other: str) -> None:
    assert alike(one, other) >= ALIKE


@pytest.mark.parametrize(
    "one, other",
    [
        ("canon product page", "redirect product page"),
        ("hreflang german shop", "hreflang french shop"),
        ("lcp product page", "cls product page"),
        ("slow home page mobil", "slow home page desktop"),
        ("open brand page index", "close brand page index"),
        ("page site", "страниц сайт"),
    ],
)
def test_the_same_template_with_another_matter_is_not_alike(one: str, other: str) -> None:
    assert alike(one, other) < ALIKE


def test_a_word_of_the_other_script_may_say_the_same_and_weighs_less() -> None:
    assert alike("redirect zibbel", "редирект каляма") > alike("redirect zibbel", "redirect qwortz")


def test_misspelt_words_are_alike() -> None:
    assert alike("canon prodcut zibbel", "canon prodcut zibbe") > 0.8
    assert spell("prodcut", ["product", "produc", "prodigi"]) == "product"
    assert spell("vidoe", ["video", "widget"]) == "video"
    assert spell("zzzzzz", ["product"]) == "zzzzzz"
    assert spell("r41b", ["r41c"]) == "r41b"
    assert spell("seo", ["set"]) == "seo"


def test_what_is_rare_is_looked_for_first_and_weak_words_only_alone() -> None:
    found = group_reading(read_stems(["zibbel", "product", "fix"]), {"product": 0.3}, 0.001)
    assert [group.share for group in found] == [0.001, pytest.approx(0.3, abs=0.1)]
    assert [group.wordings for group in group_reading(read_stems(["fix", "page"]), {}, 0.0)]


@given(groups, st.floats(1, 1e7), st.floats(1, 1e4), st.floats(1, 1e5))
def test_what_is_looked_at_stays_within_the_budget(found, rows, budget, scanned) -> None:  # type: ignore[no-untyped-def]
    sets = narrow(found, rows, budget, scanned)
    assert sum(rows * prod(group.share for group in some) for some in sets) <= budget * 1.0001
    assert sum(rows * min(group.share for group in some) for some in sets) <= scanned * 1.0001
    assert not any(set(one) < set(other) for one in sets for other in sets)


@given(groups)
def test_there_is_always_something_to_look_for(found) -> None:  # type: ignore[no-untyped-def]
    sets = narrow(found, 1e6)
    assert bool(sets or all_common(found, sets)) == bool(found)


def test_a_word_that_no_title_has_and_a_number_lead_nowhere() -> None:
    reading = read_stems(["zibbel", "48000", "speed"])
    assert [group.marked for group in group_reading(reading, {}, 0.0, {"zibbel"})] == [True]
    common = group_reading(reading, {"speed": 0.3, "zibbel": 0.0001}, 0.0001)
    assert [group.marked for group in all_common(common, narrow(common, 1e6))] == [True]
