import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.durations import UNITS, Duration
from holdfast.errors import SpecError
from holdfast.occurrence import ORDER, SIGNUP, Occurrence
from holdfast.steps import (
    Exclusion,
    Step,
    labels,
    read_exclusions,
    read_steps,
    write_exclusions,
    write_steps,
)

WORDS = st.one_of(st.text(), st.sampled_from(("a > b", "a@2d", "a | b", '"', "x@1-2")))
OCCURRENCES = st.one_of(
    st.sampled_from((SIGNUP, ORDER, Occurrence("trial"))),
    st.builds(
        Occurrence,
        st.just("event"),
        st.lists(WORDS, min_size=1, max_size=2).map(tuple),
        st.lists(st.tuples(WORDS, WORDS), max_size=2).map(tuple),
    ),
)
DURATIONS = st.builds(Duration, st.integers(1, 400), st.sampled_from(UNITS))
STEPS = st.builds(Step, OCCURRENCES, st.one_of(st.none(), DURATIONS))
EXCLUSIONS = st.one_of(
    st.builds(Exclusion, OCCURRENCES),
    st.builds(
        lambda occurrence, first, more: Exclusion(occurrence, first, first + more),
        OCCURRENCES,
        st.integers(1, 6),
        st.integers(1, 6),
    ),
    st.builds(Exclusion, OCCURRENCES, st.integers(2, 11)),
)


@given(st.lists(STEPS, max_size=12).map(tuple))
@example((Step(Occurrence("event", ("a > b", "c@2d"))), Step(ORDER)))
def test_any_steps_survive_the_round_trip(steps):
    assert read_steps(write_steps(steps)) == steps


@given(st.lists(EXCLUSIONS, max_size=4).map(tuple))
def test_any_exclusions_survive_the_round_trip(exclusions):
    assert read_exclusions(write_exclusions(exclusions)) == exclusions


def test_steps_are_written_and_told():
    steps = read_steps("signup > event:opened app@2d > order")
    assert write_steps(steps) == "signup > event:opened app@2d > order"
    assert [(step.describe(), step.done) for step in steps] == [
        ("sign-up", "signed up"),
        ("opened app within 2 days", "did opened app"),
        ("order", "placed an order"),
    ]


def test_steps_that_come_again_are_numbered():
    steps = read_steps("signup > order > event:login > order > order")
    assert labels(steps) == ["sign-up", "order", "login", "order (2)", "order (3)"]


def test_blanks_around_the_signs_do_not_matter():
    assert read_steps("signup>order") == read_steps(" signup  >  order ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("signup > ", "'' is not something that can be counted"),
        ("signup > order@soon", "'soon' is not a length of time"),
        (" > ".join(["order"] * 13), "13 steps are too many"),
    ],
)
def test_steps_that_cannot_be_read_are_refused(text, sentence):
    with pytest.raises(SpecError, match=sentence):
        read_steps(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("event:left@two", "'two' are not two steps"),
        ("event:left@3-2", "Nothing lies between step 3 and step 2"),
        ("event:left@0-2", "Nothing lies between step 0 and step 2"),
    ],
)
def test_exclusions_that_cannot_be_read_are_refused(text, sentence):
    with pytest.raises(SpecError, match=sentence):
        read_exclusions(text)


def test_an_exclusion_reaches_to_the_last_step_unless_told():
    assert Exclusion(ORDER).between(4) == (1, 4)
    assert Exclusion(ORDER, 2, 3).between(4) == (2, 3)
    assert Exclusion(ORDER, 2, 9).between(4) == (2, 4)
