from holdfast.exports.mapping import FeedMapping, Kept
from holdfast.exports.recognition import fits, guess


def test_a_named_feed_lends_its_columns_names():
    sample = {"bought": ["03/14/2025", "12/31/2025"], "buyer": ["a", "b"]}
    columns = ["order_no", "client_id", "bought", "total", "colour"]
    assert guess("orders", columns, sample) == FeedMapping(
        feed="orders",
        roles={
            "customer_id": ("client_id",),
            "ordered_at": ("bought",),
            "order_id": ("order_no",),
            "amount": ("total",),
        },
        formats={"ordered_at": "%m/%d/%Y"},
    )


def test_columns_without_a_role_are_kept_where_the_feed_keeps_them():
    guessed = guess("customers", ["user_id", "plan"], {})
    assert guessed.roles["customer_id"] == ("user_id",)
    assert guessed.kept == (Kept("plan", "plan"),)


def test_a_format_fits_when_every_value_can_be_read_in_it():
    assert fits(["2025-01-31", "2025-02-01T10:00:00Z"], "iso")
    assert not fits(["31.01.2025"], "iso")
    assert fits(["31.01.2025"], "%d.%m.%Y")
    assert fits(["1700000000"], "epoch_s")
    assert not fits(["tomorrow"], "epoch_s")
