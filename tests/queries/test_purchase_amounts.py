from tests.queries.test_purchase_histories import asked, shop
from tests.worlds import table

__all__ = ["shop"]


def test_amounts_can_be_rounded_up_to_make_fewer_groups(shop):
    rows = asked(shop, "purchase_amounts", amount_step=25.0)
    assert table(rows, "frequency", "mean_value", "customers") == [(2, 50.0, 1)]
