from dataclasses import replace
from datetime import date

import pytest

from holdfast.questions import ask
from holdfast.questions.themes import Themes
from holdfast.theme_rules import read_theme_rules
from tests.worlds import table

MARCH = Themes(least=2, month=date(2025, 3, 15), own=read_theme_rules("Pay: payment*"))
COLUMNS = ("term", "language", "comments", "of_comments", "before", "of_before")


def test_a_month_is_held_against_the_months_before(talkers):
    growth = ask(talkers, MARCH).extras["growth"]
    # In March 4 English comments of 6 in all; in January and February 6 of 8.
    # Of March's comments with failed all say payment failed, which stands for it.
    assert sorted(table(growth, *COLUMNS)) == [
        ("Pay", "all languages", 3, 6, 2, 8),
        ("payment failed", "en", 3, 4, 0, 6),
        ("付款失敗", "zh", 2, 2, 0, 0),
    ]
    first = growth.iloc[0]
    assert first["term"] == "payment failed"
    assert (first["comment_share"], first["share_before"]) == (0.75, 0.0)
    assert first["change_lower"] > 0
    # nothing was told in Chinese before
    assert growth["change"].isna().sum() == 1


def test_the_last_complete_month_is_told_by_default(talkers):
    growth = ask(talkers, replace(MARCH, month=None, least=1)).extras["growth"]
    # in February eve wrote of payments; of January's comments fay's alone did
    assert table(growth[growth["term"] == "Pay"], *COLUMNS) == [
        ("Pay", "all languages", 1, 3, 1, 5)
    ]
    assert growth["p_adjusted"].min() == pytest.approx(1.0, abs=0.9)
