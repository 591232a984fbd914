import pytest

from holdfast.query import load
from tests.worlds import table


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("u1", [("a@x.com", 1), ("cus_1", 1), ("u1", 1)]),
        ("cus_1", [("a@x.com", 1), ("cus_1", 1), ("u1", 1)]),
        ("A@X.com", [("a@x.com", 1), ("cus_1", 1), ("u1", 1)]),
        ("cus_8", [("cus_8", 1)]),
        # Three customers have it, and nobody can say whose it is.
        ("u3", [("team@x.com", 3), ("u3", 1)]),
        ("TEAM@x.com", [("cus_9", 1), ("team@x.com", 3), ("u3", 1), ("u4", 1)]),
        ("stranger", [("stranger", 1)]),
        ("nobody", []),
    ],
)
def test_somebody_is_known_by_every_id_and_address(strangers, asked, known):
    dataset, _ = strangers
    frame = dataset.frame(load("known_as").text, {"known_as": asked})
    assert table(frame, "known_as", "people") == known
