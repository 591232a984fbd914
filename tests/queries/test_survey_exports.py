"""Published scores, from the files that they were published with."""

from dataclasses import replace
from statistics import mean, stdev

import pytest

from holdfast.exports.mapping import FeedMapping, SourceMapping
from holdfast.questions import ask
from holdfast.questions.scores import Scores
from holdfast.workspace import Workspace
from tests.reference import reference_data
from tests.worlds import loaded, opened, table

GROUPS = ("n", "promoters", "detractors", "score")


def answers_of(folder, kind, files, **columns):
    """Load files as answers, with roles for their columns, and open the dataset."""
    roles = {role: (column,) for role, column in columns.items()}
    feed = FeedMapping("responses", roles, {"kind": kind})
    workspace = Workspace.create(folder)
    for file in files:
        found = workspace.inspect(reference_data(file))
        workspace.load([replace(found, mapping=SourceMapping("Answers", (feed,)))])
    return opened(workspace)


def test_a_conference_has_its_published_score(tmp_path):
    file = reference_data("nps_conference/responses.csv")
    answer = ask(loaded(tmp_path / "conference", [file]), Scores())
    assert table(answer.frame[:1], *GROUPS) == [(39, 8, 22, -35.8974)]


def test_an_airline_has_its_published_score_among_all(tmp_path):
    files = [f"nps_airlines/{name}.csv" for name in ("other_airlines", "prep_air")]
    score = "How likely are you to recommend this airline?"
    dataset = answers_of(
        tmp_path,
        "nps",
        files,
        customer_id="CustomerID",
        campaign="Airline",
        score=score,
    )
    answer = ask(dataset, Scores())
    assert table(answer.frame, "n", "score") == [(5907, 9.311)]
    airlines = answer.extras["campaigns"].set_index("campaign")
    (prep,) = table(airlines.loc[["Prep Air"]], *GROUPS)
    assert prep == (184, 74, 35, 21.1957)
    # As published: whole percents rounded down, of airlines with 50 answers or more.
    large = airlines[airlines["n"] >= 50]
    assert len(large) == 59
    floored = {
        name: int(row["promoters_rate"] * 100) - int(row["detractors_rate"] * 100)
        for name, row in large.iterrows()
    }
    assert floored["Prep Air"] == 21
    z = (21 - mean(floored.values())) / stdev(floored.values())
    assert z == pytest.approx(1.12, abs=0.005)


def test_scores_below_prose_count_to_the_last(tmp_path):
    file = "import_corpus/survey_exports/nps_scores_with_preamble.txt"
    dataset = answers_of(tmp_path, "nps", [file], score="column_1")
    frame = ask(dataset, Scores()).frame
    # The survey's author has 1 165 and 23.605, without the two scores that carry tabs.
    assert table(frame, *GROUPS, "mean") == [(1167, 609, 332, 23.7361, 7.2502)]


def test_an_airport_keeps_blanks_and_what_does_not_apply_apart(tmp_path):
    file = "sfo_csat/sfo_survey_2010_2018.csv.gz"
    dataset = answers_of(tmp_path, "csat", [file], score="all")
    spec = Scores(blank="0", not_applicable="6")
    answer = ask(dataset, spec)
    (found,) = table(
        answer.frame, "answers", "n", "mean", "score", "unscored", "not_applicable"
    )
    assert found[:4] == (28665, 27188, 3.997, 0.7866)
    assert found[4] + found[5] == 28665 - 27188
    told = ask(dataset, Scores())
    assert table(told.frame, "n", "off_scale", "mean") == [(27188, 1477, 3.997)]
    (rest,) = [each.text for each in told.caveats if each.code == "left_out"]
    assert rest == (
        "In no figure, of 28,665 answers: 1,477 with a score that is not on the scale"
        " of 1-5."
    )
