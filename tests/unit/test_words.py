import pytest

from holdfast.ui.words import clipped, counted, plain


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Pro plan", "Pro plan"),
        ("![x](y)", r"\!\[x\]\(y\)"),
        (":red[a] $b$ <b>", r"\:red\[a\] \$b\$ \<b\>"),
        ("two\nlines", "two lines"),
        (3, "3"),
        # Escaped addresses become links all the same, unless they are parted.
        ("http://a.b", "http\\:\u2060\\/\\/a\\.b"),
        ("www.a.b", "www\u2060\\.a\\.b"),
        ("ann@a.b", "ann\u2060\\@a\\.b"),
    ],
)
def test_a_value_is_escaped_letter_by_letter(text, escaped):
    assert plain(text) == escaped


def test_a_long_text_keeps_its_beginning_and_its_ending():
    assert clipped("short") == "short"
    assert clipped("a" * 50 + "b" * 50, 12) == "aaaaaaa…bbbb"


def test_a_number_agrees_with_its_noun():
    assert [counted(n, "row") for n in (0, 1, 1204)] == [
        "0 rows",
        "1 row",
        "1,204 rows",
    ]
