from datetime import date

import pytest

from holdfast.filters import AttributeIn, Filters, read_filters
from holdfast.population import attribute_values, attributes_of, check_filters
from holdfast.query import load
from holdfast.questions import ask
from holdfast.questions.churn import Churn
from holdfast.questions.mrr import Mrr
from tests.worlds import dataset_of, table

COLUMNS = ("id", "first_plan", "latest_plan", "first_billing", "latest_billing")


def period(who, start, end, plan, price, months=1, trial="", status=""):
    return {
        "customer_id": who,
        "started_at": start,
        "ended_at": end,
        "plan": plan,
        "price": price,
        "interval_months": months,
        "trial_ended_at": trial,
        "status": status,
    }


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("planned"),
        events=[("eve", "look", "2025-04-30")],
        subscriptions=[
            period("ann", "2025-01-05", "2025-03-01", "Pro", 20, trial="2025-01-19"),
            period("ann", "2025-03-01", "", "Team", 300, 12),
            period("bob", "2025-01-05", "2025-02-10", "Pro", 20),
            # a trial that was never paid
            period("cat", "2025-04-20", "", "Team", 30, status="trialing"),
            # of one day the dearest a month counts, whatever the billing period
            period("dan", "2025-01-05", "", "Extra", 24, 12),
            period("dan", "2025-01-05", "", "Solo", 10),
            period("fay", "2025-01-05", "2025-02-01", "Pro", 20),
            period("fay", "2025-02-15", "2025-03-10", "Solo", 10),
            # begins later
            period("gus", "2025-12-01", "", "Pro", 20),
            period("hal", "2025-01-05", "", "", 20),
        ],
    )


def traits(dataset, until):
    rows = dataset.frame(
        "select customer_id as id, traits.*"
        f" from ({load('plan_traits').text}) as traits"
        " inner join customers using (customer_no) order by id",
        {"plans_until_on": until},
    )
    return table(rows, *COLUMNS, "had_trial")


def test_the_first_plan_is_that_of_the_first_paid_day_and_the_latest_runs(planned):
    assert traits(planned, date(2025, 5, 1)) == [
        ("ann", "Pro", "Team", "monthly", "yearly", "yes"),
        ("bob", "Pro", "Pro", "monthly", "monthly", "no"),
        ("cat", "Team", "Team", "monthly", "monthly", "yes"),
        ("dan", "Solo", "Solo", "monthly", "monthly", "no"),
        ("fay", "Pro", "Solo", "monthly", "monthly", "no"),
        ("hal", None, None, "monthly", "monthly", "no"),
    ]
    # earlier nothing is known of later plans
    assert traits(planned, date(2025, 2, 1))[0][:3] == ("ann", "Pro", "Pro")
    assert [row[0] for row in traits(planned, date(2025, 2, 1))] == [
        *("ann", "bob", "dan", "fay", "hal")
    ]


def test_churn_and_money_are_told_by_plan(planned):
    churn = ask(planned, Churn(), Filters(breakdown="first_plan")).frame
    february = churn[churn["period"] == "2025-02-01"]
    # of ann, bob and fay fay was gone on 1 February and is back
    assert table(february, "segment", "customers_at_start", "lost") == [
        ("All", 5, 1),
        ("Pro", 3, 1),
        ("Solo", 1, 0),
        ("Team", 0, 0),
        ("(none)", 1, 0),
    ]
    last = ask(planned, Mrr(), Filters(breakdown="latest_plan"))
    april = last.frame[last.frame["period"] == "2025-04-01"]
    assert table(april, "segment", "mrr_end") == [
        ("All", 57),
        ("Pro", 0),
        ("Solo", 12),
        ("Team", 25),
        ("(none)", 20),
    ]
    assert "plan_looks_back" in {each.code for each in last.caveats}
    by_first = ask(planned, Mrr(), Filters(breakdown="first_plan"))
    assert "plan_looks_back" not in {each.code for each in by_first.caveats}


def test_an_earlier_day_sees_the_plan_of_that_day(planned):
    only = Filters((AttributeIn("latest_plan", ("Pro",)),))
    early = ask(planned, Mrr(as_of=date(2025, 2, 6)), only)
    # ann and bob had it then, fay's was the last one she had
    assert early.n == 3
    assert ask(planned, Mrr(), only).n == 2


def test_they_are_offered_as_attributes_are_where_they_tell_customers_apart(planned):
    found = attributes_of(planned)
    dates = {"first_seen_on", "joined_on"}
    assert {name: found[name].distinct_values for name in found.keys() - dates} == {
        "first_plan": 4,
        "latest_plan": 4,
        "first_billing": 2,
        "latest_billing": 2,
        "had_trial": 2,
    }
    assert attribute_values(planned, "first_plan") == ["Pro", "Solo", "Team"]
    filters = read_filters(["had_trial=yes"], "latest_billing")
    assert check_filters(planned, filters) is None


def test_an_attribute_that_was_loaded_stays_what_it_is(tmp_path):
    world = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-01", {"First_plan": "gold"})],
        subscriptions=[period("ann", "2025-01-05", "", "Pro", 20)],
    )
    assert set(attributes_of(world)) >= {"First_plan", "latest_plan"}
    # all are billed alike, and nobody had a trial
    assert not {"first_plan", "first_billing", "had_trial"} & set(attributes_of(world))
    rows = ask(world, Mrr(), Filters(breakdown="First_plan")).frame
    assert rows["segment"].unique().tolist() == ["All", "gold"]
