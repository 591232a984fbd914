"""What a customer without a contract is worth: purchases to come, by a model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import CancelledError
from holdfast.means import mean_interval
from holdfast.population import Population, Relation
from holdfast.purchase_models import (
    BuyingModel,
    Histories,
    NotFittedError,
    SpendingModel,
    chance_alive,
    discounted_purchases,
    expected_purchases,
    expected_spending,
    fit_buying,
    fit_spending,
    relative_error,
)
from holdfast.questions import asking

WEEK = 7
LEAST_BUYERS = 100
"""Under so many customers who bought no model is fitted."""

# More groups than this are made coarser, so that an answer takes seconds.
_MOST_GROUPS = 100_000
_STEPS = (1, 7, 28)
# From this many purchases after the first one on, customers are one group.
_LAST_GROUP = 7
_Z = 1.959963984540054


@dataclass(frozen=True)
class Buying:
    """Fitted models of the customers in view.

    Attributes:
        groups: The rows of ``queries/answers/purchase_histories.sql``.
        histories: The same as the models read them, in weeks.
        buying: How often they buy and when they stop.
        spending: What they spend.
        step_days: Days that were taken together.
        amount_link: Correlation of how often and for how much repeat buyers buy.
    """

    groups: pd.DataFrame
    histories: Histories
    buying: BuyingModel
    spending: SpendingModel
    step_days: int
    amount_link: float


def fitted(
    dataset: Dataset,
    members: Population,
    relations: dict[str, Relation],
    cut_on: date,
    cancellation: Cancellation | None,
) -> Buying:
    """Fit both models to what customers in view bought before a day.

    Raises:
        NotFittedError: Too few customers, none who came again, or no convergence.
    """
    groups, step = _groups(dataset, members, relations, cut_on, cancellation)
    buyers = int(groups["customers"].sum())
    if buyers < LEAST_BUYERS:
        raise NotFittedError(
            f"Only {buyers:,} customers bought anything; the model needs at least"
            f" {LEAST_BUYERS}."
        )
    histories = _histories(groups)
    buying = fit_buying(histories)
    if cancellation is not None and cancellation.cancelled:
        raise CancelledError
    amounts = asking.run(
        dataset,
        "purchase_amounts",
        members,
        relations,
        {"cut_on": cut_on, "amount_step": 0.0},
        cancellation,
    )
    spending = fit_spending(
        amounts["frequency"], amounts["mean_value"], amounts["customers"]
    )
    expected_spending(spending, [1], [1])
    return Buying(groups, histories, buying, spending, step, _link(amounts))


def values(
    fit: Buying, horizon: int, period_weeks: float, discount: float, kept: float
) -> pd.DataFrame:
    """Give what the customers of each group are expected to buy and be worth.

    Args:
        fit: The models, and whom they were fitted to.
        horizon: For how many periods.
        period_weeks: Length of one.
        discount: Per period, such as 0.01.
        kept: Share of sales that stays: margin, less what is given back.

    Returns:
        The groups with ``chance_alive``, ``expected_purchases`` and
        ``lifetime_value`` of one customer.
    """
    h = fit.histories
    spending = expected_spending(fit.spending, h.frequency, fit.groups["mean_value"])
    purchases = discounted_purchases(fit.buying, h, horizon, period_weeks, discount)
    return fit.groups.assign(
        chance_alive=chance_alive(fit.buying, h),
        expected_purchases=expected_purchases(fit.buying, h, horizon * period_weeks),
        lifetime_value=purchases * spending * kept,
    )


def value_error(fit: Buying, horizon: int, period_weeks: float) -> float:
    """Give the standard error of the mean value as a share of it."""
    bought = relative_error(fit.buying, fit.histories, horizon * period_weeks)
    again = fit.groups[fit.groups["mean_value"] > 0]
    weight = again["customers"].to_numpy(dtype=float)
    mean = float(np.average(again["mean_value"], weights=weight))
    spread = float(np.average((again["mean_value"] - mean) ** 2, weights=weight))
    spent = np.sqrt(spread / weight.sum()) / mean
    return float(np.hypot(bought, spent))


def mean_values(valued: pd.DataFrame, error: float) -> pd.DataFrame:
    """Average the groups' values over the customers of each segment, and over all."""
    parts = [("All", valued)]
    if valued["segment"].nunique() > 1:
        parts += [
            (str(name), part) for name, part in valued.groupby("segment", sort=False)
        ]
    rows = []
    for segment, part in parts:
        weight = part["customers"].to_numpy(dtype=float)
        mean = float(np.average(part["lifetime_value"], weights=weight))
        rows.append(
            {
                "segment": segment,
                "customers": int(weight.sum()),
                "expected_purchases": float(
                    np.average(part["expected_purchases"], weights=weight)
                ),
                "value": mean,
                "lower": max(mean * (1 - _Z * error), 0.0),
                "upper": mean * (1 + _Z * error),
            }
        )
    return pd.DataFrame(rows)


def by_frequency(valued: pd.DataFrame) -> pd.DataFrame:
    """Average over everyone in view who bought so often, seven times and more as one.

    Returns:
        One row per number of purchases after the first.
    """
    rows = []
    for number, part in valued.groupby(valued["frequency"].clip(upper=_LAST_GROUP)):
        weight = part["customers"].to_numpy(dtype=float)
        rows.append(
            {
                "frequency": int(number),
                "purchases": group_label(int(number)),
                "customers": int(weight.sum()),
            }
            | {
                name: float(np.average(part[name], weights=weight))
                for name in ("chance_alive", "expected_purchases", "lifetime_value")
            }
        )
    return pd.DataFrame(rows)


def holdout(fit: Buying, weeks: float) -> pd.DataFrame:
    """Compare what was predicted for the time after the cut with what happened.

    Args:
        fit: Fitted to the time before the cut; its groups know what came later.
        weeks: From the cut to the end of the observed time.

    Returns:
        One row per number of purchases after the first before the cut, then one of
        all; means of a customer, the actual one with its 95 % interval.
    """
    predicted = expected_purchases(fit.buying, fit.histories, weeks)
    groups = fit.groups.assign(predicted=predicted * fit.groups["customers"])
    groups["purchases"] = groups["frequency"].clip(upper=_LAST_GROUP)
    sums = groups.groupby("purchases")[_SUMS].sum()
    sums.loc[-1] = groups[_SUMS].sum()
    actual = mean_interval(sums["later"], sums["later_squares"], sums["customers"])
    return pd.DataFrame(
        {
            "frequency": sums.index,
            "purchases": [group_label(int(number)) for number in sums.index],
            "customers": sums["customers"].astype(int),
            "predicted_purchases": sums["predicted"],
            "actual_purchases": sums["later"].astype(int),
            "predicted_mean": sums["predicted"] / sums["customers"],
            "actual_mean": actual.value,
            "actual_lower": np.maximum(actual.lower, 0),
            "actual_upper": actual.upper,
        }
    ).reset_index(drop=True)


def group_label(number: int) -> str:
    """Name a group by its purchases after the first one; -1 is everyone."""
    if number < 0:
        return "All"
    return f"{number} or more" if number >= _LAST_GROUP else str(number)


def most_of(number: int) -> int | None:
    """Return the most purchases after the first one in a group; none for any."""
    return None if number >= _LAST_GROUP or number < 0 else number


def histories_of(rows: pd.DataFrame) -> Histories:
    """Read single customers, as a list has them, in weeks."""
    return _histories(rows.assign(customers=1))


_SUMS = ["customers", "predicted", "later", "later_squares"]


def _groups(
    dataset: Dataset,
    members: Population,
    relations: dict[str, Relation],
    cut_on: date,
    cancellation: Cancellation | None,
) -> tuple[pd.DataFrame, int]:
    for step in _STEPS:
        groups = asking.run(
            dataset,
            "purchase_histories",
            members,
            relations,
            {"cut_on": cut_on, "step_days": step},
            cancellation,
        )
        if len(groups) <= _MOST_GROUPS:
            break
    return groups, step


def _histories(groups: pd.DataFrame) -> Histories:
    columns = ("frequency", "recency_days", "age_days", "customers")
    x, recency, age, customers = (
        groups[name].to_numpy(dtype=np.float64) for name in columns
    )
    return Histories(x, recency / WEEK, age / WEEK, customers)


def _link(amounts: pd.DataFrame) -> float:
    """Correlate frequency and mean value over customers; NaN where none varies."""
    columns = amounts[["frequency", "mean_value"]].to_numpy(dtype=float).T
    weight = amounts["customers"].to_numpy(dtype=float)
    cov = np.cov(columns, aweights=weight) if len(amounts) > 1 else np.zeros((2, 2))
    scale = float(np.sqrt(cov[0, 0] * cov[1, 1]))
    return float(cov[0, 1]) / scale if scale > 0 else float("nan")
