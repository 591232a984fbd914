import pytest

from holdfast.query import load
from tests.worlds import table


@pytest.mark.parametrize(
    ("name", "other", "missing"),
    [
        (
            "money.csv",
            "people.csv",
            [("cus_8", "cus_8", None, 2), ("cus_9", "cus_9", "team@x.com", 1)],
        ),
        (
            "people.csv",
            "money.csv",
            [
                ("u2", "u2", "b@x.com", 1),
                ("u3", "u3", "team@x.com", 1),
                ("u4", "u4", "team@x.com", 1),
            ],
        ),
        # Nobody's answer is not counted as a person.
        ("answers.csv", "people.csv", [(None, "stranger", None, 1)]),
        ("answers.csv", "money.csv", [(None, "stranger", None, 1)]),
    ],
)
def test_those_who_are_in_one_file_only_are_listed(strangers, name, other, missing):
    dataset, ids = strangers
    frame = dataset.frame(
        load("unmatched").text,
        {"source": ids[name], "other_source": ids[other], "most": None},
    )
    assert table(frame, "customer_id", "given_id", "email", "row_count") == missing
