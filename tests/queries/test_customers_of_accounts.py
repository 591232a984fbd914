"""customers_of_accounts: a list of accounts is saved as their customers."""

import pandas as pd

from holdfast.membership import customers_of
from tests.worlds import dataset_of


def test_a_list_of_accounts_is_the_list_of_all_their_customers(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[
            {"customer_id": name, "signed_up_at": "2025-01-01", "account_id": account}
            for name, account in (
                *(("ann", "acme"), ("bob", "acme"), ("cat", "zeta"), ("dan", "")),
            )
        ],
    )
    listed = pd.DataFrame({"id": ["acme", "acme", None, "nobody's"]})
    assert customers_of(dataset, listed, "account") == ["ann", "bob"]
    assert customers_of(dataset, listed, "customer") == ["acme", "nobody's"]
