import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.errors import SpecError
from holdfast.occurrence import (
    ACTIVITY,
    ORDER,
    SIGNUP,
    SUBSCRIPTION,
    Occurrence,
    read_occurrence,
)

WORDS = st.one_of(st.text(), st.sampled_from(("a?b", "a&b", "a=b", "\n", '"', "x,y")))
CONDITIONS = st.lists(st.tuples(WORDS, WORDS), max_size=3).map(tuple)
EVENTS = st.one_of(
    st.builds(
        Occurrence,
        st.just("event"),
        st.lists(WORDS, min_size=1, max_size=3).map(tuple),
        CONDITIONS,
    ),
    st.builds(Occurrence, st.just("event"), st.just(()), CONDITIONS.filter(bool)),
    st.builds(Occurrence, st.just("response"), st.lists(WORDS, max_size=2).map(tuple)),
)


@given(EVENTS)
@example(Occurrence("event", ("a",), (("b", "line\nbreak"),)))
@example(Occurrence("event", ("",), (("", ""),)))
@example(Occurrence("event", ("*",)))
@example(Occurrence("event", (), (("a", "b"),)))
def test_any_events_and_conditions_survive_the_round_trip(occurrence):
    assert read_occurrence(str(occurrence)) == occurrence


@pytest.mark.parametrize(
    ("text", "occurrence", "words"),
    [
        ("signup", SIGNUP, "a sign-up"),
        ("activity", ACTIVITY, "any activity"),
        ("order", ORDER, "an order"),
        (
            "order+returns",
            Occurrence("order", with_returns=True),
            "an order or a return",
        ),
        ("subscription", SUBSCRIPTION, "an active subscription"),
        ("trial", Occurrence("trial"), "a trial"),
        ("cancellation", Occurrence("cancellation"), "a cancellation"),
        ("response", Occurrence("response"), "an answer to a survey"),
        ("response:nps", Occurrence("response", ("nps",)), "an answer to NPS"),
        (
            "event:*?device=phone",
            Occurrence("event", (), (("device", "phone"),)),
            "any event with device phone",
        ),
        ("event:login", Occurrence("event", ("login",)), "login"),
        (
            "event:login,opened app?device=phone&plan=pro",
            Occurrence(
                "event",
                ("login", "opened app"),
                (("device", "phone"), ("plan", "pro")),
            ),
            "login or opened app with device phone and plan pro",
        ),
    ],
)
def test_an_occurrence_is_written_read_and_told(text, occurrence, words):
    assert read_occurrence(text) == occurrence
    assert str(occurrence) == text
    assert occurrence.describe() == words


@pytest.mark.parametrize(
    "text",
    [
        *("", "event", "event:", "login", "orders", "event:a,,b"),
        *("event:a?", "event:a?b", "event:a?b=c&d", "event:a?b=c d=e", "event:a?b=c=d"),
    ],
)
def test_what_cannot_be_counted_is_refused_and_never_half_read(text):
    with pytest.raises(SpecError) as refusal:
        read_occurrence(text)
    assert refusal.value.remedy
