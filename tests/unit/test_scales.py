"""Answers in words: which scale they are of, and what becomes of them."""

import csv

import pytest

from holdfast.exports.recognition import guess, recognise
from holdfast.exports.recognition.scales import scale_of
from tests.worlds import loaded
from tests.worlds import table as rows_of

SATISFIED = """Email Address,Timestamp,How satisfied are you?,Anything else?
ann@example.com,2025-01-01 10:00:00,Very satisfied,It is all that I was looking for
bob@example.com,2025-01-02 10:00:00,neutral,
cat@example.com,2025-01-03 10:00:00,Dissatisfied,It takes a minute to open a page
"""


def table(text):
    header, *rows = csv.reader(text.splitlines())
    return header, {
        name: [row[place] for row in rows if row[place]]
        for place, name in enumerate(header)
    }


@pytest.mark.parametrize(
    ("words", "kind", "points"),
    [
        (["Very Satisfied", "satisfied", "Very satisfied"], "csat", ["5", "4", "5"]),
        (
            ["Extremely satisfied", "Very satisfied", "Not at all satisfied"],
            "csat",
            ["5", "4", "1"],
        ),
        (
            ["Very satisfied", "Satisfied", "Somewhat satisfied", "Dissatisfied"],
            "csat",
            ["7", "6", "5", "2"],
        ),
        (["Zufrieden", "sehr unzufrieden"], "csat", ["4", "1"]),
        (["Ni satisfecho ni insatisfecho", "Muy satisfecha"], "csat", ["3", "5"]),
        (["Très insatisfait", "Satisfaite"], "csat", ["1", "4"]),
        (["bardzo zadowolony", "niezadowolona"], "csat", ["5", "2"]),
        (["Very easy", "Difficult", "Neither easy nor difficult"], "ces", [*"523"]),
        (["Very easy", "Easy", "Somewhat easy"], "ces", ["7", "6", "5"]),
        (["Strongly agree", "Disagree"], "", ["5", "2"]),
        (["Strongly agree", "Agree", "Slightly agree"], "", ["7", "6", "5"]),
        (["excellent", "good", "fair", "poor"], "", ["5", "4", "2", "1"]),
        (["excellent", "very good", "good", "poor"], "", ["5", "4", "3", "1"]),
        # What a second header row says is none of the words.
        (["Response", "Satisfied", "Very satisfied"], "csat", ["", "4", "5"]),
    ],
)
def test_words_of_a_scale_stand_for_its_points(words, kind, points):
    scale = scale_of(words)
    assert scale is not None
    assert scale.kind == kind
    assert [scale.points.get(word.lower(), "") for word in words] == points


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["good", "good"],
        ["satisfied", "very easy"],
        ["satisfied", "very satisfied", "I cannot say", "satisfied"],
        ["paid", "failed"],
    ],
)
def test_other_words_are_no_scale(words):
    assert scale_of(words) is None


def test_words_not_seen_in_the_sample_have_their_points_too():
    scale = scale_of(["Satisfied", "Dissatisfied"])
    assert scale is not None
    assert scale.points["very dissatisfied"] == "1"


def test_whoever_says_what_the_rows_are_gets_the_points_too():
    columns, sample = table(
        "mail,rated on,rating\na@example.com,2025-01-01,Good\n"
        "b@example.com,2025-01-02,Excellent"
    )
    part = guess("responses", columns, sample)
    assert part.roles["score"] == ("rating",)
    assert part.values["score"]["good"] == "4"


def test_a_question_answered_in_words_is_a_score_and_says_why():
    found = recognise(*table(SATISFIED))
    assert (
        "'How satisfied are you?' asks for CSAT, and its words stand for 1 to 5"
        in found.reasons
    )


def test_answers_in_words_become_points_and_the_words_a_comment(tmp_path):
    path = tmp_path / "form.csv"
    path.write_text(SATISFIED)
    dataset = loaded(tmp_path / "workspace", [path])
    answers = dataset.frame(
        "select kind, score, comment from responses order by answered_at"
    )
    assert rows_of(answers, "kind", "score", "comment") == [
        ("csat", 5.0, "It is all that I was looking for"),
        ("csat", 3.0, None),
        ("csat", 2.0, "It takes a minute to open a page"),
    ]
    rejected = dataset.frame("select line, reason from rejected order by line")
    assert rejected.empty
