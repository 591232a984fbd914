from datetime import date

import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.survival import Survival
from tests.worlds import dataset_of, table

CURVE = (
    *("segment", "duration", "at_risk", "ended", "censored"),
    *("survival_rate", "rate_lower", "rate_upper"),
)
COUNTS = ("segment", "duration", "at_risk", "ended", "censored", "survival_rate")


def test_lives_of_subscriptions_end_with_paid_access_or_are_censored(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            ("ann", "2025-01-01", "2025-01-11"),  # 10 days, ended
            ("bob", "2025-01-01", "2025-01-21"),  # 20 days, ended
            ("cat", "2025-01-11", ""),  # 20 days so far
            ("dan", "2025-01-21", "2026-01-01"),  # 10 days so far, ends later
            ("eve", "2025-01-01", "2025-01-05"),  # comes back: one life of 30 days
            ("eve", "2025-01-25", ""),
        ],
        # as of the end of 30 January
        events=[("ann", "noise", "2025-01-30")],
    )
    answer = ask(dataset, Survival())
    assert answer.as_of == date(2025, 1, 31)
    # 1 - 1/5 = 0.8; of the 3 left at 20 days one ends: 0.8 x 2/3 = 0.5333.
    # Log-log Greenwood: variance of log(-log S) = sum d / (n (n - d)) / log(S) ** 2:
    # at 10 days (1/20) / 0.2231 ** 2, so 0.8 ** exp(-+1.96 x 1.0021)
    assert table(answer.frame, *COUNTS) == [
        ("All", 0.0, 5, 0, 0, 1.0),
        ("All", 10.0, 5, 1, 1, 0.8),
        ("All", 20.0, 3, 1, 1, 0.5333),
        ("All", 30.0, 1, 0, 1, 0.5333),
    ]
    assert tuple(answer.frame.columns) == CURVE
    assert table(answer.frame, "rate_lower", "rate_upper")[1] == (0.2038, 0.9692)
    summary = answer.extras["summary"]
    # area under the curve up to 30 days: 10 + 8 + 5.333
    assert table(
        summary, "segment", "customers", "ended", "median", "restricted_mean", "horizon"
    ) == [("All", 5, 2, None, 23.3333, 30.0)]
    assert list(summary["unit"]) == ["days"]
    assert answer.extras["logrank"].empty
    assert answer.n == 5


def test_silence_longer_than_the_threshold_ends_a_life_at_the_last_sign(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "x", "2025-01-01"),
            ("ann", "x", "2025-01-04"),  # silent for 7 days: 3 days, ended
            ("bob", "x", "2025-01-01"),
            ("bob", "x", "2025-01-06"),  # silent for 5 days: 10 days so far
            ("cat", "x", "2025-01-10"),  # 1 day so far
        ],
    )
    frame = ask(dataset, Survival(sign="activity", lapse_days=5)).frame
    assert table(frame, *COUNTS) == [
        ("All", 0.0, 3, 0, 0, 1.0),
        ("All", 1.0, 3, 0, 1, 1.0),
        ("All", 3.0, 2, 1, 0, 0.5),
        ("All", 10.0, 1, 0, 1, 0.5),
    ]
    shorter = ask(dataset, Survival(sign="activity", lapse_days=4)).frame
    # with 4 days bob has ended too, after 5 days
    assert table(shorter, *COUNTS)[-1] == ("All", 5.0, 1, 1, 0, 0.0)


def test_a_life_of_no_days_is_counted(tmp_path):
    dataset = dataset_of(
        tmp_path, events=[("ann", "x", "2025-01-01"), ("bob", "x", "2025-03-01")]
    )
    # ann was there on one day only: 0 days; bob has one day so far
    frame = ask(dataset, Survival(lapse_days=20)).frame
    assert table(frame, *COUNTS) == [
        ("All", 0.0, 2, 1, 0, 0.5),
        ("All", 1.0, 1, 0, 1, 0.5),
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Return a shop whose gaps between orders are 1 to 20 days."""
    days = [1, *(1 + sum(range(1, gap + 1)) for gap in range(1, 21))]
    orders = [
        ("ann", f"o{day}", str(date.fromordinal(date(2025, 1, 1).toordinal() + day)), 1)
        for day in days
    ]
    return dataset_of(
        tmp_path_factory.mktemp("shop"),
        orders=[
            *orders,
            ("bob", "b1", "2025-07-01", 1),
            ("bob", "r", "2025-07-31", -1),
        ],
    )


def test_the_default_threshold_is_the_95th_percentile_of_gaps(shop):
    answer = ask(shop, Survival(sign="order"))
    # 20 gaps of 1 to 20 days: 19 of 20 are no longer than 19
    (meaning,) = [c.text for c in answer.caveats if c.code == "sign_of_life"]
    assert "more than 19 days" in meaning
    # ann ordered from 2 January to 31 July, the last day; bob once on 1 July, and a
    # return is no order, so he has been silent for 31 days
    assert table(answer.frame, *COUNTS) == [
        ("All", 0.0, 2, 1, 0, 0.5),
        ("All", 211.0, 1, 0, 1, 0.5),
    ]


def test_the_workspaces_own_threshold_takes_the_place_of_the_percentile(tmp_path):
    events = [("ann", "x", "2025-01-01"), ("ann", "x", "2025-01-02")]
    events += [("bob", "x", "2025-01-11")]
    dataset = dataset_of(tmp_path, events=events, lapse_days=9)
    # silent for 10 days: ann has ended
    assert table(ask(dataset, Survival()).frame, *COUNTS)[-1][3] == 1
    patient = dataset_of(tmp_path, events=events, lapse_days=10)
    assert ask(patient, Survival()).frame["ended"].sum() == 0


def test_an_earlier_as_of_equals_loading_the_earlier_rows_only(tmp_path):
    events = [
        ("ann", "x", "2025-01-01"),
        ("ann", "x", "2025-01-03"),
        ("bob", "x", "2025-01-01"),
        ("bob", "x", "2025-01-05"),
        ("bob", "x", "2025-01-09"),
        ("bob", "x", "2025-03-01"),
        ("ann", "x", "2025-03-02"),
    ]
    whole = dataset_of(tmp_path, events=events)
    part = dataset_of(tmp_path, events=events[:5])
    # Gaps of 2, 4 and 4 days: ann, silent for 7, has ended. The threshold may not
    # know the gaps of 51 and 58 days that end later.
    earlier = ask(whole, Survival(as_of=date(2025, 1, 10)))
    assert table(earlier.frame, *CURVE) == table(ask(part, Survival()).frame, *CURVE)


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    ends = {"pro": ["", "", "2025-02-10"], "free": ["2025-01-11", "2025-01-21", ""]}
    rows = [
        (f"{plan}{i}", end) for plan, all_ in ends.items() for i, end in enumerate(all_)
    ]
    return dataset_of(
        tmp_path_factory.mktemp("plans"),
        customers=[
            (name, "2025-01-01", {"plan": name[:-1], "account_id": name[:-1]})
            for name, _ in rows
        ],
        subscriptions=[(name, "2025-01-01", end) for name, end in rows],
        events=[("pro0", "noise", "2025-03-01")],
    )


def test_segments_have_curves_of_their_own_and_a_test_between_them(plans):
    answer = ask(plans, Survival(), Filters(breakdown="plan"))
    assert table(answer.frame, *COUNTS) == [
        ("All", 0.0, 6, 0, 0, 1.0),
        ("All", 10.0, 6, 1, 0, 0.8333),
        ("All", 20.0, 5, 1, 0, 0.6667),
        ("All", 40.0, 4, 1, 0, 0.5),
        ("All", 60.0, 3, 0, 3, 0.5),
        ("free", 0.0, 3, 0, 0, 1.0),
        ("free", 10.0, 3, 1, 0, 0.6667),
        ("free", 20.0, 2, 1, 0, 0.3333),
        ("free", 60.0, 1, 0, 1, 0.3333),
        ("pro", 0.0, 3, 0, 0, 1.0),
        ("pro", 40.0, 3, 1, 0, 0.6667),
        ("pro", 60.0, 2, 0, 2, 0.6667),
    ]
    # free: expected 3/6 + 2/5 + 1/4 = 1.15, observed 2;
    # variance 1/4 + 2/5 x 3/5 + 1/4 x 3/4 = 0.6775; (2 - 1.15)^2 / 0.6775 = 1.0664
    assert table(answer.extras["logrank"], "statistic", "degrees_of_freedom") == [
        (1.0664, 1)
    ]
    summary = answer.extras["summary"]
    assert table(summary, "segment", "customers", "ended", "median") == [
        ("All", 6, 3, 40.0),
        ("free", 3, 2, 20.0),
        ("pro", 3, 1, None),
    ]


def test_the_restricted_mean_has_the_horizon_that_was_asked_for(plans):
    summary = ask(plans, Survival(horizon=20)).extras["summary"]
    # 10 + 10 x 5/6
    assert table(summary, "restricted_mean", "horizon") == [(18.3333, 20.0)]


def test_an_account_lives_as_long_as_one_of_its_people(plans):
    frame = ask(plans, Survival(unit="account")).frame
    assert table(frame, *COUNTS) == [
        ("All", 0.0, 2, 0, 0, 1.0),
        ("All", 60.0, 2, 0, 2, 1.0),
    ]


def test_nobody_in_view_has_no_curve(plans):
    answer = ask(plans, Survival(), Filters((AttributeIn("plan", ("gold",)),)))
    assert answer.frame.empty
    assert tuple(answer.frame.columns) == CURVE
    assert answer.extras["summary"].empty
    assert answer.extras["logrank"].empty
    assert answer.sentence.startswith("No customers in view")


def test_tenure_and_departure_as_a_table_gives_them(tmp_path):
    names = ("tenure_months", "has_churned")
    rows = [(1, "yes"), (1, "no"), (2, "yes"), (3, "no")]
    dataset = dataset_of(
        tmp_path,
        customers=[
            {"customer_id": f"c{i}", **dict(zip(names, row, strict=True))}
            for i, row in enumerate(rows)
        ],
    )
    answer = ask(dataset, Survival())
    assert table(answer.frame, *COUNTS) == [
        ("All", 0.0, 4, 0, 0, 1.0),
        ("All", 1.0, 4, 1, 1, 0.75),
        ("All", 2.0, 2, 1, 0, 0.375),
        ("All", 3.0, 1, 0, 1, 0.375),
    ]
    assert list(answer.extras["summary"]["unit"]) == ["months"]


def test_a_sign_of_life_that_the_data_do_not_have_is_refused(shop):
    with pytest.raises(SpecError) as refusal:
        ask(shop, Survival(sign="subscription"))
    assert refusal.value.code == "no_sign_of_life"


def test_the_sentence_estimates_when_half_will_have_left(plans, tmp_path):
    assert ask(plans, Survival()).sentence == (
        "Half of the 6 paying customers are estimated to leave within 40 days (95%"
        " interval 10 to not reached); 3 have left so far."
    )
    accounts = ask(plans, Survival(unit="account")).sentence
    assert accounts == (
        "Of 2 paying accounts 0 have left so far: too few to tell when half will have."
        " Over the first 60 days they stay 60 days on average."
    )


def test_a_median_without_an_interval_says_so(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[
            {"customer_id": name, "tenure_months": months, "has_churned": churned}
            for name, months, churned in (("ann", 7, "yes"), ("bob", 5, "no"))
        ],
    )
    assert ask(dataset, Survival()).sentence == (
        "Half of the 2 customers are estimated to leave within 7 months (95% interval"
        " not reached); 1 has left so far."
    )


def test_silence_is_named_and_cannot_end_a_life_of_the_last_days(shop):
    answer = ask(shop, Survival(sign="order"))
    assert answer.sentence == (
        "Half of the 2 customers are estimated to leave within 0 days (95% interval 0"
        " to not reached); 1 has left so far, without an order for more than 19 days."
    )
    texts = {caveat.code: caveat.text for caveat in answer.caveats}
    assert "flat over their last 19 days" in texts["flat_end"]
