"""What customers brought in the first days after their start: figures and pooled."""

from __future__ import annotations

import pandas as pd

from holdfast.means import mean_interval


def cohort_values(counts: pd.DataFrame, margin: float, min_n: int) -> pd.DataFrame:
    """Put the value of a customer beside each cohort's sums.

    Args:
        counts: The rows of ``queries/answers/lifetime_value.sql``.
        margin: Percent of the revenue that is kept.
        min_n: Under this many customers a figure is small.

    Returns:
        The same rows, with ``value`` and its 95 % interval.
    """
    return _with_values(counts, margin, min_n).assign(
        cohort=pd.to_datetime(counts["cohort"])
    )


def pooled_values(counts: pd.DataFrame, margin: float, min_n: int) -> pd.DataFrame:
    """Pool the cohorts that are complete: all their revenue by all their customers.

    Returns:
        One row per segment and days of which any cohort is complete.
    """
    complete = counts[counts["is_complete"]]
    pooled = complete.groupby(["segment", "days"], sort=False, as_index=False).agg(
        cohorts=("cohort", "size"),
        customers=("customers", "sum"),
        revenue_amount=("revenue_amount", "sum"),
        revenue_squares=("revenue_squares", "sum"),
    )
    return _with_values(pooled, margin, min_n)


def _with_values(counts: pd.DataFrame, margin: float, min_n: int) -> pd.DataFrame:
    share = margin / 100
    found = mean_interval(
        counts["revenue_amount"], counts["revenue_squares"], counts["customers"]
    )
    return counts.drop(columns="revenue_squares").assign(
        value=found.value * share,
        value_lower=found.lower * share,
        value_upper=found.upper * share,
        is_small=counts["customers"] < min_n,
    )
