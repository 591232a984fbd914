"""Data of a business that has ended and was badly kept: sentences, no odd numbers."""

import re

import pytest

from tests.pages.test_journeys import open_page
from tests.worlds import loaded

EVENTS = """user_id,event,timestamp
ann,look,2025-01-11 10:00:00
eve,look,2025-05-20 10:00:00
"""
SUBSCRIPTIONS = """customer_id,started_at,ended_at,price,interval_months,currency
ann,2025-01-10,2025-02-05,10,1,EUR
bob,2025-02-20,2025-02-01,10,1,EUR
cat,2025-01-20,2025-03-03,-5,1,EUR
dan,2025-01-15,2025-03-03,7,1,
eve,2025-02-10,2025-03-20,12,1,EUR
"""
CHARGES = """id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID
ch_1,2025-01-10 00:00:00,10,0,eur,Paid,ann
ch_2,2025-02-01 00:00:00,-25,0,eur,Paid,ann
ch_3,2025-02-10 00:00:00,12,0,eur,Paid,eve
"""


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """All have left; one subscription ended before it began, one cost less than 0."""
    folder = tmp_path_factory.mktemp("ended")
    files = []
    for name, text in (
        ("events", EVENTS),
        ("subscriptions", SUBSCRIPTIONS),
        ("charges", CHARGES),
    ):
        files.append(folder / f"{name}.csv")
        files[-1].write_text(text)
    dataset = loaded(folder / "workspace", files)
    assert {"events", "subscriptions", "payments"} <= set(dataset.observed)
    dataset.close()
    return dataset.path.parent.parent


def shown(page):
    """Return all that stands on a page, tables cell by cell."""
    parts = [
        *(each.value for each in (*page.markdown, *page.caption, *page.error)),
        *(str(part) for each in page.metric for part in (each.value, each.delta)),
        *(str(cell) for each in page.dataframe for cell in _cells(each.value)),
    ]
    return "\n".join(parts).replace("\\", "")


def _cells(table):
    return table.astype(object).where(table.notna(), "").to_numpy().ravel()


BACKWARDS = "1 customer has a subscription that ends before it starts; it is left out."
SAID = {
    "churn": (
        "In Apr 2025 there were no customers at the start, so there is no churn rate",
        BACKWARDS,
    ),
    "exit_reasons": ("4 customers left from Jan 2025 to Apr 2025", BACKWARDS),
    "win_back": ("Of those lost, 0% (0 of 1) came back within 90 days.", BACKWARDS),
    "money": (
        "At the end of Apr 2025 nobody paid. Nobody paid at the start, so there is no",
        "left out: 1 customer in (none).",
        "1 customer has a subscription whose price, less its discount, is below zero",
        BACKWARDS,
    ),
    "value": (
        "A customer brings -15 EUR in the first 90 days or -0.75 EUR over 36 months",
        "95% interval -0.90 to -0.60 EUR, 4 customers.",
    ),
    "what_if": ("What a customer in view brings a month cannot be told.",),
}


@pytest.mark.parametrize("name", SAID)
def test_what_has_ended_and_was_badly_kept_is_told_in_words(app, ended, name):
    words = shown(open_page(app, ended, name))
    for sentence in SAID[name]:
        assert sentence in words
    assert not re.search(r"\b(nan|NaN|NaT|None|inf|infinity)\b|∞", words)
