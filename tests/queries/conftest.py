"""Worlds that the tests of several queries ask."""

import pytest

from holdfast.dataset import Dataset
from tests.worlds import mapped

PEOPLE = (
    "people.csv",
    "customers",
    {"id": "customer_id", "mail": "email"},
    "id,mail\nu1,a@x.com\nu2,b@x.com\nu3,team@x.com\nu4,team@x.com\n",
)
MONEY = (
    "money.csv",
    "payments",
    {"customer": "customer_id", "mail": "email", "day": "charged_at"},
    "customer,mail,day\ncus_1,A@x.com,2024-01-05\ncus_1,a@x.com,2024-02-05\n"
    "cus_9,team@x.com,2024-01-06\ncus_8,,2024-01-06\ncus_8,,2024-02-06\n",
)
ANSWERS = (
    "answers.csv",
    "responses",
    {"who": "customer_id", "kind": "kind", "day": "answered_at"},
    "who,kind,day\nu1,nps,2024-01-07\nstranger,nps,2024-01-08\n,nps,2024-01-09\n",
)


@pytest.fixture(scope="session")
def strangers(tmp_path_factory):
    """Three files whose people are partly the same: the dataset, and ids by name."""
    folder = tmp_path_factory.mktemp("strangers")
    workspace = mapped(folder, (PEOPLE, MONEY, ANSWERS))
    ids = {each.name: each.id for each in workspace.status().sources}
    path = workspace.dataset_path()
    assert path is not None
    return Dataset(path), ids
