from holdfast.query import load
from tests.worlds import table


def test_addresses_that_match_nobody_are_listed_with_their_ids(strangers):
    dataset, _ = strangers
    frame = dataset.frame(load("ambiguous_addresses").text, {"most": 10})
    assert table(frame, "name", "email", "given_id") == [
        ("people.csv", "team@x.com", "u3"),
        ("people.csv", "team@x.com", "u4"),
    ]
