import pytest

from holdfast.durations import UNITS, Duration, read_duration, spoken, spoken_in_days
from holdfast.errors import SpecError


@pytest.mark.parametrize(
    ("text", "seconds", "words"),
    [
        ("90s", 90, "90 seconds"),
        ("30min", 1_800, "30 minutes"),
        ("1h", 3_600, "1 hour"),
        ("14d", 1_209_600, "14 days"),
        ("6w", 3_628_800, "6 weeks"),
        ("3mo", 7_776_000, "3 months"),
    ],
)
def test_a_notation_is_read_measured_and_named(text, seconds, words):
    duration = read_duration(text)
    assert (duration.seconds, duration.describe()) == (seconds, words)
    assert str(duration) == text


def test_a_blank_before_the_unit_is_read():
    assert read_duration(" 2 h ") == Duration(2, "h")


@pytest.mark.parametrize("text", ["", "d", "14", "14m", "-1d", "1.5h", "99999999999s"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(SpecError, match="is not a length of time"):
        read_duration(text)


@pytest.mark.parametrize("text", ["0s", "36501d"])
def test_nothing_and_more_than_a_century_are_refused(text):
    with pytest.raises(SpecError, match="no length of time that can be used"):
        read_duration(text)


def test_every_unit_is_read_back():
    for unit in UNITS:
        assert read_duration(str(Duration(3, unit))) == Duration(3, unit)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (5_400, "90 min"),
        (12_600, "3.5 h"),
        (172_800, "2 d"),
        (8_640_000, "100 d"),
    ],
)
def test_a_measured_time_is_written_for_people(seconds, text):
    assert spoken(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "same day"), (86_400, "1 d"), (103_680, "1.2 d"), (1_209_600, "14 d")],
)
def test_a_time_in_whole_days_is_never_written_in_hours(seconds, text):
    assert spoken_in_days(seconds) == text
