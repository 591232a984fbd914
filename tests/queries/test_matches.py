from holdfast.query import load
from tests.worlds import table


def test_each_pair_of_files_says_how_many_are_in_both(strangers):
    dataset, _ = strangers
    rows = table(
        dataset.frame(load("matches").text),
        "name",
        "other_name",
        "people",
        "matched_by_id",
        "matched_by_mapping",
        "matched_by_email",
        "unmatched",
    )
    assert sorted(rows) == [
        ("answers.csv", "money.csv", 2, 0, 0, 1, 1),
        ("answers.csv", "people.csv", 2, 1, 0, 0, 1),
        ("money.csv", "answers.csv", 3, 0, 0, 1, 2),
        ("money.csv", "people.csv", 3, 0, 0, 1, 2),
        ("people.csv", "answers.csv", 4, 1, 0, 0, 3),
        ("people.csv", "money.csv", 4, 0, 0, 1, 3),
    ]
