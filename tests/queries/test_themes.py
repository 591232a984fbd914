from dataclasses import replace

import pytest

from holdfast import remarks
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import CancelledError, SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.themes import Themes
from holdfast.theme_rules import read_theme_rules
from holdfast.ui.example import worked_example
from tests.worlds import table

ALL = Themes(least=2)
COUNTS = ("term", "language", "group", "comments", "of_comments", "score_mean")


def everyone(answer):
    return answer.frame[answer.frame["group"] == "All"]


def test_words_and_phrases_are_counted_by_language(talkers):
    answer = ask(talkers, ALL)
    # 9 of 10 English comments have a score on the scale: gus gave 11 and fay none.
    # 付款 and 失敗 are only ever told together, so the phrase stands for them.
    assert table(everyone(answer), *COUNTS, "nps") == [
        # 2, 3, 1, 8 and 7: of 5 scores 3 detract
        ("payment", "en", "All", 5, 10, 4.2, -60.0),
        ("failed", "en", "All", 4, 10, 3.25, -75.0),
        # 10 and 7; the 11 counts for the comment only
        ("great", "en", "All", 3, 10, 8.5, 50.0),
        ("templates", "en", "All", 3, 10, 9.5, 100.0),
        ("payment failed", "en", "All", 3, 10, 2.0, -100.0),
        ("great templates", "en", "All", 2, 10, 10.0, 100.0),
        ("บัตร", "th", "All", 2, 2, 9.5, 100.0),
        ("ปฏิเสธ", "th", "All", 2, 2, 9.5, 100.0),
        ("付款失敗", "zh", "All", 2, 2, 2.0, -100.0),
    ]
    assert answer.n == 7
    assert answer.sentence == (
        "14 comments of NPS surveys in 3 languages; told most often is “payment” (en):"
        " 50% (5 of 10)."
    )


def test_a_share_is_worked_out_before_the_readers_eyes(talkers):
    assert worked_example(ask(talkers, ALL), ("comment_share",)) == (
        "“payment” is in 5 of 10 comments (en). 5 / 10 = 50.0%."
    )


def test_a_group_is_held_against_the_other_groups(talkers):
    frame = ask(talkers, ALL).frame
    failed = frame[frame["term"] == "failed"]
    assert table(failed, *COUNTS[2:5], "difference", "lift") == [
        ("All", 4, 10, None, None),
        # 3 of 3 against 1 of 5, 1 of 3 against 3 of 5, 0 of 2 against 4 of 6
        ("Detractors", 3, 3, 0.8, 5.0),
        ("Passives", 1, 3, -0.2667, 0.5556),
        ("Promoters", 0, 2, -0.6667, 0.0),
    ]
    detractors = failed[failed["group"] == "Detractors"].iloc[0]
    # Wilson's interval of 3 of 3 begins at 3 / (3 + 1.96²)
    assert detractors["share_lower"] == pytest.approx(3 / (3 + 1.959964**2))
    assert detractors["difference_lower"] < 0.8 < detractors["difference_upper"]
    # 2 of 2 against 0 of 6, as well as 3 of 3 against 0 of 5: chi-square 8, the two
    # least of 18 that are tested
    assert frame["p_adjusted"].min() == pytest.approx(0.004678 * 18 / 2, rel=1e-3)


def test_own_themes_match_whole_words_unless_asked_for_beginnings(talkers):
    rules = "Pay: pay; Paying: pay*, 付款, ชำระเงิน; Both: payment failed, 客服"
    answer = ask(talkers, replace(ALL, own=read_theme_rules(rules)))
    own = answer.frame[answer.frame["kind"] == "own"]
    assert table(own[own["group"] == "All"], *COUNTS) == [
        # payment five times, payload, ชำระเงิน once and 付款 twice; eight are scored:
        # 2 + 3 + 1 + 8 + 7 + 9 + 0 + 4 = 34
        ("Paying", "all languages", "All", 9, 14, 4.25),
        # 2, 3, 1 and 0
        ("Both", "all languages", "All", 4, 14, 1.5),
        ("Pay", "all languages", "All", 0, 14, None),
    ]


def test_filters_keep_to_people_they_know(talkers):
    free = ask(talkers, ALL, Filters((AttributeIn("plan", ("free",)),)))
    assert table(everyone(free), *COUNTS[:5]) == [
        ("great", "en", "All", 3, 5),
        ("templates", "en", "All", 3, 5),
        ("great templates", "en", "All", 2, 5),
        ("付款失敗", "zh", "All", 2, 2),
    ]
    (said,) = [each.text for each in free.caveats if each.code == "unknown_people"]
    assert said.startswith("1 comment was written by people whom no file knows")


def test_segments_can_be_the_groups(talkers):
    by_plan = ask(talkers, replace(ALL, groups="segment"), Filters(breakdown="plan"))
    failed = by_plan.frame[by_plan.frame["term"] == "failed"]
    assert table(failed, *COUNTS[2:5]) == [
        ("All", 3, 9),
        ("free", 0, 5),
        ("pro", 3, 4),
    ]


def test_one_language_can_be_asked_for(talkers):
    answer = ask(talkers, replace(ALL, language="th"))
    assert table(everyone(answer), *COUNTS[:5]) == [
        ("บัตร", "th", "All", 2, 2),
        ("ปฏิเสธ", "th", "All", 2, 2),
    ]
    assert answer.sentence.startswith("2 comments of NPS surveys in one language")


def test_nothing_recurs_or_is_there(talkers):
    assert ask(talkers, replace(ALL, least=6)).sentence == (
        "14 comments of NPS surveys in 3 languages: no word recurs in 6 of them."
    )
    none = ask(talkers, Themes("ces"))
    assert none.sentence == "There are no comments of CES surveys in view."
    assert none.frame.empty
    with pytest.raises(SpecError) as refused:
        ask(talkers, Themes("tickets"))
    assert refused.value.code == "no_comments"


def test_reading_tells_how_far_it_is_and_goes_on_where_it_was_stopped(
    talkers, monkeypatch
):
    whole = ask(talkers, ALL)
    dataset = Dataset(talkers.path)
    monkeypatch.setattr(remarks, "_BATCH", 4)
    told = []
    stop = Cancellation()

    def tell(stage, share):
        told.append((stage, share))
        if len(told) == 3:
            stop.cancel()

    with pytest.raises(CancelledError):
        ask(dataset, ALL, cancellation=stop, progress=tell)
    again = ask(dataset, ALL, progress=lambda *stage: told.append(stage))
    # 13 different texts; the second time it begins with the fifth
    read = [round(share / 0.8 * 13, 1) for name, share in told if "reading" in name]
    assert read == [0, 4, 4, 8, 12]
    assert [told[place][0] for place in (0, 3)] == ["collecting comments"] * 2
    assert told[-2:] == [("finding what recurs", 0.8), ("counting", 1.0)]
    assert again.frame.equals(whole.frame)
    dataset.close()
