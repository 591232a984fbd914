from datetime import date

import pytest

from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.retention import Retention
from tests.worlds import dataset_of


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    """Return sign-ups of January and February, and events from March on."""
    return dataset_of(
        tmp_path_factory.mktemp("late"),
        customers=[
            ("ann", "2025-01-05", {"account_id": "acme"}),
            ("bob", "2025-02-05", {"account_id": "acme"}),
        ],
        events=[("ann", "login", "2025-03-01"), ("bob", "login", "2025-03-31")],
    )


def test_who_started_before_the_data_began_is_said_to_have_started(late):
    answer = ask(late, Retention(interval="day", intervals=1))
    assert answer.frame.empty
    assert answer.sentence == (
        "2 customers in view started with a sign-up, but the intervals asked for lie"
        " outside of the observed time, 1 Mar 2025 to 31 Mar 2025."
    )
    accounts = ask(late, Retention(interval="day", intervals=1, unit="account"))
    assert accounts.sentence.startswith("1 account in view started")


def test_who_did_not_start_is_said_not_to_have_started(late):
    nobody = Filters((AttributeIn("account_id", ("zeta",)),))
    assert ask(late, Retention(), nobody).sentence == (
        "No customers in view started with a sign-up."
    )
    later = Retention(first_cohort=date(2025, 4, 1))
    assert ask(late, later).sentence == "No customers in view started with a sign-up."
