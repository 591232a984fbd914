import pytest

from holdfast.query import load
from tests.worlds import table


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("u1", ["a@x.com", "cus_1", "u1"]),
        ("cus_1", ["a@x.com", "cus_1", "u1"]),
        ("A@X.com", ["a@x.com", "cus_1", "u1"]),
        ("cus_8", ["cus_8"]),
        # Two customers have it: both go, for nobody can say whose it is.
        ("team@x.com", ["cus_9", "team@x.com", "u3", "u4"]),
        ("stranger", ["stranger"]),
        ("nobody", []),
    ],
)
def test_somebody_is_known_by_every_id_and_address(strangers, asked, known):
    dataset, _ = strangers
    rows = table(dataset.frame(load("known_as").text, {"known_as": asked}), "known_as")
    assert [row[0] for row in rows] == known
