import csv
import json
from datetime import date

import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.exit_reasons import ExitReasons
from holdfast.questions.mrr import Mrr
from holdfast.workspace import Workspace
from tests.conftest import PROJECT
from tests.queries.revenue_oracle import PLANS, oracle, random_subscriptions
from tests.reference import reference_data
from tests.worlds import dataset_of, loaded, mapped, opened, table

AMOUNTS = ("start", "new", "reactivation", "expansion", "contraction", "churn", "end")
MONEY = tuple(f"mrr_{name}" for name in AMOUNTS)
COUNTS = (
    "customers_at_start",
    "new_customers",
    "reactivated_customers",
    "expanded_customers",
    "contracted_customers",
    "churned_customers",
    "paying_customers",
)
PLAYBOOK = (
    *("start", "new", "react", "up", "down", "churn", "end"),
    *("n_active", "n_new", "n_react", "n_up", "n_down", "n_churn"),
)
PLAYBOOK_COUNTS = (COUNTS[-1], *COUNTS[1:-1])
SEEN_COLUMNS = {"who": "customer_id", "what": "event", "time": "happened_at"}
SEEN = "who,what,time\n1,seen,2020-02-29\n"


def monthly(dataset, *columns, spec=None, filters=None):
    frame = ask(dataset, spec or Mrr(), filters or Filters()).frame
    return table(frame[frame["segment"] == "All"], "period", *columns)


def world_of(folder, rows):
    names = sorted({row[0] for row in rows})
    people = [
        (name, "2024-01-01", {"plan": PLANS[place % 3]})
        for place, name in enumerate(names)
    ]
    seen = [(names[0], "x", "2025-06-20")]
    return dataset_of(folder, people, seen, subscriptions=rows)


def codes(answer):
    return {caveat.code: caveat.text for caveat in answer.caveats}


def test_every_movement_month_by_month(firm):
    # In January dan pays from the 20th to the 28th and is in no month's end. Bob pays
    # 120 a year. In March cat has a second subscription for 20. Kim pays 2 x 100 less
    # 40 and is gone on 1 April; then bob is back. April has run for ten days.
    assert monthly(firm, *MONEY, "is_complete") == [
        ("2025-01-01", 0, 110, 0, 0, 0, 0, 110, True),
        ("2025-02-01", 110, 210, 0, 0, 0, 10, 310, True),
        ("2025-03-01", 310, 15, 0, 40, 0, 0, 365, True),
        ("2025-04-01", 365, 0, 30, 0, 20, 160, 215, False),
    ]
    assert monthly(firm, *COUNTS) == [
        ("2025-01-01", 0, 2, 0, 0, 0, 0, 2),
        ("2025-02-01", 2, 2, 0, 0, 0, 1, 3),
        ("2025-03-01", 3, 1, 0, 2, 0, 0, 4),
        ("2025-04-01", 4, 0, 1, 0, 1, 1, 4),
    ]


def test_rates_have_no_infinity_where_nobody_paid(firm):
    names = ("gross_churn", "net_churn", "grr", "nrr", "quick_ratio", "arpa_new")
    assert monthly(firm, *names) == [
        ("2025-01-01", None, None, None, None, None, 55),
        # churn 10 of 110; new 210 / lost 10
        ("2025-02-01", 0.0909, 0.0909, 0.9091, 0.9091, 21, 105),
        # net negative: 40 more of 310
        ("2025-03-01", 0, -0.129, 1, 1.129, None, 15),
        # lost 180 of 365; 30 came back
        ("2025-04-01", 0.4932, 0.411, 0.5068, 0.5068, 0, None),
    ]
    assert monthly(firm, "quick_ratio", spec=Mrr(counts_reactivation=True))[-1] == (
        "2025-04-01",
        0.1667,  # 30 / 180
    )


def test_gross_churn_has_the_interval_of_what_it_leaves(firm):
    frame = ask(firm, Mrr()).frame
    ends = 1 - frame[["grr_upper", "grr_lower"]].to_numpy()
    told = frame[["gross_churn_lower", "gross_churn_upper"]].to_numpy()
    assert (told[1:2] == ends[1:2]).all()
    assert (told[1] >= [0, frame["gross_churn"][1]]).all()


def test_what_everyone_pays_is_told_for_a_year_and_each(firm):
    assert monthly(firm, "arpa", "arr", "churn_rate", "is_small")[1:3] == [
        ("2025-02-01", 103.3333, 3720, 0.5, True),
        ("2025-03-01", 91.25, 4380, 0, True),
    ]


def test_segments_add_up_to_all_and_missing_is_one(firm):
    frame = ask(firm, Mrr(), Filters(breakdown="plan")).frame
    march = frame[frame["period"] == "2025-03-01"]
    assert table(march, "segment", *MONEY, "paying_customers") == [
        ("All", 310, 15, 0, 40, 0, 0, 365, 4),
        ("pro", 100, 0, 0, 20, 0, 0, 120, 1),
        ("free", 50, 0, 0, 20, 0, 0, 70, 1),
        ("(none)", 160, 15, 0, 0, 0, 0, 175, 2),
    ]
    parts = frame[frame["segment"] != "All"].groupby("period")[[*MONEY, *COUNTS]].sum()
    whole = frame[frame["segment"] == "All"].set_index("period")[[*MONEY, *COUNTS]]
    assert (parts == whole).all(axis=None)


def test_an_account_moves_by_the_sum_of_its_customers(firm):
    # acme is ann and bob: bob's leaving is less from an account that stays
    assert monthly(firm, *MONEY, "paying_customers", spec=Mrr(unit="account")) == [
        ("2025-01-01", 0, 110, 0, 0, 0, 0, 110, 1),
        ("2025-02-01", 110, 0, 0, 0, 10, 0, 100, 1),
        ("2025-03-01", 100, 0, 0, 20, 0, 0, 120, 1),
        ("2025-04-01", 120, 0, 0, 30, 0, 0, 150, 1),
    ]


def test_quarters_compare_their_own_ends(firm):
    # Within the first quarter bob came and went, and cat's and ann's growth is new.
    assert monthly(firm, *MONEY, spec=Mrr(interval="quarter")) == [
        ("2025-01-01", 0, 365, 0, 0, 0, 0, 365),
        ("2025-04-01", 365, 30, 0, 0, 20, 160, 215),
    ]


def test_an_earlier_day_knows_nothing_of_later_ones(firm):
    rows = monthly(firm, *MONEY, "is_complete", spec=Mrr(as_of=date(2025, 3, 6)))
    # eve's trial runs to 10 March
    assert rows[-1] == ("2025-03-01", 310, 0, 0, 40, 0, 0, 350, False)
    assert rows[:-1] == monthly(firm, *MONEY, "is_complete")[:2]


def test_months_before_the_first_shown_are_its_start(firm):
    spec = Mrr(first=date(2025, 3, 20), last=date(2025, 3, 1))
    assert monthly(firm, *MONEY, spec=spec) == [
        ("2025-03-01", 310, 15, 0, 40, 0, 0, 365)
    ]
    outside = ask(firm, Mrr(first=date(2026, 1, 1)))
    assert outside.frame.empty
    assert outside.sentence.startswith("The months asked for lie outside of")


def test_currencies_are_never_added(firm):
    answer = ask(firm, Mrr())
    assert answer.extras["money"]["currency"].tolist() == ["USD"]
    assert codes(answer)["other_currencies"].startswith(
        "What is paid in other currencies is left out: 1 customer in (none),"
        " 1 customer in EUR."
    )
    assert monthly(firm, "mrr_end", spec=Mrr(currency="EUR"))[0] == ("2025-01-01", 99)
    assert monthly(firm, "mrr_end", spec=Mrr(currency="(none)"))[-1] == (
        "2025-04-01",
        7,
    )
    with pytest.raises(SpecError, match="No subscription is paid in GBP"):
        ask(firm, Mrr(currency="GBP"))


def test_what_has_no_usable_price_is_said(firm):
    said = codes(ask(firm, Mrr()))
    assert said["no_price"].startswith("1 customer has a paid subscription without")
    assert said["negative"].startswith("1 customer has a subscription whose price")
    assert said["free"].startswith("1 customer has a subscription that costs nothing")
    assert said["backwards"].startswith("1 customer has a subscription that ends")
    only_cat = Filters((AttributeIn("plan", ("free",)),))
    assert set(codes(ask(firm, Mrr(), only_cat))) == {"incomplete", "small_n"}


def test_the_sentence_says_what_happened(firm):
    assert ask(firm, Mrr()).sentence == (
        "At the end of Mar 2025, 4 customers paid 365 USD a month: 310 USD at its"
        " start, 15 USD new, 0 USD from those who came back, 40 USD more and 0 USD"
        " less from those who stayed, 0 USD lost. Those who paid at the start now pay"
        " 113% of it: net negative churn, they added more than was lost."
    )


def test_the_sentence_has_words_where_there_is_no_rate(tmp_path):
    # Both leave within February: nobody is there in March.
    left = dataset_of(
        tmp_path,
        subscriptions=[
            ("ann", "2025-01-05", "2025-02-20", {"price": 10}),
            ("bob", "2025-01-05", "2025-02-10", {"price": 20}),
        ],
        events=[("ann", "x", "2025-02-28"), ("zoe", "x", "2025-03-31")],
    )
    february = ask(left, Mrr(as_of=date(2025, 3, 1)))
    assert february.sentence.endswith("Everybody who paid at the start has left.")
    assert ask(left, Mrr()).sentence.endswith(
        "Nobody paid at the start, so there is no rate of loss."
    )
    assert monthly(left, "grr", "grr_lower", "arpa", "quick_ratio")[1:] == [
        ("2025-02-01", 0, None, None, 0),
        ("2025-03-01", None, None, None, None),
    ]


def test_prices_that_cannot_be_true_are_left_out_and_said(tmp_path):
    def paid(name, start, end, price):
        more = {"price": price, "currency": "USD"}
        return (name, f"2025-{start}", end and f"2025-{end}", more)

    odd = dataset_of(
        tmp_path,
        events=[("ann", "x", "2025-03-31")],
        subscriptions=[
            paid("ann", "01-05", "03-05", "10000000000000"),
            paid("bob", "01-05", "03-06", "20"),
            paid("cat", "01-05", "03-07", ""),
        ],
    )
    answer = ask(odd, Mrr())
    assert monthly(odd, "mrr_end", "paying_customers") == [
        ("2025-01-01", 20, 1),
        ("2025-02-01", 20, 1),
        ("2025-03-01", 0, 0),
    ]
    assert codes(answer)["too_much"].startswith("1 customer has a subscription of more")
    # what a month was worth that has no price is not known, not nothing
    left = ask(odd, ExitReasons()).frame
    assert table(left, "lost", "monthly_lost", "priced") == [(3, 20, 1)]


def test_one_off_discounts_are_no_part_of_the_price(tmp_path):
    columns = {
        "who": "customer_id",
        "start": "started_at",
        "price": "price",
        "off": "discount",
        "again": "is_discount_recurring",
    }
    text = (
        "who,start,price,off,again\nann,2025-01-01,50,20,yes\nbob,2025-01-02,50,20,no\n"
    )
    world = opened(mapped(tmp_path, [("plans.csv", "subscriptions", columns, text)]))
    assert monthly(world, "mrr_end") == [("2025-01-01", 80)]


def test_churn_contraction_and_expansion_of_ten_each(tmp_path):
    # MRR 100: gross churn 20 %, net 10 %, NRR 90 %, GRR 80 %
    prices = {"ann": (10, 0), "bob": (30, 20), "cat": (20, 30), "dan": (40, 40)}
    rows = [
        (name, start, end, {"price": price})
        for name, both in prices.items()
        for price, start, end in zip(
            both, ("2025-01-01", "2025-02-10"), ("2025-02-10", ""), strict=True
        )
    ]
    world = dataset_of(
        tmp_path, subscriptions=rows, events=[("ann", "x", "2025-02-28")]
    )
    names = ("mrr_start", "gross_churn", "net_churn", "nrr", "grr", "mrr_end")
    assert monthly(world, *names)[-1] == ("2025-02-01", 100, 0.2, 0.1, 0.9, 0.8, 90)


def test_the_whole_published_playbook(tmp_path):
    folder = reference_data("mrr_playbook")
    columns = {
        "subscription_id": "subscription_id",
        "customer_id": "customer_id",
        "start_date": "started_at",
        "end_date": "ended_at",
        "monthly_amount": "price",
    }
    # All have ended by February, and something else must tell that it was observed.
    seen = ("seen.csv", "events", SEEN_COLUMNS, SEEN)
    text = (folder / "subscription_periods.csv").read_text(encoding="utf-8")
    periods = ("periods.csv", "subscriptions", columns, text)
    world = opened(mapped(tmp_path, [periods, seen]))
    with (folder / "expected_mrr_movements.csv").open(encoding="utf-8") as stream:
        expected = list(csv.DictReader(stream))
    assert len(expected) == 30
    rows = monthly(world, *MONEY, *PLAYBOOK_COUNTS, "nrr", "grr")
    for row, told in zip(rows, expected, strict=True):
        month, *figures, nrr, grr = row
        assert month[:7] == told["month"]
        # losses are negative there
        assert figures == [abs(float(told[name])) for name in PLAYBOOK]
        for rate, name in ((nrr, "NRR"), (grr, "GRR")):
            shown = told[name] and pytest.approx(float(told[name]), abs=0.011)
            assert (rate is None and not shown) or 100 * rate == shown


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    return world_of(tmp_path_factory.mktemp("crowd"), random_subscriptions(60))


@pytest.mark.parametrize("interval", ["day", "week", "month", "quarter", "year"])
def test_it_agrees_with_states_written_out_customer_by_customer(crowd, interval):
    as_of = date(2025, 6, 21)
    expected = oracle(random_subscriptions(60), interval, as_of)
    frame = ask(crowd, Mrr(interval=interval, as_of=as_of)).frame
    assert table(frame, "period", *MONEY, *COUNTS) == [row[:-2] for row in expected]
    errors = [
        tuple(None if each is None else round(each, 4) for each in row[-2:])
        for row in expected
    ]
    # the interval's upper end is 1.96 errors above
    wide = (frame["nrr_upper"] - frame["nrr"]) / 1.959964
    low = frame[frame["grr_lower"] > 0]
    assert [None if x != x else round(x, 4) for x in wide] == [e for _, e in errors]
    narrow = ((low["grr"] - low["grr_lower"]) / 1.959964).round(4)
    assert list(narrow) == [errors[place][0] for place in low.index]


def test_the_identity_holds_to_the_last_digit(crowd):
    for interval in ("day", "week", "month", "quarter", "year"):
        frame = ask(crowd, Mrr(interval=interval), Filters(breakdown="plan")).frame
        gained = frame[list(MONEY[:4])].sum(axis=1)
        lost = frame[list(MONEY[4:6])].sum(axis=1)
        assert (gained - lost - frame["mrr_end"]).abs().max() < 1e-6
        counts = frame["customers_at_start"] + frame["new_customers"]
        counts += frame["reactivated_customers"] - frame["churned_customers"]
        assert (counts == frame["paying_customers"]).all()
        following = frame.groupby("segment")["mrr_start"].shift(-1)
        assert (following.isna() | (following == frame["mrr_end"])).all()


def test_with_rates_other_currencies_are_converted_as_a_period_begins(tmp_path):
    files = {
        "paid.csv": "customer_id,started_at,ended_at,price,currency\n"
        "ann,2025-01-01,,10,EUR\nbob,2025-01-01,2025-03-01,100,USD\n"
        "bob,2025-03-01,,100,USD\ncat,2025-02-01,,10,GBP\ndan,2025-03-05,,5,CHF\n",
        # before its first rate a currency has its first
        "rates.csv": "currency,rate,target,date\nUSD,0.9,EUR,2025-02-01\n"
        "USD,0.8,EUR,2025-03-01\nUSD,0.5,JPY,2025-01-01\nGBP,1.2,,\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    paths = [tmp_path / name for name in files]
    world = loaded(tmp_path / "workspace", paths, currency="EUR")
    assert monthly(world, *MONEY) == [
        ("2025-01-01", 0, 100, 0, 0, 0, 0, 100),
        ("2025-02-01", 100, 12, 0, 0, 0, 0, 112),
        ("2025-03-01", 112, 0, 0, 0, 10, 0, 102),
    ]
    said = codes(ask(world, Mrr()))
    assert said["converted"].startswith("Amounts in GBP, USD are converted to EUR")
    assert "left out: 1 customer in CHF." in said["other_currencies"]
    # yen are nobody's currency, but dollars have a rate into them
    assert monthly(world, "mrr_end", spec=Mrr(currency="JPY"))[0] == ("2025-01-01", 50)


def test_two_more_a_month_of_a_thousand_customers_are_24_000_a_year(tmp_path):
    rows = [
        (f"c{number}", start, end, {"price": price})
        for number in range(1_000)
        for price, start, end in (
            (10, "2025-01-01", "2025-02-01"),
            (12, "2025-02-01", ""),
        )
    ]
    world = dataset_of(tmp_path, subscriptions=rows, events=[("c1", "x", "2025-02-28")])
    assert monthly(world, "arr", "mrr_expansion", "nrr", "arpa") == [
        ("2025-01-01", 120_000, 0, None, 10),
        ("2025-02-01", 144_000, 2_000, 1.2, 12),
    ]


def test_the_price_change_of_the_sample_is_seen_in_what_new_customers_pay(
    demo_workspace,
):
    truth = json.loads((PROJECT / "sample_data" / "truths.json").read_text("utf-8"))
    told = truth["price_change"]
    frame = ask(opened(Workspace.open_or_create(demo_workspace)), Mrr()).frame
    # Prices rose on 1 September 2025. The truth is of list prices by month of trial;
    # here it is what is paid, less discounts, by the first paid month.
    is_after = frame["period"] >= "2025-09-01"
    sums = frame.groupby(is_after)[["mrr_new", "new_customers"]].sum()
    before, after = sums["mrr_new"] / sums["new_customers"]
    assert (round(before, 2), round(after, 2)) == (50.43, 59.49)
    assert after / before == pytest.approx(
        told["after_arpa"] / told["before_arpa"], abs=0.02
    )
