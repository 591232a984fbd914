from holdfast.query import load
from tests.worlds import table


def test_each_id_is_listed_with_its_customer_and_what_joined_them(strangers):
    dataset, _ = strangers
    frame = dataset.frame(load("known_ids").text)
    assert table(frame, "known_id", "customer_id", "matched_by") == [
        ("cus_1", "u1", "e-mail"),
        ("cus_8", "cus_8", None),
        # Its address proves nothing.
        ("cus_9", "cus_9", None),
        *((name, name, None) for name in ("u1", "u2", "u3", "u4")),
    ]
