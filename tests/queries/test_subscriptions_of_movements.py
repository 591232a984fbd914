"""Paid access that follows from movements of MRR, as tools of MRR export them."""

import csv

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.asking import inferred_caveat
from holdfast.questions.churn import Churn
from holdfast.questions.mrr import Mrr
from holdfast.questions.win_back import WinBack
from tests.reference import reference_data
from tests.worlds import loaded, table

SIGNED = """Customer ID,Date,Movement,MRR change,Currency,Plan
ann,2024-01-10,New Business,50,EUR,Solo
ann,2024-03-05,Expansion,25,EUR,Pro
ann,2024-05-20,Contraction,-15,EUR,
bob,2024-01-15,New Business,20,EUR,Solo
bob,2024-02-10,Churn,-20,EUR,
bob,2024-04-10,Reactivation,30,EUR,Solo
cat,2024-03-01,Contraction,-10,EUR,
cat,2024-04-01,Churn,-40,EUR,
dan,2024-02-01,New Business,10,USD,Solo
eve,2024-02-01,New Business,10,EUR,Solo
eve,2024-02-01,Expansion,5,EUR,Pro
fay,2024-02-01,New Business,10,EUR,Solo
fay,2024-02-01,Churn,-10,EUR,
"""
SPANS = [
    ("ann", "2024-01-10", "2024-03-05", 50, "EUR", "Solo"),
    ("ann", "2024-03-05", "2024-05-20", 75, "EUR", "Pro"),
    # the plan stays what it was
    ("ann", "2024-05-20", None, 60, "EUR", "Pro"),
    ("bob", "2024-01-15", "2024-02-10", 20, "EUR", "Solo"),
    ("bob", "2024-04-10", None, 30, "EUR", "Solo"),
    # nobody is less than nothing: cat paid 50 before the first movement of all
    ("cat", "2024-01-10", "2024-03-01", 50, "EUR", None),
    ("cat", "2024-03-01", "2024-04-01", 40, "EUR", None),
    ("dan", "2024-02-01", None, 10, "USD", "Solo"),
    # at the end of a day it is 15, and fay came and went within one
    ("eve", "2024-02-01", None, 15, "EUR", "Pro"),
]


def world(folder, *texts):
    for number, text in enumerate(texts):
        (folder / f"{number}.csv").write_text(text)
    return loaded(folder / "workspace", sorted(folder.glob("*.csv")))


def spans(dataset):
    rows = dataset.frame(
        "select customer_id, started_on, ended_on, price, currency, plan as item"
        " from subscriptions inner join customers using (customer_no)"
        " order by customer_id, started_on"
    )
    return table(rows, *rows.columns)


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """The same file twice, the second time with a line more."""
    more = SIGNED + "gus,2024-06-30,New Business,1,EUR,Solo\n"
    return world(tmp_path_factory.mktemp("moved"), SIGNED, more)


def test_the_running_sum_is_what_a_customer_pays(moved):
    assert spans(moved)[:-1] == SPANS
    assert spans(moved)[-1] == ("gus", "2024-06-30", None, 1, "EUR", "Solo")
    counts = moved.frame("select imported, rejected, duplicates from source_rows")
    assert counts.values.tolist() == [[0, 0, 13], [14, 0, 0]]


def test_money_churn_and_returns_work_from_them(moved):
    answer = ask(moved, Mrr())
    columns = ("mrr_new", "mrr_reactivation", "mrr_expansion", "mrr_contraction")
    assert table(answer.frame, "period", *columns, "mrr_churn", "mrr_end") == [
        # fifty of them cat's, who was there before
        ("2024-01-01", 120, 0, 0, 0, 0, 120),
        ("2024-02-01", 15, 0, 0, 0, 20, 115),
        ("2024-03-01", 0, 0, 25, 10, 0, 130),
        ("2024-04-01", 0, 30, 0, 0, 40, 120),
        ("2024-05-01", 0, 0, 0, 15, 0, 105),
        ("2024-06-01", 1, 0, 0, 0, 0, 106),
    ]
    (caveat,) = inferred_caveat(moved)
    assert caveat.text.startswith("Paid access is inferred from movements of MRR: ")
    lost = ask(moved, Churn()).frame
    assert table(lost, "period", "lost", "came_back")[1:4] == [
        ("2024-02-01", 1, 0),
        ("2024-03-01", 0, 0),
        ("2024-04-01", 1, 1),
    ]
    back = ask(moved, WinBack(), Filters()).frame
    assert table(back, "lost", "back", "monthly_before", "monthly_back")[0] == (
        *(2, 1),
        *(20, 30),
    )


WAYS = {
    # losses that are not below zero, in the words of another tool
    "unsigned": """customer,activity date,activity type,mrr movement
ann,2024-01-10,upgrade,10
ann,2024-01-01,new,50
ann,2024-02-01,downgrade,20
ann,2024-03-01,cancelled,40
""",
    # what is paid after each change: churn is 0 then
    "levels": """customer_id,date,type,mrr
ann,2024-01-01,new,50
ann,2024-01-10,upgrade,60
ann,2024-02-01,downgrade,40
ann,2024-03-01,churn_delinquent,0
""",
    # hundredths; who cancelled pays until the churn
    "hundredths": """DATE,MRR_MOVEMENT,MRR,MOVEMENT_TYPE,CUSTOMER_UUID,UUID
2024-01-01,5000,5000,new_biz,ann,u1
2024-01-10,1000,6000,expansion,ann,u2
2024-02-01,-2000,4000,contraction,ann,u3
2024-03-01,-4000,0,churn,ann,u4
2024-03-01,-4000,0,churn,ann,u4
""",
    # a plan that gets longer changes what it changes; who came and went is nowhere
    "labels": """Customer ID,Email,Date,Change,MRR change
ann,a@x.com,2024-01-01,new,50
ann,a@x.com,2024-01-05,increase,-5
ann,a@x.com,2024-01-10,upgrade,15
ann,a@x.com,2024-02-01,downgrade,-20
ann,a@x.com,2024-02-10,cancelled,
ann,a@x.com,2024-03-01,churn_delinquent,-40
bob,b@x.com,2024-01-02,new_cancelled,10
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_writing_tells_the_same(tmp_path, way):
    world_of = world(tmp_path, WAYS[way])
    found = [row[:4] for row in spans(world_of)]
    if way == "labels":
        assert found.pop(1) == ("ann", "2024-01-05", "2024-01-10", 45)
        found[0] = ("ann", "2024-01-01", "2024-01-10", 50)
    assert found == [
        ("ann", "2024-01-01", "2024-01-10", 50),
        ("ann", "2024-01-10", "2024-02-01", 60),
        ("ann", "2024-02-01", "2024-03-01", 40),
    ]
    reasons = world_of.frame(
        "select cancel_reason from subscriptions order by started_on"
    )
    is_failed = way in ("levels", "labels")
    assert [each for each in reasons["cancel_reason"] if isinstance(each, str)] == (
        ["payment_failed"] * is_failed
    )


def test_the_movements_of_the_playbook_give_its_months(tmp_path):
    folder = reference_data("mrr_playbook")
    with (folder / "subscription_periods.csv").open(encoding="utf-8") as stream:
        periods = list(csv.DictReader(stream))
    changes: dict[tuple[str, str], float] = {}
    for row in periods:
        for day, sign in ((row["start_date"], 1), (row["end_date"], -1)):
            key = (row["customer_id"], day)
            changes[key] = changes.get(key, 0) + sign * float(row["monthly_amount"])
    paid: dict[str, float] = {}
    lines = ["customer_id,date,movement,mrr_change"]
    for (who, day), change in sorted(changes.items(), key=lambda each: each[0]):
        if not change:
            continue
        word = "expansion" if change > 0 else "contraction"
        if not paid.get(who):
            word = "reactivation" if who in paid else "new"
        paid[who] = paid.get(who, 0) + change
        lines.append(f"{who},{day},{word if paid[who] else 'churn'},{change:g}")
    dataset = world(tmp_path, "\n".join(lines) + "\n")
    with (folder / "expected_mrr_movements.csv").open(encoding="utf-8") as stream:
        expected = {row["month"]: row for row in csv.DictReader(stream)}
    frame = ask(dataset, Mrr()).frame
    names = ("new", "reactivation", "expansion", "contraction", "churn", "end")
    found = table(frame, "period", *(f"mrr_{name}" for name in names), "grr", "nrr")
    assert len(found) >= 28
    for month, *figures, grr, nrr in found:
        told = expected[month[:7]]
        written = ("new", "react", "up", "down", "churn", "end")
        assert figures == [abs(float(told[name])) for name in written]
        for rate, name in ((grr, "GRR"), (nrr, "NRR")):
            shown = told[name] and pytest.approx(float(told[name]), abs=0.011)
            assert (rate is None and not shown) or 100 * rate == shown
