import duckdb
import pytest

from holdfast.reasons import FAILED_PAYMENT, is_failed_payment

FAILED = [
    "payment_failed",
    "Payment failed",
    "payment-failure",
    "failed payment (3 attempts)",
    "not_paid",
    "Unpaid",
    "no_card",
    "card declined",
    "expired credit card",
    "insufficient_funds",
    "nonpayment",
    "past_due",
    "Delinquent",
]
CHOSEN = [
    "",
    "too expensive",
    "It has not paid off",
    "no card reader for our shop",
    "wanted another payment method",
    "cancellation_requested",
    "missing_features",
]


@pytest.mark.parametrize("reason", [*FAILED, *CHOSEN])
def test_a_failed_payment_is_known_by_its_spellings(reason):
    assert is_failed_payment(reason) == (reason in FAILED)


def test_the_engine_finds_the_same_ones():
    (found,) = duckdb.execute(
        "select list_filter($1::varchar[], lambda each: regexp_matches(each, $2))",
        [[*FAILED, *CHOSEN], FAILED_PAYMENT],
    ).fetchall()
    assert found == (FAILED,)
