from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.errors import SpecError
from holdfast.filters import (
    AttributeIn,
    AttributeRange,
    DidEvent,
    Filters,
    InSegment,
    read_filter,
    read_filters,
)

WORDS = st.one_of(
    st.text(),
    st.sampled_from(
        (
            "did x",
            "not x",
            "in x",
            "not in x",
            'in "x"',
            "a=b",
            "a!",
            "x..y",
            "a:b",
            ">=3",
            "@",
            "'; drop table t",
            "\n",
        )
    ),
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
BOUNDS = st.one_of(
    st.tuples(*2 * [st.one_of(st.none(), NUMBERS)]),
    st.tuples(*2 * [st.one_of(st.none(), st.dates())]),
)
FILTERS = st.one_of(
    st.builds(AttributeIn, WORDS, st.lists(WORDS).map(tuple), st.booleans()),
    st.builds(lambda name, ends: AttributeRange(name, *ends), WORDS, BOUNDS),
    st.builds(InSegment, WORDS, st.booleans()),
    st.builds(
        DidEvent,
        WORDS,
        st.booleans(),
        st.integers(1, 10**6),
        st.one_of(st.none(), st.dates()),
        st.one_of(st.none(), st.dates()),
    ),
)


@given(FILTERS)
@example(DidEvent("not x"))
@example(DidEvent("not x", is_excluded=True))
@example(DidEvent("not"))
@example(AttributeIn("did x", ("y",)))
@example(AttributeIn("did not x", ("y",), is_excluded=True))
@example(AttributeRange("did x", 1.0, None))
@example(AttributeIn("in x", ("y",)))
@example(AttributeIn("not in x", ("y",), is_excluded=True))
@example(AttributeRange("in x", 1.0, None))
@example(InSegment('say "in", =x\n', is_excluded=True))
@example(AttributeIn("a", ("",)))
@example(AttributeIn("a", ()))
def test_every_filter_survives_the_round_trip(item):
    assert read_filter(str(item)) == item


@pytest.mark.parametrize(
    ("text", "item", "words"),
    [
        ("plan=pro", AttributeIn("plan", ("pro",)), "with plan pro"),
        (
            'plan!=pro,"Team, yearly"',
            AttributeIn("plan", ("pro", "Team, yearly"), is_excluded=True),
            "with plan any but pro or Team, yearly",
        ),
        (
            "seats:5..20",
            AttributeRange("seats", 5.0, 20.0),
            "with seats from 5 up to 20",
        ),
        ("seats:..2.5", AttributeRange("seats", None, 2.5), "with seats up to 2.5"),
        (
            "joined_on:2025-01-01..",
            AttributeRange("joined_on", date(2025, 1, 1), None),
            "with joined_on from 2025-01-01",
        ),
        (
            'in "Stuck after sign-up"',
            InSegment("Stuck after sign-up"),
            "in the segment “Stuck after sign-up”",
        ),
        (
            'not in "5 o""clock, twice"',
            InSegment('5 o"clock, twice', is_excluded=True),
            'not in the segment “5 o"clock, twice”',
        ),
        ("did export", DidEvent("export"), "who did export"),
        (
            "did not opened app>=3 @2025-01-01..2025-01-31",
            DidEvent(
                *("opened app", True, 3, date(2025, 1, 1), date(2025, 1, 31)),
            ),
            "who did not do opened app at least 3 times from 2025-01-01 to 2025-01-31",
        ),
    ],
)
def test_a_filter_is_written_read_and_told(text, item, words):
    assert read_filter(text) == item
    assert str(item) == text
    assert item.describe() == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plan",
        "did",
        "did ",
        "did x>=many",
        "did x>=1234567890",
        "plan=a,,b",
        "seats:5",
        "=x",
        'a"b=c',
    ],
)
def test_a_filter_with_a_fault_is_refused_with_a_remedy(text):
    with pytest.raises(SpecError) as refusal:
        read_filter(text)
    assert refusal.value.remedy


def test_a_date_that_is_none_is_refused():
    with pytest.raises(SpecError, match="is not a date"):
        read_filter("joined_on:2025-02-30..")


def test_all_filters_and_the_breakdown_make_one_sentence():
    assert Filters().describe() == "All customers."
    assert Filters(breakdown="plan").describe() == "All customers, by plan."
    both = read_filters(["plan=pro", "did not export"], "country")
    assert both.describe() == (
        "Customers with plan pro, who did not do export, by country."
    )


def test_a_segment_may_be_written_without_quotes():
    assert read_filter("in Stuck after sign-up") == InSegment("Stuck after sign-up")
    assert read_filter("not in Stuck") == InSegment("Stuck", is_excluded=True)


def test_a_breakdown_by_a_segment_is_told_in_words():
    both = read_filters(['in "a"', 'not in "b"', 'in "a"'], 'in "c ""d"""')
    assert both.saved_segments == ("a", "b", 'c "d"')
    assert both.describe().endswith(', by the segment “c "d"” and the rest.')
    assert read_filters([], "in plan").saved_segments == ("plan",)
    assert read_filters([], "not in plan").saved_segments == ()
    assert read_filters([], "country").saved_segments == ()


def test_equal_filters_are_one_key():
    one = read_filters(["plan=pro", "seats:1..2"], "plan")
    two = read_filters(["plan=pro", "seats:1..2"], "plan")
    assert (one, hash(one)) == (two, hash(two))
