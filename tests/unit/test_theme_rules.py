import pytest

from holdfast.errors import SpecError
from holdfast.questions.themes import Themes
from holdfast.spec import read_spec, write_spec
from holdfast.theme_rules import Theme, ThemeRules, read_theme_rules


def test_rules_are_read_by_line_or_semicolon_and_written_again():
    rules = read_theme_rules(" Payment : pay*, credit card,pay* \n\n价格: 貴; ")
    assert rules == ThemeRules(
        (Theme("Payment", ("pay*", "credit card")), Theme("价格", ("貴",)))
    )
    assert str(rules) == "Payment: pay*, credit card; 价格: 貴"
    assert read_theme_rules(str(rules)) == rules
    assert read_theme_rules("") == ThemeRules()


def test_a_spec_carries_them():
    spec = Themes("tickets", own=read_theme_rules("A: b*"), least=3)
    texts = write_spec(spec)
    assert texts == {"of": "tickets", "own": "A: b*", "least": "3"}
    assert read_spec(Themes, texts) == (spec, [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no colon", "unreadable_themes"),
        ("A: b: c", "unreadable_themes"),
        ("A: ", "empty_theme"),
        (": b", "empty_theme"),
        ("A: *", "bad_theme_word"),
        ("A: a*b", "bad_theme_word"),
        ("A: " + "x" * 81, "bad_theme_word"),
        ("A: b; a: c", "themes_named_alike"),
        ("\n".join(f"t{number}: x" for number in range(51)), "too_many_themes"),
        ("A: " + ",".join(map(str, range(201))), "too_many_words"),
    ],
)
def test_what_cannot_be_a_theme_is_refused(text, code):
    with pytest.raises(SpecError) as refused:
        read_theme_rules(text)
    assert refused.value.code == code
