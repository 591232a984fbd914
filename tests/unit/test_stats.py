import gzip

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from holdfast.stats import (
    LifeTable,
    difference_p_values,
    false_discovery_rates,
    kaplan_meier,
    log_rank,
    median_survival,
    net_promoter_score,
    newcombe_difference,
    restricted_mean,
    wilson_interval,
)
from tests.reference import reference_data


def life_table(durations, has_ended):
    rows = pd.DataFrame({"duration": durations, "ended": has_ended}).astype(float)
    rows["censored"] = 1 - rows["ended"]
    counts = rows.groupby("duration", as_index=False).sum()
    leaving = counts["ended"] + counts["censored"]
    at_risk = leaving[::-1].cumsum()[::-1]
    return LifeTable(counts["duration"], at_risk, counts["ended"], counts["censored"])


def repeated(table, times):
    duration, *counts = table.columns
    return LifeTable(duration, *(column * times for column in counts))


def shuffled(table):
    order = np.random.default_rng(7).permutation(len(table.columns[0]))
    return LifeTable(*(column[order] for column in table.columns))


def random_lives(seed, size, end_rate=0.6):
    random = np.random.default_rng(seed)
    return random.integers(1, 40, size), random.random(size) < end_rate


@pytest.fixture(scope="module")
def lung():
    return pd.read_csv(reference_data("survival/lung.csv"))


@pytest.fixture(scope="module")
def telco():
    return pd.read_csv(reference_data("telco/Telco-Customer-Churn.csv"))


# Wilson and Newcombe


@pytest.mark.parametrize(
    ("successes", "n", "lower", "upper"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_intervals_published_by_newcombe_1998(
    successes, n, lower, upper
):
    assert np.round(wilson_interval(successes, n), 4) == pytest.approx((lower, upper))


def test_wilson_equals_scipy_for_every_count_of_thirty_and_three_confidences():
    for confidence in (0.8, 0.95, 0.99):
        lower, upper = wilson_interval(np.arange(31), 30, confidence)
        for k in range(31):
            expected = scipy_stats.binomtest(k, 30).proportion_ci(confidence, "wilson")
            assert lower[k] == pytest.approx(expected.low, abs=1e-14)
            assert upper[k] == pytest.approx(expected.high, abs=1e-14)


def test_wilson_of_nothing_is_unknown_and_its_ends_are_exact():
    lower, upper = wilson_interval([0, 0, 17], [0, 17, 17])
    assert np.isnan(lower[0])
    assert np.isnan(upper[0])
    assert lower[1] == 0
    assert upper[2] == 1
    assert (lower[1:] <= upper[1:]).all()


def test_wilson_takes_nullable_columns_and_keeps_the_missing_missing():
    counts = pd.Series([1, None], dtype="Int64")
    lower, upper = wilson_interval(counts, pd.Series([4, 4], dtype="Int64"))
    assert np.isnan(lower).tolist() == [False, True]
    assert np.isnan(upper).tolist() == [False, True]


def test_wilson_mirrors_when_success_and_failure_change_names():
    lower, upper = wilson_interval([3, 20, 39], 40)
    mirror_lower, mirror_upper = wilson_interval([37, 20, 1], 40)
    assert lower == pytest.approx(1 - mirror_upper)
    assert upper == pytest.approx(1 - mirror_lower)


@pytest.mark.parametrize(("successes", "n"), [(5, 4), (-1, 4)])
def test_wilson_refuses_impossible_counts(successes, n):
    with pytest.raises(ValueError, match="between 0 and"):
        wilson_interval(successes, n)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_outside_0_and_1_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        wilson_interval(1, 2, confidence)


@pytest.mark.parametrize(
    ("counts", "lower", "upper"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
)
def test_newcombe_gives_the_intervals_he_published_in_1998(counts, lower, upper):
    result = newcombe_difference(*counts)
    assert np.round([result.lower, result.upper], 4) == pytest.approx([lower, upper])


def test_newcombe_changes_sign_when_the_groups_change_places():
    there, back = newcombe_difference(9, 40, 30, 50), newcombe_difference(30, 50, 9, 40)
    assert there.difference == pytest.approx(-back.difference)
    assert there.lower == pytest.approx(-back.upper)


def test_newcombe_of_an_empty_group_is_unknown():
    assert np.isnan(newcombe_difference(1, 2, 0, 0)).all()


# Survival curve


def test_telco_survival_is_the_whole_reference_curve(telco):
    expected = pd.read_csv(reference_data("telco/expected_km_all.csv"))
    table = life_table(telco["tenure"], telco["Churn"] == "Yes")
    curve = kaplan_meier(table)
    duration, at_risk, ended, censored = table.columns
    assert duration.tolist() == expected["tenure_months"].tolist()
    assert at_risk.tolist() == expected["at_risk"].tolist()
    assert ended.tolist() == expected["churned"].tolist()
    assert censored.tolist() == expected["censored"].tolist()
    assert curve.survival == pytest.approx(expected["survival"], abs=1e-8)
    assert curve.lower == pytest.approx(expected["lower95"], abs=1e-8)
    assert curve.upper == pytest.approx(expected["upper95"], abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_survival_and_band_equal_scipy(seed):
    durations, has_ended = random_lives(seed, 80)
    curve = kaplan_meier(life_table(durations, has_ended))
    data = scipy_stats.CensoredData(durations[has_ended], right=durations[~has_ended])
    survival = scipy_stats.ecdf(data).sf
    band = survival.confidence_interval(method="log-log")
    assert curve.duration == pytest.approx(survival.quantiles)
    assert curve.survival == pytest.approx(survival.probabilities)
    started = (curve.survival < 1) & (curve.survival > 0)
    assert curve.lower[started] == pytest.approx(band.low.probabilities[started])
    assert curve.upper[started] == pytest.approx(band.high.probabilities[started])


def test_the_band_is_one_before_the_first_end_and_unknown_when_nobody_is_left():
    # 4 at risk, one censored at 1, then 3 end one after the other
    curve = kaplan_meier(
        LifeTable([1, 2, 3, 4], [4, 3, 2, 1], [0, 1, 1, 1], [1, 0, 0, 0])
    )
    assert curve.survival == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert (curve.lower[0], curve.upper[0]) == (1, 1)
    assert np.isnan([curve.lower[3], curve.upper[3]]).all()
    assert (curve.lower[1:3] < curve.survival[1:3]).all()
    assert (curve.upper[1:3] > curve.survival[1:3]).all()


def test_everybody_ending_at_once_leaves_nobody():
    curve = kaplan_meier(LifeTable([0, 5], [9, 9], [0, 9], [0, 0]))
    assert curve.survival.tolist() == [1, 0]


def test_the_order_of_rows_does_not_change_the_curve():
    table = life_table(*random_lives(3, 200))
    for one, other in zip(
        kaplan_meier(table), kaplan_meier(shuffled(table)), strict=True
    ):
        assert one == pytest.approx(other, nan_ok=True)


def test_doubling_the_sample_keeps_the_curve_and_narrows_the_band():
    table = life_table(*random_lives(4, 200))
    once, twice = kaplan_meier(table), kaplan_meier(repeated(table, 2))
    assert once.survival == pytest.approx(twice.survival)
    open_band = (once.survival < 1) & (once.survival > 0)
    assert (
        (twice.upper - twice.lower)[open_band] < (once.upper - once.lower)[open_band]
    ).all()


def test_a_row_in_which_nobody_leaves_changes_nothing():
    plain = kaplan_meier(LifeTable([2, 5], [3, 2], [1, 1], [0, 1]))
    padded = kaplan_meier(
        LifeTable([0, 2, 3, 5], [3, 3, 2, 2], [0, 1, 0, 1], [0, 0, 0, 1])
    )
    assert padded.survival[[1, 3]] == pytest.approx(plain.survival)
    assert padded.lower[[1, 3]] == pytest.approx(plain.lower)


@pytest.mark.parametrize(
    "columns",
    [
        ([1, 2], [2, 1], [1, 1], [0]),
        ([1, 1], [2, 1], [1, 1], [0, 0]),
        ([-1, 1], [2, 1], [1, 1], [0, 0]),
        ([1, 2], [2, 1], [1, 1], [2, 0]),
        ([1, np.nan], [2, 1], [1, 1], [0, 0]),
    ],
)
def test_a_life_table_that_cannot_be_is_refused(columns):
    with pytest.raises(ValueError, match="life table"):
        LifeTable(*columns)


def test_an_empty_life_table_gives_an_empty_curve_and_unknown_numbers():
    table = LifeTable([], [], [], [])
    assert len(kaplan_meier(table).survival) == 0
    assert np.isnan(median_survival(table)).all()
    assert np.isnan(restricted_mean(table, 12)).all()


# Median


def test_lung_median_is_310_days_as_published(lung):
    # The log-log band gives 284 to 361; the 285 to 363 of R's default is the log band.
    median = median_survival(life_table(lung["time"], lung["status"]))
    assert median == (310, 284, 361)


def test_lung_medians_by_sex_are_those_published(lung):
    male, female = (lung[lung["sex"] == sex] for sex in (1, 2))
    assert median_survival(life_table(male["time"], male["status"])) == (270, 210, 306)
    assert median_survival(life_table(female["time"], female["status"]))[0] == 426


def test_lung_survival_after_a_year_is_the_published_one(lung):
    curve = kaplan_meier(life_table(lung["time"], lung["status"]))
    after_a_year = curve.survival[np.searchsorted(curve.duration, 365, "right") - 1]
    assert after_a_year == pytest.approx(0.4092, abs=5e-5)


def test_waltons_medians_are_those_of_the_lifelines_documentation():
    waltons = pd.read_csv(reference_data("survival/waltons.csv"))
    medians = [
        median_survival(life_table(rows["T"], rows["E"])).value
        for rows in (
            waltons,
            waltons[waltons["group"] == "control"],
            waltons[waltons["group"] == "miR-137"],
        )
    ]
    assert medians == [56, 58, 26]


def test_telco_median_is_not_reached_and_35_months_for_month_to_month(telco):
    monthly = telco[telco["Contract"] == "Month-to-month"]
    online = monthly[monthly["InternetService"] != "No"]
    everyone = life_table(telco["tenure"], telco["Churn"] == "Yes")
    assert np.isnan(median_survival(everyone).value)
    assert (
        median_survival(life_table(monthly["tenure"], monthly["Churn"] == "Yes"))[0]
        == 35
    )
    assert (
        median_survival(life_table(online["tenure"], online["Churn"] == "Yes"))[0] == 34
    )


def test_the_median_is_where_survival_is_exactly_one_half():
    # 10 lives, 5 end one by one: 9/10 x 8/9 x 7/8 x 6/7 x 5/6 = 1/2 at duration 5
    table = LifeTable([1, 2, 3, 4, 5], [10, 9, 8, 7, 6], [1] * 5, [0, 0, 0, 0, 5])
    assert median_survival(table).value == 5


# Restricted mean


def test_the_restricted_mean_is_the_area_under_the_curve():
    # survival 1 to 2, 3/4 to 4, 1/2 to 5: 2 x 1 + 2 x 0.75 + 1 x 0.5 = 4.0
    table = LifeTable([2, 4, 6], [4, 3, 2], [1, 1, 0], [0, 0, 2])
    # remaining areas 2.0 and 0.5; variance 4 x 1/(4 x 3) + 0.25 x 1/(3 x 2) = 0.375
    mean = restricted_mean(table, 5)
    assert mean.value == pytest.approx(4)
    assert mean.lower == pytest.approx(4 - 1.959964 * 0.375**0.5)
    assert mean.upper == 5  # 4 + 1.2 is cut at the horizon


def test_without_censoring_the_restricted_mean_is_the_mean_of_the_cut_lifetimes():
    durations, _ = random_lives(5, 300)
    cut = np.minimum(durations, 25)
    mean = restricted_mean(life_table(durations, np.ones(300)), 25)
    # Then the variance is that of the mean with divisor n instead of n - 1.
    error = 1.959964 * cut.std() / 300**0.5
    assert mean.value == pytest.approx(cut.mean())
    assert mean.upper - mean.value == pytest.approx(error)


def test_lung_restricted_mean_is_that_of_a_direct_integration(lung):
    table = life_table(lung["time"], lung["status"])
    curve = kaplan_meier(table)
    days = np.arange(730)
    survival = np.append(1.0, curve.survival)[
        np.searchsorted(curve.duration, days, "right")
    ]
    assert restricted_mean(table, 730).value == pytest.approx(survival.sum())


def test_the_restricted_mean_is_unknown_beyond_the_data_unless_all_have_ended():
    alive = LifeTable([2, 4], [2, 1], [1, 0], [0, 1])
    gone = LifeTable([2, 4], [2, 1], [1, 1], [0, 0])
    assert np.isnan(restricted_mean(alive, 5)).all()
    assert restricted_mean(gone, 5).value == pytest.approx(3)
    assert restricted_mean(alive, 4).value == pytest.approx(3)


def test_the_restricted_mean_ignores_order_and_sharpens_with_the_sample():
    table = life_table(*random_lives(6, 120))
    once, twice = restricted_mean(table, 20), restricted_mean(repeated(table, 4), 20)
    assert restricted_mean(shuffled(table), 20) == pytest.approx(once)
    assert twice.value == pytest.approx(once.value)
    # Four times the sample halves the width, exactly so for this variance.
    assert (once.upper - once.lower) / (twice.upper - twice.lower) == pytest.approx(2)


def test_a_horizon_of_nothing_is_refused():
    with pytest.raises(ValueError, match="horizon"):
        restricted_mean(LifeTable([1], [1], [1], [0]), 0)


# Log-rank


def grouped(frame, group, duration, ended):
    return [life_table(rows[duration], rows[ended]) for _, rows in frame.groupby(group)]


def test_lung_by_sex_is_the_published_log_rank(lung):
    result = log_rank(grouped(lung, "sex", "time", "status"))
    assert result.statistic == pytest.approx(10.3267, abs=1e-3)
    assert result.degrees_of_freedom == 1
    assert result.p_value == pytest.approx(0.00131, abs=1e-5)


@pytest.mark.parametrize(
    ("field", "statistic", "freedom"),
    [("Contract", 2352.873, 2), ("gender", 0.5257, 1)],
)
def test_telco_log_ranks_are_those_of_lifelines(telco, field, statistic, freedom):
    frame = telco.assign(ended=telco["Churn"] == "Yes")
    result = log_rank(grouped(frame, field, "tenure", "ended"))
    assert result.statistic == pytest.approx(statistic, abs=1e-3)
    assert result.degrees_of_freedom == freedom


def test_waltons_and_democracies_are_the_log_ranks_of_the_lifelines_documentation():
    waltons = pd.read_csv(reference_data("survival/waltons.csv"))
    with gzip.open(reference_data("survival/dd.csv.gz")) as file:
        regimes = pd.read_csv(file)
    result = log_rank(grouped(waltons, "group", "T", "E"))
    assert result.statistic == pytest.approx(122.249, abs=1e-3)
    result = log_rank(grouped(regimes, "democracy", "duration", "observed"))
    assert result.statistic == pytest.approx(260.4695, abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_log_rank_of_two_groups_equals_scipy(seed):
    lives = [random_lives(seed, 60), random_lives(seed + 100, 45, end_rate=0.8)]
    ours = log_rank([life_table(*each) for each in lives])
    theirs = scipy_stats.logrank(
        *(
            scipy_stats.CensoredData(durations[ended], right=durations[~ended])
            for durations, ended in lives
        )
    )
    assert ours.statistic == pytest.approx(theirs.statistic**2)
    assert ours.p_value == pytest.approx(theirs.pvalue)


def test_neither_the_order_of_groups_nor_of_rows_changes_the_log_rank():
    tables = [life_table(*random_lives(seed, 50)) for seed in (1, 2, 3)]
    mixed = [shuffled(tables[index]) for index in (2, 0, 1)]
    assert log_rank(mixed) == pytest.approx(log_rank(tables))


def test_a_group_without_anybody_is_left_out_of_the_log_rank():
    tables = [life_table(*random_lives(seed, 50)) for seed in (1, 2)]
    assert log_rank([*tables, LifeTable([], [], [], [])]) == log_rank(tables)


@pytest.mark.parametrize(
    "tables",
    [
        [],
        [LifeTable([1], [3], [3], [0])],
        [LifeTable([1], [3], [0], [3]), LifeTable([1], [3], [0], [3])],
        [LifeTable([1], [3], [3], [0]), LifeTable([1], [3], [3], [0])],
    ],
)
def test_a_log_rank_with_nothing_to_compare_is_unknown(tables):
    statistic, freedom, p_value = log_rank(tables)
    assert np.isnan([statistic, p_value]).all()
    assert freedom == 0


def test_the_chance_of_a_difference_is_that_of_the_chi_square_test():
    tables = [(2, 2, 0, 2), (30, 100, 18, 90), (1, 400, 9, 380), (5, 7, 5, 7)]
    found = difference_p_values(*zip(*tables, strict=True))
    for (k_1, n_1, k_2, n_2), p in zip(tables, found, strict=True):
        table = [[k_1, n_1 - k_1], [k_2, n_2 - k_2]]
        expected = scipy_stats.chi2_contingency(table, correction=False).pvalue
        assert p == pytest.approx(expected, rel=1e-9)
    # nobody or everybody succeeded: nothing differs; nobody at all: unknown
    assert difference_p_values([0, 9], [4, 9], [0, 5], [8, 5]).tolist() == [1.0, 1.0]
    assert np.isnan(difference_p_values([0], [0], [1], [2])).all()


def test_false_discoveries_are_bounded_as_scipy_does_in_any_order():
    p = np.random.default_rng(5).uniform(size=40) ** 3
    expected = scipy_stats.false_discovery_control(p)
    np.testing.assert_allclose(false_discovery_rates(p), expected, rtol=1e-12)
    np.testing.assert_allclose(false_discovery_rates(p[::-1]), expected[::-1])
    # Benjamini and Hochberg (1995), example: 15 tests, the fourth p is 0.0095
    example = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    ]
    assert (false_discovery_rates(example) <= 0.05).sum() == 4
    gaps = false_discovery_rates([0.04, np.nan, 0.01])
    assert gaps[0] == 0.04
    assert np.isnan(gaps[1])
    assert gaps[2] == 0.02


def test_the_net_promoter_score_of_120_answers_is_35_within_14():
    found = net_promoter_score([66, 0, 5], [24, 0, 0], [120, 0, 5])
    # 1.96 standard errors of a difference of 0.35 among 120
    assert found.score == pytest.approx([35, np.nan, 100], nan_ok=True)
    assert np.round(found.margin, 1) == pytest.approx([14.2, np.nan, 0], nan_ok=True)
