from datetime import date

from holdfast.questions import ask
from holdfast.questions.mrr import Mrr
from tests.worlds import table

COLUMNS = ("reason", "currency", "customers", "subscriptions")


def unpriced(dataset, **asked):
    return table(ask(dataset, Mrr(**asked)).extras["unpriced"], *COLUMNS)


def test_every_reason_is_counted_apart(firm):
    assert unpriced(firm) == [
        ("backwards", "USD", 1, 1),
        ("free", "USD", 1, 1),
        ("negative", "USD", 1, 1),
        ("no price", "USD", 1, 1),
        ("other currency", "", 1, 1),
        ("other currency", "EUR", 1, 1),
    ]


def test_what_began_later_is_not_counted(firm):
    # fay pays from 1 January, ann from the 5th, dan from the 20th
    assert unpriced(firm, currency="EUR", as_of=date(2025, 1, 21)) == [
        ("free", "USD", 1, 1),
        ("negative", "USD", 1, 1),
        ("no price", "USD", 1, 1),
        ("other currency", "USD", 3, 3),
    ]
