from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.errors import SpecError
from holdfast.notation import (
    read_date,
    read_list,
    read_word,
    write_list,
    write_range,
    write_value,
    write_word,
)

HOSTILE = (
    "",
    " ",
    "a,b",
    '"',
    '""',
    "a\nb",
    "x..y",
    "'; drop table t --",
    "鉄 ",
    "not x",
)


@given(st.text())
@example("")
@example("a b")
@example(" a")
@example('"')
@example("a\n")
def test_any_word_survives_the_round_trip(text):
    assert read_word(write_word(text)) == text


@given(st.lists(st.one_of(st.text(), st.sampled_from(HOSTILE)), max_size=5))
@example([])
@example([""])
@example(["", ""])
@example(["a", "b\n"])
def test_any_list_survives_the_round_trip(words):
    assert read_list(write_list(words)) == tuple(words)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("pro", "pro"),
        ("Team yearly", "Team yearly"),
        ("Team, yearly", '"Team, yearly"'),
        ('say "hi"', '"say ""hi"""'),
        ("1..2", '"1..2"'),
        ("", '""'),
        ("Größe", "Größe"),
    ],
)
def test_a_word_is_quoted_only_where_it_must_be(word, written):
    assert write_word(word) == written


@pytest.mark.parametrize("text", [",", "a,,b", '"open', 'a"b', "a=b", ' a, b"'])
def test_a_list_with_a_fault_is_refused(text):
    with pytest.raises(SpecError) as refusal:
        read_list(text)
    assert refusal.value.code == "unreadable_list"
    assert refusal.value.remedy


def test_ranges_have_open_ends():
    assert write_range(None, 5.0) == "..5"
    assert write_range(date(2025, 1, 31), None) == "2025-01-31.."
    assert write_value(0.5) == "0.5"


def test_dates_are_iso():
    assert read_date("2025-03-31") == date(2025, 3, 31)
    assert read_date("") is None
    with pytest.raises(SpecError, match="is not a date"):
        read_date("31.03.2025")
