import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from holdfast import measures
from holdfast.measures import (
    MEASURES,
    definition,
    formatted,
    label,
    percent,
    percent_range,
    percent_with_count,
    text,
)

COLUMNS = {
    "retention": "customers retained_customers retention_rate rate_lower rate_upper "
    "mean_rate cohorts",
    "survival": "at_risk ended censored survival_rate ended_rate median "
    "restricted_mean horizon statistic degrees_of_freedom p_value",
    "lifecycle": "new returning resurrected dormant active customers_at_start pulse "
    "crr strict_rate strict_lower strict_upper",
    "churn": "lost churn_rate average_rate loss_ratio joined came_back joined_and_left "
    "customers_at_end lost_involuntary lost_voluntary lost_unexplained",
    "mrr": "mrr_start mrr_new mrr_reactivation mrr_expansion mrr_contraction mrr_churn "
    "mrr_end paying_customers gross_churn net_churn grr nrr quick_ratio arpa arpa_new "
    "arr",
    "revenue_cohorts": "revenue_rate payer_rate",
    "first_success": "reached reached_rate median_days within_days difference",
    "stages": "share_rate at_start new came went customers",
    "funnel": "entered_customers rate_of_first rate_of_previous dropped_customers "
    "open_customers conversion_rate",
    "cadence": "gap_days share cumulative_share median_gap p75_gap p90_gap",
}


@pytest.mark.parametrize("question", COLUMNS)
def test_every_figure_of_the_answers_is_a_measure(question):
    assert set(COLUMNS[question].split()) <= set(MEASURES)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
def test_every_measure_is_complete_and_speaks_plainly(measure):
    assert MEASURES[measure.key] is measure
    assert measure.label
    assert (
        measure.label[0].isupper()
        or measure.label[0].isdigit()
        or measure.key == "p_value"
    )
    assert measure.definition.endswith(".")
    assert 1 <= measure.definition.count(". ") + 1 <= 2
    assert "!" not in measure.definition
    assert formatted(0.5, measure.format)
    assert (measure.unit == "share") == measure.format.endswith("%")


def test_labels_of_columns_that_are_no_measure_are_their_own_names():
    assert label("retention_rate") == "Retention"
    assert label("last_seen_on") == "Last seen on"


def test_a_definition_that_does_not_exist_is_an_error():
    assert definition("pulse").startswith("New and resurrected customers")
    with pytest.raises(KeyError):
        definition("net_promoter_scope")


@pytest.mark.parametrize(
    ("rate", "k", "n", "expected"),
    [
        (412 / 1084, 412, 1084, "38% (412 of 1,084)"),
        (0.0, 0, 30, "0% (0 of 30)"),
        (1.0, 30, 30, "100% (30 of 30)"),
        (1 / 1084, 1, 1084, "<1% (1 of 1,084)"),
        (1083 / 1084, 1083, 1084, ">99% (1,083 of 1,084)"),
        (1 / 8, 1, 8, "13% (1 of 8)"),
        (float("nan"), 0, 0, "– (0 of 0)"),
        (None, 0, 0, "– (0 of 0)"),
    ],
)
def test_a_rate_is_written_with_its_counts(rate, k, n, expected):
    assert percent_with_count(rate, k, n) == expected


def test_percentages_can_have_decimals():
    assert percent(0.3661, 1) == "36.6%"
    assert percent(0.0003, 1) == "<0.1%"
    assert percent(0.9999, 1) == ">99.9%"
    assert percent(-0.05) == "-5%"
    assert percent(12.5) == "1,250%"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("customers", 1084, "1,084"),
        ("customers", np.int64(12), "12"),
        ("retention_rate", 0.36610169, "36.6%"),
        ("pulse", 1.005, "1.00"),
        ("pulse", 0.625, "0.63"),
        ("restricted_mean", 12345.67, "12,345.7"),
        ("p_value", 0.00131, "0.0013"),
        ("dormant", pd.NA, "–"),
        ("median", np.nan, "–"),
        ("pulse", -0.001, "0.00"),
    ],
)
def test_values_are_written_in_their_measure_s_format(key, value, expected):
    assert text(key, value) == expected


def test_ties_are_rounded_as_browsers_round_them():
    # (12.5).toFixed(0) is 13, (0.25).toFixed(1) is 0.3; format() would give 12 and 0.2
    assert formatted(0.125, ".0%") == "13%"
    assert formatted(0.25, ".1f") == "0.3"
    assert formatted(-0.125, ".0%") == "-13%"


@pytest.mark.parametrize("pattern", ["", "s", "$,.2f", ".0%x"])
def test_a_format_of_another_form_is_refused(pattern):
    with pytest.raises(ValueError, match="Formats look like"):
        formatted(1, pattern)


def test_measures_know_nothing_of_frames_charts_or_pages():
    imported = {
        str(name.name if isinstance(node, ast.Import) else node.module)
        for path in Path(measures.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    outside = {name for name in imported if not name.startswith("holdfast.measures.")}
    assert outside == {"re", "dataclasses", "decimal", "typing"}


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (0.346, 0.412, "35% to 41%"),
        (0.0158, 0.0229, "1.6% to 2.3%"),
        (0.0016, 0.0043, "0.2% to 0.4%"),
        (0.0, 0.0016, "0% to <1%"),
        (0.12, 0.12, "12.0% to 12.0%"),
    ],
)
def test_a_narrow_interval_is_written_more_finely(lower, upper, text):
    assert percent_range(lower, upper) == text
